"""Statements at intervals, with sums over the synapses of a neuron, against NumPy loops."""

from typing import ClassVar

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses.rule_text import rule_text
from spikesim.units import ms, one, param
from tests.networks import assert_same
from tests.synapses import test_methods as methods
from tests.synapses.grid import STEPS, Grid
from tests.synapses.rig import DT, Rig, trains
from tests.synapses.test_methods import Rewarded, reward

STOP = STEPS + 41


class Own(sim.PlasticityRule):
    """All that statements at intervals may read and do."""

    tau = param(20.0, ms, "positive")
    tau_c = param(100.0, ms, "positive")
    total = param(3.0, one)
    T = param(13.0, ms)
    T_2 = param(26.0, ms)
    T_3 = param(31.7, ms)

    equations = """
        dx/dt = -x / tau : 1
        dy/dt = -y / tau : 1
        drho/dt = -rho / tau_c : 1
        dc/dt = -c / tau_c : 1
        share = w / sum(w) : 1
    """
    modulators = ("dopamine",)
    on_pre = "c -= 0.5 * y; w = max(0, w - 0.01 * y); x += 1"
    on_post = "c += x; w += 0.02 * x; y += 1; rho += 1"
    on_interval: ClassVar = {
        "T": "w = total * share; w = max(0, w + 0.1 * (w - mean(w)))",
        "T_2": "w = max(0, w + 0.02 * (c - mean(c)) * (1 - 0.1 * rho)); c = 0.5 * c",
        "T_3": "w += 0.01 * dopamine * (x - sum(w * x) / sum(w)) * count()",
    }


def across(values, targets):
    """For each synapse the sum over those of its neuron."""
    return np.bincount(targets, values)[targets]


def loop_of_own(pre, post, before, level, *, axonal, stop):
    """All synapses of a projection, step by step, with the traces that each of them sees."""
    i, j, w, delay = before.source, before.target, before.weight.copy(), before.delay
    d = np.rint(delay / DT).astype(int)
    fired = np.zeros((2, stop + 1, max(len(pre), len(post))), bool)
    for side, trains_ in enumerate((pre, post)):
        for n, train in enumerate(trains_):
            fired[side, train[train <= stop], n] = True
    back = (d, 0) if axonal else (0, d)
    x, y, rho, c = np.zeros((4, w.size))
    n = across(np.ones(w.size), j)
    for s in range(1, stop + 1):
        x, y = x * np.exp(-DT / 20.0), y * np.exp(-DT / 20.0)
        rho, c = rho * np.exp(-DT / 100.0), c * np.exp(-DT / 100.0)
        at_pre = (s >= back[0]) & fired[0, np.maximum(s - back[0], 0), i]
        at_post = (s >= back[1]) & fired[1, np.maximum(s - back[1], 0), j]
        c = c - 0.5 * y * at_pre + x * at_post
        w = np.where(at_pre, np.maximum(0, w - 0.01 * y), w) + 0.02 * x * at_post
        x, y, rho = x + at_pre, y + at_post, rho + at_post
        if s == stop:  # what is read now is without the statements of this time
            break
        if s % 130 == 0:
            w = 3.0 * w / across(w, j)
            w = np.maximum(0, w + 0.1 * (w - across(w, j) / n))
        if s % 260 == 0:
            w = np.maximum(0, w + 0.02 * (c - across(c, j) / n) * (1 - 0.1 * rho))
            c = 0.5 * c
        if s % 317 == 0:
            w = w + 0.01 * level[s] * (x - across(w * x, j) / across(w, j)) * n
    return w, c


def made(method, threads=1):
    return Grid(Own(method=method), threads=threads, also=reward)


def outcome(grid):
    return {
        f"{k} {name}": p.get(name)
        for k, p in enumerate(grid.plastic)
        for name in ("weight", "c")
    }  # fmt: skip


