"""The distal reward problem: noise, rewards and weights, each against a plain program."""

import time

import numpy as np
import pytest

import spikesim as sim
from models import distal_reward
from models.distal_reward import DELAY, EXPECTED, N_EXC, Cell, rewarded
from tests.models.daspnet import program
from tests.models.rig import written_by
from tests.synapses import paper_loops as loops

SECONDS, WINDOW = 12.0, 300.0  # such pairs are frequent enough for a short run
TAU, TONIC, AMOUNT = 200.0, 0.002, 0.5


def lecuyer(r1, r2, steps):
    """The generator of L'Ecuyer 1988 in integers: numbers from -1/2 to 1/2, and its states.

    A state stands for all numbers that differ by a multiple of the modulus; here and in the model
    for the one nearest to 0.
    """
    numbers = []
    for _ in range(steps):
        r1, r2 = nearest(40014 * r1, 2147483563), nearest(40692 * r2, 2147483399)
        numbers.append(nearest(r1 - r2, 2147483563) / 2147483563)
    return np.array(numbers), r1, r2


def nearest(number, modulus):
    return (number + modulus // 2) % modulus - modulus // 2


@pytest.mark.thorough
def test_noise_is_that_of_the_generator_in_integers():
    net = sim.Network(dt=1.0, seed=1)
    starts = np.array([[1, 2147483562, 12345], [2147483398, 1, 67890]])
    cells = net.population("cells", 3, Cell(), initial={"r1": starts[0], "r2": starts[1]})
    voltage, steps = net.record(cells, "V_m"), 400
    net.run(steps)
    for k in range(3):
        numbers, *states = lecuyer(*(int(n) for n in starts[:, k]), steps)
        assert [cells.r1[k], cells.r2[k]] == states
        v, u, expected = -65.0, -13.0, [-65.0]
        for number in numbers:
            current = 13.0 * number
            for _half in range(2):
                v += 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
            u += 0.02 * (0.2 * v - u)
            if v >= 30.0:
                v, u = -65.0, u + 8.0
            expected.append(v)
        np.testing.assert_allclose(voltage.result().values[:, k], expected, rtol=0, atol=1e-6)


@pytest.mark.thorough
def test_generators_of_different_neurons_are_independent():
    net = sim.Network(dt=1.0, seed=1)
    starts = np.random.default_rng(1).integers(1, 2147483399, (2, 300))
    cells = net.population("cells", 300, Cell(), initial={"r1": starts[0], "r2": starts[1]})
    states = [net.record(cells, name) for name in ("r1", "r2")]
    net.run(1000.0)
    first, second = (recorder.result().values[1:] for recorder in states)
    numbers = (first - second) % 2147483563.0 / 2147483563.0
    assert numbers.mean() == pytest.approx(0.5, abs=4 * (1 / 12 / numbers.size) ** 0.5)
    assert numbers.var() == pytest.approx(1 / 12, rel=0.01)
    across = np.corrcoef(numbers.T)[np.triu_indices(300, 1)]
    along = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in numbers.T]
    for correlations, n in ((across, across.size), (along, 300)):
        assert abs(np.mean(correlations)) < 4 / (1000 * n) ** 0.5
        assert np.abs(correlations).max() < 6 / 1000**0.5


def test_pairs_are_those_that_a_loop_finds():
    rng = np.random.default_rng(1)
    for n in (0, 1, 40):
        pre, post = (np.sort(rng.choice(np.arange(1.0, 500.0), m, False)) for m in (n, 50))
        expected = []
        for t in post:
            earlier = [s for s in pre if s < t]
            if earlier and t - max(earlier) <= 10.0:
                expected.append(t)
        assert rewarded(pre, post, 10.0).tolist() == expected
    assert rewarded(np.array([5.0]), np.array([5.0, 15.0, 15.5]), 10.0).tolist() == [15.0]


@pytest.fixture(scope="module")
def short():
    """A run, with all its spikes and connections."""
    seen = {}

    def build(**options):
        parts = original(**options)
        seen["spikes"] = parts.net.record(parts.cells, "spikes")
        seen["ends"] = parts.plastic.connections()
        seen["inh"] = parts.net.projections["cells[800:1000]->cells[0:800]"].connections()
        return parts

    original, distal_reward.build = distal_reward.build, build
    try:
        seen["trial"] = distal_reward.simulate(SECONDS, window=WINDOW, seed=3)
    finally:
        distal_reward.build = original
    return seen


