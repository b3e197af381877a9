"""Weights that are magnitudes never become negative, whatever rule, receptor or storage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, one, param
from tests.synapses.event_loop import Synapse
from tests.synapses.rig import DT, LAYOUTS, SIDES, STEPS, trains, unchanged


class Falling(sim.PlasticityRule):
    """A rule without bounds, of which both events only take away."""

    tau_plus = param(20.0, ms, "positive", "presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "postsynaptic trace")
    down = param(0.02, one, "non-negative", "depression")

    equations = TRACES
    on_pre = "w -= down * (1 + y); x += 1"
    on_post = "w += 0.5 * down * (x - 1); y += 1"


class Bounded(Falling):
    """The same with a floor that only its name says."""

    w_min = param(0.25, one, doc="lower bound of the weight")


class Strange(Falling):
    """The same, which gives no number where it takes away much."""

    on_post = "w -= down * sqrt(1 - down); y += 1"


def unbounded(rule):
    """What a rule's events do to a weight, without any floor."""
    down = getattr(rule, "down", None)
    eta = getattr(rule, "eta", None)
    match type(rule).__name__:
        case "Falling" | "Bounded":
            return (
                lambda w, x, y: w - down * (1 + y),
                lambda w, x, y: w + 0.5 * down * (x - 1),
            )
        case "Oja":
            return unchanged, lambda w, x, y: w + eta * (x - w * y)
        case "Hebbian":
            return (
                lambda w, x, y: min(rule.w_max, w + eta * (y - rule.y_0) - eta * rule.decay * w),
                lambda w, x, y: min(rule.w_max, w + eta * (x - rule.x_0)),
            )
    up = rule.lambda_
    return (
        lambda w, x, y: w - up * rule.alpha * y * w,
        lambda w, x, y: min(rule.w_max, w + up * x * (rule.w_max - w)),
    )


def above(floor, functions):
    """The same functions, clipped at a floor."""
    return tuple((lambda w, x, y, f=f: max(floor, f(w, x, y))) for f in functions)


STEEP = {  # rules that would leave the allowed range soon, by how fast
    "falling": lambda size: Falling(down=0.02 * size),
    "bounded": lambda size: Bounded(down=0.02 * size),
    "oja": lambda size: sim.Oja(eta=0.3 * size),
    "hebbian": lambda size: sim.Hebbian(eta=0.02 * size, x_0=1.5, y_0=1.5, decay=0.3, w_max=3.0),
    "stdp": lambda size: sim.PairSTDP(
        lambda_=0.3 * size, alpha=2.0, mu_plus=1.0, mu_minus=1.0, w_max=3.0
    ),
}
RECEPTORS = {
    "g": sim.ExpConductance(), "GABA_A": sim.GABA_A(), "NMDA": sim.NMDA(),
    "I": sim.ExpCurrent(transmitter="glycine"), "either": sim.AlphaCurrent(),
}  # fmt: skip
# What weights that are magnitudes reach, and from whom; "" is a source that names no transmitter.
SYNAPSES = [
    ("g", ""), ("g", "GABA"), ("GABA_A", ""), ("GABA_A", "GABA"), ("NMDA", "glutamate"),
    ("I", "glycine"), ("either", "GABA"), ("either", "glutamate"),
]  # fmt: skip


