"""Rules from text as Brian2 takes it: a model of synapses, and statements at spikes.

Brian2 writes into the statements of a presynaptic spike what it does to the neuron, such as
``g_post += w * nS``. Here every presynaptic spike transmits the weight to the projection's
receptor, so this line only tells the unit of the weight, and whether the weight is transmitted
before or after the spike has changed it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, nearest
from spikesim.language import expressions as ex
from spikesim.language.algebra import linear_terms
from spikesim.language.parsing import parse
from spikesim.language.text import Text, parse_statements, parse_text
from spikesim.synapses.form import FUNCTIONS, WEIGHT, XI
from spikesim.units import Param, Quantity, Unit, is_unit_name, mV, nS, one, pA

_CHANGE = re.compile(r"^(\w+)\s*([-+*/]?)=(?!=)\s*(.+)$")
_BRIAN_ONLY = {
    "t": "a rule does not depend on the time", "dt": "a rule does not depend on the time step",
    "lastupdate": "a trace, 'dx/dt = -x / tau : 1', tells how long ago a spike was",
    **dict.fromkeys(("i", "j"), "a rule is the same for all synapses"),
    **dict.fromkeys(("N", "N_incoming", "N_outgoing"), "give a number by a name of your own"),
}  # fmt: skip
_WEIGHT_UNITS = (one, mV, nS, pA)
FLAGS = {
    "ode": ("event-driven", "clock-driven"),
    "subexpression": ("constant over dt",),
    "parameter": ("constant", "shared"),
}


def members_of_text(
    model: str, on_pre: Any, on_post: Any, values: dict[str, Any], modulators: Any, owner: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Class attributes of a rule from text, and the values of its parameters.

    The text may declare modulators, such as ``dopamine : 1 (shared)``.

    Raises
    ------
    ValidationError
        If the text does what a rule cannot do, or a parameter has no value.
    """
    if isinstance(model, str):
        for name in modulators:
            model = re.sub(rf"(?m)^\s*{re.escape(name)}\s*:.*$", "", model)
    values = {**values, **dict.fromkeys(modulators, 0.0)}
    text = parse_text(model, owner, FUNCTIONS, FLAGS)
    if WEIGHT in text.subexpressions:
        raise ValidationError(
            f"{WEIGHT!r} is a subexpression, and must be a variable, which the projection has for "
            "each synapse", "equations", owner,
        )  # fmt: skip
    names = {WEIGHT, *text.names}
    at_pre, transmitted = _without_transmission(on_pre, names, "on_pre", owner)
    at_post, twice = _without_transmission(on_post, names, "on_post", owner)
    if twice is not None:
        raise ValidationError(
            f"{twice[0]!r} transmits at a postsynaptic spike; a rule transmits at presynaptic ones",
            "on_post", owner,
        )  # fmt: skip
    unit = _weight_unit(text, transmitted, owner)
    members: dict[str, Any] = {
        "equations": _with_unit(model, text, unit), "on_pre": at_pre, "on_post": at_post,
        "_weight_unit": unit,
    }  # fmt: skip
    if transmitted is not None and transmitted[2]:
        members["transmits"] = "after"
    needed = _parameters(text, at_pre, at_post, values, owner)
    _check_given(needed, values, text, owner)
    given: dict[str, Any] = {}
    for name, value in values.items():
        if name not in needed:
            continue
        declared = text.parameters.get(name)
        own = value.unit if isinstance(value, Quantity) else one
        if name in ("w_min", "w_max"):
            own = one if _declared_unit(text) == one else unit
        members[name] = Param(None, declared[0] if declared else own)
        given[name] = value
    unused = [name for name in values if name not in needed]
    if unused:
        raise ValidationError(
            f"takes no value, since the text does not use it; it uses {', '.join(sorted(needed))}",
            unused[0], owner,
        )  # fmt: skip
    return members, given


def _joined(given: Any, attribute: str, owner: str) -> str:
    """Statements of all pathways, which Brian2 takes as a dictionary, and executes by name."""
    if isinstance(given, Mapping):
        return "\n".join(_joined(given[name], attribute, owner) for name in sorted(given, key=str))
    if given is None:
        return ""
    if not isinstance(given, str):
        raise ValidationError(
            f"must be statements such as 'w += eta * x', got {given!r}", attribute, owner
        )
    return given


def _without_transmission(
    given: Any, own: set[str], attribute: str, owner: str
) -> tuple[str, tuple[str, str, bool] | None]:
    """Remove the statement that adds the weight to the neuron.

    A variable that has neither a suffix nor is one of the synapse's `own` is the postsynaptic
    neuron's. Returns the rest, and the statement, what it adds, and whether the weight has been
    changed by then.
    """
    kept: list[str] = []
    found: tuple[str, str, bool] | None = None
    changed = False
    text = re.sub(r"#.*", "", _joined(given, attribute, owner))
    for line in filter(None, map(str.strip, re.split(r"[;\n]", text))):
        name, operator, added = match.groups() if (match := _CHANGE.match(line)) else ("", "", "")
        suffixed = name.endswith(("_post", "_pre")) and name not in own
        reads = match is not None and WEIGHT in ex.names(parse(added, owner, attribute, FUNCTIONS))
        if not suffixed and (not reads or not operator or name in own):
            kept.append(line)
            changed = changed or name == WEIGHT
            continue
        if found is not None or name.endswith("_pre") or operator != "+" or not reads:
            raise ValidationError(
                f"{line!r} sets a variable of a neuron; a rule changes synapses only. The one line "
                f"'g_post += {WEIGHT}', with a unit if need be, says what a spike transmits; the "
                f"weight is always called {WEIGHT}", attribute, owner,
            )  # fmt: skip
        found = (line, added, changed)
    return "; ".join(kept), found


