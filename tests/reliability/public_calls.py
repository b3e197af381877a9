"""All that users can call: how it is called rightly, and what is done with what it returns.

`GROUPS` have an entry for each public callable, under its name: a function that takes a `World` and
returns the callable with right arguments by name. Those of models are made from their declarations.
`NOT_FOR_USERS` are methods that models and the build call.
"""

import inspect
from functools import cached_property

import numpy as np

import spikesim as sim
from spikesim import analysis, connectors, interchange, plot, readout, units
from spikesim.channels import Channel
from spikesim.description import inputs
from spikesim.distributions import Distribution
from spikesim.mechanisms.gap_junctions import GapJunctions
from spikesim.parameters import Parametrized
from spikesim.receptors import Receptor
from spikesim.synapses import PlasticityRule, Release
from spikesim.units import ms, mV, nS

RECEPTORS = {"exc": sim.ExpCurrent(), "g": sim.ExpConductance()}
TEXT = "dv/dt = -v / tau : 1"
FOLLOWER = sim.Neuron.from_text(
    "dv/dt = (x - v) / (10*ms) : mV\nx : mV (linked)", threshold="v > 1*mV", name="Follower"
)


class World:
    """A small network that is described and has not run, and things that calls need."""

    def __init__(self):
        self.net = sim.Network(seed=1)
        self.cells = self.net.population("cells", 4, sim.LIF(receptors=RECEPTORS))
        self.source = self.net.population("source", 4, sim.PoissonSource(10.0))
        self.given = self.net.population("given", 1, sim.SpikeSource([1.0, 2.0]))
        self.plastic = self.net.project(
            self.source,
            self.cells,
            sim.AllToAll(),
            weight=0.5,
            delay=1.0,
            receptor="exc",
            plasticity=sim.PairSTDP(),
            delay_is="axonal",
            name="plastic",
        )
        self.static = self.net.project(
            self.source,
            self.cells,
            sim.AllToAll(),
            weight=sim.Uniform(0.1, 1.0),
            delay=1.0,
            receptor="exc",
            release=sim.TsodyksMarkram(),
            name="static",
        )
        self.gaps = self.net.gap_junctions(
            self.cells, self.cells, sim.FixedProbability(0.5), g=1.0, name="gaps"
        )
        self.dopamine = self.net.modulator("dopamine", tau=100.0)
        self.spikes = self.net.record(self.cells, "spikes")
        self.voltage = self.net.record(self.cells, "V_m")
        self.link = self.net.population("linked", 4, FOLLOWER)
        self.net.link(self.link, "x", self.cells, "V_m")

    @cached_property
    def trains(self):
        return sim.SpikeTrains([5.0, 15.0, 35.0], [0, 0, 1], n=2, t_start=0.0, t_stop=100.0)

    @cached_property
    def traces(self):
        return sim.Traces(
            [0.0, 1.0], [[1.0, 2.0], [3.0, 4.0]], variable="V_m", unit="mV", ids=[0, 1]
        )

    @cached_property
    def vote(self):
        return readout.LabelVote().fit([[1, 0], [0, 2]], [0, 1])

    @cached_property
    def rule(self):
        return readout.DeltaRule(epochs=1).fit([[1, 0], [0, 2]], [0, 1])


COUNTS = {"counts": [[1, 0], [0, 2]], "labels": [0, 1]}