@pytest.mark.parametrize(
    "method",
    [pytest.param("auto", marks=pytest.mark.thorough),
     pytest.param("steps", marks=pytest.mark.slow)],
)  # fmt: skip
def test_all_layouts_against_the_loop(method):
    grid = made(method).run(STOP)
    level = dict(zip(np.rint(grid.level.result().times / DT), grid.level.result().values[:, 0],
                     strict=True))  # fmt: skip
    posts = [grid.post(j) for j in range(grid.targets.size)]
    for p, before in zip(grid.plastic, grid.before, strict=True):
        w, c = loop_of_own(grid.pre, posts, before, level, axonal=p.delay_is == "axonal",
                           stop=STOP)  # fmt: skip
        assert np.abs(w - before.weight).max() > 0.1, "something was learnt"
        assert p.weight == pytest.approx(w, rel=1e-9, abs=1e-11)
        assert p.get("c") == pytest.approx(c, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize(
    "method",
    [pytest.param("auto", marks=pytest.mark.slow),
     pytest.param("steps", marks=pytest.mark.thorough)],
)  # fmt: skip
def test_threads_saving_chunks_and_reading_change_nothing(method, tmp_path):
    whole = outcome(made(method).run(STOP))
    first, second = made(method, threads=3), made(method)
    for steps in (130, 1, 129, 57):  # also up to a step in which statements are executed
        first.run(steps)
        outcome(first)
    first.net.save_state(tmp_path / "state")
    second.net.load_state(tmp_path / "state")
    for other in (first, second):
        assert_same(whole, outcome(other.run(STOP - 317)))


class Normalized(sim.PlasticityRule):
    """Weights that sum to a constant; without `on_pre`, whose spikes dense projections log."""

    total = param(4.0, one)
    T = param(25.0, ms)

    equations = "dx/dt = -x / (20*ms) : 1"
    on_pre = "x += 1"
    on_post = "w += 0.1 * x"
    on_interval: ClassVar = {"T": "w = w * total / sum(w)"}


class Plain(sim.PlasticityRule):
    equations = Normalized.equations
    on_pre = Normalized.on_pre
    on_post = Normalized.on_post


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["dense", "sparse"])
@pytest.mark.parametrize("precision", ["double", "mixed"])
def test_the_same_by_normalize_between_runs(layout, precision):
    own, plain = (
        Rig(rule, trains(3, 6), trains(4, 5), layout=layout, precision=precision)
        for rule in (Normalized(), Plain())
    )
    for _ in range(8):
        own.run(25.0)
        plain.run(25.0)
        assert own.plastic.weight == pytest.approx(plain.plastic.weight, rel=1e-6)
        plain.plastic.normalize(4.0)
    own.run(DT)
    sums = np.bincount(own.before.target, own.plastic.weight)
    assert sums == pytest.approx(4.0, rel=0.2)
    assert sums != pytest.approx(np.bincount(own.before.target, own.before.weight), rel=0.2)


