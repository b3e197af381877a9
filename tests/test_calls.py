"""Calls with wrong arguments name what users call, and the right word."""

import inspect
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

import spikesim as sim
from spikesim import analysis, interchange, plot, readout, units
from spikesim.calls import public
from spikesim.errors import InvalidCallError
from spikesim.parameters import Parametrized
from tests.misspelt import misspelt
from tests.test_attributes import HELD, network

FUNCTIONS = {
    "cable": sim.cable, "saturating_gate": sim.saturating_gate, "units.param": units.param,
    **{f"plot.{n}": getattr(plot, n) for n in plot.__all__ if callable(getattr(plot, n))},
    **{f"interchange.{n}": getattr(interchange, n) for n in interchange.__all__},
    "analysis.fano_factors": analysis.fano_factors, "analysis.stdp_curve": analysis.stdp_curve,
}  # fmt: skip
ERRORS = [sim.SpikesimError, sim.ValidationError, sim.SimulationError, sim.SpikesimWarning]
CLASSES = {
    name: kind for name in sim.__all__
    if inspect.isclass(kind := getattr(sim, name)) and kind not in ERRORS
} | {"LabelVote": readout.LabelVote, "DeltaRule": readout.DeltaRule}  # fmt: skip
METHODS = {
    f"{type(thing).__name__}.{name}": getattr(thing, name)
    for thing in HELD.values()
    for name in dir(type(thing))
    if name[0] != "_"
    and isinstance(inspect.getattr_static(thing, name), (FunctionType, classmethod))
}
CALLED = FUNCTIONS | CLASSES | METHODS


def arguments(call):
    """What Python itself judges: models look at their declared parameters by themselves."""
    if inspect.isclass(call) and issubclass(call, Parametrized):
        return list(inspect.signature(call.__init__).parameters.values())[1:]
    return list(inspect.signature(call).parameters.values())


def words(call):
    """What may be given by name."""
    parameters = arguments(call)
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def loose(call):
    """Whether names are not judged by Python, but by what takes them."""
    kinds = {p.kind for p in arguments(call)}
    return inspect.Parameter.VAR_KEYWORD in kinds


STRICT = [name for name, call in CALLED.items() if not loose(call)]


def test_there_are_many():
    assert len(CALLED) > 120
    assert {"Network.project", "Population.set", "SpikeTrains.window", "plot.raster"} < set(CALLED)


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_a_misspelt_word(data):
    """For every public callable: the right word is proposed, and the error names the callable."""
    name = data.draw(st.sampled_from([n for n in STRICT if words(CALLED[n])]))
    call = CALLED[name]
    known = words(call)
    word = data.draw(st.sampled_from(known))
    wrong = data.draw(misspelt(word, known))
    given = {n: 1 for n in known if data.draw(st.booleans())}
    with pytest.raises(InvalidCallError) as error:
        call(**{**given, wrong: 1})
    text = str(error.value)
    assert text.startswith(f"{name}() has no argument {wrong!r}"), text
    assert "did you mean" in text or len(word) < 6, text
    assert text.endswith(f"; it takes {', '.join(known)}")
    assert isinstance(error.value, TypeError)
    assert isinstance(error.value, sim.SpikesimError)
    assert error.value.__cause__ is error.value.__context__ is None


