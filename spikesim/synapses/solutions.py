"""Which equations of synapses have solutions between two spikes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from spikesim.codegen.decays import approach, decay_rate
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.synapses.form import XI, Crossing, Side, Statements, Variable


def is_trace(variable: Variable, fixed: set[str]) -> bool:
    """Whether a variable decays exponentially to 0 at a constant rate."""
    rhs = variable.rhs
    return rhs is not None and decay_rate(variable.name, rhs, fixed) is not None


def decays_alone(variable: Variable, fixed: set[str]) -> bool:
    """Whether a variable approaches a constant exponentially at a constant rate."""
    rhs = variable.rhs
    return rhs is not None and approach(variable.name, rhs, fixed) is not None


def products(
    name: str, variables: Mapping[str, Variable], fixed: set[str], modulators: set[str]
) -> Statements | None:
    """Factors of decaying variables in an equation that is the sum of such products; else None."""
    rhs = variables[name].rhs
    decaying = {n for n, v in variables.items() if v.rhs is not None and is_trace(v, fixed)}
    terms = None if rhs is None else linear_terms(rhs, decaying - {name})
    if terms is None or CONSTANT in terms or not terms:
        return None
    return terms if all(ex.names(t) <= fixed | modulators for t in terms.values()) else None


def crossing(name: str, variables: Mapping[str, Variable], fixed: set[str]) -> Crossing | None:
    """The decaying variable that an equation compares with constants, and these; else None.

    Between two crossings the equation must be linear in its own variable, with constant factors.
    """
    rhs = variables[name].rhs
    if rhs is None:
        return None
    decaying = {n for n, v in variables.items() if v.rhs is not None and is_trace(v, fixed)}
    compared: set[str] = set()
    thresholds: list[ast.expr] = []

    class Known(ast.NodeTransformer):
        def visit_Compare(self, node: ast.Compare) -> ast.expr:
            left, right = node.left, node.comparators[0]
            if isinstance(right, ast.Name) and right.id in decaying:
                left, right = right, left
            if not (isinstance(left, ast.Name) and left.id in decaying):
                return node
            if not ex.names(right) <= fixed or isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
                return node
            compared.add(left.id)
            if ex.source(right) not in map(ex.source, thresholds):
                thresholds.append(right)
            return ast.Compare(ast.Constant(1.0), [ast.Gt()], [ast.Constant(0.0)])

    known = Known().visit(copy.deepcopy(rhs))
    terms = linear_terms(known, {name})
    if len(compared) != 1 or terms is None:
        return None
    if not all(ex.names(term) <= fixed for term in terms.values()):
        return None
    return min(compared), tuple(thresholds)


def reasons_to_step(
    pre: Side, post: Side, variables: Mapping[str, Variable], fixed: set[str]
) -> list[str]:
    """Why a rule must be stepped: what has no solution between two spikes."""
    reasons = []
    for side, whose in ((pre, "presynaptic"), (post, "postsynaptic")):
        reasons += [f"{n}, kept for the {whose} neuron, is no exponential trace"
                    for n in side.stepped]  # fmt: skip
        reasons += [f"it reads {n} of the {whose} neuron" for n in side.read]
        reasons += [f"it reads an earlier value of {n}" for n, _ in side.delayed.values()]
    for name, variable in variables.items():
        if variable.rhs is not None and XI in ex.names(variable.rhs):
            reasons.append(f"d{name}/dt contains noise")
        elif variable.rhs is not None and not decays_alone(variable, fixed):
            reasons.append(f"d{name}/dt = {ex.source(variable.rhs)} has no closed solution")
    return reasons
