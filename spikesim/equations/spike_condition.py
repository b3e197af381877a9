"""Spike condition, reset statements and refractoriness of a neuron model."""

from __future__ import annotations

import ast

from spikesim.equations.namespace import MS, EquationNamespace, Trees
from spikesim.equations.ode_system import System
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.booleans import as_condition
from spikesim.language.dimensions import CONDITION
from spikesim.language.parsing import parse


def condition(pieces: EquationNamespace, attribute: str, text: str, external: Trees) -> ast.expr:
    """Parse and check a condition, such as the threshold."""
    if text == "never":
        return ast.Constant(value=False)
    tree = as_condition(parse(text, pieces.owner, attribute, pieces.arity), pieces.booleans)
    checked = pieces.scope(attribute).condition(tree, "it")
    return ex.substitute(checked, external)


def reset_of(pieces: EquationNamespace, external: Trees) -> Trees:
    """Reset after a spike, ``{state: expression}``."""
    scope = pieces.scope("reset")
    for name in sorted(set(pieces.reset) - set(pieces.odes)):
        raise unknown_name(name, pieces.odes, "reset", pieces.owner)
    return {
        name: ex.substitute(scope.convert(tree, pieces.odes[name].unit, name), external)
        for name, tree in pieces.reset.items()
    }


def rest_of(
    pieces: EquationNamespace, system: System, external: Trees
) -> tuple[ast.expr | None, ast.expr | None]:
    """Refractory period if it is an expression, and the condition that ends it if there is one."""
    neuron, text = pieces.neuron, pieces.neuron.refractory
    if not isinstance(text, str):
        return None, condition(pieces, "rearm", neuron.rearm, external) if neuron.rearm else None
    if neuron.rearm:
        raise ValidationError("cannot be used together with rearm", "refractory", pieces.owner)
    tree = as_condition(parse(text, pieces.owner, "refractory", pieces.arity), pieces.booleans)
    scope = pieces.scope("refractory")
    scope.check_names(tree)
    if scope.kind(tree) == CONDITION:
        held = condition(pieces, "refractory", text, external)
        return None, ast.UnaryOp(ast.Not(), held)
    if "t_ref" in neuron.declared:
        raise ValidationError(
            "is said twice: there is a parameter t_ref already", "refractory", pieces.owner
        )
    period = scope.convert(tree, MS, "a refractory period, unless it is a condition,")
    return pieces.of_parameters(period, system, "refractory"), None


def clamped_of(pieces: EquationNamespace) -> tuple[str, ...]:
    """States that are constant during the refractory period."""
    given = pieces.neuron.refractory
    held = [n for n, eq in pieces.odes.items() if "unless refractory" in eq.flags]
    names = dict.fromkeys(held if isinstance(given, str) else [*given, *held])
    for name in names:
        if name not in pieces.odes:
            raise unknown_name(name, pieces.odes, "refractory", pieces.owner)
    if names and pieces.neuron.rearm:
        raise ValidationError("cannot be used together with refractory variables", "rearm",
                              pieces.owner)  # fmt: skip
    if names and not isinstance(given, str) and "t_ref" not in pieces.neuron.declared:
        raise ValidationError(
            f"{', '.join(map(repr, names))} shall be held after a spike, but how long is not "
            "said; give refractory=2*ms to from_text, or declare t_ref (ms) in a class",
            "refractory", pieces.owner,
        )  # fmt: skip
    return tuple(names)
