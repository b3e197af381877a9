"""What tells a network from others: kinds and settings of all that it has, as text, by name.

A saved state holds it. `same` must agree where a state is loaded. What is in `settings` may differ,
since a state does not bring it, and the network that loads keeps its own. What a state brings
(parameters of neurons, rates of sources, weights, conductances) is in neither.
"""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.couplings import GapJunctions, Link
from spikesim.description.inputs import GammaSource, Input, NoiseCurrent, PoissonDrive, StepCurrent
from spikesim.description.populations import Population, View
from spikesim.description.projections import Projection
from spikesim.description.schedules import Schedule
from spikesim.language.functions import read_function, read_functions
from spikesim.miniatures import Miniatures
from spikesim.modulators import Modulator, Secretion
from spikesim.neurons import Neuron
from spikesim.parameters import Parametrized
from spikesim.planning.inputs import Stimulus, drive_port
from spikesim.planning.plan import Identity, Junction
from spikesim.units import Hz, Unit, ms, one, pA

if TYPE_CHECKING:
    from spikesim.planning.builder import Description

Aspects = dict[str, str]
Told = tuple[str, str, Aspects, Aspects]  # kind, name, what must agree, settings

NONE = "none"  # what messages call something that is not there
LONGEST = 400  # characters of a text that is kept as it is
SHOWN = 6  # values of an array that are


def identity(description: Description, junctions: Mapping[str, Junction]) -> Identity:
    """The identity of a network as it is described, with its gap junctions as they were built."""
    d, told = description, Identity({}, {})
    for kind, name, same, settings in (
        *map(_population, d.populations.values()), *map(_projection, d.projections.values()),
        *map(_stimulus, d.stimuli), *(_junctions(g, junctions[n]) for n, g in d.gaps.items()),
        *map(_link, d.links), *map(_modulator, d.modulators.values()),
        *(_release(r, d.dt) for r in d.releases),
    ):  # fmt: skip
        names, k = told.same.setdefault(kind, {}), 2
        unique = name
        while unique in names:  # releases and links have no names of their own
            unique, k = f"{name}.{k}", k + 1
        names[unique] = same
        if settings:
            told.settings.setdefault(kind, {})[unique] = settings
    return told


def _population(population: Population) -> Told:
    model = population.model
    same = {"model": type(model).__name__, "transmitter": population.transmitter or NONE}
    settings: Aspects = {}
    if isinstance(model, GammaSource):
        settings = _settings(shape=model.shape)
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
    """A receptor or a channel: its class, what binds there, and the equations of a user's class."""
    transmitter = getattr(part, "transmitter", None)
    texts = _texts(part, "equations", "on_spike", "current", "ion")
    said = [type(part).__name__, *([f"of {transmitter}"] if transmitter else [])]
    return _shortened("; ".join([*said, *(f"{name}: {text}" for name, text in texts.items())]))


def _projection(p: Projection) -> Told:
    rule, release = p.plasticity, p.release
    same = {
        "source": _selected(p.source), "target": _selected(p.target), "receptor": p.receptor,
        "plasticity": NONE if rule is None else type(rule).__name__,
        "release": NONE if release is None else type(release).__name__,
    }  # fmt: skip
    settings: Aspects = {}
    if rule is not None:
        same |= {"delay_is": str(p.delay_is), "pairing": rule.pairing}
        for attribute in ("on_pre", "on_post"):
            # Of a property the parameters choose the text.
            if not isinstance(getattr(type(rule), attribute), property):
                same |= _texts(rule, attribute)
        for name in rule.modulators:
            modulator = p.modulators.get(name)
            same[f"modulators.{name}"] = name if modulator is None else modulator.name
        settings["coincidence"] = rule.coincidence
    for model in (rule, release):
        if model is not None:
            units = {name: declared.unit for name, declared in model.declared.items()}
            settings |= {n: _said(value, units[n]) for n, value in model.values.items()}
    return "projection", p.name, same, settings


def _stimulus(stimulus: Stimulus) -> Told:
    given = stimulus.input
    same = {"kind": type(given).__name__, "target": _selected(stimulus.target)}
    if isinstance(given, (PoissonDrive, Miniatures)):
        transmitter = getattr(given, "transmitter", None)
        same["receptor"], receptor = drive_port(stimulus, given.receptor, transmitter)
        same["transmitter"] = transmitter or NONE
        return "stimulus", stimulus.name, same, _drive(given, receptor.weight_unit)
    return "stimulus", stimulus.name, same, _current(given)


