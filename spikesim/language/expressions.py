"""Expressions as syntax trees: variables they read, substitution, evaluation and source text."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from scipy.special import exprel

# Functions of the model language. Kernels call the function of this name in `math` or
# `spikesim.kernels.functions`; the builder calls the function of arrays given here.
FUNCTIONS = {
    "exp": np.exp,
    "expm1": np.expm1,
    "exprel": lambda x: exprel(x),
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "min": np.minimum,
    "max": np.maximum,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "trunc": np.trunc,
    "mod": lambda x, y: x - y * np.floor(x / y),
}
RAND = "rand"  # uniform random number, drawn for each neuron in each step


def is_condition(tree: ast.expr) -> bool:
    """Whether an expression is a condition rather than a number."""
    if isinstance(tree, ast.IfExp):
        return is_condition(tree.body)
    negated = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    joined = isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.BitAnd, ast.BitOr))
    return negated or joined or isinstance(tree, ast.Compare)


def names(tree: ast.AST) -> set[str]:
    """The variables and parameters that an expression reads."""
    found: set[str] = set()
    seen: set[int] = set()  # subtrees may be shared
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.BinOp):
            waiting += (node.left, node.right)
        elif isinstance(node, ast.Call):
            waiting += node.args
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def called(tree: ast.AST) -> set[str]:
    """The functions that an expression calls."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.add(node.func.id)
            waiting += ast.iter_child_nodes(node)
    return found


def substitute(tree: ast.expr, mapping: Mapping[str, ast.expr]) -> ast.expr:
    """Replace names by expressions; unchanged subtrees are shared with the input."""
    return _substitute(tree, mapping, {})


def _substitute(
    tree: ast.expr, mapping: Mapping[str, ast.expr], done: dict[int, ast.expr]
) -> ast.expr:
    if isinstance(tree, ast.Name):
        return mapping.get(tree.id, tree)
    if isinstance(tree, ast.Constant):
        return tree
    if id(tree) not in done:
        done[id(tree)] = _substituted(tree, mapping, done)
    return done[id(tree)]


def _substituted(
    tree: ast.expr, mapping: Mapping[str, ast.expr], done: dict[int, ast.expr]
) -> ast.expr:
    if isinstance(tree, ast.BinOp):
        left = _substitute(tree.left, mapping, done)
        right = _substitute(tree.right, mapping, done)
        same = left is tree.left and right is tree.right
        return tree if same else ast.BinOp(left, tree.op, right)
    if isinstance(tree, ast.Call):
        return ast.Call(tree.func, [_substitute(a, mapping, done) for a in tree.args], [])
    if isinstance(tree, ast.UnaryOp):
        return ast.UnaryOp(tree.op, _substitute(tree.operand, mapping, done))
    if isinstance(tree, ast.IfExp):
        parts = (tree.test, tree.body, tree.orelse)
        return ast.IfExp(*(_substitute(part, mapping, done) for part in parts))
    assert isinstance(tree, ast.Compare), ast.dump(tree)
    sides = [_substitute(side, mapping, done) for side in tree.comparators]
    return ast.Compare(_substitute(tree.left, mapping, done), tree.ops, sides)


def rename(tree: ast.expr, mapping: Mapping[str, str]) -> ast.expr:
    """Rename the variables of an expression."""
    return substitute(tree, {old: ast.Name(new, ast.Load()) for old, new in mapping.items()})


def evaluate(
    tree: ast.expr, values: Mapping[str, Any], functions: Mapping[str, Any] | None = None
) -> np.ndarray:
    """Evaluate an expression with NumPy, for numbers or arrays."""
    return np.asarray(_value(tree, values, {**FUNCTIONS, **(functions or {})}, {}), dtype=float)


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Not: np.logical_not,
}  # fmt: skip


def _value(
    tree: ast.expr, values: Mapping[str, Any], known: Mapping[str, Any], done: dict[int, Any]
) -> Any:
    """Value of an expression; shared subtrees are evaluated once."""
    if id(tree) in done:
        return done[id(tree)]

    def of(*parts: ast.expr) -> list[Any]:
        return [_value(part, values, known, done) for part in parts]

    match tree:
        case ast.Constant():
            result: Any = tree.value
        case ast.Name():
            result = values[tree.id]
        case ast.UnaryOp():
            result = _OPERATORS[type(tree.op)](*of(tree.operand))
        case ast.BinOp():
            result = _operated(tree.op, *of(tree.left, tree.right))
        case ast.Compare():
            result = _OPERATORS[type(tree.ops[0])](*of(tree.left, *tree.comparators))
        case ast.IfExp():
            result = np.where(*of(tree.test, tree.body, tree.orelse))
        case ast.Call(func=ast.Name(id=name)):
            result = known[name](*of(*tree.args))
        case _:
            raise AssertionError(ast.dump(tree))
    done[id(tree)] = result
    return result


def _operated(op: ast.operator, left: Any, right: Any) -> Any:
    try:  # plain Python arithmetic differs from NumPy's: overflow, complex roots
        numbers = (float(x) if isinstance(x, int) else x for x in (left, right))
        value = _OPERATORS[type(op)](*numbers)
    except ArithmeticError:
        return float("nan")
    return float("nan") if isinstance(value, complex) else value


def source(tree: ast.expr) -> str:
    """The expression as Python text."""
    return ast.unparse(ast.fix_missing_locations(tree))


def total(parts: Iterable[ast.expr]) -> ast.expr:
    """The sum of expressions; zero if there are none."""
    result: ast.expr | None = None
    for part in parts:
        result = part if result is None else ast.BinOp(result, ast.Add(), part)
    return ast.Constant(0.0) if result is None else result


def signed(op: ast.operator, tree: ast.expr) -> ast.expr:
    """Right operand of a sum or difference, as a term to add: `tree` or its negative."""
    return ast.UnaryOp(ast.USub(), tree) if isinstance(op, ast.Sub) else tree
