"""What the text of a unit means."""

import pytest

from spikesim.errors import ValidationError
from spikesim.units import (
    Hz,
    Unit,
    is_common_unit,
    is_unit_name,
    ms,
    mV,
    nS,
    one,
    pA,
    pF,
    symbol_of,
)


def test_symbols():
    assert [str(u) for u in (ms, mV, pF, nS, pA, Hz, one)] == [
        "ms",
        "mV",
        "pF",
        "nS",
        "pA",
        "Hz",
        "1",
    ]
    assert Unit("ms") == ms


def test_fractional_powers_are_what_they_read_as():
    assert Unit("mV**0.3") == Unit("(mV**3)**0.1")
    assert (mV**0.1).dimension == Unit("mV**0.1").dimension


@pytest.mark.parametrize("text", ["mV", "pA/ms", "um2", "1/ms**0.5", "1"])
def test_dimensions_have_symbols(text):
    assert symbol_of(Unit(text).dimension) == text


def test_a_dimension_without_a_name_is_made_from_the_base():
    assert Unit(symbol_of(Unit("mV**3*um").dimension)) == Unit("mV**3*um")


@pytest.mark.parametrize("text", ["", "mx", "mV +", "mV + pA", "2", "mV**V", "True"])
def test_what_is_no_unit(text):
    with pytest.raises(ValidationError, match="is no unit"):
        Unit(text)


def test_names_that_mean_units():
    assert is_unit_name("ms")
    assert is_common_unit("ms")
    assert is_unit_name("aF")
    assert not is_common_unit("aF"), "a name that models may use"
    assert not is_unit_name("V"), "single letters are variables"