def models():
    """All models that the package brings, with right arguments for each."""
    special = {
        sim.MultiCompartment: {
            "compartments": {"soma": sim.Compartment(C_m=10.0)}, "axial": {},
            "current_into": "soma", "method": "auto",
        },
        sim.PinskyRinzel: {
            "area": 1e4, "p": 0.5, "g_c": 2.1, "I_s": 0.75, "I_d": 0.0, "soma": RECEPTORS,
            "dend": {}, "V_th": 0.0, "method": "auto",
        },
    }  # fmt: skip
    optional = {
        sim.Neuron: {"receptors": RECEPTORS, "channels": {}, "method": "auto"},
        Receptor: {"transmitter": "GABA"},
        PlasticityRule: {"pairing": "all-to-all", "coincidence": "none", "method": "auto"},
        sim.Compartment: {"channels": {"leak": sim.Leak(g=1.0)}, "receptors": RECEPTORS},
        Channel: {}, Release: {},
    }  # fmt: skip
    for name in sim.__all__:
        model = getattr(sim, name)
        if not (inspect.isclass(model) and issubclass(model, Parametrized)):
            continue
        if model in (sim.Neuron, Receptor, Channel, PlasticityRule, sim.Jump):
            continue
        base = next(b for b in optional if issubclass(model, b))
        right = {n: 10.0 if p.default is None else p.default for n, p in model.declared.items()}
        extra = special.get(model, optional[base])
        if issubclass(model, sim.Neuron) and model not in special:
            extra = dict(extra)
            if "I_syn" not in model.equations:
                del extra["receptors"]
            elif "V_m" not in model.equations:  # then it takes no conductance
                extra["receptors"] = {"exc": sim.ExpCurrent()}
        yield name, model, right, extra


def _models():
    return {
        name: lambda w, model=model, right=values | extra: (model, right)
        for name, model, values, extra in models()
    }


def setter(thing, attribute):
    """Assigning to an attribute, as a call."""
    return lambda value: setattr(thing, attribute, value)