@pytest.mark.thorough
def test_a_weight_stays_where_a_sum_is_zero():
    none = [np.empty(0, int)] * 3
    weight = np.array([[1.0, 0.0, 2.0], [3.0, 0.0, -2.0], [2.0, 0.0, 0.0]])
    rig = Rig(Own(), none, none, layout="dense", weight=weight, also=reward).run(13.0 + DT)
    # The second statement, which subtracts the mean, is executed nevertheless.
    expected = np.array([[0.45, 0.0, 2.2], [1.55, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert rig.plastic.weight == pytest.approx(expected.ravel())


class Divided(sim.PlasticityRule):
    """What comes behind a statement that is not executed reads the value that is kept."""

    T = param(1.0, ms)
    equations = """
        dv/dt = 0/ms : 1
        du/dt = 0/ms : 1
        dz/dt = 0/ms : 1
    """
    on_interval: ClassVar = {"T": "w = w / sum(z); v = 2 * w; u = sum(w); z = z * sum(z)**-0.5"}


@pytest.mark.thorough
def test_statements_behind_a_division_by_zero_are_executed():
    none = [np.empty(0, int)] * 3
    weight = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    rig = Rig(Divided(), none, none[:2], layout="dense", weight=weight)
    rig.plastic.set(z=[0.0, 2.0, 0.0, 2.0, 0.0, 0.0])
    rig.run(1.0 + DT)
    w = np.array([[1.0, 0.5], [3.0, 1.0], [5.0, 1.5]])
    assert rig.plastic.weight == pytest.approx(w.ravel())
    assert rig.plastic.get("v") == pytest.approx(2 * w.ravel())
    assert rig.plastic.get("u") == pytest.approx(np.tile(w.sum(axis=0), 3))
    assert rig.plastic.get("z") == pytest.approx([0.0, 1.0, 0.0, 1.0, 0.0, 0.0])


@pytest.mark.slow
def test_learning_that_is_off_keeps_the_weight_alone():
    class Both(sim.PlasticityRule):
        T = param(25.0, ms)
        equations = "dv/dt = 0/ms : 1"
        on_interval: ClassVar = {"T": "w += 1; v += count() + sum(w)"}

    none = [np.empty(0, int)] * 3
    for method in ("events", "steps"):
        rig = Rig(Both(method=method), none, none, layout="dense", weight=1.0).run(30.0)
        assert (rig.plastic.weight == 2.0).all()
        assert (rig.plastic.get("v") == 9.0).all()
        rig.plastic.learning = False
        rig.run(25.0)
        assert (rig.plastic.weight == 2.0).all()
        assert (rig.plastic.get("v") == 21.0).all()


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"on_interval": {"T": "w = w / sun(w)"}}, "on_interval.'T'.: unknown name 'sun' .*'sum'"),
        ({"on_interval": {"T": "w = w / count(w)"}}, "on_interval.'T'.: count takes 0 values"),
        ({"on_interval": {"T": "w -= mean(w > 1)"}}, "on_interval.'T'.: a condition is no number"),
        ({"on_interval": {"T": "w += sum(q)"}}, "on_interval.'T'.: unknown name 'q'"),
        ({"on_interval": {"T": "w += T"}}, "on_interval.'T'.: cannot add 'T' .ms. to 'w'"),
        ({"on_interval": {"T": "w = T / sum(w)"}}, "on_interval.'T'.: the new value of w must be"),
        ({"on_interval": {"T": "T = 3*ms"}}, "on_interval.'T'.: 'T' is a parameter, which"),
        ({"on_pre": "U = 2 * U; w += U"}, "on_pre: 'U' is a parameter, which statements cannot"),
        ({"on_interval": {"T": "w / sum(w)"}}, "on_interval.'T'.: .* write 'w = w / sum.w.'"),
        ({"on_interval": {"T": 3}}, "on_interval.'T'.: must be statements"),
        ({"on_interval": {"S": "w = 1"}}, "on_interval: unknown name 'S'; valid names: 'T', 'U'"),
        ({"on_interval": {"U": "w = 1"}}, "U: is the interval .* declared in ms, and not in 1"),
        ({"on_interval": "w = 1"}, "on_interval: must map parameters that are intervals"),
        ({"on_interval": {"T": ""}}, "on_post: there is neither"),
        ({"on_interval": {"T": "w = 1"}, "T": param(0.0, ms)}, "T: .* must be positive, got 0 ms"),
        ({"on_post": "w /= sum(w)"}, "on_post: sum.. is over all synapses .* only .*on_interval"),
        ({"equations": "dw/dt = -mean(w)/T : 1"}, "equations: mean.. is over all synapses"),
    ],
)
def test_texts_that_are_refused(members, text):
    own = {"T": param(10.0, ms), "U": param(1.0, one)}
    with pytest.raises(sim.ValidationError, match=rf"Own\.{text}"):
        type("Own", (sim.PlasticityRule,), {**own, **members})()


def test_an_interval_is_a_multiple_of_the_step():
    net = sim.Network(dt=0.1)
    cells = net.population("cells", 2, sim.LIF())
    net.project(cells, cells, sim.AllToAll(), weight=0.5, delay=1.0, plasticity=Normalized(T=0.25),
                delay_is="axonal")  # fmt: skip
    with pytest.raises(sim.ValidationError, match=r"Normalized\.T: must be a positive multiple of"):
        net.build()