def test_each_pair_gives_one_reward_after_one_to_three_seconds(short):
    trial, spikes = short["trial"], short["spikes"].result()
    pre, post = (spikes.times[spikes.ids == n] for n in (0, 1))
    assert trial.pairs.size > 3
    assert np.array_equal(trial.pairs, rewarded(pre, post, WINDOW))
    after = trial.rewards - trial.pairs
    assert ((after > 1000.0) & (after <= 3000.0)).all()
    assert np.unique(after).size > 1
    # Every release shows in the concentration, at its time, and there is no other.
    since = trial.dopamine.times[:, None] - trial.rewards
    expected = TONIC + (AMOUNT * np.exp(-since / TAU) * (since >= 0.0)).sum(axis=1)
    np.testing.assert_allclose(trial.dopamine.values[:, 0], expected, rtol=1e-9)


@pytest.mark.thorough
def test_weights_are_those_of_the_loop_from_the_paper(short):
    trial, spikes, ends = short["trial"], short["spikes"].result(), short["ends"]
    steps = round(1000.0 * SECONDS)
    rises = np.bincount(trial.rewards[trial.rewards <= steps].astype(int), minlength=steps + 1)
    level, means = TONIC, []
    share = -np.expm1(-1.0 / TAU) * TAU
    for rise in rises:
        level += AMOUNT * rise
        means.append(0.1 * (TONIC + (level - TONIC) * share))
        level = TONIC + (level - TONIC) * np.exp(-1.0 / TAU)
    chosen = [0, *np.random.default_rng(1).integers(1, 80_000, 15)]
    assert (ends.source[0], ends.target[0]) == (0, 1)
    for k in chosen:
        pre, post = (spikes.times[spikes.ids == n] for n in (ends.source[k], ends.target[k]))
        loop = loops.dopamine_stdp(
            pre, post, 1.0 * (k > 0), dt=1.0, stop=steps, delay=1, axonal=True, D=means,
            A_plus=0.1, A_minus=0.15, tau_plus=20.0, tau_minus=20.0, tau_c=1000.0, w_max=4.0,
        )  # fmt: skip
        assert trial.weights[k] == pytest.approx(loop["w"], abs=2e-6)
    assert np.ptp(trial.weights[chosen[1:]]) > 1e-3


@pytest.mark.thorough
def test_rates_are_those_of_the_published_program(short):
    """In the same network, with other noise."""
    targets = [short[name].target.reshape(-1, 100) for name in ("ends", "inh")]
    _, counts, _ = program(
        np.vstack(targets), round(SECONDS), WINDOW, DELAY, np.random.default_rng(2)
    )
    published, ours = counts / SECONDS, short["trial"].rates
    for neurons in (slice(None, N_EXC), slice(N_EXC, None)):
        assert ours[neurons].mean() == pytest.approx(published[neurons].mean(), rel=0.04)


@pytest.mark.slow
def test_the_verdict_after_an_hour():
    """And that an hour takes no more than a minute and a half of processor time, beside others."""
    before = time.process_time()
    result = distal_reward.run(seed=2)
    assert time.process_time() - before < 2 * 90.0
    outside = {k: v for k, v in result.numbers.items() if not EXPECTED[k].holds(v)}
    assert not outside
    control, own = result.control.weights, result.paired.weights
    assert own[0] > np.quantile(own[1:], 0.95)
    assert control[0] < np.quantile(control[1:], 0.95)


def test_the_command_line(tmp_path):
    written = written_by(distal_reward.main, tmp_path, seconds=10.0)
    assert set(written["numbers"]) == set(EXPECTED)
    with pytest.raises(sim.ValidationError, match=r"seconds: must be whole seconds, at least 10"):
        distal_reward.main(seconds=5.0)
    with pytest.raises(sim.ValidationError, match=r"window: must be at least 1 ms, got 0.0 ms"):
        distal_reward.main(window=0.0)
