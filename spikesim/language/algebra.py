"""Symbolic manipulation of expressions: linear terms, reciprocals, constant folding."""

from __future__ import annotations

import ast
import copy

import numpy as np

from spikesim.language import expressions as ex

Terms = dict[str, ast.expr]
CONSTANT = ""  # key of the term without any of the variables


def linear_terms(tree: ast.expr, variables: set[str]) -> Terms | None:
    """Coefficients of an expression that is linear in `variables`, else None.

    The keys are the variables that occur, and `CONSTANT` for the remaining terms. The coefficients
    contain none of the variables.
    """
    return _linear(tree, variables, {})


def _linear(tree: ast.expr, variables: set[str], done: dict[int, Terms | None]) -> Terms | None:
    if id(tree) not in done:
        done[id(tree)] = _linear_terms(tree, variables, done)
    return done[id(tree)]


def _linear_terms(
    tree: ast.expr, variables: set[str], done: dict[int, Terms | None]
) -> Terms | None:
    if not ex.names(tree) & variables:
        return {CONSTANT: tree}
    if isinstance(tree, ast.Name):
        return {tree.id: ast.Constant(1.0)}
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        inner = _linear(tree.operand, variables, done)
        return inner and {k: ast.UnaryOp(tree.op, v) for k, v in inner.items()}
    if isinstance(tree, ast.BinOp):
        return _linear_binop(tree, variables, done)
    if isinstance(tree, ast.IfExp) and not ex.names(tree.test) & variables:
        yes, no = (_linear(part, variables, done) for part in (tree.body, tree.orelse))
        if yes is None or no is None:
            return None
        zero = ast.Constant(0.0)
        return {k: ast.IfExp(tree.test, yes.get(k, zero), no.get(k, zero)) for k in {**yes, **no}}
    return None


def _linear_binop(
    tree: ast.BinOp, variables: set[str], done: dict[int, Terms | None]
) -> Terms | None:
    left, right = (_linear(part, variables, done) for part in (tree.left, tree.right))
    if left is None or right is None:
        return None
    if isinstance(tree.op, (ast.Add, ast.Sub)):
        signed = {k: ex.signed(tree.op, v) for k, v in right.items()}
        merged = dict(left)
        for k, v in signed.items():
            merged[k] = ast.BinOp(merged[k], ast.Add(), v) if k in merged else v
        return merged
    if isinstance(tree.op, ast.Div) and set(right) == {CONSTANT}:
        return {k: ast.BinOp(v, ast.Div(), tree.right) for k, v in left.items()}
    if isinstance(tree.op, ast.Mult):
        if set(right) == {CONSTANT}:
            return {k: ast.BinOp(v, ast.Mult(), tree.right) for k, v in left.items()}
        if set(left) == {CONSTANT}:
            return {k: ast.BinOp(tree.left, ast.Mult(), v) for k, v in right.items()}
    return None


def multiplied(tree: ast.expr, variables: set[str]) -> ast.expr:
    """Rewrite divisions by terms without variables as products with reciprocals."""
    return _Reciprocals(variables).visit(copy.deepcopy(tree))


class _Reciprocals(ast.NodeTransformer):
    def __init__(self, variables: set[str]):
        self.variables = variables

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or ex.names(node.right) & self.variables:
            return node
        one = ast.BinOp(ast.Constant(1.0), ast.Div(), node.right)
        return ast.BinOp(node.left, ast.Mult(), one)


def simplified(tree: ast.expr) -> ast.expr:
    """Fold constants, and remove factors of one."""
    return _Simplify().visit(copy.deepcopy(tree))


class _Simplify(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right = _number(node.left), _number(node.right)
        if left is not None and right is not None:
            # Invalid operations such as 1 / 0 are reported later, when parameters are known.
            with np.errstate(all="ignore"):
                value = ex.evaluate(node, {})
            return ast.Constant(float(value)) if np.isfinite(value) else node
        if isinstance(node.op, ast.Mult) and left == 1.0:
            return node.right
        if isinstance(node.op, (ast.Mult, ast.Div)) and right == 1.0:
            return node.left
        return node


def _number(tree: ast.expr) -> float | None:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = _number(tree.operand)
        return None if inner is None else -inner
    value = tree.value if isinstance(tree, ast.Constant) else None
    return float(value) if isinstance(value, (int, float)) else None
