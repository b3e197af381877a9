"""Identify a network: types and settings of all its objects, as text, by name.

A saved state holds it. `same` must agree where a state is loaded. What is in `settings` may differ,
since a state does not bring it, and the network that loads keeps its own. What a state brings
(parameters of neurons, rates of sources, weights, conductances) is in neither.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from spikesim.description.description import Description
from spikesim.description.inputs import GammaSource
from spikesim.description.populations import Population
from spikesim.description.projections import Projection
from spikesim.language.functions import read_function, read_functions
from spikesim.neurons import Neuron
from spikesim.parameters import Parametrized
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.settings import (
    Aspects,
    IdentityEntry,
    said,
    selected,
    settings_of,
    shortened,
)
from spikesim.runtime.origin import NONE
from spikesim.runtime.plan import Identity


def identity(
    description: Description, context: Context, mechanisms: Sequence[Mechanism]
) -> Identity:
    """Collect the identity of all populations, projections and elements."""
    told = Identity({}, {})
    for kind, name, same, settings in (
        *map(_population, description.populations.values()),
        *map(_projection, description.projections.values()),
        *(
            mechanism.identity(element, context, context.parts.get(mechanism.name))
            for element in description.elements
            for mechanism in mechanisms
            if mechanism.identity is not None and mechanism.claims(element)
        ),
    ):
        names, k = told.same.setdefault(kind, {}), 2
        unique = name
        while unique in names:  # releases and links have no names of their own
            unique, k = f"{name}.{k}", k + 1
        names[unique] = same
        if settings:
            told.settings.setdefault(kind, {})[unique] = settings
    return told


def _population(population: Population) -> IdentityEntry:
    model = population.model
    same = {"model": type(model).__name__, "transmitter": population.transmitter or NONE}
    settings: Aspects = {}
    if isinstance(model, GammaSource):
        settings = settings_of(shape=model.shape)
    elif isinstance(model, Neuron):
        same |= _texts(model, "equations", "threshold", "reset", "refractory", "rearm")
        if _is_users(model, "functions"):
            functions = read_functions(model.functions, type(model).__name__)
            same |= {f"functions.{n}": _source(f.tree) for n, f in functions.items()}
        if model.step is not None and _is_users(model, "step"):
            same["step"] = _source(read_function(model.step, "step", "", "step").tree)
        for kind, parts in (("receptors", model.receptors), ("channels", model.channels)):
            for name, part in parts.items():
                same[f"{kind}.{name}"] = _part(part)
        settings = {"method": model.method}
    return "population", population.name, same, settings


def _part(part: Parametrized) -> str:
    """Receptor or channel: its class, its transmitter, and the equations of a user's class."""
    transmitter = getattr(part, "transmitter", None)
    texts = _texts(part, "equations", "on_spike", "current", "ion")
    said = [type(part).__name__, *([f"of {transmitter}"] if transmitter else [])]
    return shortened("; ".join([*said, *(f"{name}: {text}" for name, text in texts.items())]))


def _projection(p: Projection) -> IdentityEntry:
    rule, release = p.plasticity, p.release
    same = {
        "source": selected(p.source), "target": selected(p.target), "receptor": p.receptor,
        "plasticity": NONE if rule is None else type(rule).__name__,
        "release": NONE if release is None else type(release).__name__,
    }  # fmt: skip
    settings: Aspects = {}
    if rule is not None:
        same |= {"delay_is": str(p.delay_is), "pairing": rule.pairing}
        for attribute in ("equations", "on_pre", "on_post"):
            # The text of a property depends on the parameters, which are compared as settings.
            if not isinstance(getattr(type(rule), attribute), property):
                same |= _texts(rule, attribute)
        if not isinstance(getattr(type(rule), "on_interval", None), property):
            for name, text in rule.on_interval.items():
                same[f"on_interval[{name!r}]"] = _text(text)
        for name in rule.modulators:
            modulator = p.modulators.get(name)
            same[f"modulators.{name}"] = name if modulator is None else modulator.name
        settings["coincidence"] = rule.coincidence
    for model in (rule, release):
        if model is not None:
            units = {name: declared.unit for name, declared in model.declared.items()}
            settings |= {n: said(value, units[n]) for n, value in model.values.items()}
    return "projection", p.name, same, settings


def _texts(thing: Any, *attributes: str) -> Aspects:
    """Texts that a user's class declares; classes of the package are identified by name."""
    return {a: _text(getattr(thing, a)) for a in attributes if _is_users(thing, a)}


def _is_users(thing: Any, attribute: str) -> bool:
    """Whether an attribute is set on the instance or comes from a user-defined class."""
    if attribute in vars(thing):
        return True
    owner = next((c for c in type(thing).__mro__ if attribute in vars(c)), None)
    if owner is None:
        return False
    return "_recipe" in vars(owner) or owner.__module__.split(".")[0] != "spikesim"


def _text(given: Any) -> str:
    """Normalize statements: strip comments and blanks, and write mappings as statements."""
    if isinstance(given, Mapping):
        return _text("; ".join(f"{name} = {text}" for name, text in given.items()))
    if not isinstance(given, str):
        return shortened(", ".join(map(str, given)))
    lines = re.split(r"[\n;]", re.sub(r"#.*", "", given))
    plain = (re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(line.split())) for line in lines)
    return shortened("; ".join(line for line in plain if line))


def _source(tree: ast.FunctionDef) -> str:
    return shortened("; ".join(ast.unparse(tree.body).splitlines()))  # type: ignore[arg-type]