class Floors:
    """Neurons that fire when they are told to, and a projection onto them of each of some rules."""

    def __init__(self, rules, synapses, pre, post, *, layout="sparse", side="axonal",
                 weight=None, precision="double"):  # fmt: skip
        self.rules, self.pre, self.side = rules, pre, side
        self.net = sim.Network(dt=DT, seed=1, precision=precision)
        sources = {
            name: self.net.population(
                f"pre_{name}", len(pre), sim.SpikeSource([t * DT for t in pre]),
                transmitter=name or None,
            )
            for name in ("", "GABA", "glycine", "glutamate")
        }  # fmt: skip
        driver = self.net.population("driver", len(post), sim.SpikeSource([t * DT for t in post]))
        model = sim.LIF(t_ref=0.0, C_m=1e6, receptors={"kick": sim.Delta(), **RECEPTORS})
        self.targets = self.net.population("post", len(post), model)
        self.net.project(driver, self.targets, sim.OneToOne(), weight=1000.0, delay=DT,
                         receptor="kick")  # fmt: skip
        self.plastic = [
            self.net.project(
                sources[transmitter], self.targets,
                sim.AllToAll() if layout == "dense" else sim.FixedProbability(0.7),
                weight=sim.Uniform(0.5, 1.5) if weight is None else weight,
                delay=sim.Uniform(DT, 3.0) if layout == "sparse-delays" else 0.7,
                receptor=receptor, plasticity=rule, delay_is=side, name=f"plastic {k}",
            )
            for k, (rule, (receptor, transmitter)) in enumerate(zip(rules, synapses, strict=True))
        ]  # fmt: skip
        self.spikes = self.net.record(self.targets, "spikes")

    def expected(self, rule, before, functions):
        """The weights of one projection by event loops."""
        fired = self.spikes.result()
        post = [np.rint(fired.train(j) / DT).astype(int) for j in range(fired.n)]
        weights = []
        for i, j, w, d in zip(*vars(before).values(), strict=True):
            synapse = Synapse(w, *functions, rule.tau_plus / DT, rule.tau_minus / DT,
                              rule.pairing, rule.coincidence)  # fmt: skip
            weights.append(synapse.run(self.pre[i], post[j], round(d / DT),
                                       axonal=self.side == "axonal", stop=STEPS + 100))  # fmt: skip
        return weights


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(
    synapses=st.lists(st.sampled_from(SYNAPSES), min_size=len(STEEP), max_size=len(STEEP)),
    layout=st.sampled_from(LAYOUTS),
    side=st.sampled_from(SIDES),
    size=st.floats(0.1, 10.0),
    seed=st.integers(0, 1000),
    looks=st.lists(st.integers(1, STEPS), max_size=3, unique=True),
)
def test_no_weight_is_below_its_floor(synapses, layout, side, size, seed, looks):
    """Whenever weights are looked at; they are those of event loops that clip after each event."""
    rules = [make(size) for make in STEEP.values()]
    pre, post = trains(seed, 4, most=30), trains(seed + 1, 3, stride=3, most=30)
    rig = Floors(rules, synapses, pre, post, layout=layout, side=side)
    before = [p.connections() for p in rig.plastic]
    for stop in [*sorted(looks), STEPS + 100]:
        rig.net.run((stop - round(rig.net.t / DT)) * DT)
        for projection, rule in zip(rig.plastic, rules, strict=True):
            assert projection.weight.min() >= getattr(rule, "w_min", 0.0)
    for projection, rule, start in zip(rig.plastic, rules, before, strict=True):
        floor = getattr(rule, "w_min", 0.0)
        expected = rig.expected(rule, start, above(floor, unbounded(rule)))
        assert projection.weight == pytest.approx(np.array(expected), rel=1e-6, abs=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_floor_in_single_precision_and_what_is_no_number(layout):
    for down in (0.1, 2.0):
        rig = Floors([Strange(down=down)], [("GABA_A", "")], trains(3, 5), trains(4, 4),
                     layout=layout, precision="single")  # fmt: skip
        if down > 1:
            with pytest.raises(sim.SimulationError, match=r"plastic 0\.weight is nan"):
                rig.net.run(300.0)
        else:
            rig.net.run(300.0)
            assert rig.plastic[0].weight.min() == 0.0


def test_weights_with_a_sign_are_free():
    given = [("either", ""), ("g", ""), ("either", "glutamate")]
    rules = [Falling(), Falling(), Bounded()]
    rig = Floors(rules, given, trains(3, 2), trains(4, 2))
    assert [p.floor for p in rig.plastic] == [None, 0.0, 0.25]
    rig.net.build()
    free, *clipped = (t.module for t in rig.net.plan.parts["plastic_synapses"].tables.values())
    assert free not in clipped


@pytest.mark.parametrize(
    ("rule", "synapse", "text"),
    [
        (sim.Hebbian(w_min=-5.0), ("GABA_A", "GABA"), "-5.0 nS: 'pre_GABA' releases GABA, which"),
        (sim.TraceSTDP(w_min=-0.5), ("g", ""), "-0.5 nS: 'g' is a conductance, which"),
        (sim.Hebbian(w_min=-1), ("either", "GABA"), "-1.0 pA: 'pre_GABA' releases GABA, which"),
    ],
)
def test_a_negative_floor_of_magnitudes_is_refused(rule, synapse, text):
    text = rf"^plastic 0\.plasticity: the rule's w_min must be zero or positive, got {text}"
    with pytest.raises(sim.ValidationError, match=text):
        Floors([rule], [synapse], trains(3, 2), trains(4, 2))
    Floors([rule], [("either", "")], trains(3, 2), trains(4, 2))  # these have a sign


@pytest.mark.thorough
@pytest.mark.parametrize("layout", ["sparse", "dense"])
def test_normalize_keeps_to_the_floor(layout):
    """Weights that would fall below it stay on it, and the others share what is left."""
    rig = Floors([Bounded(down=0.0)], [("GABA_A", "")], trains(3, 12), trains(4, 3), layout=layout,
                 weight=sim.LogNormal(1.0, 1.5, low=0.25))  # fmt: skip
    plastic = rig.plastic[0]
    before, target = plastic.weight, plastic.connections().target
    total = 0.4 * np.bincount(target).max()
    plastic.normalize(total)
    after = plastic.weight
    assert np.bincount(target, after) == pytest.approx(np.full(3, total))
    assert after.min() == 0.25
    free = after > 0.25
    ratio = after[free] / before[free]
    for j in range(3):
        assert np.ptp(ratio[target[free] == j]) < 1e-9, "those above it keep their proportions"
    with pytest.raises(
        sim.ValidationError, match=r"cannot sum to total = 0\.1: .*w_min = 0\.25 nS"
    ):
        plastic.normalize(0.1)
    for value in (0.2, -1.0):
        with pytest.raises(sim.ValidationError, match=r"plastic 0\.weight"):
            plastic.weight = value
    assert np.array_equal(plastic.weight, after)
