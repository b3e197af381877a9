"""Boolean variables: stored as numbers 0 or 1, and read as conditions in logical expressions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Set

from spikesim.language import expressions as ex


def as_condition(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """Turn an expression into a condition: the name of a boolean becomes a test for not 0."""
    return _asked(with_conditions(tree, booleans), booleans)


def with_conditions(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """Replace booleans by conditions in the operands of ``and``, ``or``, ``not`` and ``if``."""
    return _Asking(booleans).visit(copy.deepcopy(tree)) if ex.names(tree) & booleans else tree


def as_boolean(tree: ast.expr, booleans: Set[str]) -> ast.expr:
    """Turn a condition into the value of a boolean: 1 where it holds, else 0."""
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
