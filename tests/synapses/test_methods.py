"""Rules with several traces and variables: the two methods, and loops over time steps."""

import itertools
from collections import Counter
from typing import ClassVar

import numpy as np
import pytest

import spikesim as sim
from spikesim.mechanisms.plastic_synapses import events
from spikesim.units import Unit, ms, mV, one, param
from tests.networks import assert_same
from tests.synapses import paper_loops
from tests.synapses.rig import DT, LAYOUTS, SIDES, Rig, trains

TAUS = {"tau_plus": 16.8, "tau_minus": 33.7}
SHAPES = list(itertools.product(LAYOUTS, SIDES))


class Eligible(sim.PlasticityRule):
    """A trace at each synapse, which spikes read and change."""

    tau_plus = param(16.8, ms, "positive")
    tau_minus = param(33.7, ms, "positive")
    tau_c = param(100.0, ms, "positive")

    equations = """
        dx/dt = -x / tau_plus : 1
        dy/dt = -y / tau_minus : 1
        dc/dt = -c / tau_c : 1
    """
    on_pre = "c -= 0.5 * y; w = clip(w + 0.02 * c, 0, 2); x += 1"
    on_post = "c += x; w = clip(w + 0.01 * c, 0, 2); y += 1"


class Rewarded(Eligible):
    """The weight follows the product of the trace and a concentration."""

    b = param(0.0, one, doc="concentration without effect")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(2.0, one, "positive", "upper bound of the weight")
    eta = param(0.01, Unit("1/ms"), "non-negative", "learning rate")

    equations = Eligible.equations + "dw/dt = eta * c * (dopamine - b) : 1"
    modulators = ("dopamine",)
    on_pre = "c -= 0.5 * y; x += 1"
    on_post = "c += x; y += 1"


class Released(Eligible):
    """The weight moves when the reward comes."""

    modulators = ("dopamine",)
    on_pre = "c -= 0.5 * y; x += 1"
    on_post = "c += x; y += 1"
    on_event = {"dopamine": "w = clip(w + 0.05 * (amount - 0.2) * c, 0, 2)"}


class Late(sim.PlasticityRule):
    """A calcium rule: thresholds of a variable of the synapse, and presynaptic spikes act late."""

    D = param(13.7, ms, "non-negative", "delay")

    equations = """
        dc/dt = -c / (20*ms) : 1
        dw/dt = (321.8 * (1 - w) * int(c > 1.3) - 200 * w * int(c > 1)) / (100*second) : 1
    """
    on_pre = "c += 1"
    on_post = "c += 2"
    on_pre_delay = "D"


class LatePairs(Eligible):
    """Spikes act 13.7 ms after they are transmitted, so several may be on their way."""

    D = param(13.7, ms, "non-negative", "delay")
    on_pre_delay = "D"


def reward(rig):
    rig.rewards = trains(9, 2, most=20)
    source = rig.net.population("reward", 2, sim.SpikeSource([t * DT for t in rig.rewards]))
    rig.dopamine = rig.net.modulator("dopamine", tau=30.0, baseline=0.1)
    rig.net.release(source, rig.dopamine, amount=0.5, delay=1.1)
    rig.level = rig.net.record(rig.dopamine, "concentration")


def made(rule, layout, side, **options):
    also = reward if rule.modulators else None
    weight = sim.Uniform(0.3, 0.7) if isinstance(rule, (Late, Drifting)) else None
    return Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side, also=also,
               weight=weight, **options)  # fmt: skip


def outcome(rule, layout, side, pieces=(310.0,), *, read=False, **options):
    rig = made(rule, layout, side, **options)
    for piece in pieces:
        rig.run(piece)
        if read:
            rig.plastic.weight  # noqa: B018
            for name in rig.plastic.variables:
                rig.plastic.get(name)
    return {name: rig.plastic.get(name) for name in rig.plastic.variables}


