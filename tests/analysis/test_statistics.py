import math

import numpy as np
import pytest

from spikesim.analysis import SpikeTrains, fano_factors, stdp_curve
from spikesim.errors import ValidationError


def test_fano_factors_of_a_clock_and_of_a_poisson_process():
    rng = np.random.default_rng(3)
    clock = np.arange(1, 1001) * 10.0
    poisson = np.sort(rng.uniform(0.0, 10_000.0, 1000))
    trains = SpikeTrains(
        np.concatenate([clock, poisson]), np.repeat([0, 1], 1000), n=3, t_start=0.0,
        t_stop=10_000.0,
    )  # fmt: skip
    factors = fano_factors(trains, 50.0)
    assert factors[0] == 0.0
    # The standard error over m bins is about sqrt(2 / m).
    assert factors[1] == pytest.approx(1.0, abs=4 * math.sqrt(2 / 200))
    assert np.isnan(factors[2])


def test_fano_factors_leave_out_a_narrower_last_bin():
    times = np.array([5.0, 15.0, 25.0, 26.0, 27.0])
    trains = SpikeTrains(times, np.zeros(5, dtype=int), n=1, t_start=0.0, t_stop=28.0)
    assert fano_factors(trains, 10.0).tolist() == [0.0]
    assert np.isnan(fano_factors(trains, 20.0)).all()


def test_stdp_curve_asks_for_all_lags_but_zero():
    asked = []

    def change(lag):
        asked.append(lag)
        return math.copysign(math.exp(-abs(lag) / 20.0), lag)

    lags, changes = stdp_curve(change, limit=50.0, points=5)
    assert lags.tolist() == [-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50]
    assert 0.0 not in asked
    assert np.isnan(changes[5])
    assert np.allclose(changes[6:], np.exp(-lags[6:] / 20.0))
    assert np.allclose(changes[:5], -changes[:5:-1])


@pytest.mark.parametrize("arguments", [{"limit": 0.0}, {"limit": np.nan}, {"points": 0}])
def test_stdp_curve_names_bad_input(arguments):
    with pytest.raises(ValidationError, match="stdp_curve"):
        stdp_curve(abs, **arguments)
