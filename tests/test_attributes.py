"""What is set is applied, or refused: no assignment to an object does nothing."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import spikesim as sim
from spikesim import readout
from spikesim.description.connections import Connections, ReleaseState
from spikesim.description.populations import View
from spikesim.errors import InvalidAttributeError
from spikesim.mechanisms.gap_junctions.declaration import Junctions
from spikesim.units import mV
from tests.misspelt import misspelt

N = 6
RECEPTORS = {"exc": sim.ExpCurrent(), "inh": sim.ExpConductance(E_rev=-80.0)}


def network(build=True):
    """One object of each kind that users hold, by name."""
    net = sim.Network(seed=3)
    model = sim.LIF(I_e=np.arange(float(N)), receptors=RECEPTORS)
    cells = net.population("cells", N, model, initial={"V_m": sim.Uniform(-70.0, -60.0)})
    poisson = net.population("poisson", N, sim.PoissonSource(10.0))
    spiking = net.population("spiking", 2, sim.SpikeSource([[1.0], [2.0]]))
    learn = net.project(
        poisson, cells, sim.AllToAll(), weight=sim.Uniform(0.1, 0.9), delay=1.0, receptor="exc",
        plasticity=sim.PairSTDP(), delay_is="axonal",
    )  # fmt: skip
    fade = net.project(
        spiking, cells, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc",
        release=sim.TsodyksMarkram(),
    )  # fmt: skip
    gaps = net.gap_junctions(cells, cells, sim.AllToAll(autapses=False), g=1.0)
    dopamine = net.modulator("dopamine", tau=50.0)
    spikes, trace = net.record(cells, "spikes"), net.record(cells, "V_m")
    held = {
        "net": net, "cells": cells, "view": cells[1:3], "poisson": poisson, "spiking": spiking,
        "learn": learn, "fade": fade, "gaps": gaps, "dopamine": dopamine, "spikes": spikes,
        "trace": trace, "weights": net.record(learn, "weight", every=1.0),
    }  # fmt: skip
    if build:
        net.run(3.0)
    return held


def results():
    """One object of each kind that methods return, made by hand: no kernel is compiled."""
    one = np.zeros(1, np.int64)
    return {
        "trains": sim.SpikeTrains(np.ones(1), one, n=2, t_start=0.0, t_stop=3.0, name="cells"),
        "traces": sim.Traces(np.ones(1), np.ones((1, 1)), variable="V_m", unit="mV", ids=one),
        "connections": Connections(one, one, np.ones(1), np.ones(1)),
        "junctions": Junctions(one, one, np.ones(1)),
        "release": ReleaseState(np.ones(1), np.ones(1)),
    }


PLAIN = {
    "LIF": sim.LIF(receptors=RECEPTORS), "MultiCompartment": sim.cable(2), "AMPA": sim.AMPA(),
    "Na": sim.Na(g=1.0), "rule": sim.PairSTDP(), "quantal": sim.QuantalRelease(),
    "Uniform": sim.Uniform(0.0, 1.0), "Normal": sim.Normal(0.0, 1.0), "OneToOne": sim.OneToOne(),
    "FixedProbability": sim.FixedProbability(0.1), "FromArrays": sim.FromArrays([0, 1], [1, 0]),
    "FromSparse": sim.FromSparse(sparse.eye_array(3)),
    "Schedule": sim.Schedule([0.0, 1.0], [1.0, 2.0]), "DCCurrent": sim.DCCurrent(1.0),
    "PoissonDrive": sim.PoissonDrive(10.0, 1.0), "Miniatures": sim.Miniatures(10.0, 1.0),
    "PoissonSource": sim.PoissonSource(np.ones(3)), "SpikeSource": sim.SpikeSource([1.0]),
    "LabelVote": readout.LabelVote(), "DeltaRule": readout.DeltaRule(),
    "text": sim.Neuron.from_text("dv/dt = -v / (10*ms) : mV", threshold="v > 1*mV"),
}  # fmt: skip
HELD = network(build=False) | results() | PLAIN
SETTABLE = {
    "net": {"learning"}, "learn": {"learning", "weight"}, "fade": {"weight", "learning"},
    "gaps": {"g"}, "dopamine": {"concentration"},
}  # fmt: skip


def public(thing):
    return [name for name in dir(thing) if name[0] != "_"]


def called(thing):
    """What messages call a thing."""
    name = getattr(thing, "name", "")
    return name if isinstance(name, str) and name else type(thing).__name__


ANY = [(key, name) for key, thing in HELD.items() for name in public(thing)]


@given(data=st.data())
@settings(deadline=None, max_examples=300)
def test_unknown_attributes_are_refused_with_the_nearest(data):
    key, name = data.draw(st.sampled_from(ANY))
    thing = HELD[key]
    wrong = data.draw(misspelt(name, public(thing)))
    before = dict(vars(thing))
    with pytest.raises(InvalidAttributeError) as setting:
        setattr(thing, wrong, 3.0)
    with pytest.raises(AttributeError) as reading:
        getattr(thing, wrong)
    for error in (setting, reading):
        text = str(error.value)
        assert text.startswith(f"{called(thing)}.{wrong}: there is no such attribute"), text
        assert "did you mean" in text or len(name) < 6, text
    assert isinstance(setting.value, sim.SpikesimError)
    assert vars(thing).keys() == before.keys()
    assert not hasattr(thing, wrong)


@pytest.mark.parametrize(("key", "name"), ANY)
def test_what_cannot_be_set_says_so(key, name):
    """Every public name of every object: it is a variable or has a setter, or is refused."""
    thing = HELD[key]
    variables = thing._variables() if isinstance(thing, View) else ()
    if name in SETTABLE.get(key, ()) or (name in variables and not hasattr(type(thing), name)):
        return
    with pytest.raises(InvalidAttributeError, match=r"is read-only|is fixed once|every population"):
        setattr(thing, name, 3.0)
    with pytest.raises(AttributeError):
        delattr(thing, name)


def test_what_to_do_instead():
    held = network(build=False)
    net, cells, learn = held["net"], held["cells"], held["learn"]
    cases = [
        (net, "lerning", r"Network\.lerning: .*did you mean 'learning'\?\); what can be set: l"),
        (net, "threads", r"Network\.threads: is fixed .* Network\(threads=\.\.\.\)"),
        (net, "dt", r"Network\.dt: is fixed once the network is made"),
        (net, "t", r"Network\.t: is read-only; run\(\) goes on"),
        (cells, "size", r"cells\.size: is read-only: it is given when the population is made"),
        (cells, "Vm", r"cells\.Vm: .*did you mean 'V_m'\?\); what can be set: V_m, I_exc"),
        (cells[1:3], "I_ex", r"cells\[1:3\]\.I_ex: .*did you mean 'I_exc'"),
        (learn, "wieght", r"\.wieght: .*did you mean 'weight'\?\); what can be set: learning, we"),
        (learn, "delay", r"\.delay: is read-only: synapses stay as"),
        (held["poisson"], "rat", r"poisson\.rat: .*did you mean 'rate'"),
        (cells.model, "tau_m", r"LIF\.tau_m: is fixed .*LIF\(tau_m=\.\.\.\), or set it of a popu"),
        (RECEPTORS["exc"], "tau_syn", r"ExpCurrent\.tau_syn: is fixed .*cells\.tau_syn_exc = "),
        (learn.plasticity, "lambda_", r"another, PairSTDP\(lambda_=\.\.\.\)$"),
    ]  # fmt: skip
    for thing, name, text in cases:
        with pytest.raises(InvalidAttributeError, match=text):
            setattr(thing, name, -5.0)
    with pytest.raises(InvalidAttributeError, match="I_e"):
        cells.model.I_e = "lots"
    assert net._simulation.built is None, "nothing of that builds the network"
    net.project(held["spiking"], cells, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc")


@pytest.mark.filterwarnings("ignore::spikesim.SpikesimWarning")  # of resets above the threshold
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_variables_are_attributes(data):
    """Reading and setting does what `get` and `set` do, of whole populations and of slices."""
    population = data.draw(st.sampled_from([HELD["cells"], HELD["poisson"]]))
    view = population
    if data.draw(st.booleans()):
        start = data.draw(st.integers(0, N - 2))
        view = population[start : data.draw(st.integers(start + 1, N))]
    name = data.draw(st.sampled_from(view._variables()))
    assert np.array_equal(getattr(view, name), view.get(name))
    value = data.draw(st.floats(0.5, 5.0))
    before = {n: np.array(population.get(n)) for n in population._variables()}
    setattr(view, name, value)
    assert getattr(view, name) == pytest.approx(value)
    expected = before[name].copy()
    expected[view.ids] = value
    assert population.get(name) == pytest.approx(expected)
    for other in set(before) - {name}:
        assert np.array_equal(population.get(other), before[other])


def test_arithmetic_in_place_is_refused():
    """Neither an attribute nor what was put into a variable is changed without a word."""
    held = network()
    cells, learn, gaps = held["cells"], held["learn"], held["gaps"]
    for thing, name in ((cells, "V_m"), (cells[2:4], "I_e"), (learn, "weight"), (gaps, "g")):
        before = getattr(thing, name).copy()
        for statement in (
            f"thing.{name} {sign}= 2" for sign in ("+", "-", "*", "/", "//", "%", "**")
        ):
            with pytest.raises(sim.ValidationError, match="would not reach the network; set what"):
                exec(statement)
        values = getattr(thing, name)
        with pytest.raises(sim.ValidationError, match=r"cells\.V_m = cells\.V_m \+ 5\.0"):
            values *= 2.0
        assert np.array_equal(getattr(thing, name), before)
    free = cells.V_m.copy()
    free += 5.0
    cells.V_m = free
    assert np.array_equal(cells.V_m, free)
    learn.weight = 0.5 * learn.weight
    assert (learn.weight < 0.46).all()
    cells.V_m = -60.0 * mV
    assert (cells.V_m == -60.0).all()
    assert type(cells.V_m + 1.0) is type(cells.V_m.copy()) is np.ndarray
    assert np.array_equal(pickle.loads(pickle.dumps(cells.V_m)), cells.V_m)
    assert repr(cells.V_m) == repr(cells.V_m.copy())


@pytest.mark.parametrize(
    "read",
    [
        lambda h: h["cells"].V_m, lambda h: h["cells"][2:].I_e, lambda h: h["cells"].get("tau_m"),
        lambda h: h["poisson"].rate, lambda h: h["spiking"].times[0], lambda h: h["cells"].ids,
        lambda h: h["learn"].weight, lambda h: h["learn"].delay, lambda h: h["fade"].weight,
        lambda h: h["learn"].connections().weight, lambda h: h["learn"].connections().target,
        lambda h: h["gaps"].g, lambda h: h["gaps"].junctions().a,
        lambda h: h["fade"].release_state().x, lambda h: h["spikes"].result().times,
        lambda h: h["trace"].result().values, lambda h: h["cells"].model.I_e,
        lambda h: PLAIN["PoissonSource"].rate, lambda h: PLAIN["Schedule"].values,
        lambda h: PLAIN["FromArrays"].source, lambda h: PLAIN["DCCurrent"].schedule.values,
    ],
)  # fmt: skip
def test_arrays_that_are_handed_out_cannot_be_changed(read):
    held = network()
    array, before = read(held), np.array(read(held))
    for change in (
        lambda: array.__setitem__(0, 9.0),
        lambda: array.fill(9.0),
        lambda: array.sort(),
    ):
        with pytest.raises(ValueError, match=r"read-only|would not reach the network"):
            change()
    assert np.array_equal(read(held), before)


@pytest.mark.parametrize("build", [False, True])
def test_looking_builds_nothing(build):
    """`hasattr`, `dir`, copies and inspection see what there is, and change nothing."""
    held = network(build)
    net, cells = held["net"], held["cells"]
    plan = net._simulation.built
    assert {"V_m", "I_exc", "tau_m", "tau_syn_exc", "get"} <= set(dir(cells))
    assert {"rate"} <= set(dir(held["poisson"]))
    assert hasattr(cells, "V_m")
    assert not hasattr(cells, "V_n")
    for thing in (net, cells, cells[1:3], held["poisson"], held["spikes"], cells.model):
        assert inspect.getmembers(thing)
        assert not hasattr(thing, "__deepcopy__")
        if thing is not net:
            copy.copy(thing)
    for name in ("LIF", "Uniform", "rule", "DCCurrent", "MultiCompartment", "FromSparse"):
        again = pickle.loads(pickle.dumps(PLAIN[name]))
        for one in (again, copy.deepcopy(PLAIN[name]), copy.copy(PLAIN[name])):
            assert repr(one) == repr(PLAIN[name])
            with pytest.raises(InvalidAttributeError):
                one.nothing = 1
    assert net._simulation.built is plan


def test_names_that_populations_have_themselves():
    """A model's parameter of such a name keeps to `get` and `set`."""
    net = sim.Network(seed=1)
    model = sim.Neuron.from_text("dv/dt = -v / size : 1\nsize : ms", threshold="v > 1", size=10.0)
    cells = net.population("cells", 3, model)
    assert cells.size == 3
    with pytest.raises(
        InvalidAttributeError, match=r"set\(size=\.\.\.\) and read by get\('size'\)"
    ):
        cells.size = 5.0
    cells.set(size=5.0)
    assert (cells.get("size") == 5.0).all()
    assert cells.size == 3