def by_loop(rig, loop, **values):
    """What a loop of a paper gives, for every synapse."""
    fired, stop = rig.spikes.result(), round(rig.net.t / DT)
    return [
        loop(rig.pre[i], np.rint(fired.train(j) / DT).astype(int), w, dt=DT, stop=stop,
             delay=round(d / DT), axonal=rig.side == "axonal", **values)
        for i, j, w, d in zip(*vars(rig.before).values(), strict=True)
    ]  # fmt: skip


def held(rig):
    """Mean concentrations over the intervals after each step."""
    level = rig.level.result().values[:, 0]
    return 0.1 + (level - 0.1) * -np.expm1(-DT / 30.0) / (DT / 30.0)


RULES = {"eligible": Eligible, "rewarded": Rewarded, "released": Released, "late": LatePairs}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.thorough if name == "rewarded" else pytest.mark.slow)
        for name in RULES
    ],
)
@pytest.mark.parametrize(("layout", "side"), SHAPES)
def test_the_methods_agree(name, layout, side):
    for coincidence in ("none", "pre-first", "post-first"):
        both = [
            outcome(RULES[name](method=method, coincidence=coincidence), layout, side)
            for method in ("events", "steps")
        ]
        for variable, values in both[0].items():
            assert values == pytest.approx(both[1][variable], rel=1e-9, abs=1e-9), variable


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("rule", "method"),
    [
        (Rewarded, "auto"),
        (Late, "auto"),
        *(
            pytest.param(rule, method, marks=pytest.mark.slow)
            for rule in (Eligible, Rewarded, Released, Late, LatePairs)
            for method in ("events", "steps")
        ),
    ],
)
@pytest.mark.parametrize(("layout", "side"), [("sparse-delays", "axonal"), ("dense", "dendritic")])
def test_chunks_threads_and_reading_change_nothing(rule, method, layout, side):
    whole = outcome(rule(method=method), layout, side)
    assert_same(whole, outcome(rule(method=method), layout, side, [0.1, 99.9, 210.0], read=True))
    assert_same(whole, outcome(rule(method=method), layout, side, [100.0, 210.0], threads=3))


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "side"), [("sparse-delays", "axonal"), ("dense", "dendritic")])
def test_integrals_that_are_kept_for_a_short_time(layout, side, monkeypatch):
    """Every synapse is brought up to date often, at steps that do not depend on the chunks."""
    long = outcome(Rewarded(), layout, side)
    monkeypatch.setattr(events, "INTEGRALS", 64)
    short = outcome(Rewarded(), layout, side)
    for name, values in long.items():
        assert values == pytest.approx(short[name], rel=1e-9, abs=1e-9)
    assert_same(short, outcome(Rewarded(), layout, side, [33.3, 276.7], threads=2, read=True))


