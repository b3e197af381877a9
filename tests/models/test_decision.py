"""The decision network: choices, their times, and its rates beside those of a plain program."""

import numpy as np
import pytest

import spikesim as sim
from models import decision
from models.decision import EXPECTED, Result
from tests.models.rig import written_by


@pytest.fixture(scope="module")
def result():
    return decision.run(coherences=(0.0, 12.8, 51.2), trials=2, seed=2)


@pytest.mark.slow
def test_numbers(result):
    numbers = result.numbers
    few = {"accuracy at 0 %", "accuracy at 12.8 %"}  # of two trials
    outside = {k: v for k, v in numbers.items()
               if k in EXPECTED and k not in few and not EXPECTED[k].holds(v)}  # fmt: skip
    assert not outside
    assert numbers["time at 51.2 %"] < numbers["time at 0 %"]


@pytest.mark.thorough
def test_coherent_motion_to_the_other_side():
    result = decision.run(coherences=(-51.2, -51.2), seed=3)
    assert [result.choice(k)[0] for k in range(2)] == ["B", "B"]


@pytest.mark.slow
def test_psychometry():
    """8 trials each; the curve rises from chance, and times fall."""
    made = decision.run(coherences=(0.0, 51.2), trials=8, seed=4).psychometry()
    assert 0.1 <= made[0.0][0] <= 0.9
    assert made[51.2][0] == 1.0
    assert made[51.2][1] < 0.75 * made[0.0][1]


@pytest.mark.thorough
def test_without_selective_excitation_nobody_wins():
    result = decision.run(coherences=(0.0,), w_plus=1.0, seed=2)
    rates = [result.window_rate(0, name, 1500.0, 2000.0) for name in "AB"]
    assert max(rates) < 2.0 * min(rates)
    assert result.window_rate(0, "A", 2500.0, 3000.0) < 8.0


def plain(scale, coherence, before, until, seed=1):
    """Wang's equations with a gate s in each source, in steps of 0.1 ms.

    Returns the rates (Hz) of A, B, others and interneurons in the last half of the stimulus.
    """
    rng, dt = np.random.default_rng(seed), 0.1
    n_exc, n_inh = round(1600 * scale), round(400 * scale)
    n = n_exc + n_inh
    group = np.repeat([0, 1, 2], [n_sel := round(0.15 * n_exc), n_sel, n_exc - 2 * n_sel])
    w_plus = decision.W_PLUS
    w_minus = 1.0 - 0.15 * (w_plus - 1.0) / 0.85
    w = np.array([[w_plus, w_minus, w_minus], [w_minus, w_plus, w_minus], [1.0, 1.0, 1.0]])
    is_exc = np.arange(n) < n_exc
    member = np.append(group, np.full(n_inh, 3))

    def of(kind):
        return np.where(is_exc, *kind)

    capacity, leak = of((500.0, 200.0)), of((25.0, 20.0))
    g_ext, g_ampa = of(decision.EXTERNAL), of(decision.AMPA) / scale
    g_nmda, g_gaba = of(decision.NMDA) / scale, of(decision.GABA) / scale
    held = of((20, 10))
    v, free = rng.uniform(-55.0, -50.0, n), np.zeros(n, int)
    ext, ampa, x, s, gaba = np.zeros(n), *np.zeros((3, n_exc)), 0.0
    late = [np.empty(0, int)] * 5  # spikes on their way for 0.5 ms
    counts = np.zeros(n)
    for k in range(round((before + until) / dt)):
        sums = [np.bincount(group, y, 3) for y in (ampa, s)]
        total_ampa, total_nmda = (np.append(w @ y, y.sum())[member] for y in sums)
        block = 1.0 / (1.0 + np.exp(-0.062 * v) / 3.57)
        excitation = g_ext * ext + g_ampa * total_ampa + g_nmda * total_nmda * block
        total = leak + g_gaba * gaba + excitation
        rest = -70.0 * (1.0 - excitation / total)
        v = np.where(k >= free, rest + (v - rest) * np.exp(-dt * total / capacity), v)
        rate = np.full(n, 2.4)
        if k * dt >= before:
            rate[member == 0] += 0.04 * (1.0 + coherence / 100.0)
            rate[member == 1] += 0.04 * (1.0 - coherence / 100.0)
        s += dt * (-s / 100.0 + 0.5 * x * (1.0 - s))
        ext, ampa, x, gaba = ext * 0.951229, ampa * 0.951229, x * 0.951229, gaba * 0.980199
        ext += rng.poisson(rate * dt)
        arrived = late.pop(0)
        sources = arrived[arrived < n_exc]
        ampa[sources] += 1.0
        x[sources] += 1.0
        gaba += arrived.size - sources.size
        fired = np.flatnonzero((v >= -50.0) & (k >= free))
        v[fired] = -55.0
        free[fired] = k + 1 + held[fired]
        late.append(fired)
        if k * dt >= before + until / 2.0:
            counts[fired] += 1
    return np.bincount(member, counts) / np.bincount(member) / (until / 2000.0)


