"""Generated neuron updates against a plain loop written from the conventions."""

import ast

import numpy as np
import pytest

import spikesim as sim
from spikesim.codegen.neuron_constants import constants_of
from spikesim.codegen.neuron_source import neuron_source
from spikesim.equations.neuron_equations import assemble
from spikesim.units import ms, mV, one, param

DT = 0.1


class Resonator(sim.Neuron):
    """Two linear equations that drive each other, a compound threshold and a jump of both."""

    tau = param(12.0, ms, "positive", "membrane time constant")
    tau_w = param(30.0, ms, "positive", "adaptation time constant")
    a = param(0.8, one, doc="coupling")
    b = param(4.0, mV, doc="jump of the adaptation")
    drive = param(15.0, mV, doc="where the membrane is driven to")
    t_ref = param(1.5, ms, "non-negative", "refractory period")

    equations = """
        dV_m/dt = (drive - w - V_m) / tau : mV
        dw/dt = (a * V_m - w) / tau_w : mV
    """
    threshold = "V_m >= 7.0*mV and w < 9.0*mV"
    reset = {"V_m": "0.3 * V_m - 2.0*mV", "w": "w + b"}
    refractory = ("V_m",)
    initial = {"V_m": "drive / 10"}


def resonator_by_hand(steps, kicks, *, drive, a=0.8, b=4.0, tau=12.0, tau_w=30.0, ref=15):
    """The conventions in plain Python: propagate, add, threshold, reset; deltas die while held."""
    from scipy.linalg import expm

    whole = np.zeros((3, 3))
    whole[0] = [-1 / tau, -1 / tau, drive / tau]
    whole[1] = [a / tau_w, -1 / tau_w, 0.0]
    P = expm(whole * DT)
    whole[0] = 0.0
    P_held = expm(whole * DT)  # w sees a membrane that does not move
    v, w, left = drive / 10, 0.0, 0
    trace, spikes = [(v, w)], []
    for k in range(steps):
        held = left > 0
        new_v, new_w, _ = (P_held if held else P) @ [v, w, 1.0]
        new_v += kicks[k]
        if held:
            new_v, left = v, left - 1
        v, w = new_v, new_w
        if v >= 7.0 and w < 9.0 and not held:
            v, w, left = 0.3 * v - 2.0, w + b, ref
            spikes.append(k + 1)
        trace.append((v, w))
    return np.array(trace), spikes


@pytest.mark.thorough
def test_a_user_model_is_the_plain_loop():
    steps, drives = 2000, np.array([15.0, 12.0, 20.0])
    rs = np.random.default_rng(1)
    at = [np.unique(rs.integers(1, steps - 20, 60)) for _ in drives]
    net = sim.Network(dt=DT, seed=1, precision="double")
    cells = net.population("cells", 3, Resonator(drive=drives, receptors={"kick": sim.Delta()}))
    source = net.population("source", 3, sim.SpikeSource([t * DT for t in at]))
    net.project(source, cells, sim.OneToOne(), weight=1.7, delay=DT, receptor="kick")
    records = [net.record(cells, name) for name in ("V_m", "w")]
    spikes = net.record(cells, "spikes")
    net.run(steps * DT)
    for j, drive in enumerate(drives):
        kicks = np.zeros(steps)
        kicks[at[j]] = 1.7  # emitted at the end of step t - 1, delivered at that of step t
        trace, expected = resonator_by_hand(steps, kicks, drive=drive)
        assert len(expected) > 3
        assert np.array_equal(np.rint(spikes.result().train(j) / DT).astype(int), expected)
        for k, record in enumerate(records):
            assert record.result().values[:, j] == pytest.approx(trace[:, k], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("varied", [frozenset(), frozenset(["V_th", "_Q_V_m__V_m"])])
def test_the_text_is_a_module_of_one_function(varied):
    cell = assemble(sim.LIF(receptors={"x": sim.ExpCurrent(), "d": sim.Delta()}), with_input=True)
    text = neuron_source(cell, varied)
    tree = ast.parse(text)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions] == ["update"]
    assert max(map(len, text.splitlines())) < 200
    assert neuron_source(cell, varied) == text, "the same text again, for it names the module"
    for name in varied:
        assert f"{name} = _W_{name}[_i]" in text
    assert set(constants_of(cell).names) >= {"V_th", "V_reset", "_Q_V_m__V_m", "_Q_V_m__I_x"}
    assert "_G_d__V_m" not in constants_of(cell).names, "a gain of 1 costs nothing"


def test_an_exact_model_calls_no_transcendental_function():
    """Vectorised and scalar functions may differ in the last bit: exact models have none."""
    for receptor in (sim.ExpCurrent(), sim.AlphaCurrent(), sim.Delta()):
        cell = assemble(sim.AdaptiveLIF(receptors={"x": receptor}), with_input=True)
        text = neuron_source(cell, frozenset())
        assert "exp" not in text.split("def update")[1].replace("_exp", "")


def test_uniform_parameters_share_one_module():
    """Values are not part of the text: another value of a parameter compiles nothing."""
    net = sim.Network(seed=1)
    for k, tau in enumerate((10.0, 20.0)):
        net.population(f"p{k}", 3, sim.LIF(tau_m=tau, receptors={"x": sim.ExpCurrent()}))
    net.build()
    other = sim.Network(seed=2, dt=0.5)
    other.population("q", 5, sim.LIF(V_th=-40.0, receptors={"x": sim.ExpCurrent(tau_syn=9.0)}))
    other.build()
    assert net.plan.tables[0].module == other.plan.tables[0].module