def test_pairings_that_traces_do_not_have():
    rule = type("Own", (Own,), {
        "equations": "dx/dt = -x/T : 1\ndy/dt = -y/T : 1", "on_pre": "w -= y; x += 1",
        "on_post": "w += x; y += 1", "on_interval": {"T": "w += y"}, "modulators": (),
    })  # fmt: skip
    rule(pairing="nearest-symmetric")
    with pytest.raises(sim.ValidationError, match=r"Own\.pairing: .* and on_interval reads one"):
        rule(pairing="nearest-reduced-symmetric")


def test_what_is_explained():
    told = Own().explain()
    assert "w: a variable of the synapse, changes at spikes and at intervals only" in told
    assert "rho: a trace of the postsynaptic neuron" in told
    assert "every T: changes w, with sums over all synapses onto the neuron" in told
    assert told.endswith("method: events")
    assert "w: a variable of the synapse, changes at intervals only" in (
        sim.SynapticScaling().explain()
    )
    for method in ("events", "steps"):
        assert "def at_intervals(" in Own(method=method).source()
        assert "at_intervals" not in sim.PairSTDP(method=method).source()


def test_weights_that_must_not_be_negative():
    rule = type("Own", (sim.PlasticityRule,), {
        "T": param(10.0, ms), "on_interval": {"T": "w = w - mean(w)"},
    })()  # fmt: skip
    assert "_w = 0.0 if _w < 0.0 else _w" in rule_text(rule, floor=0.0)
    assert "_w = 0.0 if _w < 0.0 else _w" not in rule_text(rule)


class Sampled(sim.PlasticityRule):
    """Keeps the potential of the neuron, as the synapse sees it at intervals."""

    T = param(2.0, ms)
    equations = "dv/dt = 0*mV/ms : mV"
    on_interval: ClassVar = {"T": "v = V_m_post"}


@pytest.mark.slow
def test_a_potential_is_read_with_the_delay():
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 2, sim.SpikeSource([[1.0]] * 2))
    cells = net.population("cells", 3, sim.LIF(I_e=[0.0, 100.0, 300.0]))
    plastic = net.project(source, cells, sim.AllToAll(), weight=0.0, delay=0.5,
                          plasticity=Sampled(), delay_is="dendritic")  # fmt: skip
    assert Sampled().is_stepped
    voltage = net.record(cells, "V_m")
    net.run(20.0)
    seen = dict(zip(np.rint(voltage.result().times / DT), voltage.result().values, strict=True))
    assert plastic.get("v").reshape(2, 3) == pytest.approx(np.tile(seen[175], (2, 1)))
    net.run(DT)
    assert plastic.get("v").reshape(2, 3) == pytest.approx(np.tile(seen[195], (2, 1)))
    net.run(1.9)
    cells.set(V_m=-60.0)
    net.reset_state()  # at 22 ms
    net.run(DT)
    assert plastic.get("v") == pytest.approx(-70.0)


class Mixed(Rewarded):
    """A weight that also follows an integral, and releases that often coincide with intervals.

    Presynaptic spikes and traces act later.
    """

    T = param(1.0, ms)
    D = param(1.3, ms)
    on_pre_delay = "D"
    on_event: ClassVar = {"dopamine": "w = clip(w + 0.05 * (amount - 0.2) * c, 0, 2)"}
    on_interval: ClassVar = {
        "T": "w = clip(w + 0.1 * (0.5 - mean(w)), 0, 2); c -= 0.02 * mean(c * x)"
    }


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "side"), [("sparse-delays", "axonal"), ("dense", "dendritic")])
def test_integrals_and_releases_beside(layout, side):
    by_events = methods.outcome(Mixed(), layout, side)
    by_steps = methods.outcome(Mixed(method="steps"), layout, side)
    for name, values in by_events.items():
        assert values == pytest.approx(by_steps[name], rel=1e-9, abs=1e-9), name
    split = methods.outcome(Mixed(), layout, side, [100.0, 0.1, 9.9, 200.0], read=True, threads=3)
    assert_same(by_events, split)