@pytest.mark.parametrize("b", [0.0, 0.5])
def test_a_reward_against_the_loop(b):
    """With b = 0.5 the integrand changes its sign, and most weights end at a bound."""
    rig = made(Rewarded(b=b), "sparse-delays", "dendritic").run()
    expected = by_loop(
        rig, paper_loops.dopamine_stdp, D=0.01 * (held(rig) - b), A_plus=1.0, A_minus=0.5,
        tau_c=100.0, w_min=0.0, w_max=2.0, **TAUS,
    )  # fmt: skip
    assert rig.plastic.weight == pytest.approx([e["w"] for e in expected], rel=1e-10)
    assert rig.plastic.get("c") == pytest.approx([e["c"] for e in expected], rel=1e-9, abs=1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize(("layout", "side"), SHAPES)
def test_releases_against_the_loop(layout, side):
    rig = made(Released(), layout, side).run()
    amounts = Counter(int(t) + 11 for train in rig.rewards for t in train)
    rewards = [(step, 0.5 * n) for step, n in sorted(amounts.items())]
    expected = by_loop(rig, paper_loops.r_stdp, rewards=rewards, eta=0.05, b=0.2, A_plus=1.0,
                       A_minus=0.5, tau_c=100.0, w_min=0.0, w_max=2.0, **TAUS)  # fmt: skip
    assert rig.plastic.weight == pytest.approx([e["w"] for e in expected], rel=1e-10)


@pytest.mark.parametrize(("layout", "side"), [("sparse-delays", "axonal"), ("dense", "dendritic")])
def test_thresholds_and_late_spikes_against_the_loop(layout, side):
    """Crossings are placed within the step; their order within one step is not."""
    rig = made(Late(), layout, side).run()
    expected = by_loop(
        rig, paper_loops.graupner_brunel, tau_Ca=20.0, C_pre=1.0, C_post=2.0, theta_p=1.3,
        gamma_p=321.8, gamma_d=200.0, tau=100_000.0, D=13.7, cubic=False,
    )  # fmt: skip
    assert np.abs(rig.plastic.weight - rig.before.weight).max() > 0.1
    assert rig.plastic.weight == pytest.approx([e["rho"] for e in expected], abs=1e-9)


@pytest.mark.parametrize("rule", [Rewarded, Late])
def test_a_saved_state_goes_on(tmp_path, rule):
    first, second = (made(rule(), "sparse", "axonal", threads=n) for n in (1, 2))
    first.run(100.0)
    first.net.save_state(tmp_path / "state")
    first.run(210.0)
    second.net.load_state(tmp_path / "state")
    second.run(210.0)
    for name in first.plastic.variables:
        assert np.array_equal(first.plastic.get(name), second.plastic.get(name)), name


@pytest.mark.slow
@pytest.mark.parametrize("method", ["events", "steps"])
def test_variables_are_set_and_recorded(method):
    """Without spikes a variable decays from the value that it was given."""
    none = [np.empty(0, int)] * 3
    rig = Rig(Eligible(method=method), none, none)
    record = rig.net.record(rig.plastic, "c", every=10.0)
    values = np.linspace(0.1, 0.9, rig.plastic.weight.size)
    rig.run(20.0)
    rig.plastic.set(c=values)
    rig.run(50.0)
    assert rig.plastic.get("c") == pytest.approx(values * np.exp(-0.5), rel=1e-9)
    trace = record.result()
    assert trace.variable == "c"
    late = trace.values[trace.times > 20.05]
    times = trace.times[trace.times > 20.05]
    assert late == pytest.approx(values * np.exp(-(times[:, None] - 20.0) / 100.0), rel=1e-9)
    rig.plastic.set(c=0.25, weight=1.0)
    assert (rig.plastic.get("c") == 0.25).all()
    assert (rig.plastic.weight == 1.0).all()
    rig.plastic.set(c=sim.Uniform(0.0, 1.0))
    assert np.unique(rig.plastic.get("c")).size == values.size


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda p: p.get("d"), r"plastic\.get: unknown name 'd'; valid names: 'weight', 'c'"),
        (lambda p: p.set(d=1.0), r"plastic\.set: unknown name 'd'"),
        (lambda p: p.set(c=[1.0, 2.0]), r"plastic\.c: "),
        (lambda p: p.set(c=np.nan), r"plastic\.c: must be finite"),
        (lambda p: p.set(c=5 * ms), r"plastic\.c: "),
    ],
)
def test_variables_that_cannot_be_set(change, text):
    rig = Rig(Eligible(), trains(3, 2), trains(4, 2))
    before = rig.plastic.get("c")
    with pytest.raises(sim.ValidationError, match=text):
        change(rig.plastic)
    assert np.array_equal(rig.plastic.get("c"), before)


class After(sim.PlasticityRule):
    """Each spike transmits the weight that it has increased."""

    on_pre = "w += 1"
    transmits = "after"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["events", "steps"])
