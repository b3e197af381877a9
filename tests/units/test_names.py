"""The rule for names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.units import check_identifier, check_name


def test_letters_that_python_reads_as_others():
    with pytest.raises(sim.ValidationError, match="'µ' is read as 'μ' in expressions; write it so"):
        check_identifier("µ", "receptors", "LIF")
    assert check_identifier("μ", "receptors", "LIF") == "μ"


@settings(deadline=None)
@given(st.text() | st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1))
def test_what_passes_can_be_stored_anywhere(name):
    try:
        assert check_name(name, "name", "thing") is name
    except sim.ValidationError as error:
        text = str(error)
    else:
        text = ""
    if text:
        assert text.startswith("thing.name: must ")
        assert text.encode().decode() == text
        return
    assert name.encode().decode() == name
    assert name == name.strip()
    assert len(name.splitlines()) == 1
    assert "\0" not in name
