"""Bad input of every kind, everywhere: one clear error, never another exception.

Each case takes one value. Values are drawn from all that people hand over by mistake; those that
are allowed pass, and all others must raise a `ValidationError` whose text names the object and the
attribute.
"""

import datetime
import math
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spikesim as sim

RECEPTORS = {"x": sim.ExpCurrent(), "g": sim.ExpConductance()}
HALF = sim.FixedProbability(0.5)
USUAL = {"weight": 0.5, "delay": 1.0, "receptor": "x"}

ODD_NUMBERS = [
    math.nan, math.inf, -math.inf, -1, 0, 1, 2, 3, 0.5, -0.5, 0.05, 1e-320, 1e-9, 2**31, 2**63,
    2**70, 10**400, 1e300, -1e300, True, False, 1j, np.float32(2), np.int8(-3), np.uint64(2**63),
    np.float16("inf"), np.longdouble(1), np.bool_(True), np.datetime64("2020-01-01"),
    np.timedelta64(3, "s"),
]  # fmt: skip
ODD_THINGS = [
    None, ..., "", "x", "1", "V_m", "GABA", "spikes", b"x", (), [], {}, set(), [[]], [[1], [2,
    3]], ["a"], [None], [1, "a"], [1.0, math.nan], [1.0, -1.0, 2.0], [1, 2, 3], [0.1, 0.2, 0.3],
    [3, 2, 1], {"V_m": 1}, {"V_m": None}, {5: 5}, {"x": 5}, {"a", "b"}, range(3), iter([1]),
    object(), object, print, lambda *_: 1, np.array("a"), np.array(["a", "b", "c"]),
    np.zeros((3, 3)), np.zeros((0,)), np.zeros((3, 1)), np.array([1, None, 3]), np.ones(3,
    bool), np.array([1.0, np.inf, 2.0]), np.ones(3, complex), np.ma.masked_array([1, 2, 3]),
    datetime.date(2020, 1, 1), sim, sim.LIF, sim.LIF(), sim.Uniform, sim.Uniform(0, 1),
    sim.Normal(1, 2), sim.ExpCurrent(), sim.AllToAll(), sim.PairSTDP(), sim.Schedule([0.0, 1.0],
    [1.0, 2.0]), sim.PoissonSource(1.0), sim.Network(seed=1), ValueError("no"), slice(None),
    slice("a"), slice(None, None, 0), memoryview(b"abc"),
]  # fmt: skip
ANYTHING = (
    st.sampled_from(ODD_NUMBERS)
    | st.sampled_from(ODD_THINGS)
    | st.floats(width=64)
    | st.text(max_size=5)
    | st.lists(st.floats() | st.integers(-5, 5) | st.none(), max_size=4)
)


def modest(value, instead, least=0.0):
    """`value`, unless it is allowed and so extreme that the test would never end or overflow."""
    try:
        array = np.asarray(value, dtype=float)
        extreme = bool(((array > 1e4) | ((array > 0) & (array < least))).any())
    except (TypeError, ValueError, OverflowError, Warning):
        extreme = isinstance(value, int)
    return instead if extreme else value


def network():
    """Three neurons, two sources, and projections that learn or do not."""
    net = sim.Network(seed=1)
    parts = {
        "net": net,
        "cells": net.population("cells", 3, sim.LIF(receptors=RECEPTORS)),
        "poisson": net.population("poisson", 3, sim.PoissonSource(10.0)),
        "given": net.population("given", 3, sim.SpikeSource([[1.0], [2.0], [3.0]])),
    }
    parts["gaps"] = parts["net"].gap_junctions(
        parts["cells"], parts["cells"], HALF, g=1.0, name="pairs"
    )
    parts["dopamine"] = parts["net"].modulator("dopamine", tau=50.0)
    ends = parts["given"], parts["cells"], sim.AllToAll()
    many = USUAL | {"weight": sim.Uniform(0, 1)}
    parts["static"] = net.project(*ends, **many, name="static")
    rule = {"plasticity": sim.PairSTDP(), "delay_is": "axonal"}
    parts["learn"] = net.project(*ends, **USUAL, **rule, name="learn")
    return parts


def built(make):
    """A case that adds something to a network and builds it."""

    def case(value):
        parts = network()
        make(parts, value)
        parts["net"].build()

    return case


