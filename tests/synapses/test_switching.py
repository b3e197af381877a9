"""Plasticity switched off and on, weights set and scaled, and what is transmitted meanwhile."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import one, param
from tests.synapses.rig import DT, LAYOUTS, PAIR, SIDES, STEPS, Rig, pair_stdp, trains, unchanged

RULE = {**PAIR, "mu_plus": 0.4, "mu_minus": 0.4}
ALL = list(itertools.product(LAYOUTS, SIDES))


def usual(layout="dense", side="axonal", rule=None, **kwargs):
    rule = sim.PairSTDP(**RULE) if rule is None else rule
    return Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side, **kwargs)


def arriving(rig, trace):
    """What arrived at each target in each step: the jumps of its exponential current."""
    current = trace.result().values
    return current[1:] - current[:-1] * np.exp(-DT / 1.0)


@pytest.mark.thorough
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


@pytest.mark.thorough
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


@pytest.mark.parametrize("precision", ["mixed", "double"])
@pytest.mark.parametrize("layout", ["sparse", "dense"])
def test_normalize_keeps_to_the_ceiling(tmp_path, layout, precision):
    """Weights that would pass it stay on it, and the others share what is left."""
    rig = Rig(sim.PairSTDP(w_max=2.0), trains(3, 12), trains(4, 3), layout=layout,
              weight=sim.LogNormal(0.4, 0.4, high=2.0), precision=precision)  # fmt: skip
    before, target = rig.before.weight, rig.before.target
    total = 1.2 * np.bincount(target).min()
    rig.plastic.normalize(total)
    after = rig.plastic.weight
    assert np.bincount(target, after) == pytest.approx(np.full(3, total))
    assert after.max() == 2.0
    free = after < 2.0
    for j in range(3):
        ratio = (after / before)[free & (target == j)]
        assert ratio == pytest.approx(ratio[0])
    too_much = 2.001 * np.bincount(target).min()
    text = r"^plastic\.normalize: .*target \d cannot sum to .*at most the rule's w_max = 2 pA, tog"
    with pytest.raises(sim.ValidationError, match=text):
        rig.plastic.normalize(too_much)
    assert np.array_equal(rig.plastic.weight, after)
    rig.plastic.weight = after
    rig.net.save_state(tmp_path / "state")


def signed(weight, rule=None, precision="mixed"):
    """Six sources and one target, and nothing that gives weights a sign."""
    net = sim.Network(seed=1, precision=precision)
    source = net.population("source", len(weight), sim.PoissonSource(5.0))
    cell = net.population("cell", 1, sim.LIF())
    return net, net.project(source, cell, sim.AllToAll(), weight=np.array(weight), delay=1.0,
                            plasticity=rule or sim.Oja(), delay_is="axonal", name="p")  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("weight", "total", "text"),
    [
        ([-20.0, -20.0, 5.0], 30.0, r"^p\.normalize: .*target 0 sum to -35 pA, which is negative"),
        ([3.0, 1e-7, -3.0], 30.0, r"target 0 sum to 1e-07 pA and cancel, for their magnitudes sum "
                                  r"to 6 pA, so they cannot be scaled to total = 30"),
        ([1.0, -1.0, 0.0], 30.0, "sum to 0 pA and cancel"),
        ([0.0, 0.0, 0.0], 30.0, "sum to 0 pA and cannot be scaled to total = 30"),
        ([20.0, 5.0, 5.0], 1e300, r"p\.weight: too large for float32: 6\.6"),
        ([20.0, 5.0, 5.0], 1e-50, r"p\.normalize: too small for float32: 6\.6.*e-51 pA"),
    ],
)  # fmt: skip
def test_weights_that_cannot_be_scaled_stay(weight, total, text):
    net, p = signed(weight)
    before = p.weight
    with pytest.raises(sim.ValidationError, match=text):
        p.normalize(total)
    assert np.array_equal(p.weight, before)
    net.population("more", 1, sim.LIF())  # nothing has been set that would be lost


@pytest.mark.thorough
def test_weights_of_both_signs_that_can_be_scaled():
    _, p = signed([3.0, 4.0, -1.0])
    p.normalize(12.0)
    assert p.weight == pytest.approx([6.0, 8.0, -2.0])
    _, p = signed([3.0, 4.0, -1.0], rule=sim.Hebbian(w_min=-5.0, w_max=5.0))
    text = (
        r"p\.weight: must lie within the rule's w_min = -5\.0 pA \.\.\. w_max = 5\.0 pA, got -2\.0"
    )
    with pytest.raises(sim.ValidationError, match=text):
        p.normalize(12.0)
    assert p.weight == pytest.approx([3.0, 4.0, -1.0])


class Capped(sim.Oja):
    w_max = param(1e38, one, doc="upper bound of the weight")


@pytest.mark.thorough
def test_a_negative_weight_beyond_the_numbers_is_refused_where_there_is_a_bound_above():
    _, p = signed([1.0] * 10 + [-9.99], rule=Capped())
    before = p.weight
    with pytest.raises(sim.ValidationError, match=r"p\.weight: too large for float32"):
        p.normalize(8e35)
    assert np.array_equal(p.weight, before)


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
    assert rig.net.plan.parts["plastic_synapses"].tables["plastic"].args.weights.dtype == np.float32


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


class Seen(sim.PlasticityRule):
    """A variable of the synapse adds up the weights that spikes find."""

    equations = "c : 1"
    on_pre = "w += 1; c += 0"
    on_post = "c += w"


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["events", "steps"])
def test_a_weight_that_stays_is_what_later_statements_of_a_step_find(method):
    """The presynaptic statements come first, and spikes of both neurons coincide."""
    pre, post = [np.array([20, 20, 40])], [np.array([26, 46])]
    rig = Rig(Seen(method=method), pre, post, layout="dense", weight=1.0)
    rig.plastic.learning = False
    rig.run(10.0)
    assert rig.plastic.weight.tolist() == [1.0]
    assert rig.plastic.get("c").tolist() == [2.0]
