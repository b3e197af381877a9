"""Lower bounds of expressions by interval arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from math import inf

import numpy as np

from spikesim.language import expressions as ex

_NEVER_NEGATIVE = ("exp", "sqrt", "abs", "cosh")


def least(tree: ast.expr, values: Mapping[str, float], lows: Mapping[str, float]) -> float:
    """Lower bound of an expression; -inf if its form gives none.

    Parameters
    ----------
    tree : ast.expr
        The expression.
    values : mapping of str to float
        Names whose values are known.
    lows : mapping of str to float
        Lower bounds of other names.
    """
    if not ex.called(tree) and ex.names(tree) <= set(values):
        with np.errstate(all="ignore"):
            value = float(ex.evaluate(tree, values))
        return -inf if np.isnan(value) else value

    def of(*parts: ast.expr) -> list[float]:
        return [least(part, values, lows) for part in parts]

    match tree:
        case ast.Name(id=name):
            return lows.get(name, -inf)
        case ast.IfExp():
            return min(of(tree.body, tree.orelse))
        case ast.Call(func=ast.Name(id="max")):
            return max(of(*tree.args))
        case ast.Call(func=ast.Name(id="min")):
            return min(of(*tree.args))
        case ast.Call(func=ast.Name(id="clip")):
            inner, low, high = of(*tree.args)
            return min(max(inner, low), high)
        case ast.Call(func=ast.Name(id=name)):
            return 0.0 if name in _NEVER_NEGATIVE else -inf
        case ast.BinOp():
            return _of_two(tree.op, *of(tree.left, tree.right, ex.signed(tree.op, tree.right)))
    return -inf


def _of_two(op: ast.operator, left: float, right: float, signed: float) -> float:
    """Lower bound of an operation; `signed` bounds the term that a sum or difference adds."""
    if isinstance(op, (ast.Add, ast.Sub)):
        return left + signed
    if not left >= 0 or not (right >= 0 or isinstance(op, ast.Pow)):
        return -inf
    if isinstance(op, ast.Mult) and inf not in (left, right):
        return left * right
    return 0.0
