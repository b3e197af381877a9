"""Expressions from text: parsed with `ast`, checked, taken apart and put together again."""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import exprel

from spikesim.errors import ValidationError, unknown_name

# Each name is a function of `math` or `spikesim.kernels.functions` for kernels, and a function of
# arrays for the builder.
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
_ARGUMENTS = {"min": 2, "max": 2, "clip": 3, "mod": 2}
RAND = "rand"  # the uniform draw of a neuron and a step
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

DEEPEST = 100  # operations inside each other; what walks a tree calls itself
LONG_SUM = 50

Terms = dict[str, ast.expr]
CONSTANT = ""  # the key of the part of a sum that holds no variable


def parse(
    text: str, owner: str, attribute: str, functions: Mapping[str, int] | None = None
) -> ast.expr:
    """The syntax tree of one expression, or a ValidationError that points at the trouble.

    `functions` are the user's own: how many values each takes. A threshold may also call
    ``rand()``.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or error
        raise ValidationError(f"cannot read {text!r}: {reason}", attribute, owner) from None
    tree = _balanced(tree)
    if _depth(tree) > DEEPEST:
        raise ValidationError(
            f"{text.strip()[:60]!r} ... is nested more than {DEEPEST} deep; give parts of it names "
            "of their own, in subexpressions", attribute, owner,
        )  # fmt: skip
    arguments = dict.fromkeys(FUNCTIONS, 1) | _ARGUMENTS | {"int": 1} | dict(functions or {})
    if attribute == "threshold":
        arguments |= {RAND: 0}
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
            if name not in arguments:
                raise unknown_name(name, arguments, attribute, owner)
            if node.keywords:
                raise ValidationError(f"keywords are not allowed in {text!r}", attribute, owner)
            needed = arguments[name]
            if len(node.args) != needed:
                raise ValidationError(
                    f"{name} takes {needed} value{'' if needed == 1 else 's'} in {text!r}",
                    attribute, owner,
                )  # fmt: skip
    return ast.fix_missing_locations(_Plain().visit(tree))


def _balanced(tree: ast.expr) -> ast.expr:
    """Long sums as sums of sums, which are not deep; what is short stays as it is."""
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
        terms.append(_signed(rest.op, rest.right))
        rest = rest.left
    if len(terms) < LONG_SUM:
        return tree
    parts: list[ast.expr] = [rest, *reversed(terms)]
    while len(parts) > 1:
        parts = [total(parts[k : k + 2]) for k in range(0, len(parts), 2)]
    return parts[0]


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


class _Plain(ast.NodeTransformer):
    """What arrays and vectorised loops have no short-circuits for, in operations that they have."""

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
            if is_condition(node.args[0]):
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
            # Whole powers are products; a power of floats is a slow function.
            return ast.BinOp(node.left, ast.Pow(), ast.Constant(int(value)))
        return node


def _joined(parts: Sequence[ast.expr], op: ast.operator) -> ast.expr:
    result = parts[0]
    for part in parts[1:]:
        result = ast.BinOp(result, op, part)
    return result


def is_condition(tree: ast.expr) -> bool:
    """Whether an expression is a condition, not a number."""
    if isinstance(tree, ast.IfExp):
        return is_condition(tree.body)
    negated = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
    joined = isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.BitAnd, ast.BitOr))
    return negated or joined or isinstance(tree, ast.Compare)


def names(tree: ast.AST) -> set[str]:
    """The variables and parameters that an expression reads."""
    found: set[str] = set()
    seen: set[int] = set()  # parts may be shared
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
    """The expression with names replaced by expressions; what does not change is shared."""
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
    """The expression with other names."""
    return substitute(tree, {old: ast.Name(new, ast.Load()) for old, new in mapping.items()})


def evaluate(
    tree: ast.expr, values: Mapping[str, Any], functions: Mapping[str, Any] | None = None
) -> np.ndarray:
    """The expression's value for numbers or arrays, by NumPy."""
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
    """A value, worked out once where parts are shared."""
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
            result = _OPERATORS[type(tree.op)](*of(tree.left, tree.right))
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


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


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
    return _linear(tree, variables, {})


def _linear(tree: ast.expr, variables: set[str], done: dict[int, Terms | None]) -> Terms | None:
    if id(tree) not in done:
        done[id(tree)] = _linear_terms(tree, variables, done)
    return done[id(tree)]


def _linear_terms(
    tree: ast.expr, variables: set[str], done: dict[int, Terms | None]
) -> Terms | None:
    if not names(tree) & variables:
        return {CONSTANT: tree}
    if isinstance(tree, ast.Name):
        return {tree.id: ast.Constant(1.0)}
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd)):
        inner = _linear(tree.operand, variables, done)
        return inner and {k: ast.UnaryOp(tree.op, v) for k, v in inner.items()}
    if isinstance(tree, ast.BinOp):
        return _linear_binop(tree, variables, done)
    if isinstance(tree, ast.IfExp) and not names(tree.test) & variables:
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


def simplified(tree: ast.expr) -> ast.expr:
    """The expression with numbers worked out, and without factors of one."""
    return _Simplify().visit(copy.deepcopy(tree))


class _Simplify(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right = _number(node.left), _number(node.right)
        if left is not None and right is not None:
            # What cannot be worked out, such as 1 / 0, is said when parameters are known.
            with np.errstate(all="ignore"):
                value = evaluate(node, {})
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
