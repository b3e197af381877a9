"""Initial values of a neuron's state variables."""

from __future__ import annotations

import ast
import re

from spikesim.equations.evaluation_order import in_order
from spikesim.equations.namespace import EquationNamespace, Trees
from spikesim.equations.ode_system import System
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.language.booleans import as_boolean, with_conditions
from spikesim.language.parsing import parse


def starts_of(pieces: EquationNamespace, system: System) -> Trees:
    """Initial values: expressions of parameters (and states, for channels), in evaluation order."""
    return _given_starts(pieces, system) | _channel_starts(pieces, system)


def linked_value(name: str, owner: str) -> ValidationError:
    """Error for an initial value of a linked variable."""
    return ValidationError(
        f"{name} is (linked): it takes its value from the variable that Network.link names, at the "
        "start too; leave the value out", f"initial[{name!r}]", owner,
    )  # fmt: skip


def _given_starts(pieces: EquationNamespace, system: System) -> Trees:
    scope, found = pieces.scope("initial"), {}
    for name, text in pieces.neuron.initial.items():
        if name not in pieces.odes:
            raise unknown_name(name, pieces.odes, "initial", pieces.owner)
        if "linked" in pieces.odes[name].flags:
            raise linked_value(name, pieces.owner)
        if isinstance(text, str):
            if re.search(rf"\b{ex.RAND}n?\s*\(", text):
                raise ValidationError(
                    f"{text!r}: there are no random numbers in expressions; give a "
                    "distribution, such as Uniform(-70.0, -60.0) or Normal(-65.0, 2.0)",
                    f"initial[{name!r}]", pieces.owner,
                )  # fmt: skip
            tree = parse(text, pieces.owner, "initial", pieces.arity)
            change = as_boolean if name in pieces.booleans else with_conditions
            tree = scope.convert(change(tree, pieces.booleans), pieces.odes[name].unit, name)
            found[name] = pieces.of_parameters(tree, system, f"initial[{name!r}]")
    return found


def _channel_starts(pieces: EquationNamespace, system: System) -> Trees:
    """Initial values of channels: declared ones, or else the steady state of each equation."""
    trees: Trees = {}
    for name, given in pieces.starts.items():
        if given is not None:
            scope = pieces.origins.scope(pieces.scope("initial"), name)
            local = pieces.origins.of(name).local.get(name, name)
            tree = scope.convert(given, pieces.odes[name].unit, local)
        else:
            terms = linear_terms(system.whole(system.odes[name]), {name})
            if terms is None or name not in terms:
                continue
            level = ast.UnaryOp(ast.USub(), terms.get(CONSTANT, ast.Constant(0.0)))
            tree = ast.BinOp(level, ast.Div(), terms[name])
        trees[name] = system.whole(tree)
    return {name: trees[name] for name in in_order(trees, "initial", pieces.origins)}