def _drive(given: PoissonDrive | Miniatures, unit: Unit) -> Aspects:
    if isinstance(given, PoissonDrive):
        return _settings(rate=(given.rate, Hz), weight=(given.weight_in(unit), unit))
    return _settings(rate=(given.rate, Hz), amplitude=(given.amplitude_in(unit), unit),
                     n_synapses=given.n_synapses)  # fmt: skip


def _current(given: Input) -> Aspects:
    if isinstance(given, StepCurrent):
        return _settings(amplitudes=(given.schedule, pA))
    assert isinstance(given, NoiseCurrent)
    every = given.every
    return _settings(mean=(given.mean, pA), std=(given.std, pA),
                     every="each step" if every is None else (every, ms))  # fmt: skip


def _junctions(gaps: GapJunctions, built: Junction) -> Told:
    pairs = f"{_counted(built.a.size, 'pair')} ({_digest(built.a, built.b)})"
    same = {"a": _selected(gaps.a), "b": _selected(gaps.b), "pairs": pairs}
    return "gap junction", gaps.name, same, {}


def _link(link: Link) -> Told:
    same = {"source": f"{_selected(link.source)}.{link.source_variable}"}
    same |= {"target": _selected(link.target), "index": _said(link.index)}
    return "link", link.name, same, {}


def _modulator(modulator: Modulator) -> Told:
    settings = _settings(tau=(modulator.tau, ms), baseline=modulator.baseline)
    return "modulator", modulator.name, {}, settings


def _release(release: Secretion, dt: float) -> Told:
    name = f"{release.source.name}->{release.modulator.name}"
    delay = round(release.steps * dt, 9)
    return "release", name, {}, _settings(amount=release.amount, delay=(delay, ms))


# --- texts ---------------------------------------------------------------------------------------


def _texts(thing: Any, *attributes: str) -> Aspects:
    """What a user's class says in these attributes; those of the package go by their names."""
    return {a: _text(getattr(thing, a)) for a in attributes if _is_users(thing, a)}


def _is_users(thing: Any, attribute: str) -> bool:
    """Whether an attribute is an instance's own, or comes from a class of a user."""
    if attribute in vars(thing):
        return True
    owner = next((c for c in type(thing).__mro__ if attribute in vars(c)), None)
    if owner is None:
        return False
    return "_recipe" in vars(owner) or owner.__module__.split(".")[0] != "spikesim"


def _text(given: Any) -> str:
    """Statements without comments and blanks, and mappings as statements."""
    if isinstance(given, Mapping):
        return _text("; ".join(f"{name} = {text}" for name, text in given.items()))
    if not isinstance(given, str):
        return _shortened(", ".join(map(str, given)))
    lines = re.split(r"[\n;]", re.sub(r"#.*", "", given))
    plain = (re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(line.split())) for line in lines)
    return _shortened("; ".join(line for line in plain if line))


def _source(tree: ast.FunctionDef) -> str:
    return _shortened("; ".join(ast.unparse(tree.body).splitlines()))  # type: ignore[arg-type]


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{_counted(len(text), 'character')} ({zlib.crc32(text.encode()):08x})"


# --- values --------------------------------------------------------------------------------------


def _settings(**values: Any) -> Aspects:
    """Values, or pairs of a value and its unit, as text."""
    return {n: _said(*v) if isinstance(v, tuple) else _said(v) for n, v in values.items()}


def _said(value: Any, unit: Unit = one) -> str:
    """A setting as text, from which equal values can be told from others."""
    if isinstance(value, Schedule):
        return f"{_said(value.values, unit)} from {_said(value.times, ms)} on"
    if isinstance(value, (float, int, np.ndarray)):
        array = np.asarray(value)
        numbers = array.tolist() if array.size <= SHOWN else _summary(array)
        return str(numbers) if unit == one else f"{numbers} {unit}"
    return str(value)


def _summary(array: np.ndarray) -> str:
    return f"{array.size} values from {array.min():g} to {array.max():g} ({_digest(array)})"


def _selected(view: View | Modulator) -> str:
    """The name of a selection, with all of its neurons where the name leaves out some."""
    name = view.name
    return f"{name} ({_digest(view.ids)})" if isinstance(view, View) and "..." in name else name


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' if n != 1 else ''}"


def _digest(*arrays: np.ndarray) -> str:
    return f"{checksum(*arrays):08x}"


def checksum(*arrays: np.ndarray, start: int = 0) -> int:
    """A number that tells arrays from others; `start` is that of arrays before them."""
    for array in arrays:
        start = zlib.crc32(np.ascontiguousarray(array).data, start)
    return start
