"""Closed forms of the integrate-and-fire neuron against a plain simulation of the equation."""

import numpy as np
import pytest

from models.theory import lif_cv, lif_rate

CELL = {"tau_m": 10.0, "V_th": 15.0, "V_reset": 5.0, "t_ref": 2.0}


@pytest.mark.parametrize(("mean", "deviation"), [(12.0, 5.0), (20.0, 3.0)])
def test_rate_and_cv(mean, deviation):
    """Euler and Maruyama; the threshold is lower for missed crossings (Broadie et al. 1997)."""
    rng = np.random.default_rng(1)
    dt, n, steps = 0.02, 400, 30_000
    missed = 0.5826 * deviation * np.sqrt(dt / CELL["tau_m"])
    v, until = np.full(n, CELL["V_reset"]), np.zeros(n)
    last, intervals = np.full(n, np.nan), []
    for k in range(steps):
        noise = deviation * np.sqrt(dt / CELL["tau_m"]) * rng.standard_normal(n)
        v = np.where(k * dt < until, v, v + dt / CELL["tau_m"] * (mean - v) + noise)
        fired = v >= CELL["V_th"] - missed
        v[fired], until[fired] = CELL["V_reset"], (k + 1) * dt + CELL["t_ref"]
        # Late ones would be those that happen to be short.
        intervals += list(k * dt - last[fired & (last < 0.75 * steps * dt)])
        last[fired] = k * dt
    isi = np.array(intervals)
    assert 1000.0 / isi.mean() == pytest.approx(lif_rate(mean, deviation, **CELL), rel=0.03)
    assert isi.std() / isi.mean() == pytest.approx(lif_cv(mean, deviation, **CELL), rel=0.05)


def test_far_below_the_threshold_nothing_fires():
    assert lif_rate(0.0, 1.0, **CELL) == 0.0


def test_without_much_noise_it_is_a_clock():
    interval = CELL["t_ref"] + CELL["tau_m"] * np.log((30.0 - 5.0) / (30.0 - 15.0))
    assert lif_rate(30.0, 0.01, **CELL) == pytest.approx(1000.0 / interval, rel=1e-4)
    assert lif_cv(30.0, 0.01, **CELL) < 0.001
