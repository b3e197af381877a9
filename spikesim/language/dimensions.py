"""Dimensional analysis of expressions, and their conversion to plain numbers.

Values are plain floats in their declared units. An expression is checked first, and then rewritten
in the consistent base units (see `spikesim.units`): names in other units, such as Hz or V, are
multiplied by a power of ten, and units in the text, such as ``5*mV``, become numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import simplified
from spikesim.units import (
    COMMON,
    PLAIN,
    Dimension,
    Unit,
    as_fraction,
    combined,
    is_unit_name,
    raised,
    symbol_of,
)

_SAME = {
    "abs",
    "floor",
    "ceil",
    "min",
    "max",
    "clip",
    "mod",
    "sum",
    "mean",
}  # result has the arguments' unit
_OPERATIONS = {ast.Add: "add {1} to {0}", ast.Sub: "subtract {1} from {0}"}


@dataclass(frozen=True)
class Anything:
    """Kind of an expression without a unit: zero, which fits every unit, or a condition."""

    condition: bool = False


Kind = Dimension | Anything
ZERO, CONDITION = Anything(), Anything(condition=True)


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use.

    Attributes
    ----------
    units : mapping
        Unit of each name.
    owner, attribute : str
        Where the expression occurs, for error messages.
    found : dict
        Cache of the kinds of expressions, by identity.
    local : mapping
        Local names, used in messages in place of the full names.
    """

    units: Mapping[str, Unit]
    owner: str
    attribute: str
    found: dict[int, tuple[ast.expr, Kind]] = field(default_factory=dict, compare=False)
    local: Mapping[str, str] = field(default_factory=dict)

    def check_names(self, tree: ast.expr) -> None:
        """Raise an error for a name that is neither known nor a unit."""
        for name in sorted(ex.names(tree) - set(self.units)):
            if not is_unit_name(name):
                valid = sorted({self.local.get(known, known) for known in self.units})
                raise unknown_name(name, valid, self.attribute, self.owner, unlisted=COMMON)

    def convert(self, tree: ast.expr, unit: Unit, what: str) -> ast.expr:
        """Check an expression, and convert its value to `unit`; names stay in their own units."""
        self.check_names(tree)
        self.expect(tree, unit.dimension, what)
        return self._rescaled(tree, unit)

    def condition(self, tree: ast.expr, what: str) -> ast.expr:
        """Check a condition, and convert it to plain numbers."""
        self.check_names(tree)
        if self.kind(tree) != CONDITION:
            raise self._error(f"{what} must be a condition such as 'V_m >= V_th', got "
                              f"{self._text(tree)!r}")  # fmt: skip
        return self._rescaled(tree, Unit("1"))

    def expect(self, tree: ast.expr, dimension: Dimension, what: str) -> None:
        """Raise an error unless the expression has this dimension."""
        kind = self.kind(tree)
        if kind not in (ZERO, dimension):
            raise self._error(
                f"{what} must be {_in(dimension)}, but {self._text(tree)!r} is {_in(kind)}"
            )

    def kind(self, tree: ast.expr) -> Kind:
        """Dimension of an expression, or a marker for zero or a condition."""
        if id(tree) not in self.found:
            self.found[id(tree)] = tree, self._kind(tree)
        return self.found[id(tree)][1]

    def _kind(self, tree: ast.expr) -> Kind:
        match tree:
            case ast.Constant():
                return ZERO if tree.value == 0 else PLAIN
            case ast.Name():
                return self._unit(tree.id).dimension
            case ast.UnaryOp(op=ast.Not()):
                self._expect_condition(tree.operand, "'not' takes a condition")
                return CONDITION
            case ast.UnaryOp():
                return self._number(tree.operand, tree)
            case ast.Compare():
                self._alike(tree.left, tree.comparators[0], "compare {0} with {1}", tree)
                return CONDITION
            case ast.IfExp():
                self._expect_condition(tree.test, "'if' takes a condition")
                return self._alike(tree.body, tree.orelse, "choose between {0} and {1}", tree)
            case ast.Call():
                return self._call(tree)
            case ast.BinOp():
                return self._binop(tree)
        raise AssertionError(ast.dump(tree))

    def _unit(self, name: str) -> Unit:
        return self.units[name] if name in self.units else Unit(name)

    def _binop(self, tree: ast.BinOp) -> Kind:
        if isinstance(tree.op, (ast.BitAnd, ast.BitOr)):
            for side in (tree.left, tree.right):
                self._expect_condition(side, "'and' and 'or' join conditions")
            return CONDITION
        left, right = self._number(tree.left, tree), self._number(tree.right, tree)
        if isinstance(tree.op, (ast.Add, ast.Sub)):
            return self._alike(tree.left, tree.right, _OPERATIONS[type(tree.op)], tree)
        if isinstance(tree.op, ast.Pow):
            return self._power(tree, left)
        if isinstance(left, Anything) or isinstance(right, Anything):
            return left if isinstance(left, Anything) else ZERO
        return combined(left, right, 1 if isinstance(tree.op, ast.Mult) else -1)

    def _power(self, tree: ast.BinOp, base: Kind) -> Kind:
        self.expect(tree.right, PLAIN, "an exponent")
        if isinstance(base, Anything) or base == PLAIN:
            return PLAIN
        if ex.names(tree.right):
            raise self._error(f"{self._text(tree.left)!r} is {_in(base)}; its exponent must be a "
                              f"number, got {self._text(tree.right)!r}")  # fmt: skip
        power = as_fraction(float(ex.evaluate(tree.right, {})))
        return raised(base, power)

    def _call(self, tree: ast.Call) -> Kind:
        assert isinstance(tree.func, ast.Name)
        name = tree.func.id
        if name in _SAME:
            kind = self._number(tree.args[0], tree)
            for left, right in combinations(tree.args, 2):
                self._number(right, tree)
                found = self._alike(left, right, f"take the {name} of {{0}} and {{1}}", tree)
                kind = found if kind == ZERO else kind
            return kind
        if name == "sqrt":
            kind = self._number(tree.args[0], tree)
            return kind if isinstance(kind, Anything) else raised(kind, Fraction(1, 2))
        if name == "sign":
            self._number(tree.args[0], tree)
            return PLAIN
        name = "int" if name == "trunc" else name
        for argument in tree.args:
            kind = self.kind(argument)
            if kind not in (ZERO, PLAIN):
                raise self._error(
                    f"{name} takes plain numbers, but {self._text(argument)!r} is {_in(kind)}"
                    + ("" if kind == CONDITION else f"; divide it by a quantity {_in(kind)}")
                )
        return PLAIN

    def _number(self, tree: ast.expr, whole: ast.expr) -> Kind:
        """Dimension of an expression that must not be a condition."""
        kind = self.kind(tree)
        if kind == CONDITION:
            raise self._error(
                f"a condition is no number in {self._text(whole)!r}; write int(...) around it"
            )
        return kind

    def _expect_condition(self, tree: ast.expr, words: str) -> None:
        kind = self.kind(tree)
        if kind != CONDITION:
            raise self._error(f"{words}, but {self._text(tree)!r} is {_in(kind)}")

    def _alike(self, left: ast.expr, right: ast.expr, action: str, tree: ast.expr) -> Kind:
        a, b = self.kind(left), self.kind(right)
        if ZERO in (a, b):
            return b if a == ZERO else a
        if a != b:
            words = action.format(f"{self._text(left)!r} ({_words(a)})",
                                  f"{self._text(right)!r} ({_words(b)})")  # fmt: skip
            hint = ""
            for side, kind in ((left, b), (right, a)):
                if isinstance(side, ast.Constant) and not isinstance(kind, Anything):
                    hint = f"; write {self._text(side)}*{symbol_of(kind)} if that is meant"
            raise self._error(f"cannot {words} in {self._text(tree)!r}{hint}")
        return a

    def _rescaled(self, tree: ast.expr, unit: Unit) -> ast.expr:
        factors: dict[str, ast.expr] = {}
        for name in ex.names(tree):
            own, given = self._unit(name), name in self.units
            if not given:
                factors[name] = ast.Constant(own.scale)
            elif own.exponent:
                product = ast.BinOp(ast.Name(name, ast.Load()), ast.Mult(), _constant(own.scale))
                factors[name] = product
        result = ex.substitute(tree, factors) if factors else tree
        if unit.exponent:
            result = ast.BinOp(result, ast.Div(), _constant(unit.scale))
        return simplified(result) if factors or unit.exponent else tree

    def _text(self, tree: ast.expr) -> str:
        return ex.source(ex.rename(tree, self.local) if self.local else tree)

    def _error(self, message: str) -> ValidationError:
        return ValidationError(message, self.attribute, self.owner)


def _constant(value: float) -> ast.expr:
    return ast.Constant(value)


def _words(kind: Kind) -> str:
    if isinstance(kind, Anything):
        return "a condition" if kind.condition else "zero"
    return "a plain number" if kind == PLAIN else symbol_of(kind)


def _in(kind: Kind) -> str:
    words = _words(kind)
    return words if words[:2] in ("a ", "ze") else f"in {words}"