class Awkward(sim.Neuron):
    """A membrane whose names are those that a kernel might well use itself."""

    tau_m = param(10.0, ms, "positive", "membrane time constant")
    w = param(2.0, mV, doc="reset potential")
    phi = param(15.0, mV, doc="threshold")
    drift = param(20.0, mV, doc="drive")
    t_ref = param(1.0, ms, "non-negative", "refractory period")
    equations = """
        dV_m/dt = (drift - V_m + n * 0.01 * (10.0*mV - V_m) + I_syn * mV / pA) / tau_m : mV
        dn/dt = -n / (5.0*ms) : 1
    """
    threshold = "V_m >= phi"
    reset = {"V_m": "w", "n": "n + 1.0"}
    refractory = ("V_m",)


class Plain(sim.Neuron):
    """The same under other names."""

    tau_m = Awkward.declared["tau_m"]
    V_reset = param(2.0, mV, doc="reset potential")
    V_th = param(15.0, mV, doc="threshold")
    V_drive = param(20.0, mV, doc="drive")
    t_ref = Awkward.declared["t_ref"]
    equations = """
        dV_m/dt = (V_drive - V_m + gate * 0.01 * (10.0*mV - V_m) + I_syn * mV / pA) / tau_m : mV
        dgate/dt = -gate / (5.0*ms) : 1
    """
    threshold = "V_m >= V_th"
    reset = {"V_m": "V_reset", "gate": "gate + 1.0"}
    refractory = ("V_m",)


@pytest.mark.thorough
def test_models_may_use_any_name():
    results = []
    for model in (Awkward, Plain):
        net = sim.Network(seed=1)
        cells = [
            net.population(name, 9, model(receptors={"one": sim.ExpCurrent(), "two": sim.Delta()}))
            for name in ("first", "second")
        ]
        net.project(cells[0], cells[1], sim.AllToAll(), weight=0.4, delay=1.0, receptor="two")
        recorders = [net.record(p, "spikes") for p in cells]
        net.run(60.0)
        results.append([r.result() for r in recorders])
    for awkward, plain in zip(*results, strict=True):
        assert awkward.n_spikes > 20
        assert np.array_equal(awkward.times, plain.times)
        assert np.array_equal(awkward.ids, plain.ids)


@pytest.mark.parametrize("neuron", [sim.LIF, Awkward, Resonator])
def test_all_other_names_of_a_kernel_begin_with_an_underscore(neuron):
    receptors = {"g": sim.ExpConductance()} if neuron is sim.LIF else {"d": sim.Delta()}
    cell = assemble(neuron(receptors=receptors), with_input=True)
    names = constants_of(cell).names
    for varied in (frozenset(), frozenset(names)):
        (update,) = [
            node for node in ast.parse(neuron_source(cell, varied)).body
            if isinstance(node, ast.FunctionDef)
        ]  # fmt: skip
        used = {n.id for n in ast.walk(update) if isinstance(n, ast.Name)}
        used |= {argument.arg for argument in update.args.args}
        own = {*names, *cell.states, "I_in", "kernel", "range", "abs", "min"}
        assert {name for name in used - own if not name.startswith("_")} == set()


def test_a_model_may_not_use_the_kernels_names():
    class Sly(sim.Neuron):
        tau_m = param(10.0, ms, "positive", "membrane time constant")
        equations = "d_size/dt = -_size / tau_m : mV"
        threshold = "_size > 1.0*mV"
        reset = {"_size": "0.0"}

    with pytest.raises(sim.ValidationError, match=r"'_size'.*must not begin with an underscore"):
        assemble(Sly(), with_input=False)


class Coin(sim.Neuron):
    """A neuron that spikes by chance, and whose step is a Python function."""

    chance = param(0.3, one, "non-negative", "probability of a spike in a step")
    equations = "n : 1"
    threshold = "rand() < chance and n >= 2"
    reset = "n = 0"

    @staticmethod
    def step(n):
        n = n + 1
        return n  # noqa: RET504


@pytest.mark.thorough
def test_a_threshold_may_draw():
    """One uniform number of each neuron and step, keyed by the population's name."""
    from spikesim import rng

    net = sim.Network(dt=DT, seed=4)
    chances = np.linspace(0.0, 1.0, 11)
    cells = net.population("cells", 11, Coin(chance=chances, receptors={}))
    spikes = net.record(cells, "spikes")
    net.run(300 * DT)
    key, n, expected = rng.key(4, "xi", "cells", "rand"), np.zeros(11), []
    for step in range(300):
        own = np.uint64(rng.subkey(key, step))
        draws = np.array([rng.uniform(own, j) for j in range(11)])
        n += 1
        fired = (draws < chances) & (n >= 2)
        n[fired] = 0
        expected += [(step + 1, j) for j in np.flatnonzero(fired)]
    steps = np.rint(spikes.result().times / DT).astype(int)
    assert list(zip(steps, spikes.result().ids, strict=True)) == expected
    assert len(expected) > 500


@pytest.mark.parametrize(
    ("attribute", "text", "complaint"),
    [
        ("equations", "dn/dt = rand() / ms : 1", "thresholds only, and noise in equations is xi"),
        ("reset", "n = rand()", "thresholds only"),
        ("threshold", "rand(3) < chance", r"rand takes 0 values in 'rand\(3\) < chance'"),
        ("threshold", "rand() * mV < chance", "cannot compare"),
        ("functions", {"rand": lambda x: x}, "'rand' is a function already"),
    ],
)
def test_draws_have_their_place(attribute, text, complaint):
    with pytest.raises(sim.ValidationError, match=complaint):  # noqa: PT012
        kind = type("Coin", (Coin,), {"step": None, "equations": "n : 1", attribute: text})
        assemble(kind(receptors={}), with_input=False)
