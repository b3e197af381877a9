"""The gamma rhythm: its order, its period, and that it needs both ways."""

from math import exp

import numpy as np
import pytest

import spikesim as sim
from models import ping
from models.ping import EXPECTED, Trial
from tests.models.rig import written_by


@pytest.fixture(scope="module")
def result():
    return ping.run(seconds=0.6, scale=0.5, seed=2)


@pytest.mark.slow
def test_numbers(result):
    numbers = result.numbers
    outside = {k: v for k, v in numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside


@pytest.mark.slow
def test_the_period_grows_with_the_decay_of_gaba(result):
    frequencies = [result.decays[tau].frequency() for tau in ping.TAUS]
    assert (np.diff(frequencies) < -3.0).all()


@pytest.mark.slow
def test_the_rhythm_needs_both_ways(result):
    assert result.rhythm.synchrony() > 10.0
    assert all(trial.synchrony() < 2.0 for trial in result.cut.values())
    assert result.cut["E to I cut"].inh.n_spikes == 0
    assert result.cut["I to E cut"].exc.mean_rate() > 1.2 * result.rhythm.exc.mean_rate()


def gate(x, alpha, beta, dt):
    """One step of a gate."""
    kept = exp(-dt * (alpha + beta))
    return alpha / (alpha + beta) * (1.0 - kept) + x * kept


def two_cells(tau_gaba, dt=0.01, until=400.0):
    """Spike times of one E cell and one I cell that stand for all, by Euler steps of dt ms.

    The equations are written out from the papers, in mS/cm2 and uF/cm2.
    """
    v, m, h, n = -67.0, 0.0, 1.0, 0.0
    w, hi, ni = -65.0, 0.8, 0.1
    spikes = [], []
    arrivals = {"ampa": [], "gaba": []}
    g = {}
    kinetics = {"ampa": (0.1, ping.TAU_AMPA), "gaba": (0.3, tau_gaba)}
    sums = {name: [0.0, 0.0] for name in kinetics}
    for k in range(round(until / dt)):
        t = k * dt
        for name, (rise, decay) in kinetics.items():
            due = sum(abs(t - s - ping.DELAY) < 0.5 * dt for s in arrivals[name])
            for i, tau in enumerate((decay, rise)):
                sums[name][i] = sums[name][i] * exp(-dt / tau) + due
            peak = rise * decay / (decay - rise) * np.log(decay / rise)
            top = exp(-peak / decay) - exp(-peak / rise)
            g[name] = (sums[name][0] - sums[name][1]) / top
        # The E cell: Traub & Miles.
        m_now, h_now, n_now = m, h, n
        x = v + 54.0
        m = gate(m, 0.32 * x / (1 - exp(-x / 4 - 1e-9)),
                 0.28 * (v + 27) / (exp((v + 27) / 5 + 1e-9) - 1), dt)  # fmt: skip
        h = gate(h, 0.128 * exp(-(v + 50) / 18), 4 / (1 + exp(-(v + 27) / 5)), dt)
        n = gate(n, 0.032 * (v + 52) / (1 - exp(-(v + 52) / 5 - 1e-9)),
                 0.5 * exp(-(v + 57) / 40), dt)  # fmt: skip
        before = v
        v += dt * (
            -100 * m_now**3 * h_now * (v - 50) - 80 * n_now**4 * (v + 100) - 0.1 * (v + 67)
            - ping.G_IE / 100 * g["gaba"] * (v - ping.E_GABA) + ping.DRIVE / 100
        )  # fmt: skip
        if before < -33.0 <= v:
            spikes[0].append(t)
            arrivals["ampa"].append(t)
        # The I cell: Wang & Buzsaki.
        a, b = 0.1 * (w + 35) / (1 - exp(-(w + 35) / 10 - 1e-9)), 4 * exp(-(w + 60) / 18)
        before, hi_now, ni_now = w, hi, ni
        hi = gate(hi, 0.35 * exp(-(w + 58) / 20), 5 / (1 + exp(-(w + 28) / 10)), dt)
        ni = gate(ni, 0.05 * (w + 34) / (1 - exp(-(w + 34) / 10 - 1e-9)),
                  0.625 * exp(-(w + 44) / 80), dt)  # fmt: skip
        w += dt * (
            -35 * (a / (a + b)) ** 3 * hi_now * (w - 55) - 9 * ni_now**4 * (w + 90)
            - 0.1 * (w + 65) - ping.G_EI / 100 * g["ampa"] * w
            - ping.G_II / 100 * g["gaba"] * (w - ping.E_GABA)
        )  # fmt: skip
        if before < 0.0 <= w:
            spikes[1].append(t)
            arrivals["gaba"].append(t)
    return spikes


@pytest.mark.slow
@pytest.mark.parametrize("tau", [9.0, 20.0])
def test_the_frequency_is_nearly_that_of_two_cells(result, tau):
    """One cell of each kind that stands for all: within 5 %."""
    exc, inh = two_cells(tau)
    period = np.diff(exc)[2:].mean()
    assert result.decays[tau].frequency() == pytest.approx(1000.0 / period, rel=0.05)
    assert len(inh) == pytest.approx(len(exc), abs=1)


def test_lead_and_frequency_of_made_up_volleys():
    volleys = 10.0 + 25.0 * np.arange(48)
    trains = [
        sim.SpikeTrains(np.repeat(volleys + late, 5), np.tile(np.arange(5), 48), n=5,
                        t_start=0.0, t_stop=1200.0)
        for late in (0.0, 3.0)
    ]  # fmt: skip
    trial = Trial(*trains)
    assert trial.lead() == 3.0
    assert trial.frequency() == pytest.approx(40.0, abs=0.3)
    assert trial.synchrony() > 4.0


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(ping.main, tmp_path, seconds=0.4, scale=0.25)
    assert set(written["numbers"]) == set(EXPECTED)
    with pytest.raises(sim.ValidationError, match=r"seconds: must be at least 0.4 s, got 0.1 s"):
        ping.main(seconds=0.1)
