"""Parse and validate expressions, and rewrite them without short-circuit operators."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex

_ARGUMENTS = {"min": 2, "max": 2, "clip": 3, "mod": 2}
_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call, ast.Compare, ast.BoolOp, ast.IfExp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.BitAnd, ast.BitOr, ast.USub,
    ast.UAdd, ast.Not, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.boolop,
    ast.expr_context,
)  # fmt: skip
_REFUSED = {
    ast.BitXor: "'^' is not allowed in {0}; write ** for a power",
    ast.FloorDiv: "'//' is not allowed in {0}; write floor(x / y)",
    ast.Invert: "'~' is not allowed in {0}; write not",
    ast.Is: "'is' is not allowed in {0}; write ==",
}
_SIGNS = {
    ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@", ast.In: "in", ast.NotIn: "not in",
    ast.IsNot: "is not",
}  # fmt: skip

DEEPEST = 100  # nesting depth; functions that walk a tree are recursive
LONG_SUM = 50


def parse(
    text: str, owner: str, attribute: str, functions: Mapping[str, int] | None = None
) -> ast.expr:
    """Parse one expression into a syntax tree; raise a ValidationError that points at the fault.

    `functions` maps each user-defined function to its number of arguments. A threshold may also
    call ``rand()``.
    """
    if not isinstance(text, str):
        raise ValidationError(f"must be text, got {text!r}", attribute, owner)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or error
        raise ValidationError(f"cannot read {text!r}: {reason}", attribute, owner) from None
    if isinstance(tree, ast.Constant) and isinstance(tree.value, bool):
        return ast.Constant(float(tree.value))  # the whole expression is True or False
    tree = _balanced(tree)
    if _depth(tree) > DEEPEST:
        raise ValidationError(
            f"{text.strip()[:60]!r} ... is nested more than {DEEPEST} deep; give parts of it names "
            "of their own, in subexpressions", attribute, owner,
        )  # fmt: skip
    arguments = dict.fromkeys(ex.FUNCTIONS, 1) | _ARGUMENTS | {"int": 1} | dict(functions or {})
    if attribute == "threshold":
        arguments |= {ex.RAND: 0}
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            kind = type(node)
            sign = repr(_SIGNS[kind]) if kind in _SIGNS else kind.__name__
            words = _REFUSED.get(kind, "{1} is not allowed in {0}")
            raise ValidationError(words.format(repr(text), sign), attribute, owner)
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
            if name not in arguments and name in (ex.RAND, f"{ex.RAND}n"):
                raise ValidationError(
                    f"{name}() cannot stand in {text!r}: {ex.RAND}() is for thresholds only, and "
                    "noise in equations is xi", attribute, owner,
                )  # fmt: skip
            if name not in arguments:
                if [ast.unparse(given) for given in node.args] == ["t"]:
                    raise ValidationError(
                        f"{name!r} is no function; what depends on the time alone is a function "
                        f"of yours, functions={{{name!r}: ...}}, or stimulates the neurons from "
                        "outside: StepCurrent for currents, Schedule for rates of sources",
                        attribute, owner,
                    )  # fmt: skip
                raise unknown_name(name, arguments, attribute, owner)
            if node.keywords:
                raise ValidationError(f"keywords are not allowed in {text!r}", attribute, owner)
            needed = arguments[name]
            if len(node.args) != needed:
                raise ValidationError(
                    f"{name} takes {needed} value{'' if needed == 1 else 's'} in {text!r}",
                    attribute, owner,
                )  # fmt: skip
    plain = ast.fix_missing_locations(_Plain().visit(tree))
    for node in ast.walk(plain):
        if isinstance(node, (ast.BinOp, ast.Constant)) and not _is_finite(node):
            shown = ex.source(node) if isinstance(node, ast.BinOp) else "a number"
            raise ValidationError(f"{shown} in {text[:60]!r} is not finite", attribute, owner)
    return plain


def _is_finite(tree: ast.expr) -> bool:
    """Whether an expression is a finite number, or not a constant."""
    if ex.names(tree) or ex.called(tree):
        return True
    try:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(ex.evaluate(tree, {})))
    except OverflowError:  # an integer of hundreds of digits
        return False


def _balanced(tree: ast.expr) -> ast.expr:
    """Rewrite long sums as balanced trees to limit their depth; short ones stay unchanged."""
    root = ast.Expression(tree)
    for node in list(ast.walk(root)):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, [_bisected(v) if _is_sum(v) else v for v in value])
            elif _is_sum(value) and not (_is_sum(node) and name == "left"):
                setattr(node, name, _bisected(value))
    return root.body


def _is_sum(tree: Any) -> bool:
    return isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub))


def _bisected(tree: ast.expr) -> ast.expr:
    terms, rest = [], tree
    while isinstance(rest, ast.BinOp) and _is_sum(rest):
        terms.append(ex.signed(rest.op, rest.right))
        rest = rest.left
    if len(terms) < LONG_SUM:
        return tree
    parts: list[ast.expr] = [rest, *reversed(terms)]
    while len(parts) > 1:
        parts = [ex.total(parts[k : k + 2]) for k in range(0, len(parts), 2)]
    return parts[0]


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


class _Plain(ast.NodeTransformer):
    """Rewrite short-circuit operators as operations that work on arrays and in vectorised loops."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        op = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        return _joined(node.values, op)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        pairs = [
            ast.Compare(left, [op], [right])
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return _joined(pairs, ast.BitAnd())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "int":
            if ex.is_condition(node.args[0]):
                return ast.IfExp(node.args[0], ast.Constant(1.0), ast.Constant(0.0))
            return _call("trunc", *node.args)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod):
            return _call("mod", node.left, node.right)
        power = node.right
        value = power.value if isinstance(power, ast.Constant) else None
        if isinstance(node.op, ast.Pow) and isinstance(value, float) and value.is_integer():
            # Integer powers compile to products; a float exponent calls the slow pow function.
            return ast.BinOp(node.left, ast.Pow(), ast.Constant(int(value)))
        return node


def _joined(parts: Sequence[ast.expr], op: ast.operator) -> ast.expr:
    result = parts[0]
    for part in parts[1:]:
        result = ast.BinOp(result, op, part)
    return result


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