DESCRIBING = {
    **_models(),
    "Network": lambda w: (
        sim.Network, {"dt": 0.1, "seed": 1, "precision": "mixed", "threads": 1}
    ),
    "Network.population": lambda w: (w.net.population, {
        "name": "new", "size": 3, "model": sim.LIF(), "transmitter": "GABA",
        "initial": {"V_m": -60.0},
    }),
    "Network.project": lambda w: (w.net.project, {
        "source": w.source, "target": w.cells, "connector": sim.AllToAll(), "weight": 0.5,
        "delay": 1.0, "receptor": "exc", "plasticity": sim.PairSTDP(), "delay_is": "axonal",
        "release": None, "modulators": {}, "name": "new",
    }),
    "Network.stimulate": lambda w: (w.net.stimulate, {
        "target": w.cells, "stimulus": sim.DCCurrent(10.0), "name": "new",
    }),
    "Network.gap_junctions": lambda w: (w.net.gap_junctions, {
        "a": w.cells, "b": w.cells, "connector": sim.FixedProbability(0.5), "g": 1.0, "name": "new",
    }),
    "Network.add": lambda w: (w.net.add, {"element": GapJunctions(
        "added", w.cells, w.cells, sim.FixedProbability(0.5), g=1.0
    )}),
    "Network.link": lambda w: (w.net.link, {
        "target": w.net.population("free", 4, FOLLOWER), "variable": "x", "source": w.cells,
        "source_variable": "V_m", "index": [0, 1, 2, 3],
    }),
    "Network.modulator": lambda w: (w.net.modulator, {"name": "new", "tau": 10.0, "baseline": 0.0}),
    "Network.release": lambda w: (w.net.release, {
        "source": w.source, "modulator": w.dopamine, "amount": 1.0, "delay": 1.0,
    }),
    "Network.record": lambda w: (w.net.record, {
        "target": w.plastic, "variable": "weight", "every": 1.0, "synapses": [0, 1],
    }),
    "Network.record of states": lambda w: (w.net.record, {
        "target": w.cells, "variable": "V_m", "every": 1.0, "synapses": None,
    }),
    "Network.memory": lambda w: (w.net.memory, {}),
    "Population[]": lambda w: (w.cells.__getitem__, {"key": [0, 1]}),
    "Neuron.from_text": lambda w: (sim.Neuron.from_text, {
        "equations": TEXT, "threshold": "v > 1", "reset": "v = 0", "refractory": 2.0 * ms,
        "method": "auto", "initial": {"v": 0.5}, "functions": {}, "receptors": {}, "channels": {},
        "name": "Mine", "tau": 10.0 * ms,
    }),
    "Jump": lambda w: (sim.Jump, {
        "variable": "V_m", "unit": mV, "transmitter": "GABA", "share": 1.0,
    }),
    "saturating_gate": lambda w: (sim.saturating_gate, {
        "alpha": 0.5, "tau_rise": 2.0, "tau_decay": 100.0,
    }),
    "cable": lambda w: (sim.cable, {
        "n": 3, "length": 1000.0, "diameter": 1.0, "R_i": 1.0, "R_m": 4.0, "C_m": 0.01,
        "E_L": -65.0, "channels": {}, "receptors": {},
    }),
    "AllToAll": lambda w: (sim.AllToAll, {"autapses": True}),
    "OneToOne": lambda w: (sim.OneToOne, {}),
    "FixedProbability": lambda w: (sim.FixedProbability, {"p": 0.5, "autapses": True}),
    "FixedInDegree": lambda w: (sim.FixedInDegree, {"k": 2, "autapses": True, "multapses": True}),
    "FixedOutDegree": lambda w: (sim.FixedOutDegree, {"k": 2, "autapses": True, "multapses": True}),
    "FixedTotalNumber": lambda w: (
        sim.FixedTotalNumber, {"n": 5, "autapses": True, "multapses": True}
    ),
    "DistanceDependent": lambda w: (sim.DistanceDependent, {
        "probability": lambda d: 0.0 * d, "source_positions": np.zeros((4, 2)),
        "target_positions": np.zeros((4, 2)), "autapses": False,
    }),
    "FromArrays": lambda w: (sim.FromArrays, {"source": [0, 1], "target": [1, 2]}),
    "FromSparse": lambda w: (sim.FromSparse, {"matrix": _sparse()}),
    "Constant": lambda w: (sim.Constant, {"value": 1.0}),
    "Uniform": lambda w: (sim.Uniform, {"low": 0.5, "high": 1.0}),
    "Normal": lambda w: (sim.Normal, {"mean": 1.0, "std": 0.1, "low": 0.0, "high": 2.0}),
    "LogNormal": lambda w: (sim.LogNormal, {"mean": 1.0, "std": 0.1, "low": 0.0, "high": 2.0}),
    "PoissonSource": lambda w: (sim.PoissonSource, {"rate": 10.0}),
    "GammaSource": lambda w: (sim.GammaSource, {"rate": 10.0, "shape": 2.0}),
    "SpikeSource": lambda w: (sim.SpikeSource, {"times": [[1.0], [2.0], [], [3.0]]}),
    "Schedule": lambda w: (sim.Schedule, {
        "times": [0.0, 1.0], "values": [1.0, 2.0], "owner": "Mine", "what": "values",
        "unit": mV,
    }),
    "PoissonDrive": lambda w: (sim.PoissonDrive, {"rate": 10.0, "weight": 1.0, "receptor": "exc"}),
    "Miniatures": lambda w: (sim.Miniatures, {
        "rate": 10.0, "amplitude": 1.0, "receptor": "exc", "n_synapses": 10, "transmitter": None,
    }),
    "StepCurrent": lambda w: (sim.StepCurrent, {"times": [0.0, 1.0], "amplitudes": [1.0, 2.0]}),
    "DCCurrent": lambda w: (sim.DCCurrent, {"amplitude": 1.0, "start": 0.0, "stop": 5.0}),
    "NoiseCurrent": lambda w: (sim.NoiseCurrent, {"mean": 0.0, "std": 1.0, "every": 1.0}),
}  # fmt: skip

