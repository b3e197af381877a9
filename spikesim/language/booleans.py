"""Names of the unit ``boolean``: numbers that are 0 or 1, and conditions where one is asked for."""

from __future__ import annotations

import ast
import copy
from collections.abc import Set

from spikesim.language import expressions as ex


def as_condition(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """What stands for a condition: a boolean's name asks whether it is not 0."""
    return _asked(with_conditions(tree, booleans), booleans)


def with_conditions(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """An expression with booleans as conditions beside ``and``, ``or``, ``not`` and ``if``."""
    return _Asking(booleans).visit(copy.deepcopy(tree)) if ex.names(tree) & booleans else tree


def as_boolean(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """The value of a boolean: 1 where a condition holds and else 0."""
    if isinstance(tree, ast.Constant):
        return tree
    return ast.IfExp(as_condition(tree, booleans), ast.Constant(1.0), ast.Constant(0.0))


def _asked(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    if isinstance(tree, ast.Name) and tree.id in booleans:
        return ast.Compare(tree, [ast.NotEq()], [ast.Constant(0.0)])
    return tree


class _Asking(ast.NodeTransformer):
    def __init__(self, booleans: Set[str]):
        self.booleans = booleans

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
            node.left = _asked(node.left, self.booleans)
            node.right = _asked(node.right, self.booleans)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            node.operand = _asked(node.operand, self.booleans)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        node.test = _asked(node.test, self.booleans)
        return node