@pytest.mark.parametrize(("layout", "side"), SHAPES)
def test_what_is_transmitted_after_a_change(layout, side, method):
    """Into a membrane that adds up what comes; two spikes come in one step."""
    pre = [np.array([10, 50, 50])]
    rig = Rig(After(method=method), pre * 3, [np.empty(0, int)] * 4, layout=layout, side=side,
              delay=0.5 if layout == "dense" else None, weight=1.0)  # fmt: skip
    current = rig.net.record(rig.targets, "I_slow")
    rig.run(40.0)
    degree = np.bincount(rig.before.target, minlength=4)
    total = current.result().values.sum(axis=0) * -np.expm1(-DT / 1.0)
    assert total == pytest.approx(8.0 * degree, rel=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize(("layout", "side"), SHAPES)
def test_what_is_transmitted_before_a_late_change(layout, side):
    """The weight of that time, although the next update of the synapse is later."""
    both = []
    for method in ("events", "steps"):
        rig = made(LatePairs(method=method), layout, side)
        current = rig.net.record(rig.targets, "I_slow")
        both.append(rig.run().net and current.result().values)
    assert np.abs(both[0]).max() > 1.0
    assert both[0] == pytest.approx(both[1], rel=1e-9, abs=1e-9)


class Slow(sim.PlasticityRule):
    """Each step changes both variables by less than float32 resolves."""

    equations = """
        dv/dt = (1 - v) / (1000*second) : 1
        dw/dt = (v - w) / (1000*second) : 1
    """
    initial: ClassVar = {"v": 0.5}


@pytest.mark.thorough
def test_slow_variables_move_in_mixed_precision():
    none = [np.empty(0, int)] * 2
    rig = Rig(Slow(method="steps"), none, none, weight=0.25, layout="dense", precision="mixed")
    rig.run(2000.0)
    assert rig.plastic.weight == pytest.approx(0.25 + 0.25 * 2e-3, abs=2e-6)
    assert rig.plastic.weight[0] > 0.2504


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["events", "steps"])
def test_a_reset_leaves_the_variables_of_synapses(method):
    """They go on from their values at that time, not from those of their last spikes."""
    rig = made(Rewarded(method=method), "sparse", "axonal").run(305.0)
    before = {name: rig.plastic.get(name) for name in rig.plastic.variables}
    rig.net.reset_state()
    for name, values in before.items():
        assert rig.plastic.get(name) == pytest.approx(values, rel=1e-12), name
    rig.plastic.normalize(1.0)
    sums = np.bincount(rig.before.target, rig.plastic.weight)
    assert sums[sums > 0] == pytest.approx(1.0)


@pytest.mark.thorough
def test_learning_that_is_off_keeps_the_weight_alone():
    for method in ("events", "steps"):
        rig = made(Rewarded(method=method), "sparse", "axonal")
        rig.plastic.learning = False
        rig.run(200.0)
        assert np.array_equal(rig.plastic.weight, rig.before.weight)
        assert np.abs(rig.plastic.get("c")).max() > 0.1


class Voltage(sim.PlasticityRule):
    """Reads the membrane, filtered and earlier."""

    tau = param(10.0, ms, "positive")
    late = param(0.3, ms, "positive")

    equations = """
        du/dt = (V_m_post - u) / tau : mV
        dw/dt = delayed(u, late) / (50*mV) / (100*ms) : 1
    """


