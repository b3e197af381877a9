"""Whatever users hold can be copied and sent to other processes, or it is said why not."""

import copy
import math
import pickle
import pickletools

import numpy as np
import pytest
from scipy import sparse

import spikesim as sim
from spikesim.readout import DeltaRule, LabelVote
from spikesim.units import Unit, ms, mV, nS, pA
from tests.everything import Rewarded, Watched


def near(distance):
    return np.exp(-distance)


def doubled(x):
    return 2.0 * x


def text(functions=None):
    return sim.Neuron.from_text(
        "dv/dt = (E - doubled(v / mV) * mV) / tau : mV", threshold="v > 5*mV", reset="v = c",
        functions={"doubled": doubled} if functions is None else functions, tau=10.0 * ms,
        E=sim.Normal(20.0, 1.0) * mV, c=0.0 * mV, initial={"v": 1.0}, name="Mine",
    )  # fmt: skip


SPIKES = sim.SpikeTrains([1.0, 2.5], [1, 0], n=3, t_start=0.0, t_stop=5.0, name="cells")
TRACES = sim.Traces([0.0, 1.0], [[1.0], [2.0]], variable="V_m", unit="mV", ids=[3])
BASES = (sim.Receptor, sim.Neuron, sim.PlasticityRule, sim.Channel, sim.Compartment)
OTHERWISE = {
    sim.Jump: lambda: sim.Jump("V_m", mV),
    sim.MultiCompartment: lambda: sim.MultiCompartment(
        compartments={"soma": sim.Compartment(C_m=90.0), "dend": sim.Compartment(C_m=50.0)},
        axial={("soma", "dend"): 4.0},
    ),
}  # fmt: skip


def models():
    """One of each public model, receptor, channel and rule."""
    for kind in vars(sim).values():
        if isinstance(kind, type) and issubclass(kind, BASES) and kind not in BASES[:-1]:
            needed = {n: 1.0 for n, p in kind.declared.items() if p.default is None}
            yield OTHERWISE[kind]() if kind in OTHERWISE else kind(**needed)


MADE = [
    *models(), sim.LIF(tau_m=[10.0, 20.0], I_e=sim.Uniform(0.0, 1.0)), text(),
    Watched(g=1.0, E=2.0, C=3.0, a=1.0, gain=1.0, y=0.0), Rewarded(),
    sim.AllToAll(), sim.OneToOne(), sim.FixedProbability(0.2), sim.FixedInDegree(2),
    sim.FixedOutDegree(2), sim.FixedTotalNumber(5), sim.FromArrays([0, 1], [1, 1]),
    sim.FromSparse(sparse.coo_array(np.eye(3))), sim.DistanceDependent(near, [[0.0]], [[1.0]]),
    sim.Constant(1.0), sim.Uniform(0.0, 1.0), sim.Normal(0.0, 1.0), sim.LogNormal(1.0, 2.0),
    sim.PoissonSource([1.0, 2.0]), sim.GammaSource(5.0, 2.0), sim.SpikeSource([[1.0], []]),
    sim.Schedule([0.0, 1.0], [2.0, 3.0]), sim.PoissonDrive(5.0, 2.0 * pA), sim.DCCurrent(3.0),
    sim.StepCurrent([0.0], [1.0]), sim.NoiseCurrent(0.0, 1.0), sim.Miniatures(1.0, 2.0 * nS),
    sim.TsodyksMarkram(U=0.3), sim.QuantalRelease(n_sites=2), SPIKES, TRACES,
    Unit("mS/cm2"), mV, 3.0 * mV, np.arange(3) * pA, sim.Normal(1.0, 2.0) * ms, sim.Network(seed=1),
    sim.ValidationError("must be positive", "tau", "cells"), sim.SimulationError("no"),
    sim.SpikesimWarning("mind"), LabelVote(3), DeltaRule(),
]  # fmt: skip


def told(thing):
    """All that it says of itself, however deep, with what cannot be compared as text."""
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tolist()
    if isinstance(thing, dict):
        return {name: told(part) for name, part in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [told(part) for part in thing]
    if isinstance(thing, float) and math.isnan(thing):
        return "nan"
    if sparse.issparse(thing):
        return told(thing.toarray())
    if hasattr(thing, "__dict__") and not isinstance(thing, (type, sim.Network)) and (
        type(thing).__module__.startswith(("spikesim", "tests"))
    ):  # fmt: skip
        return type(thing).__name__, told(vars(thing))
    return repr(thing)


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, "pickle"], ids=["copy", "deepcopy", "pickle"]
)
@pytest.mark.parametrize("thing", MADE, ids=lambda thing: type(thing).__name__)
def test_a_copy_says_the_same(thing, way):
    if way == "pickle":
        sent = pickle.dumps(thing)
        assert len(list(pickletools.genops(sent))) < 5000, "no more than what it is"
        copied = pickle.loads(sent)
    elif isinstance(thing, sim.Network) and way is copy.copy:
        pytest.skip("two networks cannot share one state")
    else:
        copied = way(thing)
    assert type(copied).__name__ == type(thing).__name__
    assert told(copied) == told(thing)