# What is done with a network that is built; each has one for all values.
LIVE = {
    "Network.run": lambda w: (w.net.run, {"duration": 0.1, "progress": False}),
    "Network.build": lambda w: (w.net.build, {}),
    "Network.reset": lambda w: (w.net.reset, {"keep_weights": True}),
    "Network.reset_state": lambda w: (w.net.reset_state, {}),
    "Network.save_state": lambda w: (w.net.save_state, {"path": "state.npz"}),
    "Network.load_state": lambda w: (w.net.load_state, {"path": saved(w)}),
    "Network.learning": lambda w: (setter(w.net, "learning"), {"value": True}),
    "Network.record": lambda w: (w.net.record, {
        "target": w.plastic, "variable": "weight", "every": 1.0, "synapses": [0, 1],
    }),
    "Population.get": lambda w: (w.cells.get, {"name": "V_m"}),
    "Population.set": lambda w: (w.cells.set, {"V_m": -60.0, "tau_m": 10.0, "tau_syn_exc": 2.0}),
    "Population.set of a slice": lambda w: (w.cells[1:3].set, {"V_m": -60.0, "C_m": 10.0}),
    "Population.set of sources": lambda w: (w.source.set, {"rate": 10.0}),
    "Population.set of times": lambda w: (w.given.set, {"times": [50.0]}),
    "Projection.weight": lambda w: (setter(w.static, "weight"), {"value": 0.5}),
    "Projection.weight of a plastic one": lambda w: (setter(w.plastic, "weight"), {"value": 0.5}),
    "Projection.learning": lambda w: (setter(w.plastic, "learning"), {"value": True}),
    "Projection.normalize": lambda w: (w.plastic.normalize, {"total": 1.0}),
    "PlasticityRule.explain": lambda w: (sim.PairSTDP().explain, {}),
    "TripletSTDP.fitted": lambda w: (sim.TripletSTDP.fitted, {
        "region": "visual cortex", "pairing": "all-to-all", "minimal": True,
    }),
    "Projection.connections": lambda w: (w.plastic.connections, {}),
    "Projection.release_state": lambda w: (w.static.release_state, {}),
    "GapJunctions.g": lambda w: (setter(w.gaps, "g"), {"value": 0.5}),
    "GapJunctions.junctions": lambda w: (w.gaps.junctions, {}),
    "Modulator.concentration": lambda w: (setter(w.dopamine, "concentration"), {"value": 0.5}),
    "Modulator.add": lambda w: (w.dopamine.add, {"amount": 0.5}),
    "SpikeRecorder.result": lambda w: (w.spikes.result, {}),
    "SpikeRecorder.clear": lambda w: (w.spikes.clear, {}),
    "SpikeRecorder.counts": lambda w: (w.spikes.counts, {}),
    "StateRecorder.result": lambda w: (w.voltage.result, {}),
    "StateRecorder.clear": lambda w: (w.voltage.clear, {}),
}  # fmt: skip