def started(make):
    """A case that does something to a network that has run, which must go on afterwards."""

    def case(value):
        parts = network()
        parts["net"].run(0.1)
        try:
            make(parts, value)
        finally:
            parts["net"].run(0.1)

    return case


def population(parts, **changed):
    arguments = {"name": "new", "size": 3, "model": sim.LIF(receptors=RECEPTORS), **changed}
    parts["net"].population(arguments.pop("name"), arguments.pop("size"), **arguments)


def projection(parts, **changed):
    arguments = {
        "source": parts["given"], "target": parts["cells"], "connector": sim.AllToAll(),
        "name": "new", **USUAL, **changed,
    }  # fmt: skip
    parts["net"].project(**arguments)


def plastic(parts, **changed):
    projection(parts, **{"plasticity": sim.PairSTDP(), "delay_is": "axonal", **changed})


def gaps(parts, **changed):
    arguments = {"connector": HALF, "g": 1.0, "name": "new gaps", **changed}
    parts["net"].gap_junctions(
        parts["cells"], parts["cells"], arguments.pop("connector"), **arguments
    )


def release(parts, **changed):
    arguments = {"source": parts["poisson"], "modulator": parts["dopamine"], **changed}
    ends = arguments.pop("source"), arguments.pop("modulator")
    parts["net"].release(*ends, **{"amount": 1.0, "delay": 1.0, **arguments})


def stimulus(make):
    return built(lambda parts, v: parts["net"].stimulate(parts["cells"], make(v)))


def source(make):
    return built(lambda parts, v: population(parts, model=make(v)))


def neuron(make):
    return built(lambda parts, v: population(parts, model=make(modest(v, -1.0, least=1e-3))))


