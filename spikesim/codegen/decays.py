"""Exponentially decaying variables in the equations of stepped rules: factors, means, shares."""

from __future__ import annotations

import ast
import copy

from spikesim.codegen.rule_source import Statements
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms


class Constants:
    """Constant factors that kernels read from an array: expressions of the parameters."""

    def __init__(self, fixed: set[str]):
        self.fixed = fixed
        self.rates: list[ast.expr] = []
        self._places: dict[str, int] = {}

    def of(self, rate: ast.expr) -> tuple[str, str, str]:
        """Source of exp(rate dt), of its integral over dt, and of its mean."""
        key = ex.source(rate)
        if key not in self._places:
            self._places[key] = len(self.rates)
            self.rates.append(rate)
        n = 3 * self._places[key]
        return tuple(f"load_const(_a.con, {n + k})" for k in range(3))  # type: ignore[return-value]


def decay_rate(name: str, rhs: ast.expr, fixed: set[str]) -> ast.expr | None:
    """Rate of a variable that decays to 0 at a constant rate; else None."""
    terms = linear_terms(rhs, {name})
    if terms is None or name not in terms or not ex.names(terms[name]) <= fixed:
        return None
    rest = terms.get(CONSTANT, ast.Constant(0.0))
    if ex.names(rest) or ex.called(rest) or float(ex.evaluate(rest, {})) != 0.0:
        return None
    return terms[name]


def approach(name: str, rhs: ast.expr, fixed: set[str]) -> tuple[ast.expr, ast.expr] | None:
    """Rate and target of a variable that approaches a constant; else None."""
    terms = linear_terms(rhs, {name})
    if terms is None or name not in terms:
        return None
    rest = terms.get(CONSTANT, ast.Constant(0.0))
    if not ex.names(terms[name]) | ex.names(rest) <= fixed:
        return None
    negative = ast.UnaryOp(ast.USub(), terms[name])
    return terms[name], ast.BinOp(rest, ast.Div(), negative)


def with_shares(rhs: ast.expr, decays: Statements, fixed: set[str]) -> ast.expr:
    """Replace ``int(c > theta)`` by the share of the interval in which it is true.

    This places the time at which a decaying variable crosses a constant threshold.
    """

    class Shares(ast.NodeTransformer):
        def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
            test = node.test
            if not isinstance(test, ast.Compare):
                return node
            left, right = test.left, test.comparators[0]
            above = isinstance(test.ops[0], (ast.Gt, ast.GtE))
            if isinstance(right, ast.Name) and right.id in decays:
                left, right, above = right, left, not above
            if not (isinstance(left, ast.Name) and left.id in decays and ex.names(right) <= fixed):
                return node
            parts = (node.body, node.orelse) if above else (node.orelse, node.body)
            if any(ex.names(part) & set(decays) for part in parts):
                return node
            rate = ast.BinOp(decays[left.id], ast.Mult(), ast.Name("_a.dt", ast.Load()))
            value = ast.Name(f"_now_{left.id}", ast.Load())  # not its mean
            share = ast.Call(ast.Name("share_above", ast.Load()), [value, right, rate], [])
            difference = ast.BinOp(parts[0], ast.Sub(), parts[1])
            return ast.BinOp(parts[1], ast.Add(), ast.BinOp(difference, ast.Mult(), share))

    replaced: ast.expr = Shares().visit(copy.deepcopy(rhs))
    return replaced
