"""Sums over the synapses of a neuron, which the statements of ``on_interval`` read.

Each ``sum(...)`` becomes the name of a number that is kept for the neuron while the statements are
executed. A sum whose terms contain another sum is added up in a later pass over the synapses.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Mapping

from spikesim.errors import ValidationError
from spikesim.language import expressions as ex
from spikesim.synapses.form import ACROSS, AtInterval, Statements


def at_intervals(statements: Mapping[str, Statements]) -> dict[str, AtInterval]:
    """Split statements, by their interval, into sums and new values of variables."""
    found: dict[str, AtInterval] = {}
    for interval, trees in statements.items():
        sums = _Sums(sum(len(part.sums) for part in found.values()))
        new = {name: sums.visit(copy.deepcopy(tree)) for name, tree in trees.items()}
        last = max(sums.passes.values(), default=-1)
        passes = [
            {name: tree for name, tree in sums.terms.items() if sums.passes[name] == k}
            for k in range(last + 1)
        ]
        found[interval] = AtInterval(new, tuple(passes))
    return found


def kept_at_zero(name: str, tree: ast.expr) -> ast.expr:
    """The new value of a variable, and the present one where it is divided by a sum that is 0.

    In a sum, such a term is 0. `tree` is that of one statement, which does not contain those before
    it: these are executed also where this one is not.
    """
    return _guarded(_Terms().visit(copy.deepcopy(tree)), ast.Name(name, ast.Load()))


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
        kind = _kind(node)
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


class _Terms(ast.NodeTransformer):
    """Let terms of sums be 0 where they are divided by a sum that is 0."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if _kind(node) in ACROSS:
            node.args = [_guarded(term, ast.Constant(0.0)) for term in node.args]
        return node


def _guarded(tree: ast.expr, instead: ast.expr) -> ast.expr:
    """The expression, and `instead` where it divides by a sum that is 0."""
    zero = ast.Constant(0.0)
    for divisor in {ex.source(node): node for node in _divisors(tree)}.values():
        if ex.called(divisor) & {"sum", "mean"}:
            tree = ast.IfExp(ast.Compare(divisor, [ast.Eq()], [zero]), instead, tree)
    return tree


def _divisors(tree: ast.AST) -> Iterator[ast.expr]:
    """What an expression divides by, except in its sums."""
    if _kind(tree) in ACROSS:
        return
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        yield tree.right
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow):
        known = not ex.names(tree.right) | ex.called(tree.right)
        if known and float(ex.evaluate(tree.right, {})) < 0:
            yield tree.left
    for part in ast.iter_child_nodes(tree):
        yield from _divisors(part)


def _kind(tree: ast.AST) -> str:
    """Name of the function that is called; empty if none is."""
    return getattr(tree.func, "id", "") if isinstance(tree, ast.Call) else ""