@pytest.mark.thorough
def test_a_filter_of_the_membrane_is_kept_for_the_neuron():
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 3, sim.SpikeSource([[1.0]] * 3))
    cells = net.population("cells", 4, sim.LIF(I_e=[0.0, 100.0, 200.0, 350.0]))
    plastic = net.project(source, cells, sim.AllToAll(), weight=0.0, delay=0.5,
                          plasticity=Voltage(), delay_is="dendritic")  # fmt: skip
    voltage = net.record(cells, "V_m")
    net.run(50.0)
    V = np.vstack([cells.get("V_m") * 0 - 70.0, voltage.result().values])[-501:]
    factor = np.exp(-0.1 / 10.0)
    u = np.zeros(4)
    history, w = [u], np.zeros(4)
    for step in range(500):
        # The state of step -1 is in front; a synapse sees what was 5 steps ago, and 3 more.
        w += 0.1 * history[max(0, step - 5 - 3)] / 50.0 / 100.0
        u = V[step] + (u - V[step]) * factor
        history.append(u)
    assert plastic.weight.reshape(3, 4)[0] == pytest.approx(w, rel=1e-9)
    assert "u: kept for the postsynaptic neuron, stepped" in Voltage().explain()


class Sliding(sim.PlasticityRule):
    """A threshold of the postsynaptic neuron that begins above 0."""

    equations = """
        dtheta/dt = -(theta - 1) / (20*ms) : 1
        dw/dt = theta / (100*ms) : 1
    """
    on_post = "theta += 1"
    initial: ClassVar = {"theta": 3.0}


@pytest.mark.thorough
def test_what_a_neuron_keeps_has_an_initial_value():
    none = [np.empty(0, int)] * 3
    rig = Rig(Sliding(), none, none, weight=0.0, layout="dense", side="axonal")
    assert "theta: kept for the postsynaptic neuron" in Sliding().explain()
    rig.run(40.0)
    assert rig.plastic.weight == pytest.approx((40.0 + 40.0 * -np.expm1(-2.0)) / 100.0, rel=1e-6)
    rig.net.reset_state()
    before = rig.plastic.weight
    rig.run(40.0)
    assert rig.plastic.weight == pytest.approx(2 * before, rel=1e-9)


@pytest.mark.thorough
def test_noise_has_its_mean_and_variance():
    class Noisy(sim.PlasticityRule):
        equations = "dw/dt = -w / (20*ms) + xi * (2 / (20*ms))**0.5 * 0.3 : 1"

    none = [np.empty(0, int)] * 60
    weights = []
    for threads in (1, 3):
        rig = Rig(Noisy(), none, none[:40], layout="dense", weight=0.0, threads=threads)
        weights.append(rig.run(200.0).plastic.weight)
    assert np.array_equal(*weights)
    n = weights[0].size
    assert abs(weights[0].mean()) < 3 * 0.3 / np.sqrt(n)
    assert weights[0].std() == pytest.approx(0.3, abs=0.3 * (3 / np.sqrt(2 * n) + 0.005))


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"equations": "dc/dt = -c / tau : 1"}, "equations: unknown name 'tau'"),
        ({"equations": "dc/dt = -c : 1"}, "equations: .*1/ms"),
        ({"on_event": {"reward": "w += 1"}}, "on_event: unknown name 'reward'"),
        ({"on_event": 3}, "on_event: must map"),
        ({"equations": "dx/dt = -x / (5*ms) : 1", "on_pre": "x += 1", "modulators": ("d",),
          "on_event": {"d": "w += x"}}, r"on_event\['d'\]: .* x is kept for one neuron"),
        ({"on_pre_delay": "D"}, "on_pre_delay: unknown name 'D'"),
        ({"on_pre_delay": "D", "D": param(5.0, ms), "transmits": "after"},
         "transmits: 'after' .* 5 ms later"),
        ({"on_pre_delay": "D", "D": param(0.25, ms, "non-negative"),
          "equations": "dx/dt = -x / (5*ms) : 1", "on_pre": "x += 1",
          "pairing": "nearest-presynaptic-centred"}, "pairing: .*0.25 ms later"),
        ({"transmits": "never"}, "transmits: unknown name 'never'"),
        ({"equations": "dc/dt = -c / (5*ms) : 1\nd = c : 1", "on_pre": "d = 1"},
         "on_pre: 'd' is a subexpression"),
        ({"equations": "dc/dt = delayed(w, 1*ms) / ms : 1"}, "equations: delayed.. takes a var"),
        ({"equations": "dc/dt = delayed(2, 1*ms) / ms : 1"}, "equations: delayed.. takes the name"),
        ({"on_pre": "w += V_m"}, "on_pre: unknown name 'V_m'"),
    ],
)  # fmt: skip
def test_texts_that_are_refused(members, text):
    members = dict(members)
    options = {"pairing": members.pop("pairing", "all-to-all")}
    with pytest.raises(sim.ValidationError, match=rf"Own\.{text}"):
        type("Own", (sim.PlasticityRule,), {"on_post": "w += 1", **members})(**options)