RESULTS = {
    "SpikeTrains": lambda w: (sim.SpikeTrains, {
        "times": [5.0, 15.0], "ids": [0, 1], "n": 2, "t_start": 0.0, "t_stop": 100.0, "name": "a",
    }),
    "SpikeTrains[]": lambda w: (w.trains.__getitem__, {"key": [0, 1]}),
    "SpikeTrains.window": lambda w: (w.trains.window, {"t0": 10.0, "t1": 20.0}),
    "SpikeTrains.train": lambda w: (w.trains.train, {"neuron": 0}),
    "SpikeTrains.isi": lambda w: (w.trains.isi, {"neuron": 0}),
    "SpikeTrains.isis": lambda w: (w.trains.isis, {}),
    "SpikeTrains.cv": lambda w: (w.trains.cv, {}),
    "SpikeTrains.counts": lambda w: (w.trains.counts, {}),
    "SpikeTrains.rates": lambda w: (w.trains.rates, {}),
    "SpikeTrains.mean_rate": lambda w: (w.trains.mean_rate, {}),
    "SpikeTrains.bin_edges": lambda w: (w.trains.bin_edges, {"bin": 10.0}),
    "SpikeTrains.population_rate": lambda w: (w.trains.population_rate, {"bin": 10.0}),
    "SpikeTrains.equals": lambda w: (w.trains.equals, {"other": w.trains}),
    "Traces": lambda w: (sim.Traces, {
        "times": [0.0, 1.0], "values": [[1.0, 2.0], [3.0, 4.0]], "variable": "V_m", "unit": "mV",
        "ids": [0, 1], "name": "a",
    }),
    "Traces[]": lambda w: (w.traces.__getitem__, {"key": [0, 1]}),
    "Traces.window": lambda w: (w.traces.window, {"t0": 0.0, "t1": 1.0}),
    "Traces.trace": lambda w: (w.traces.trace, {"neuron": 0}),
    "Traces.equals": lambda w: (w.traces.equals, {"other": w.traces}),
    "fano_factors": lambda w: (analysis.fano_factors, {"trains": w.trains, "bin": 10.0}),
    "stdp_curve": lambda w: (analysis.stdp_curve, {
        "change": lambda lag: 0.0 * lag, "limit": 10.0, "points": 5,
    }),
    "LabelVote": lambda w: (readout.LabelVote, {"n_classes": 2}),
    "LabelVote.fit": lambda w: (readout.LabelVote().fit, COUNTS),
    "LabelVote.predict": lambda w: (w.vote.predict, {"counts": COUNTS["counts"]}),
    "LabelVote.score": lambda w: (w.vote.score, COUNTS),
    "LabelVote.scores": lambda w: (w.vote.scores, {"counts": COUNTS["counts"]}),
    "DeltaRule": lambda w: (readout.DeltaRule, {
        "unit": "softmax", "eta": 0.1, "epochs": 2, "seed": 0, "n_classes": 2,
    }),
    "DeltaRule.fit": lambda w: (readout.DeltaRule(epochs=1).fit, COUNTS),
    "DeltaRule.predict": lambda w: (w.rule.predict, {"counts": COUNTS["counts"]}),
    "DeltaRule.score": lambda w: (w.rule.score, COUNTS),
    "DeltaRule.scores": lambda w: (w.rule.scores, {"counts": COUNTS["counts"]}),
    "Unit": lambda w: (units.Unit, {"symbol": "mV"}),
    "Quantity": lambda w: (units.Quantity, {"value": 1.0, "unit": mV}),
    "Quantity.to": lambda w: ((3.0 * mV).to, {"unit": mV}),
    "param": lambda w: (units.param, {
        "default": 1.0, "unit": nS, "allowed": "positive", "doc": "a conductance",
    }),
    "Param": lambda w: (units.Param, {
        "default": 1.0, "unit": nS, "allowed": "positive", "doc": "a conductance", "shared": False,
    }),
}  # fmt: skip

FILES = {
    "interchange.save": lambda w: (interchange.save, {"path": "a.npz", "results": w.trains}),
    "interchange.load": lambda w: (interchange.load, {"path": saved(w, interchange.save)}),
    "interchange.save_csv": lambda w: (interchange.save_csv, {"path": "a.csv", "result": w.trains}),
    "interchange.load_csv": lambda w: (interchange.load_csv, {
        "path": saved(w, interchange.save_csv), "n": 2, "t_start": 0.0, "t_stop": 100.0,
        "name": "a",
    }),
    "interchange.load_nest": lambda w: (interchange.load_nest, {
        "paths": nest(), "first_id": 1, "n": 2, "t_start": 0.0, "t_stop": 100.0, "name": "a",
    }),
    "interchange.load_spikes": lambda w: (interchange.load_spikes, {
        "path": saved(w, interchange.save), "name": "saved",
    }),
    "interchange.load_populations": lambda w: (interchange.load_populations, {
        "paths": [saved(w, interchange.save)], "t_stop": 100.0,
    }),
}  # fmt: skip

PICTURES = {
    "plot.canvas": lambda w: (_drawn(plot.canvas), {"ax": None, "size": (1.0, 1.0)}),
    "plot.confusion_matrix": lambda w: (plot.confusion_matrix, {
        "counts": [[1, 0], [0, 2]], "ax": None, "labels": ["a", "b"], "percent": True,
    }),
    "plot.learning_curves": lambda w: (plot.learning_curves, {
        "curves": {"a": ([1.0, 2.0], [0.1, 0.5])}, "ax": None, "levels": {"b": 0.5},
        "xlabel": "x", "ylabel": "y",
    }),
    "plot.raster": lambda w: (plot.raster, {
        "trains": w.trains, "ax": None, "rates": True, "bin": 10.0,
    }),
    "plot.receptive_fields": lambda w: (plot.receptive_fields, {
        "weights": np.ones((4, 2)), "shape": (2, 2), "ax": None, "columns": 1, "unit": "nS",
    }),
    "plot.save_raster": lambda w: (plot.save_raster, {
        "trains": w.trains, "path": "a.png", "bin": 10.0, "title": "a",
    }),
    "plot.stdp_window": lambda w: (plot.stdp_window, {
        "window": ([1.0, 2.0], [0.1, 0.2]), "ax": None, "limit": 10.0, "label": "a",
    }),
    "plot.style": lambda w: (plot.style, {}),
    "plot.traces": lambda w: (plot.traces, {"traces": w.traces, "ax": None, "spikes": w.trains}),
    "plot.weight_histogram": lambda w: (plot.weight_histogram, {
        "weights": [1.0, 2.0], "ax": None, "bins": 5, "unit": "nS", "log": False,
    }),
    "plot.weight_matrix": lambda w: (plot.weight_matrix, {
        "weights": np.ones((4, 2)), "ax": None, "shape": (4, 2), "unit": "nS",
    }),
}  # fmt: skip


