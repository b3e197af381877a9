"""Damaged files end in what they say, or in an error that names them."""

import pytest

from tests.reliability.damage import damaged_files


@pytest.mark.parametrize("cases", [
    pytest.param(40, id="some", marks=pytest.mark.thorough),
    pytest.param(1000, id="all", marks=pytest.mark.slow),
])  # fmt: skip
def test_damaged_files(cases, tmp_path):
    trial = damaged_files(cases, 3, tmp_path)
    assert not trial.faults
    assert trial.cases == cases
    assert not trial.endings["state: read as what it says"]
    assert not trial.endings["results: read as what it says"]