class Drifting(sim.PlasticityRule):
    """The weight approaches a value beyond its bound."""

    target = param(0.8, one)
    w_min = param(0.0, one)
    w_max = param(1.0, one)

    equations = """
        dx/dt = -x / (20*ms) : 1
        dw/dt = (target - w) / (20*ms) : 1
    """
    on_pre = "x += 1"
    on_post = "w += 0.001 * x"


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["sparse", "dense"])
@pytest.mark.parametrize("target", [0.8, 2.0, -1.0])
def test_a_weight_that_drifts_stays_within_its_bounds(layout, target):
    both = [
        outcome(Drifting(target=target, method=method), layout, "axonal")["weight"]
        for method in ("events", "steps")
    ]
    assert both[0] == pytest.approx(both[1], abs=1e-9)
    assert both[0] == pytest.approx(np.full(both[0].size, np.clip(target, 0, 1)), abs=0.05)


def test_pairings_are_for_traces_that_are_read_before_their_jump():
    texts = {"equations": "dx/dt = -x / (20*ms) : 1", "on_pre": "x += 1; w += x", "on_post": ""}
    rule = type("Own", (sim.PlasticityRule,), texts)
    rule()
    with pytest.raises(sim.ValidationError, match=r"Own\.pairing: .*x is read after it"):
        rule(pairing="nearest-symmetric")


@pytest.mark.thorough
def test_a_value_for_each_synapse():
    class Own(sim.PlasticityRule):
        equations = "eta : 1"
        on_pre = "w += eta"
        initial: ClassVar = {"eta": 0.25}

    rig = Rig(Own(), [np.array([10])] * 2, [np.empty(0, int)] * 2, layout="dense", weight=0.0)
    rig.plastic.set(eta=[[0.25, 0.5], [1.0, 2.0]])
    assert rig.run(20.0).plastic.weight.tolist() == [0.25, 0.5, 1.0, 2.0]


def test_old_texts_are_told_how_to_say_it():
    with pytest.raises(sim.ValidationError, match="write 'w = w \\+ 1' for a new weight"):
        type("Own", (sim.PlasticityRule,), {"on_post": "w + 1"})()


@pytest.mark.parametrize("rule", [Rewarded, Late])
def test_the_source_can_be_read(rule):
    text = rule().source()
    compile(text, "kernels", "exec")
    assert "def on_pre(_s, _x, _y, _a, _step):" in text


def test_a_method_that_is_not_possible():
    with pytest.raises(sim.ValidationError, match=r"Voltage\.method: .*cannot be updated at"):
        Voltage(method="events")


def test_variables_that_a_neuron_does_not_have():
    net = sim.Network(seed=1)
    source = net.population("source", 3, sim.SpikeSource([[1.0]] * 3))
    cells = net.population("cells", 4, sim.Izhikevich())
    rule = sim.PlasticityRule.from_text("w : 1", "w += q_post")
    net.project(source, cells, sim.AllToAll(), weight=0.0, delay=0.5, plasticity=rule,
                delay_is="dendritic", name="plastic")  # fmt: skip
    with pytest.raises(sim.ValidationError, match=r"plastic\.plasticity: unknown name 'q_post'"):
        net.build()
    assert mV is not None
