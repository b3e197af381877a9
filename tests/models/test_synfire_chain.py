"""The synfire chain: its neurons are the paper's, and volleys have two fates."""

import numpy as np
import pytest

import spikesim as sim
from models import synfire_chain as chain
from tests.models.rig import written_by


@pytest.fixture(scope="module")
def result():
    return chain.run(repeats=3, seed=2)


@pytest.mark.thorough
def test_numbers(result):
    outside = {k: v for k, v in result.numbers.items() if not chain.EXPECTED[k].holds(v)}
    assert not outside


@pytest.mark.thorough
def test_both_fates(result):
    """Sharp and strong volleys travel, weak ones never do, and what travels ends sharp."""
    a, sigma, _ = result.start.T
    assert result.survived[(a >= 70) & (sigma <= 1.0)].all()
    assert not result.survived[a <= 30].any()
    assert (result.sigma[result.survived, -1] < 1.0).mean() > 0.95
    thresholds = [result.threshold(s) for s in chain.SIGMAS]
    assert thresholds[0] < thresholds[2] < thresholds[4], "less sharp ones need more spikes"


def potential(weight):
    """One synapse's potential, by hand from two exponentials and a product, every 0.001 ms."""
    t = np.arange(0.0, 200.0, 0.001)
    rise, leak = 1.0 / chain.TAU_SYN, 1.0 / 10.0
    current = np.e * rise * weight / 250.0
    b = rise - leak
    return t, current * (np.exp(-leak * t) - np.exp(-rise * t) * (1.0 + b * t)) / b**2


def test_potentials_are_the_papers():
    """A peak of 0.14 mV after 1.7 ms, 8.5 ms wide at half its height."""
    t, v = potential(chain.WEIGHT)
    assert v.max() == pytest.approx(0.14, abs=1e-4)
    assert t[v.argmax()] == pytest.approx(1.7, abs=0.02)
    assert 0.001 * (v > v.max() / 2.0).sum() == pytest.approx(8.5, abs=0.1)


@pytest.mark.slow
def test_fluctuations_are_those_of_campbells_theorem():
    """The mean and deviation of a sum of many such potentials, without a threshold."""
    model = sim.LIF(
        **chain.CELL | {"V_th": 0.0}, receptors={"psc": sim.AlphaCurrent(tau_syn=0.325)}
    )
    net = sim.Network(dt=0.1, seed=1)
    cells = net.population("cells", 50, model)
    rates = chain.K_EXC * chain.EXC_HZ, chain.K_INH * chain.INH_HZ
    for rate, sign in zip(rates, (1.0, -1.0), strict=True):
        net.stimulate(cells, sim.PoissonDrive(rate, sign * chain.WEIGHT))
    trace = net.record(cells, "V_m", every=5.0)
    net.run(2000.0)
    values = trace.result().window(100.0, 2000.0).values
    _, v = potential(chain.WEIGHT)
    mean = -70.0 + (rates[0] - rates[1]) / 1000.0 * v.sum() * 0.001
    deviation = np.sqrt(sum(rates) / 1000.0 * (v**2).sum() * 0.001)
    assert values.mean() == pytest.approx(mean, abs=0.1)
    assert values.std() == pytest.approx(deviation, rel=0.03)


def test_volleys_hold_what_is_asked_for():
    start = np.array([(80.0, 0.0, 500.0), (60.0, 2.0, 560.0)])
    times = chain.volleys(start, seed=1)
    assert [row.size for row in times] == [2] * 60 + [1] * 20
    second = np.array([row[1] for row in times[:60]])
    assert second.std() == pytest.approx(2.0, rel=0.3)
    assert all(row[0] == 500.0 for row in times)


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(chain.main, tmp_path, repeats=1)
    assert set(written["numbers"]) == set(chain.EXPECTED)
