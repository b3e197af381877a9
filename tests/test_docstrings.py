"""What is public says what it is, what it takes and what it returns, in numpydoc's form."""

import doctest
import importlib
import inspect

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse
from numpydoc.validate import validate

import spikesim as sim
from spikesim import units
from spikesim.parameters import Parametrized

# Left out: that the texts of parameters are sentences (PR08, PR09), for those of models are the
# short phrases of their declarations; See Also and extended summaries; and SS05, for it takes
# plural nouns such as "Counts" for verbs.
CODES = {
    "GL02", "GL06", "GL07", "GL08", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "RT03", "SS01",
    "SS02", "SS03", "SS04", "YD01",
}  # fmt: skip
PARTS = ("plot", "analysis", "interchange", "readout", "units")
HANDLES = [  # what users get from a network
    "description.populations.Population", "description.populations.View",
    "description.projections.Projection", "description.connections.Connections",
    "description.connections.ReleaseState", "mechanisms.gap_junctions.GapJunctions",
    "mechanisms.gap_junctions.Junctions",
    "mechanisms.modulators.Modulator", "description.recorders.SpikeRecorder",
    "description.recorders.StateRecorder", "description.recorders.WeightRecorder",
    "description.recorders.ElementRecorder", "network.memory.MemoryTable",
]  # fmt: skip


def public():
    """Whatever users hold or call, by the name under which it can be imported."""
    found = {f"spikesim.{name}": getattr(sim, name) for name in sim.__all__}
    for part in PARTS:
        module = importlib.import_module(f"spikesim.{part}")
        found |= {f"spikesim.{part}.{name}": getattr(module, name) for name in module.__all__}
    for name in HANDLES:
        module, _, kind = f"spikesim.{name}".rpartition(".")
        found[f"{module}.{kind}"] = getattr(importlib.import_module(module), kind)
    return {name: thing for name, thing in found.items() if callable(thing)}


def with_members(things):
    """Classes and functions, and the methods and properties of the classes, each once."""
    found = {(thing.__module__, thing.__qualname__): name for name, thing in things.items()}
    for kind in filter(inspect.isclass, things.values()):
        for base in kind.__mro__:
            if not base.__module__.startswith("spikesim"):
                continue
            for name, member in vars(base).items():
                described = callable(member) or hasattr(member, "__get__")
                if name[0] != "_" and described and not overrides(base, name, member):
                    where = base.__module__, f"{base.__qualname__}.{name}"
                    found.setdefault(where, ".".join(where))
    return sorted(set(found.values()))


def overrides(kind, name, member):
    """Whether a member without a docstring of its own has that of what it overrides, as in help."""
    above = [vars(base)[name] for base in kind.__mro__[1:] if name in vars(base)]
    return member.__doc__ is None and any(callable(a) or isinstance(a, property) for a in above)


NAMES = with_members(public())


def test_there_are_many():
    assert len(NAMES) > 230
    assert {
        "spikesim.LIF",
        "spikesim.plot.raster",
        "spikesim.description.populations.View.set",
    } < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_is_complete(name):
    """Handles are made by the network, so they tell their attributes instead of parameters."""
    codes = CODES - {"PR01"} if name.removeprefix("spikesim.") in HANDLES else CODES
    wrong = [f"{code}: {text}" for code, text in validate(name)["errors"] if code in codes]
    assert not wrong


def thing(name):
    """What stands at the end of a dotted name."""
    found = sim
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


MAIN = ["population", "project", "stimulate", "run", "record", "save_state", "load_state"]
WITH_EXAMPLES = [
    *(f"spikesim.{name}" for name in sim.__all__ if inspect.isclass(kind := getattr(sim, name))
      and (not getattr(kind, "declared", {}) or kind.__mro__[1] is Parametrized)
      and not issubclass(kind, Exception)),
    *(f"spikesim.Network.{name}" for name in MAIN), "spikesim.description.populations.View.set",
    "spikesim.Neuron.from_text", "spikesim.units.Unit", "spikesim.units.Quantity",
    "spikesim.units.param",
]  # fmt: skip


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_there_is_an_example(name):
    assert "\nExamples\n--------\n>>> " in inspect.getdoc(thing(name))


def example_world():
    """What examples find: the public names, and two small populations in a network."""
    names = {name: getattr(sim, name) for name in sim.__all__}
    names |= {name: getattr(units, name) for name in units.__all__}
    names |= {
        "sim": sim,
        "np": np,
        "scipy": scipy,
        "plt": plt,
        "plot": sim.plot,
        "style": sim.plot.style,
    }
    net = sim.Network(dt=0.1, seed=1)
    cells, others = (net.population(name, 4, sim.LIF()) for name in ("cells", "others"))
    return names | {"net": net, "cells": cells, "others": others}


EXAMPLES = [name for name in NAMES if ">>> " in (thing(name).__doc__ or "")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, world = inspect.getdoc(thing(name)), example_world()
    test = doctest.DocTestParser().get_doctest(text, world, name, None, None)
    said = []
    failed, tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    plt.close("all")
    assert tried
    assert not failed, "".join(said)
