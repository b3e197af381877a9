"""Plasticity switched off and on, weights set and scaled, and what is transmitted meanwhile."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from tests.plasticity.rig import DT, LAYOUTS, PAIR, SIDES, STEPS, Rig, pair_stdp, trains, unchanged

RULE = {**PAIR, "mu_plus": 0.4, "mu_minus": 0.4}
ALL = list(itertools.product(LAYOUTS, SIDES))


def usual(layout="dense", side="axonal", rule=None, **kwargs):
    rule = sim.PairSTDP(**RULE) if rule is None else rule
    return Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side, **kwargs)


def arriving(rig, trace):
    """What arrived at each target in each step: the jumps of its exponential current."""
    current = trace.result().values
    return current[1:] - current[:-1] * np.exp(-DT / 1.0)


@pytest.mark.parametrize(("layout", "side"), ALL)
def test_synapses_transmit_the_weight_of_the_moment(layout, side):
    """Read when the presynaptic spike reaches the synapse, before this spike changes it."""
    rig = usual(layout, side)
    trace = rig.net.record(rig.targets, "I_slow")
    rig.run()
    expected = np.zeros((round(rig.net.t / DT) + 1, len(rig.targets)))
    for synapse, j, d in zip(rig.by_event_loop(pair_stdp()), rig.before.target, rig.before.delay,
                             strict=True):  # fmt: skip
        for step, weight in synapse.transmitted:
            at = step + (0 if side == "axonal" else round(d / DT))
            if at < len(expected):
                expected[at, j] += weight
    assert arriving(rig, trace) == pytest.approx(expected[1:], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rule", ["pair", "trace"])
@pytest.mark.parametrize(("layout", "side"), ALL)
def test_traces_go_on_while_learning_is_off(layout, side, rule):
    if rule == "pair":
        rig, functions = usual(layout, side), pair_stdp()
    else:
        rig = usual(layout, side, sim.TraceSTDP(eta=0.01, x_target=0.3, mu=0.2, w_max=2.0))
        functions = (
            unchanged,
            lambda w, x, y: max(0.0, min(2.0, w + 0.01 * (x - 0.3) * (2.0 - w) ** 0.2)),
        )
    rig.run(100.0)
    learnt = rig.plastic.weight
    rig.plastic.learning = False
    assert not rig.net.learning
    rig.run(50.0)
    assert np.array_equal(rig.plastic.weight, learnt)
    rig.net.learning = True
    rig.run(160.0)
    rig.check(functions, learning=lambda step: not 1000 < step <= 1500)


def test_learning_can_be_off_from_the_start():
    rig = usual()
    rig.plastic.learning = False
    rig.run()
    assert np.array_equal(rig.plastic.weight, rig.before.weight)


@pytest.mark.parametrize(("layout", "side"), ALL)
def test_weights_can_be_set_between_runs(layout, side):
    """The weight that was set is transmitted next, and learns on from there."""
    rig = usual(layout, side)
    trace = rig.net.record(rig.targets, "I_slow")
    rig.run(100.0)
    rig.plastic.learning = False
    given = np.linspace(0.1, 1.9, len(rig.before))
    rig.plastic.weight = given
    assert np.array_equal(rig.plastic.weight, given)
    rig.run(100.0)
    expected = np.zeros((round(rig.net.t / DT) + 1, len(rig.targets)))
    for i, j, d, w in zip(rig.before.source, rig.before.target, rig.before.delay, given,
                          strict=True):  # fmt: skip
        at = rig.pre[i] + round(d / DT)
        np.add.at(expected[:, j], at[at < len(expected)], w)
    late = slice(1000 + 31, None)  # what was on its way at 100 ms has arrived
    assert arriving(rig, trace)[late] == pytest.approx(expected[1:][late], rel=1e-9, abs=1e-12)
    rig.plastic.weight = 1.25
    assert (rig.plastic.weight == 1.25).all()


def test_setting_a_weight_starts_learning_from_it():
    rig = usual("dense", "dendritic")
    rig.run(100.0)
    rig.plastic.weight = 1.0
    other = usual("dense", "dendritic")
    other.plastic.learning = False
    other.run(100.0)
    other.plastic.weight, other.plastic.learning = 1.0, True
    assert np.array_equal(rig.run().plastic.weight, other.run().plastic.weight)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_normalize_scales_each_target_alone(layout):
    rig = usual(layout)
    rig.run(100.0)
    before = rig.plastic.weight
    rig.plastic.normalize(3.0)
    after = rig.plastic.weight
    sums = np.bincount(rig.before.target, before)
    assert np.bincount(rig.before.target, after) == pytest.approx(np.full(5, 3.0))
    assert after == pytest.approx(before * 3.0 / sums[rig.before.target])


@pytest.mark.parametrize("layout", ["sparse", "dense"])
def test_weights_that_sum_to_nothing_cannot_be_scaled(layout):
    rig = usual(layout, weight=0.0)
    with pytest.raises(sim.ValidationError, match=r"plastic\.normalize: .*target \d sum to 0"):
        rig.plastic.normalize(3.0)
    with pytest.raises(sim.ValidationError, match=r"plastic\.total: must be positive.*-1\.0"):
        rig.plastic.normalize(-1.0)


@pytest.mark.parametrize(("layout", "side"), ALL)
def test_reset_state_forgets_spikes_and_keeps_weights(layout, side):
    """After it only spikes that are still to come form pairs, and nothing is on its way."""
    rig = usual(layout, side)
    rig.run(100.0)
    learnt = rig.plastic.weight
    rig.net.reset_state()
    assert np.array_equal(rig.plastic.weight, learnt)
    trace = rig.net.record(rig.targets, "I_slow", every=DT)
    rig.run(0.1)
    late = rig.net.t
    fresh = Rig(rig.rule, [t[t > 1000] for t in rig.pre], trains(4, 5, stride=3), layout=layout,
                side=side)  # fmt: skip
    fresh.plastic.learning = False
    fresh.run(100.0)
    fresh.net.reset_state()
    fresh.plastic.weight, fresh.plastic.learning = learnt, True
    fresh.run(late - 100.0 + 209.9)
    rig.run(209.9)
    assert np.array_equal(rig.plastic.weight, fresh.plastic.weight)
    assert trace.result().values[0] == pytest.approx(0.0, abs=2.1)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed", "single"])
def test_single_precision_weights(precision):
    rig = usual("sparse-delays", precision=precision)
    rig.run().check(pair_stdp(), rel=2e-5)
    assert rig.net.plan.plastic["plastic"].args.weights.dtype == np.float32


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "precision"), [("pair", "mixed"), ("pair", "single"), ("trace", "mixed")]
)
def test_the_upper_bound_is_kept_in_single_precision(precision, rule):
    """0.3 as a float32 lies above 0.3; powers of (w_max - w) must not become NaN there."""
    w_max = 0.3
    made = (
        sim.PairSTDP(w_max=w_max, lambda_=0.5, alpha=0.0, mu_plus=0.4, mu_minus=0.4)
        if rule == "pair"
        else sim.TraceSTDP(w_max=w_max, eta=5.0, x_target=0.3, mu=0.2)
    )
    pre = [np.arange(10, STEPS, 30)]
    rig = Rig(made, pre, [pre[0] + 9], layout="dense", weight=0.1, precision=precision)
    rig.run()
    final = rig.plastic.weight
    assert final == pytest.approx([w_max], rel=1e-3)
    rig.plastic.weight = final
    assert np.array_equal(rig.plastic.weight, final), "what was read can be set"
    rig.net.reset(keep_weights=True)
    assert np.array_equal(rig.plastic.weight, final)
