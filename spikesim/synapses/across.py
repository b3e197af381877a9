"""Sums over the synapses of a neuron, which the statements of ``on_interval`` read.

Each ``sum(...)`` becomes the name of a number that is kept for the neuron while the statements are
executed. A sum whose terms contain another sum is added up in a later pass over the synapses.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping

from spikesim.errors import ValidationError
from spikesim.language import expressions as ex
from spikesim.synapses.form import ACROSS, AtInterval, Statements

ONE = "1.0"  # what a count adds up


def at_intervals(statements: Mapping[str, Statements]) -> dict[str, AtInterval]:
    """Split statements, by their interval, into sums and new values of variables.

    A variable keeps its value where the new one is divided by a sum that is 0.
    """
    found: dict[str, AtInterval] = {}
    for interval, trees in statements.items():
        sums = _Sums(sum(len(part.sums) for part in found.values()))
        new = {
            name: sums.guarded(sums.visit(copy.deepcopy(tree)), ast.Name(name, ast.Load()))
            for name, tree in trees.items()
        }
        last = max(sums.passes.values(), default=-1)
        passes = [
            {name: sums.guarded(tree, ast.Constant(0.0)) for name, tree in sums.terms.items()
             if sums.passes[name] == k}
            for k in range(last + 1)
        ]  # fmt: skip
        found[interval] = AtInterval(new, tuple(passes))
    return found


def refuse_sums(trees: Iterable[ast.expr], attribute: str, owner: str) -> None:
    """Raise an error if expressions contain a sum over the synapses of a neuron."""
    for kind in sorted(set().union(*map(ex.called, trees)) & set(ACROSS)):
        raise ValidationError(
            f"{kind}() is over all synapses of a neuron, and only statements of on_interval can "
            "read it", attribute, owner,
        )  # fmt: skip


class _Sums(ast.NodeTransformer):
    """Replace calls of sum(), mean() and count() by names of sums, numbered from `first`."""

    def __init__(self, first: int):
        self.first = first
        self.terms: Statements = {}
        self.passes: dict[str, int] = {}

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        kind = getattr(node.func, "id", "")
        if kind not in ACROSS:
            return node
        if kind == "count":
            return self._sum(ast.Constant(1.0))
        total = self._sum(node.args[0])
        if kind == "sum":
            return total
        return ast.BinOp(total, ast.Div(), self._sum(ast.Constant(1.0)))

    def _sum(self, term: ast.expr) -> ast.Name:
        text = ex.source(term)
        known = {ex.source(tree): name for name, tree in self.terms.items()}
        name = known.get(text, f"__sum{self.first + len(self.terms)}")
        if text not in known:
            inner = [self.passes[n] for n in ex.names(term) if n in self.passes]
            self.terms[name], self.passes[name] = term, max(inner, default=-1) + 1
        return ast.Name(name, ast.Load())

    def guarded(self, tree: ast.expr, instead: ast.expr) -> ast.expr:
        """The expression, and `instead` where it divides by a sum that is 0."""
        may_vanish = {n for n, term in self.terms.items() if ex.source(term) != ONE}
        divisors = {
            ex.source(node.right): node.right
            for node in ast.walk(tree)
            if isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and ex.names(node.right) & may_vanish
        }
        zero = ast.Constant(0.0)
        for divisor in divisors.values():
            tree = ast.IfExp(ast.Compare(divisor, [ast.Eq()], [zero]), instead, tree)
        return tree