@pytest.mark.parametrize("name", CALLED)
def test_missing_and_surplus_arguments(name):
    call = CALLED[name]
    parameters = arguments(call)
    needed = [p.name for p in parameters if p.default is p.empty
              and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]  # fmt: skip
    if needed:
        with pytest.raises(InvalidCallError) as error:
            call()
        many = "s" * (len(needed) > 1)
        listed = ", ".join(map(repr, needed))
        assert str(error.value) == f"{name}() is missing the argument{many} {listed}"
    placed = [p for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]
    with pytest.raises(InvalidCallError) as error:
        call(*range(len(placed) + 1))
    most = f"at most {len(placed)}" if placed else "no"
    assert str(error.value).startswith(f"{name}() takes {most} positional argument"), error.value


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda n, c: n.project(c, c, sim.AllToAll(), wieght=1.0, delay=1.0),
         r"^Network\.project\(\) has no argument 'wieght' \(did you mean 'weight'\?\); it takes s"),
        (lambda n, c: n.project(c, c, sim.AllToAll(), weight=1.0),
         r"^Network\.project\(\) is missing the argument 'delay'$"),
        (lambda n, c: n.population("x", 3, sim.LIF(), "GABA"),
         r"takes at most 3 positional arguments \(name, size, model\), got 4; give others by name: "
         r"transmitter=\.\.\., initial=\.\.\.$"),
        (lambda n, c: n.population("x", 3, size=4, model=sim.LIF()),
         r"^Network\.population\(\) got the argument 'size' twice, positional and by name$"),
        (lambda n, c: n.stimulate(c), r"^Network\.stimulate\(\) is missing the argument 'stim"),
        (lambda n, c: c[:2].get(), r"^View\.get\(\) is missing the argument 'name'"),
        (lambda n, c: c.set(5.0), r"^Population\.set\(\) takes no positional arguments, got 1$"),
        (lambda n, c: sim.LIF(20.0), r"^LIF\(\) takes no positional arguments, got 1; give "),
        (lambda n, c: type("Mine", (sim.LIF,), {})(1.0), r"^Mine\(\) takes no positional"),
        (lambda n, c: sim.Uniform(lo=0.0, high=1.0), r"^Uniform\(\) has no argument 'lo' .*'low'"),
        (lambda n, c: sim.PinskyRinzel(compartments={}),
         r"^PinskyRinzel\(\) has no argument 'compartments'; it takes area, p, g_c, I_s, I_d, s"),
        (lambda n, c: sim.MultiCompartment(compartments={"a": sim.Compartment(C_m=1.0)},
                                           receptors={}),
         r"^MultiCompartment\(\) has no argument 'receptors'; it takes compartments, axial, "),
        (lambda n, c: sim.LIF.from_text(threshold="never"), r"^LIF\.from_text\(\) is missing"),
        (lambda n, c: plot.raster(), r"^plot\.raster\(\) is missing the argument 'trains'$"),
    ],
)  # fmt: skip
def test_what_is_said(call, text):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    with pytest.raises(InvalidCallError, match=text):
        call(net, cells)
    assert set(net.populations) == {"cells"}
    assert net._simulation.built is None


def test_other_type_errors_stay_what_they_are():
    @public
    def broken(x, *, y=1):
        return x + y

    assert broken(1) == 2
    with pytest.raises(TypeError, match="can only concatenate") as error:
        broken("a", y=object())
    assert not isinstance(error.value, sim.SpikesimError)
    assert inspect.signature(broken) == inspect.signature(broken.__wrapped__)


def test_names_of_the_package():
    with pytest.raises(AttributeError, match=r"'spikesim' has no attribute 'Netwerk' \(did you"):
        sim.Netwerk  # noqa: B018


RECORDED = ["spikes", "trace"]


@pytest.mark.parametrize("name", ["times", "values", "rates", "train", "window"])
@pytest.mark.parametrize("key", [*RECORDED, "weights"])
def test_recorders_tell_where_their_result_is(key, name):
    kind = "SpikeTrains" if key == "spikes" else "Traces"
    with pytest.raises(AttributeError, match=rf"\.{name}: .*in its result\(\), {kind}: recorder\."):
        getattr(HELD[key], name)
    with pytest.raises(AttributeError, match=r"did you mean 'result'\?"):
        HELD[key].results  # noqa: B018


def test_recorders_are_taken_where_results_are(tmp_path):
    held = network()
    spikes, trace = held["spikes"], held["trace"]
    trains, traces = spikes.result(), trace.result()
    for shown in (spikes, {"cells": spikes, "others": trains}):
        ax = plot.raster(shown)
        assert ax.get_xlim() == (trains.t_start, trains.t_stop)
    for shown in (trace, traces):
        lines = plot.traces(shown, spikes=spikes).lines
        assert np.array_equal(lines[0].get_ydata(), traces.values[:, 0])
    plot.save_raster(spikes, tmp_path / "raster.png")
    plt.close("all")
    assert np.array_equal(analysis.fano_factors(spikes, 1.0), analysis.fano_factors(trains, 1.0),
                          equal_nan=True)  # fmt: skip
    interchange.save(tmp_path / "one.npz", spikes)
    interchange.save(tmp_path / "two.npz", {"a": spikes, "b": trace})
    interchange.save_csv(tmp_path / "three.csv", trace)
    assert interchange.load(tmp_path / "one.npz").equals(trains)
    assert interchange.load(tmp_path / "two.npz")["b"].equals(traces)
    assert interchange.load_csv(tmp_path / "three.csv").equals(traces)
    for wrong, text in [
        (lambda: plot.raster(trace), r"raster\.trains: must be SpikeTrains.*got Traces"),
        (lambda: plot.traces(spikes), r"traces\.traces: must be Traces, got SpikeTrains"),
        (lambda: plot.traces(trace, spikes=trace), r"traces\.spikes: must be SpikeTrains, got Tr"),
        (lambda: analysis.fano_factors(trace, 1.0), r"fano_factors\.trains: must be SpikeTrains"),
    ]:
        with pytest.raises(sim.ValidationError, match=text):
            wrong()