CASES = {
    # what the error must name: the case
    "Network dt": lambda v: sim.Network(dt=v),
    "Network seed": lambda v: sim.Network(seed=v),
    "Network precision": lambda v: sim.Network(precision=v),
    "name": built(lambda p, v: population(p, name=v)),
    "new size": built(lambda p, v: population(p, size=modest(v, 2**70))),
    "new model": built(lambda p, v: population(p, model=v)),
    "new transmitter": built(lambda p, v: population(p, transmitter=v)),
    "new initial": built(lambda p, v: population(p, initial=v)),
    "new initial['V_m']": built(lambda p, v: population(p, initial={"V_m": v})),
    "new source": built(lambda p, v: projection(p, source=v)),
    "new target": built(lambda p, v: projection(p, target=v)),
    "new connector": built(lambda p, v: projection(p, connector=v)),
    "new weight": built(lambda p, v: projection(p, weight=v)),
    "new weight ": built(lambda p, v: plastic(p, weight=v)),
    "new delay": built(lambda p, v: projection(p, delay=v)),
    "new receptor": built(lambda p, v: projection(p, receptor=v)),
    "new plasticity": built(lambda p, v: plastic(p, plasticity=5 if v is None else v)),
    "new delay_is": built(lambda p, v: plastic(p, delay_is=v)),
    " name": built(lambda p, v: projection(p, name=v)),
    "stimulate target": built(lambda p, v: p["net"].stimulate(v, sim.DCCurrent(1.0))),
    "stimulus": built(lambda p, v: p["net"].stimulate(p["cells"], v)),
    "stimulate name": built(
        lambda p, v: p["net"].stimulate(p["cells"], sim.DCCurrent(1.0), name=v)
    ),
    "amplitude": stimulus(lambda v: sim.DCCurrent(v)),
    "DCCurrent start": stimulus(lambda v: sim.DCCurrent(1.0, start=v)),
    "stop": stimulus(lambda v: sim.DCCurrent(1.0, stop=v)),
    "times": stimulus(lambda v: sim.StepCurrent(v, [1.0, 2.0])),
    "StepCurrent amplitudes": stimulus(lambda v: sim.StepCurrent([0.0, 1.0], v)),
    "mean": stimulus(lambda v: sim.NoiseCurrent(mean=v)),
    "std": stimulus(lambda v: sim.NoiseCurrent(std=v)),
    "every": stimulus(lambda v: sim.NoiseCurrent(every=v)),
    "rate": stimulus(lambda v: sim.PoissonDrive(v, 1.0, "x")),
    "weight": stimulus(lambda v: sim.PoissonDrive(10.0, v, "g")),
    "receptor": stimulus(lambda v: sim.PoissonDrive(10.0, 1.0, v)),
    "rate ": source(lambda v: sim.PoissonSource(modest(v, 1e7))),
    "times ": source(lambda v: sim.SpikeSource(v)),
    "times  ": source(lambda v: sim.SpikeSource([[1.0], v, [2.0]])),
    "record target": built(lambda p, v: p["net"].record(v, "spikes")),
    "variable": built(lambda p, v: p["net"].record(p["cells"], v)),
    "every ": built(lambda p, v: p["net"].record(p["cells"], "V_m", every=v)),
    "every  ": built(lambda p, v: p["net"].record(p["learn"], "weight", every=v)),
    "learn synapses": built(
        lambda p, v: p["net"].record(p["learn"], "weight", every=1.0, synapses=v).result()
    ),
    "cells": started(lambda p, v: p["cells"][v]),
    "cells ": started(lambda p, v: p["cells"].get(v)),
    "cells V_m": started(lambda p, v: p["cells"].set(V_m=v)),
    "cells tau_m": started(lambda p, v: p["cells"].set(tau_m=modest(v, -1.0, least=1e-3))),
    "cells tau_syn_x": started(
        lambda p, v: p["cells"][1:].set(tau_syn_x=modest(v, -1.0, least=1e-3))
    ),
    "poisson rate": started(lambda p, v: p["poisson"].set(rate=modest(v, 1e7))),
    "poisson rate ": started(lambda p, v: p["poisson"][:2].set(rate=modest(v, 1e7))),
    "given times": started(lambda p, v: p["given"].set(times=v)),
    "--cells": built(lambda p, v: p["net"].gap_junctions(v, p["cells"], HALF, g=1.0)),
    "cells--": built(lambda p, v: p["net"].gap_junctions(p["cells"], v, HALF, g=1.0)),
    "new connector ": built(lambda p, v: gaps(p, connector=v)),
    "new g": built(lambda p, v: gaps(p, g=modest(v, -1.0))),
    "  name": built(lambda p, v: gaps(p, name=v)),
    "pairs g": started(lambda p, v: setattr(p["gaps"], "g", modest(v, -1.0))),
    "link target": built(lambda p, v: p["net"].link(v, "V_m", p["cells"], "V_m")),
    "cells variable": built(lambda p, v: p["net"].link(p["cells"], v, p["cells"], "V_m")),
    "source": built(lambda p, v: p["net"].link(p["cells"], "V_m", v, "V_m")),
    "cells   ": built(lambda p, v: p["net"].link(p["cells"], "V_m", p["cells"], "V_m", index=v)),
    "   name": built(lambda p, v: p["net"].modulator(v, tau=1.0)),
    "new tau": built(lambda p, v: p["net"].modulator("new", tau=v)),
    "new baseline": built(lambda p, v: p["net"].modulator("new", tau=1.0, baseline=v)),
    "release source": built(lambda p, v: release(p, source=v)),
    "poisson modulator": built(lambda p, v: release(p, modulator=v)),
    "poisson->dopamine amount": built(lambda p, v: release(p, amount=v)),
    "poisson->dopamine delay": built(lambda p, v: release(p, delay=v)),
    "dopamine concentration": started(lambda p, v: setattr(p["dopamine"], "concentration", v)),
    "dopamine amount": started(lambda p, v: p["dopamine"].add(modest(v, -1.0))),
    "new modulators": built(lambda p, v: plastic(p, modulators=5 if v is None else v)),
    "static weight": started(lambda p, v: setattr(p["static"], "weight", v)),
    "learn weight": started(lambda p, v: setattr(p["learn"], "weight", v)),
    "learn learning": started(lambda p, v: setattr(p["learn"], "learning", v)),
    "learning": started(lambda p, v: setattr(p["net"], "learning", v)),
    "learn total": started(lambda p, v: p["learn"].normalize(v)),
    "run duration": started(lambda p, v: p["net"].run(modest(v, 1e308))),
    "path": started(lambda p, v: p["net"].load_state(v)),
    "tau_rise": neuron(lambda v: sim.LIF(receptors={"x": sim.DualExpCurrent(tau_rise=v)})),
    "share": neuron(lambda v: sim.LIF(receptors={"x": sim.AMPA(share=v), "y": sim.NMDA()})),
    "Mg": neuron(lambda v: sim.LIF(receptors={"x": sim.NMDA(Mg=v)})),
    "receptors": lambda v: sim.LIF(receptors=v),
    "receptors ": lambda v: sim.LIF(receptors={"x": v}),
    "ExpCurrent transmitter": lambda v: sim.ExpCurrent(transmitter=v),
    "PairSTDP pairing": lambda v: sim.PairSTDP(pairing=v),
    "PairSTDP coincidence": lambda v: sim.PairSTDP(coincidence=v),
    "PairSTDP w_min": lambda v: sim.PairSTDP(w_min=v),
    "PairSTDP w_max": lambda v: sim.PairSTDP(w_max=v),
    "TraceSTDP eta": lambda v: sim.TraceSTDP(eta=v),
    "TsodyksMarkram U": lambda v: sim.TsodyksMarkram(U=v),
    "TsodyksMarkram tau_rec": lambda v: sim.TsodyksMarkram(tau_rec=v),
    "TsodyksMarkram tau_facil": lambda v: sim.TsodyksMarkram(tau_facil=v),
    "QuantalRelease n_sites": lambda v: sim.QuantalRelease(n_sites=v),
    "new release": built(lambda p, v: projection(p, release=v)),
    "rate  ": stimulus(lambda v: sim.Miniatures(v, 1.0, "x")),
    "amplitude ": stimulus(lambda v: sim.Miniatures(10.0, v, "g")),
    "n_synapses": stimulus(lambda v: sim.Miniatures(10.0, 1.0, "x", n_synapses=modest(v, -1))),
    "Schedule times": lambda v: sim.Schedule(v, [1.0, 2.0]),
    "Schedule values": lambda v: sim.Schedule([0.0, 1.0], v),
    "tau_m": neuron(lambda v: sim.LIF(tau_m=v, receptors=RECEPTORS)),
    "C_m": neuron(lambda v: sim.LIF(C_m=v, receptors=RECEPTORS)),
    "t_ref": neuron(lambda v: sim.LIF(t_ref=v, receptors=RECEPTORS)),
    "tau_syn": neuron(lambda v: sim.LIF(receptors={"x": sim.ExpCurrent(tau_syn=v)})),
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=ANYTHING)
def test_one_clear_error(case, value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sim.SpikesimWarning)
        try:
            CASES[case](value)
        except (sim.ValidationError, sim.SimulationError) as error:  # a state beyond all bounds
            text = str(error)
    for word in case.split() if "text" in locals() else ():
        assert word in text, f"{text!r} does not name {word!r}"


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::spikesim.SpikesimWarning")
@pytest.mark.parametrize("name", ["C_m", "tau_m", "E_L", "V_th", "V_reset", "t_ref", "I_e"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=st.floats() | st.sampled_from([1e-320, 1e-300, 1e-9, 1e300, 1.7e308]))
def test_extreme_values_run_or_say_why_not(name, value):
    """What is finite and of the right sign is allowed; where numbers overflow an error says so."""

    def run():
        net = sim.Network(seed=1)
        cells = net.population("cells", 2, sim.LIF(receptors=RECEPTORS, **{name: value}))
        net.run(0.5)
        return cells.get("V_m")

    try:
        voltage = run()
    except (sim.ValidationError, sim.SimulationError) as error:
        assert str(error)  # noqa: PT017
    else:
        assert np.isfinite(voltage).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda p: population(p, name="cells"),
        lambda p: population(p, name="static"),
        lambda p: projection(p, name="cells"),
        lambda p: projection(p, name="learn"),
    ],
)
def test_names_that_overlap(call):
    with pytest.raises(
        sim.ValidationError, match=r"name: the name '(cells|static|learn)' is taken"
    ):
        call(network())


@pytest.mark.parametrize("rate", [1e9, 1e300])
def test_rates_beyond_reason(rate):
    """Hundreds of spikes of one source in one step are a mistake, and would never end."""
    for make in (
        lambda net: net.population("source", 2, sim.PoissonSource(rate)),
        lambda net: net.population(
            "source", 2, sim.PoissonSource(sim.Schedule([0.0, 5.0], [1.0, rate]))
        ),
    ):
        net = sim.Network(seed=1)
        with pytest.raises(sim.ValidationError, match=r"source\.rate: must be at most .* Hz"):
            make(net)