def test_dictionaries_of_finished_objects():
    held = network()
    model = held["cells"].model
    for fixed in (model.receptors, sim.cable(2).compartments, held["cells"].initial, model.reset,
                  held["net"].populations, sim.AMPA().on_spike):  # fmt: skip
        before = dict(fixed)
        for change in (
            lambda d: d.update(x=1), lambda d: d.clear(), lambda d: d.pop("x", None),
            lambda d: d.__setitem__("x", 1), lambda d: d.__ior__({"x": 1}),
        ):  # fmt: skip
            with pytest.raises(sim.ValidationError, match="cannot be changed"):
                change(fixed)
        assert fixed == before == copy.deepcopy(dict(fixed)).__class__(before)
        assert {**fixed, "x": 1} == before | {"x": 1}


def test_scaled_channels_and_sources_are_made_anew():
    channel = sim.Na(g=[1.0, 2.0])
    assert channel.scaled(2.0).g.tolist() == [2.0, 4.0]
    assert channel.g.tolist() == [1.0, 2.0]
    held = network()
    poisson = held["poisson"]
    described = poisson.described
    poisson.rate = 50.0
    assert poisson.model.rate == 50.0
    assert described.rate == 10.0
    held["net"].reset()
    assert (poisson.rate == 10.0).all()