def _drawn(context):
    def call(**arguments):
        with context(**arguments):
            pass

    return call


def _sparse():
    from scipy import sparse

    return sparse.csr_array(np.eye(4))


def saved(world, save=None):
    """A file in the current folder."""
    if save is None:
        world.net.save_state("saved.npz")
        return "saved.npz"
    path = "saved.csv" if save is interchange.save_csv else "saved.npz"
    save(path, world.trains)
    return path


def nest():
    with open("a-1-0.dat", "w") as file:
        file.write("# NEST version: 3.0\nsender\ttime_ms\n1\t5.0\n2\t6.0\n")
    return "a-1-0.dat"


def use(thing, w):
    """What is done with a thing that was made, so that what is judged later is judged, too."""
    net, ends = w.net, (w.source, w.cells)
    usual = {"weight": 0.5, "delay": 1.0, "receptor": "exc"}
    match thing:
        case sim.Neuron():
            net.population("used", 4, thing)
        case Receptor():
            net.population("used", 4, sim.LIF(receptors={"r": thing}))
        case Channel():
            pool = {} if thing.offers else {"pool": sim.CalciumPool(area=1000.0)}
            net.population("used", 4, sim.ConductanceNeuron(channels={"c": thing, **pool}))
        case connectors.Connector():
            weight = None if isinstance(thing, sim.FromSparse) else 0.5
            net.project(*ends, thing, **usual | {"weight": weight})
        case Distribution():
            net.project(*ends, sim.AllToAll(), **usual | {"weight": thing})
            net.project(*ends, sim.AllToAll(), **usual | {"delay": thing})
        case PlasticityRule() if set(thing.form().post.read) - {"V_m"}:
            thing.explain()  # it reads what these neurons do not have
        case PlasticityRule():
            learning = {"plasticity": thing, "delay_is": "axonal",
                        "modulators": dict.fromkeys(thing.modulators, w.dopamine)}  # fmt: skip
            net.project(*ends, sim.AllToAll(), **usual, **learning)
        case Release():
            net.project(*ends, sim.AllToAll(), **usual, release=thing)
        case inputs.Source():
            net.population("used", 4, thing)
        case inputs.Input():
            net.stimulate(w.cells, thing)
        case inputs.Schedule():
            net.population("used", 4, sim.PoissonSource(thing))
        case sim.Network():
            net = thing
            net.population("used", 1, sim.LIF())
        case units.Param():
            thing.check(1.0, "x", "it")
        case sim.description.populations.View() | sim.description.projections.Projection():
            pass
        case _ if thing is not w.net:
            repr(thing)
            return
    if net._simulation.built is None:
        net.build()


GROUPS = {
    "describing": DESCRIBING, "live": LIVE, "results": RESULTS, "files": FILES,
    "pictures": PICTURES,
}  # fmt: skip
BASES = ("Channel", "Neuron", "PlasticityRule", "Receptor")
NOT_FOR_USERS = {
    "amplitude_in", "at", "check", "check_grid", "check_order", "check_size", "check_text",
    "checked", "count", "expected", "form", "mass", "note", "owner", "power", "receptor", "scaled",
    "sign", "source", "steps", "total_rate", "weight_in", "with_rate",
}  # fmt: skip
