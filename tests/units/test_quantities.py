"""Quantities: numbers with units."""

import numpy as np
import pytest

from spikesim import distributions, neurons
from spikesim.errors import ValidationError
from spikesim.units import Unit, ms, mV, pF


def test_quantities_reckon():
    from spikesim.units import kHz, nS, uF, uS, volt

    top = -50 * mV + 5 * (2 * mV)
    assert (top.value, top.unit) == (-40, mV)
    assert (6 * mV) / (3 * ms) == 2 * mV / ms
    assert 1 / (0.02 * kHz) == 50 * ms
    assert (2 * volt) / (500 * mV) == 4.0
    assert type((2 * volt) / (500 * mV)) is float
    assert (3 * ms) ** 2 == 9 * ms**2
    assert 5 * ms < 0.006 * Unit("s")
    assert abs(-3 * mV) == 3 * mV
    assert (2 * uS).to(nS) == 2000.0
    membrane = 1 * uF / Unit("cm") ** 2 * (20000 * Unit("um") ** 2)
    assert membrane.to(pF) == pytest.approx(200.0)
    steps = np.array([1.0, 2.0]) * mV + 0.001 * volt
    assert np.array_equal(steps.to(mV), [2.0, 3.0])
    assert np.array_equal(np.array([1.0, 2.0]) * (3 * ms) / ms, [3.0, 6.0])
    assert sum([1 * ms, 2 * ms]) == 3 * ms
    assert 5 * ms != 5
    assert 5 * ms != 5 * mV
    assert ms * (3 * mV) == 3 * (mV * ms)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: 5 * mV + 3 * ms, r"cannot add 3 \* ms to 5 \* mV"),
        (lambda: 3 - 5 * mV, r"cannot subtract 5 \* mV from 3 .a plain number."),
        (lambda: 5 * mV < 3 * ms, r"cannot compare 5 \* mV with 3 \* ms"),
        (lambda: (5 * mV) ** (2 * ms), "which must be a number"),
        (lambda: "5" * mV + 3 * mV, "cannot reckon with '5'"),
    ],
)
def test_quantities_that_do_not_fit(wrong, message):
    with pytest.raises(ValidationError, match=message):
        wrong()


def test_distributions_have_units():
    model = neurons.LIF(tau_m=distributions.Normal(0.01, 0.001, low=0.005) * Unit("s"))
    assert model.tau_m == distributions.Normal(10.0, 1.0, low=5.0)
    with pytest.raises(ValidationError, match=r"tau_m: must be a quantity in ms, got Normal.* \* mV"):
        neurons.LIF(tau_m=distributions.Normal(10.0, 1.0) * mV)