def test_models_of_users():
    """A subclass's own ``__init__`` may set what it likes; after it the model is finished."""

    class Mixin:
        def __init__(self, **values):
            super().__init__(**values)
            self.mixed = 1

    class Own(Mixin, sim.LIF):
        def __init__(self, *, scale=1.0, **values):
            super().__init__(I_e=100.0 * scale, **values)
            self.scale = scale
            self.table = table

    class Mixed(Mixin, sim.LIF):
        pass

    table = np.ones(3)
    model = Own(scale=2.0)
    assert (model.I_e, model.scale, model.mixed) == (200.0, 2.0, 1)
    for one in (model, Mixed()):
        for name in ("I_e", "mixed", "other"):
            with pytest.raises(InvalidAttributeError):
                setattr(one, name, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        model.table[0] = 2.0
    table[0] = 2.0  # the user's array stays the user's


def test_networks_of_users():
    """What a network's subclass sets at first stays its own."""

    class Counting(sim.Network):
        def __init__(self):
            super().__init__(seed=1)
            self.trials, self.groups = 0, {}

        def trial(self):
            self.trials += 1
            self.groups[self.trials] = self.n_spikes

    net = Counting()
    net.trial()
    assert (net.trials, net.groups) == (1, {1: 0})
    with pytest.raises(InvalidAttributeError, match="did you mean 'trials'"):
        net.trails = 3
    with pytest.raises(InvalidAttributeError, match="is fixed once"):
        net.dt = 3
    with pytest.raises(InvalidAttributeError, match=r"Counting\.learnign: .*'learning'"):
        sim.Network.__setattr__(net, "learnign", True)


def test_readouts_are_set_by_fitting_alone():
    counts, labels = np.array([[3, 0], [0, 2]]), [0, 1]
    for reader in (readout.LabelVote(), readout.DeltaRule()):
        reader.fit(counts, labels)
        first = reader.predict(counts)
        reader.fit(counts, labels)
        assert np.array_equal(reader.predict(counts), first)
        with pytest.raises(InvalidAttributeError, match="is read-only"):
            reader.n_classes = 3
    with pytest.raises(InvalidAttributeError, match="call fit"):
        _ = readout.DeltaRule().weight