@pytest.mark.slow
def test_rates_are_those_of_a_plain_program():
    """At a quarter of the neurons, with motion that leaves no choice; means of three trials."""
    expected = np.mean([plain(0.25, 100.0, 300.0, 1200.0, seed) for seed in (1, 2, 3)], axis=0)
    result = decision.run(coherences=(100.0,) * 3, scale=0.25, seed=1)
    found = [np.mean([result.window_rate(k, name, 600.0, 1200.0) for k in range(3)])
             for name in ("A", "B", "others", "inh")]  # fmt: skip
    assert found[0] == pytest.approx(expected[0], rel=0.1)
    assert found[1] == pytest.approx(expected[1], abs=0.6)
    assert found[2] == pytest.approx(expected[2], rel=0.1)
    assert found[3] == pytest.approx(expected[3], rel=0.07)


def test_the_stimulus():
    times, rates = decision.stimulus((25.6, -25.6) * 10, seed=1)
    assert times[0] == decision.BEFORE
    assert np.allclose(np.diff(times[:41]), 50.0)
    assert (rates[40::41] == 0.0).all()
    shown = rates.reshape(20, 41, 2)[:, :40]
    for k, (a, b) in enumerate(((50.24, 29.76), (29.76, 50.24))):
        assert shown[k::2].mean(axis=(0, 1)) == pytest.approx([a, b], abs=1.0)
        assert shown[k::2].std(axis=(0, 1)) == pytest.approx([4.0, 4.0], abs=0.5)


def trains(times, n=10):
    return sim.SpikeTrains(times, np.arange(len(times)) % n, n=n, t_start=0.0, t_stop=7000.0)


def test_choices_of_made_up_spikes():
    """In the first trial A fires at 20 Hz from 400 ms on, in the second B from 800 ms on."""
    a, b = np.arange(902.5, 3500.0, 5.0), np.arange(4802.5, 7000.0, 5.0)
    cells = {"A": trains(a), "B": trains(b), "others": trains([]), "inh": trains([])}
    result = Result(cells, (0.0, 0.0))
    assert result.choice(0) == ("A", 480.0), "15 of 20 Hz in windows of 100 ms, every 10 ms"
    assert result.choice(1) == ("B", 880.0)
    assert result.psychometry() == {0.0: (0.5, 680.0, 2)}
    numbers = result.numbers
    assert numbers["winner's rate"] == pytest.approx(20.0)
    assert numbers["loser's rate"] == 0.0


def test_no_choice():
    silent = Result(dict.fromkeys(("A", "B", "others", "inh"), trains([])), (0.0, 6.4))
    numbers = silent.numbers
    assert numbers["decided"] == 0.0
    assert np.isnan(numbers["winner's rate"])
    assert np.isnan(numbers["accuracy at 0 %"])


@pytest.mark.thorough
def test_the_command_line(tmp_path):
    written = written_by(decision.main, tmp_path, coherence=[51.2], trials=1)
    assert written["numbers"]["accuracy at 51.2 %"] == 1.0
    assert written["options"]["coherences"] == [51.2]
    with pytest.raises(sim.ValidationError, match=r"coherence: must lie from -100 to 100 %"):
        decision.main(coherence=[120.0])
