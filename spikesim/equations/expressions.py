"""Expressions from text: parsed with `ast`, checked, taken apart and put together again."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from spikesim.errors import ValidationError, unknown_name

# Each name is a function of `math` for kernels and a ufunc of NumPy for the builder.
FUNCTIONS = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
}
_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call, ast.Compare, ast.BoolOp,
    ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
)  # fmt: skip

Terms = dict[str, ast.expr]
CONSTANT = ""  # the key of the part of a sum that holds no variable


def parse(text: str, owner: str, attribute: str) -> ast.expr:
    """The syntax tree of one expression, or a ValidationError that points at the trouble."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValidationError(f"cannot read {text!r}: {error.msg}", attribute, owner) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            raise ValidationError(f"{kind} is not allowed in {text!r}", attribute, owner)
        if isinstance(node, ast.Constant) and (
            isinstance(node.value, bool) or not isinstance(node.value, (int, float))
        ):
            raise ValidationError(
                f"{node.value!r} is not allowed in {text!r}; constants are numbers",
                attribute,
                owner,
            )
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", ast.unparse(node.func))
            if name not in FUNCTIONS:
                raise unknown_name(name, FUNCTIONS, attribute, owner)
            if node.keywords:
                raise ValidationError(f"keywords are not allowed in {text!r}", attribute, owner)
            needed = getattr(FUNCTIONS[name], "nin", 1)
            if len(node.args) != needed:
                raise ValidationError(
                    f"{name} takes {needed} value{'s' if needed > 1 else ''} in {text!r}",
                    attribute, owner,
                )  # fmt: skip
    return tree


def names(tree: ast.AST) -> set[str]:
    """The variables and parameters that an expression reads."""
    calls = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in calls}


def substitute(tree: ast.expr, mapping: Mapping[str, ast.expr]) -> ast.expr:
    """The expression with names replaced by expressions."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return mapping.get(node.id, node)

        def visit_Call(self, node: ast.Call) -> ast.expr:
            return ast.Call(node.func, [self.visit(a) for a in node.args], [])

    return Replace().visit(copy.deepcopy(tree))  # a transformer changes the tree that it visits


def rename(tree: ast.expr, mapping: Mapping[str, str]) -> ast.expr:
    """The expression with other names."""
    return substitute(tree, {old: ast.Name(new, ast.Load()) for old, new in mapping.items()})


def evaluate(tree: ast.expr, values: Mapping[str, Any]) -> np.ndarray:
    """The expression's value for numbers or arrays, by NumPy."""
    code = compile(ast.fix_missing_locations(ast.Expression(tree)), "<expression>", "eval")
    return np.asarray(eval(code, {"__builtins__": {}, **FUNCTIONS}, dict(values)), dtype=float)


def source(tree: ast.expr) -> str:
    """The expression as Python text."""
    return ast.unparse(ast.fix_missing_locations(tree))


def total(parts: Iterable[ast.expr]) -> ast.expr:
    """The sum of expressions; zero if there are none."""
    result: ast.expr | None = None
    for part in parts:
        result = part if result is None else ast.BinOp(result, ast.Add(), part)
    return ast.Constant(0.0) if result is None else result


def linear_terms(tree: ast.expr, variables: set[str]) -> Terms | None:
    """Coefficients of an expression that is linear in `variables`, else None.

    The keys are the variables that occur, and `CONSTANT` for what is left. The coefficients hold
    none of the variables.
    """
    if not names(tree) & variables:
        return {CONSTANT: tree}
    if isinstance(tree, ast.Name):
        return {tree.id: ast.Constant(1.0)}
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        inner = linear_terms(tree.operand, variables)
        return inner and {k: ast.UnaryOp(tree.op, v) for k, v in inner.items()}
    if isinstance(tree, ast.BinOp):
        return _linear_binop(tree, variables)
    return None


def _linear_binop(tree: ast.BinOp, variables: set[str]) -> Terms | None:
    left, right = linear_terms(tree.left, variables), linear_terms(tree.right, variables)
    if left is None or right is None:
        return None
    if isinstance(tree.op, (ast.Add, ast.Sub)):
        signed = {k: _signed(tree.op, v) for k, v in right.items()}
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


def _signed(op: ast.operator, tree: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), tree) if isinstance(op, ast.Sub) else tree


def multiplied(tree: ast.expr, variables: set[str]) -> ast.expr:
    """The expression with divisions by what holds no variable as products with reciprocals."""
    return _Reciprocals(variables).visit(copy.deepcopy(tree))


class _Reciprocals(ast.NodeTransformer):
    def __init__(self, variables: set[str]):
        self.variables = variables

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or names(node.right) & self.variables:
            return node
        one = ast.BinOp(ast.Constant(1.0), ast.Div(), node.right)
        return ast.BinOp(node.left, ast.Mult(), one)