def _declared_unit(text: Text) -> Unit:
    """Unit in which the model declares the weight; 1 if it does not."""
    if WEIGHT in text.odes:
        return text.odes[WEIGHT].unit
    declared = text.parameters.get(WEIGHT)
    return one if declared is None else declared[0]


def _weight_unit(text: Text, transmitted: tuple[str, str, bool] | None, owner: str) -> Unit:
    """Unit of the weight: that in which the text declares it, or in which it is transmitted."""
    unit = _declared_unit(text)
    if transmitted is not None:
        line, added, _ = transmitted
        tree = parse(added, owner, "on_pre")
        terms = linear_terms(tree, {WEIGHT})
        factor = None if terms is None or set(terms) != {WEIGHT} else terms[WEIGHT]
        names = set() if factor is None else ex.names(factor)
        known_unit = not names or (len(names) == 1 and is_unit_name(min(names)) and unit == one)
        if factor is None or not known_unit or (
            float(ex.evaluate(factor, dict.fromkeys(names, 1.0))) != 1.0
        ):  # fmt: skip
            raise ValidationError(
                f"{line!r} must add the weight itself, as in 'g_post += {WEIGHT}' or "
                f"'g_post += {WEIGHT} * nS'", "on_pre", owner,
            )  # fmt: skip
        if names:
            unit = Unit(min(names))
            usual = {u.dimension: u for u in _WEIGHT_UNITS}.get(unit.dimension, unit)
            if unit != usual:
                raise ValidationError(
                    f"{line!r} must add the weight in {usual}, in which projections have weights: "
                    f"write {WEIGHT} * {usual}, or declare '{WEIGHT} : {unit}'", "on_pre", owner,
                )  # fmt: skip
    same = [known for known in _WEIGHT_UNITS if known.dimension == unit.dimension]
    if not same:
        raise ValidationError(
            f"the weight must be a plain number, a voltage, a conductance or a current, got {unit}",
            WEIGHT, owner,
        )  # fmt: skip
    return same[0]


def _with_unit(model: str, text: Text, unit: Unit) -> str:
    """The model's text with the weight in the unit in which weights of its kind are given."""
    if unit == one or _declared_unit(text) == one:
        return model
    plain = re.sub(r"#.*", "", model)
    labels = rf"(?m)^(\s*(?:d{WEIGHT}\s*/\s*dt\s*=[^:]*|{WEIGHT}\s*):).*$"
    return re.sub(labels, rf"\g<1> {unit}", plain)


def _parameters(
    text: Text, on_pre: str, on_post: str, values: Mapping[str, Any], owner: str
) -> set[str]:
    """Names to which the user must give values.

    A name such as ``tau_pre`` is a parameter if it has a value, else a variable of a neuron.
    """
    trees = [eq.rhs for eq in {**text.odes, **text.subexpressions}.values()]
    assigned: set[str] = {WEIGHT}
    for attribute, statements in (("on_pre", on_pre), ("on_post", on_post)):
        found = parse_statements(statements, owner, attribute, FUNCTIONS)
        assigned |= set(found)
        trees += list(found.values())
    variables = {*text.odes, *text.subexpressions, *assigned}
    read: set[str] = set().union(*map(ex.names, trees)) | (set(text.parameters) - assigned)
    return {
        name
        for name in read - variables - {XI}
        if not is_unit_name(name) and (name in values or not name.endswith(("_pre", "_post")))
    }


def _check_given(needed: set[str], values: Mapping[str, Any], text: Text, owner: str) -> None:
    """Raise an error for a name that the text uses, and that is not given."""
    for name in sorted(needed - set(values)):
        if name in text.parameters:
            unit = text.parameters[name][0]
            what = "a number" if unit == one else f"a value in {unit}"
            raise ValidationError(
                f"needs a value: give {name}=..., {what}, for all synapses, or declare "
                f"'d{name}/dt = 0/second : {unit}' to set it for each synapse", name, owner,
            )  # fmt: skip
        if name in _BRIAN_ONLY:
            raise ValidationError(
                f"{name!r} of Brian2 is not known here; {_BRIAN_ONLY[name]}", "text", owner
            )
        raise ValidationError(
            f"the text uses {name!r}, and does not declare it{nearest(name, text.names)}; give "
            f"{name}=..., a number or a quantity such as 20 * ms", name, owner,
        )  # fmt: skip


def check_value(value: Any, name: str, owner: str) -> None:
    """Raise an error for a value that is no number."""
    if isinstance(value, Distribution) or np.ndim(getattr(value, "value", value)):
        raise ValidationError(
            f"must be one number for all synapses, got {value!r}; a variable of the synapse, "
            f"'d{name}/dt = 0/second : unit', has one for each, set by projection.set", name, owner,
        )  # fmt: skip