def test_all_that_is_public_is_here():
    kinds = {kind.__name__ for thing in MADE for kind in type(thing).__mro__}
    assert set(sim.__all__) - kinds == {"cable", "saturating_gate"}, "functions that make such"


@pytest.mark.parametrize("result", [SPIKES, TRACES])
@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, "pickle"], ids=["copy", "deepcopy", "pickle"]
)
def test_results_stay_read_only(result, way):
    copied = pickle.loads(pickle.dumps(result)) if way == "pickle" else way(result)
    for array in (copied.times, copied.ids):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


@pytest.mark.thorough
def test_models_from_text_that_are_one_stay_one():
    """They share a table, in copies too."""
    model = text()
    one, other = pickle.loads(pickle.dumps([model, model]))
    assert one is other
    one, other = pickle.loads(pickle.dumps([model, copy.copy(model)]))
    assert type(one) is type(other)
    assert type(copy.deepcopy(model)) is type(model)
    net = sim.Network(seed=1)
    a, b = (net.population(n, 3, m) for n, m in zip("ab", (one, other), strict=True))
    net.run(5.0)
    assert len(net.plan.tables) == 1
    assert a.get("E").mean() != b.get("E").mean()


@pytest.mark.parametrize("runs", [False, True], ids=["described", "built"])
def test_networks_of_models_from_text_can_be_sent(runs):
    net = sim.Network(seed=1)
    cells = net.population("a", 3, text())
    net.record(cells, "v")
    if runs:
        net.run(1.0)
    for copied in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert copied.t == net.t
        copied.run(2.0)
        assert copied.recorders[0].result().times[-1] == net.t + 2.0


def test_classes_that_cannot_be_sent_are_named():
    class Inner(sim.LIF):
        pass

    class Port(sim.ExpCurrent):
        pass

    class Every(sim.AllToAll):
        pass

    net = sim.Network(seed=1)
    net.population("a", 1, Inner())
    parts = {"Inner": net, "Port": sim.LIF(receptors={"exc": Port()}), "Every": Every()}
    for name, thing in parts.items():
        assert type(copy.deepcopy(thing)) is type(thing)
        with pytest.raises(
            sim.ValidationError,
            match=rf"^{name}: cannot be sent .*{name}' is not found by its name in .*test_pickling"
            r".*with class at the top of a module",
        ):
            pickle.dumps(thing)


def test_functions_that_cannot_be_sent_are_named():
    def inner(x):
        return x

    for function in (lambda distance: 1.0 + distance, inner):
        connector = sim.DistanceDependent(function, [[0.0]], [[1.0]])
        assert copy.deepcopy(connector).probability is function
        with pytest.raises(
            sim.ValidationError,
            match=r"^DistanceDependent\.probability: cannot be "
            r"sent .*(<lambda>|inner)' is not found by its name in .*test_pickling",
        ):
            pickle.dumps(connector)
    net = sim.Network(seed=1)
    model = text({"doubled": inner})
    net.population("cells", 3, model)
    assert type(copy.deepcopy(model)) is type(model)
    with pytest.raises(sim.ValidationError, match=r"^Mine\.functions\['doubled'\]: cannot be sent"):
        pickle.dumps(net)


def test_other_picklers_send_functions_as_they_are():
    cloudpickle = pytest.importorskip("cloudpickle")
    connector = sim.DistanceDependent(lambda distance: 0.5 * distance, [[0.0]], [[1.0]])
    copied = pickle.loads(cloudpickle.dumps(connector))
    assert copied.probability(2.0) == 1.0

    def tripled(x):
        return 3.0 * x

    copied = pickle.loads(cloudpickle.dumps(text({"doubled": tripled})))
    assert copied.functions["doubled"] is not tripled, "sent whole, so no file has its text"
    assert "3.0 * x" in copied.source()


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, "pickle"], ids=["copy", "deepcopy", "pickle"]
)
def test_what_is_finished_stays_so(way):
    model = sim.LIF(tau_m=[10.0, 20.0])
    copied = pickle.loads(pickle.dumps(model)) if way == "pickle" else way(model)
    with pytest.raises(ValueError, match="read-only"):
        copied.tau_m[0] = 5.0
    with pytest.raises(AttributeError, match="tau_m"):
        copied.tau_m = 5.0
