"""Relaxation rates of state variables: the derivative of each equation by its own variable.

Sums, products and powers are differentiated. Functions such as `exp`, and user-defined ones, are
treated as constants at their current value, like the gate of a channel that opens instantaneously:
the rate of ``g * m(V) * (E - V)`` is ``-g * m(V)``, which keeps V between its reversal potentials.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from spikesim.equations.ode_system import System
from spikesim.language import expressions as ex

Slopes = dict[str, ast.expr]
_ONE, _ZERO = ast.Constant(1.0), ast.Constant(0.0)


class Damping(NamedTuple):
    """Rates of relaxation.

    Attributes
    ----------
    rates : dict
        Rate (1/ms) of each stepped state that has one, in terms of the names of its equation and of
        `parts`.
    parts : dict
        Derivatives of subexpressions; each may read the ones before it.
    """

    rates: Slopes
    parts: Slopes


def damping(system: System) -> Damping:
    """Relaxation rates of all states that are integrated numerically."""
    rates: Slopes = {}
    parts: Slopes = {}
    for state in system.stepped:
        known: Slopes = {state: _ONE}
        own: Slopes = {}
        for name, tree in system.subexpressions.items():
            slope = None if name in system.frozen else _slope(tree, known)
            if slope is None:
                continue
            if not isinstance(slope, (ast.Constant, ast.Name)):
                own[f"_d_{name}__{state}"] = slope
                slope = ast.Name(f"_d_{name}__{state}", ast.Load())
            known[name] = slope
        rate = _slope(system.odes[state], known)
        if rate is not None:
            rates[state] = rate
            parts |= _read(rate, own)
    return Damping(rates, parts)


def derivative(tree: ast.expr, name: str) -> ast.expr | None:
    """Derivative of an expression by a name, with functions constant; None for zero."""
    return _slope(tree, {name: _ONE})


def _read(tree: ast.expr, own: Slopes) -> Slopes:
    """Select the derivatives that an expression reads, directly or through others."""
    wanted = ex.names(tree)
    for name in reversed(own):
        if name in wanted:
            wanted |= ex.names(own[name])
    return {name: slope for name, slope in own.items() if name in wanted}


def _slope(tree: ast.expr, known: Slopes) -> ast.expr | None:
    """Derivative by the chain rule, from the derivatives `known` of names; None for zero."""
    if not ex.names(tree) & known.keys():
        return None
    match tree:
        case ast.Name():
            return known[tree.id]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            return _signed(tree.op, _slope(tree.operand, known))
        case ast.BinOp():
            return _slope_of_operation(tree, known)
        case ast.IfExp():
            yes, no = _slope(tree.body, known), _slope(tree.orelse, known)
            return _chosen(tree.test, yes, no)
        case ast.Call(func=ast.Name(id=name)):
            return _slope_of_call(name, tree, known)
    return None


def _slope_of_operation(tree: ast.BinOp, known: Slopes) -> ast.expr | None:
    left, right = _slope(tree.left, known), _slope(tree.right, known)
    match tree.op:
        case ast.Add() | ast.Sub():
            return _added(left, _signed(tree.op, right))
        case ast.Mult():
            return _added(_times(left, tree.right), _times(right, tree.left))
        case ast.Div():
            falling = _signed(ast.Sub(), _times(right, tree))
            total = _added(left, falling)
            return total and ast.BinOp(total, ast.Div(), tree.right)
        case ast.Pow() if right is None:
            lower: ast.expr = ast.BinOp(tree.right, ast.Sub(), _ONE)
            if isinstance(tree.right, ast.Constant):
                lower = ast.Constant(tree.right.value - 1)  # type: ignore[operator]
            linear = isinstance(lower, ast.Constant) and lower.value == 1
            power = tree.left if linear else ast.BinOp(tree.left, ast.Pow(), lower)
            return _times(left, ast.BinOp(tree.right, ast.Mult(), power))
    return None


def _slope_of_call(name: str, tree: ast.Call, known: Slopes) -> ast.expr | None:
    first, *rest = tree.args
    slopes = [_slope(arg, known) for arg in tree.args]
    if name == "abs":
        below = ast.Compare(first, [ast.Lt()], [_ZERO])
        return _chosen(below, _signed(ast.Sub(), slopes[0]), slopes[0])
    if name not in ("min", "max", "clip"):
        return None
    if [slope for slope in slopes if slope] == [_ONE]:
        return _ONE  # the cut-off is ignored, which is cheaper and safe
    if name == "clip":
        return _chosen(ast.Compare(tree, [ast.Eq()], [first]), slopes[0], None)
    order = ast.Lt() if name == "min" else ast.Gt()
    return _chosen(ast.Compare(first, [order], rest), slopes[0], slopes[1])


def _added(left: ast.expr | None, right: ast.expr | None) -> ast.expr | None:
    if left is None or right is None:
        return right if left is None else left
    if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
        return ast.BinOp(left, ast.Sub(), right.operand)
    return ast.BinOp(left, ast.Add(), right)


def _signed(op: ast.operator | ast.unaryop, tree: ast.expr | None) -> ast.expr | None:
    if tree is None or not isinstance(op, (ast.Sub, ast.USub)):
        return tree
    return ast.UnaryOp(ast.USub(), tree)


def _times(slope: ast.expr | None, factor: ast.expr) -> ast.expr | None:
    if slope is None or slope is _ONE:
        return slope and factor
    if isinstance(slope, ast.UnaryOp) and slope.operand is _ONE:
        return ast.UnaryOp(ast.USub(), factor)
    return ast.BinOp(slope, ast.Mult(), factor)


def _chosen(test: ast.expr, yes: ast.expr | None, no: ast.expr | None) -> ast.expr | None:
    if yes is None and no is None:
        return None
    return ast.IfExp(test, yes or _ZERO, no or _ZERO)
