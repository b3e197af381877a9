"""Izhikevich's network: spike by spike, and in its statistics, that of a plain program."""

import numpy as np
import pytest

import spikesim as sim
from models import izhikevich
from models.izhikevich import EXPECTED, rhythms
from tests.models.rig import written_by


def plain(a, b, c, d, weights, noise, late):
    """The published equations, `noise` in each millisecond; spikes act `late` ms later than there.

    Returns the neurons that fire in each millisecond.
    """
    v = np.full(a.size, -65.0)
    u = b * v
    fired, on_the_way = [], [np.zeros(a.size)] * late
    for thalamus in noise:
        v += 0.5 * (0.04 * v * v + 5.0 * v + 140.0 - u + (on_the_way[0] + thalamus))
        v += 0.5 * (0.04 * v * v + 5.0 * v + 140.0 - u + (on_the_way[0] + thalamus))
        u += a * (b * v - u)
        fired.append(np.flatnonzero(v >= 30.0))
        v[fired[-1]] = c[fired[-1]]
        u[fired[-1]] += d[fired[-1]]
        on_the_way = [*on_the_way[1:], weights[:, fired[-1]].sum(axis=1)]
    return fired


def draw(seed):
    """Parameters and weights, as in the published script."""
    rng = np.random.default_rng(seed)
    exc, inh, no = rng.random(800), rng.random(200), np.zeros
    a = np.concatenate([0.02 + no(800), 0.02 + 0.08 * inh])
    b = np.concatenate([0.2 + no(800), 0.25 - 0.05 * inh])
    c = np.concatenate([-65.0 + 15.0 * exc**2, -65.0 + no(200)])
    d = np.concatenate([8.0 - 6.0 * exc**2, 2.0 + no(200)])
    return a, b, c, d, np.hstack([0.5 * rng.random((1000, 800)), -rng.random((1000, 200))])


def thalamus(seed, steps):
    """Noise of 5 for excitatory and of 2 for inhibitory neurons."""
    noise = np.random.default_rng(100 + seed).standard_normal((steps, 1000))
    return noise * np.repeat([5.0, 2.0], [800, 200])


@pytest.mark.thorough
def test_each_spike_is_that_of_the_plain_program(monkeypatch):
    """With the same noise, and weights whose sums are exact in float32."""
    monkeypatch.setattr(izhikevich, "THALAMUS_EXC", 0.0)
    monkeypatch.setattr(izhikevich, "THALAMUS_INH", 0.0)
    noise = thalamus(1, 1000)
    net, *cells = izhikevich.build(seed=1)
    for population, columns in zip(cells, (slice(0, 800), slice(800, 1000)), strict=True):
        net.stimulate(population, sim.StepCurrent(np.arange(1000.0), noise[:, columns]))
    spikes = [net.record(population, "spikes") for population in cells]
    net.build()
    weights = np.zeros((1000, 1000))
    for projection in net.projections.values():
        projection.weight = np.rint(256.0 * projection.weight) / 256.0
        synapses = projection.connections()
        rows, columns = (800 * (end.population.name == "inh")
                         for end in (projection.target, projection.source))  # fmt: skip
        weights[rows + synapses.target, columns + synapses.source] = synapses.weight
    net.run(1000.0)

    a, b, c, d, _ = draw(1)
    expected = plain(a, b, c, d, weights, noise, late=2)
    times = np.repeat(np.arange(1.0, 1001.0), [len(ids) for ids in expected])
    ids = np.concatenate(expected)
    assert ids.size > 5000
    for recorder, members in zip(spikes, (ids < 800, ids >= 800), strict=True):
        trains = recorder.result()
        assert np.array_equal(trains.times, times[members])
        assert np.array_equal(trains.ids, ids[members] % 800)


def statistics(late):
    """Rates and rhythms of the plain program in three networks, 3 s each."""
    found = []
    for seed in range(3):
        fired = plain(*draw(seed), thalamus(seed, 3200), late)[200:]
        exc = sum((ids < 800).sum() for ids in fired) / 800 / 3.0
        inh = sum((ids >= 800).sum() for ids in fired) / 200 / 3.0
        activity = np.array([len(ids) for ids in fired], float)
        found.append({"exc rate": exc, "inh rate": inh, **rhythms(activity)})
    return {name: np.array([numbers[name] for numbers in found]) for name in found[0]}


@pytest.mark.thorough
def test_statistics_are_those_of_the_published_program():
    """Whose spikes act a millisecond earlier."""
    ours = [izhikevich.run(seconds=3.2, seed=seed).numbers for seed in (4, 5, 6)]
    published = statistics(late=1)
    for name, tolerance in (("exc rate", 0.04), ("inh rate", 0.06)):
        mean = np.mean([numbers[name] for numbers in ours])
        assert mean == pytest.approx(published[name].mean(), rel=tolerance)
    alpha, gamma = (np.mean([numbers[name] for numbers in ours])
                    for name in ("alpha peak", "gamma peak"))  # fmt: skip
    assert alpha == pytest.approx(published["alpha peak"].mean(), abs=2.5)
    assert gamma == pytest.approx(published["gamma peak"].mean(), abs=6.0)


@pytest.mark.thorough
def test_numbers():
    numbers = izhikevich.run(seconds=5.0, seed=2).numbers
    outside = {k: v for k, v in numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside


def test_rhythms_of_made_up_activity():
    t = np.arange(10_000) / 1000.0
    wave = 10.0 + np.sin(2.0 * np.pi * 10.0 * t) + 2.0 * np.sin(2.0 * np.pi * 40.0 * t)
    found = rhythms(wave)
    assert found["alpha peak"] == pytest.approx(10.0, abs=2.0)
    assert found["gamma peak"] == pytest.approx(40.0, abs=2.0)
    assert found["gamma share"] == pytest.approx(0.8, abs=0.01)
    assert found["alpha share"] == pytest.approx(0.2, abs=0.01)


def test_the_command_line(tmp_path):
    written = written_by(izhikevich.main, tmp_path, seconds=1.0)
    assert set(written["numbers"]) == set(EXPECTED)
    with pytest.raises(sim.ValidationError, match=r"seconds: must be at least 0.5 s, got 0.1 s"):
        izhikevich.main(seconds=0.1)
