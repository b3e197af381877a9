"""NEST's unit system: labels on declared parameters and state, and quantities that are converted.

Values are plain floats in their declared unit. The base units ms, mV, pF, um and amol make a
consistent set: nS * mV = pA, pA / pF = mV/ms, pF / nS = ms, amol / um3 = mM. A user may write
``20.0`` for a parameter in ms, or ``20 * ms``, or ``0.02 * Unit("s")``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from spikesim.errors import ValidationError

Dimension = tuple[Fraction, ...]  # exponents of ms, mV, pF, um, amol, K
BASE = ("ms", "mV", "pF", "um", "amol", "K")
PLAIN: Dimension = (Fraction(0),) * len(BASE)

_PREFIXES = {
    "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "": 0, "k": 3, "M": 6, "G": 9
}  # fmt: skip
# Symbol and name of each unit, the power of ten by which it exceeds the base, and its dimension.
_UNITS = {
    "s second": (3, (1, 0, 0, 0, 0, 0)),
    "V volt": (3, (0, 1, 0, 0, 0, 0)),
    "F farad": (12, (0, 0, 1, 0, 0, 0)),
    "A amp ampere": (12, (-1, 1, 1, 0, 0, 0)),
    "S siemens": (9, (-1, 0, 1, 0, 0, 0)),
    "ohm": (-9, (1, 0, -1, 0, 0, 0)),
    "C coulomb": (15, (0, 1, 1, 0, 0, 0)),
    "Hz hertz": (-3, (-1, 0, 0, 0, 0, 0)),
    "m metre meter": (6, (0, 0, 0, 1, 0, 0)),
    "L liter litre": (15, (0, 0, 0, 3, 0, 0)),
    "mol mole": (18, (0, 0, 0, 0, 1, 0)),
    "M molar": (3, (0, 0, 0, -3, 1, 0)),
    "K kelvin": (0, (0, 0, 0, 0, 0, 1)),
}
_KNOWN = {
    prefix + name: (power + ten, tuple(map(Fraction, dimension)))
    for names, (ten, dimension) in _UNITS.items()
    for name in names.split()
    for prefix, power in _PREFIXES.items()
}
_KNOWN |= {  # what reads as a prefix and a unit too
    name: (ten, tuple(map(Fraction, dimension)))
    for names, (ten, dimension) in _UNITS.items()
    for name in names.split()
}
_COMMON = (
    "1", "mV", "ms", "pA", "nS", "pF", "mV/ms", "1/ms", "pA/ms", "nS/ms", "um", "mM", "mM/ms",
    "um2", "mV/pA", "1/mV", "1/mV/ms", "pF/um2", "nS/um2", "pA/um2", "fC", "K", "1/pF", "um3",
    "ms**0.5", "1/ms**0.5", "mV/ms**0.5", "pA/ms**0.5",
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit, such as ``Unit("mV")``, ``Unit("mS/cm2")`` or ``pA / ms``.

    Two units are equal if they mean the same. A number or an array times a unit is a `Quantity`.

    Raises
    ------
    ValidationError
        If the text is no unit.
    """

    symbol: str = field(compare=False)
    exponent: Fraction = field(init=False, repr=False)
    dimension: Dimension = field(init=False, repr=False)

    __array_ufunc__ = None  # an array times a unit is ours to make

    def __post_init__(self) -> None:
        exponent, dimension = _read_unit(self.symbol)
        object.__setattr__(self, "exponent", exponent)
        object.__setattr__(self, "dimension", dimension)

    @property
    def scale(self) -> float:
        """How many of the base units this is."""
        return power_of_ten(self.exponent)

    def __str__(self) -> str:
        return self.symbol

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Unit):
            return Unit(f"{self.symbol}*{_bracketed(other)}")
        return other * self if isinstance(other, Quantity) else Quantity(other, self)

    def __rmul__(self, other: Any) -> Quantity:
        return Quantity(other, self)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Unit):
            return Unit(f"{self.symbol}/{_bracketed(other)}")
        return Quantity(1.0, self) / other

    def __rtruediv__(self, other: Any) -> Quantity:
        return Quantity(other, Unit(f"1/{_bracketed(self)}"))

    def __pow__(self, power: float) -> Unit:
        return Unit(f"({self.symbol})**{power}")


def _bracketed(unit: Unit) -> str:
    return unit.symbol if unit.symbol.isidentifier() else f"({unit.symbol})"


def power_of_ten(exponent: Fraction) -> float:
    """Ten to a power; exact where floats are."""
    return float(10.0 ** (int(exponent) if exponent.denominator == 1 else float(exponent)))


def _read_unit(text: str) -> tuple[Fraction, Dimension]:
    """Power of ten and dimension of a unit's text: products, quotients and powers of symbols."""
    spelled = re.sub(r"\b([A-Za-z]+)(\d)\b", r"\1**\2", str(text).replace("^", "**"))
    try:
        return _unit_of(ast.parse(spelled.strip(), mode="eval").body)
    except (SyntaxError, LookupError, TypeError, ValueError):
        raise ValidationError(
            f"{text!r} is no unit; units are products, quotients and powers of symbols such as ms, "
            "mV, pA, nS, pF, Hz, um, mM, uS/cm2, or 1 for plain numbers"
        ) from None


def _unit_of(tree: ast.expr) -> tuple[Fraction, Dimension]:
    if isinstance(tree, ast.Constant) and tree.value == 1 and tree.value is not True:
        return Fraction(0), PLAIN
    if isinstance(tree, ast.Name):
        ten, dimension = _KNOWN[tree.id]
        return Fraction(ten), dimension
    if not isinstance(tree, ast.BinOp):
        raise TypeError
    left = _unit_of(tree.left)
    if isinstance(tree.op, ast.Pow):
        power = as_fraction(ast.literal_eval(tree.right))
        return left[0] * power, raised(left[1], power)
    right = _unit_of(tree.right)
    sign = {ast.Mult: 1, ast.Div: -1}[type(tree.op)]
    return left[0] + sign * right[0], combined(left[1], right[1], sign)


def as_fraction(power: float) -> Fraction:
    """The power of a unit that a number means: 0.3 is three tenths."""
    return Fraction(power).limit_denominator(1000)


def combined(a: Dimension, b: Dimension, sign: int) -> Dimension:
    """Dimension of a product (`sign` 1) or a quotient (-1)."""
    return tuple(x + sign * y for x, y in zip(a, b, strict=True))


def raised(a: Dimension, power: Fraction) -> Dimension:
    """Dimension of a power."""
    return tuple(x * power for x in a)


def symbol_of(dimension: Dimension) -> str:
    """A unit with this dimension, in the field's symbols where there are some."""
    for symbol in _COMMON:
        if Unit(symbol).dimension == dimension:
            return symbol
    return "*".join(
        base if e == 1 else f"{base}**{float(e):g}"
        for base, e in zip(BASE, dimension, strict=True) if e
    )  # fmt: skip


def is_unit_name(name: str) -> bool:
    """Whether a name in an expression may mean a unit: single letters never do."""
    return len(name) > 1 and name in _KNOWN


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number or an array with a unit, as ``20 * ms`` makes it; converted where it is used."""

    value: Any
    unit: Unit

    __array_ufunc__ = None

    def to(self, unit: Unit) -> Any:
        """The plain value in another unit of the same dimension."""
        if unit.dimension != self.unit.dimension:
            raise ValueError(f"{self.unit} is no {unit}")
        shift = self.unit.exponent - unit.exponent
        if hasattr(self.value, "scaled"):  # a distribution
            return self.value.scaled(power_of_ten(shift))
        value = np.asarray(self.value) if isinstance(self.value, (list, tuple)) else self.value
        return value * power_of_ten(shift) if shift >= 0 else value / power_of_ten(-shift)

    def __mul__(self, other: Any) -> Any:
        by = _quantity(other)
        return _plain_if_one(self._number * by._number, _times(self.unit, by.unit))

    def __rmul__(self, other: Any) -> Any:
        return _quantity(other) * self

    def __truediv__(self, other: Any) -> Any:
        by = _quantity(other)
        unit = self.unit if by.unit == one else self.unit / by.unit
        return _plain_if_one(self._number / by._number, unit)

    def __rtruediv__(self, other: Any) -> Any:
        return _quantity(other) / self

    def __pow__(self, power: float) -> Any:
        if isinstance(power, Quantity) or np.ndim(power) or not np.isreal(power):
            raise ValidationError(f"cannot take {self!r} to the power {power!r}, which must be a "
                                  "number")  # fmt: skip
        return _plain_if_one(self._number**power, self.unit**power)

    def __add__(self, other: Any) -> Quantity:
        return Quantity(self._number + self._like(other, "add {1} to {0}"), self.unit)

    def __radd__(self, other: Any) -> Quantity:
        return self + other

    def __sub__(self, other: Any) -> Quantity:
        return Quantity(self._number - self._like(other, "subtract {1} from {0}"), self.unit)

    def __rsub__(self, other: Any) -> Quantity:
        return Quantity(self._like(other, "subtract {0} from {1}") - self._number, self.unit)

    def __neg__(self) -> Quantity:
        return Quantity(-self._number, self.unit)

    def __pos__(self) -> Quantity:
        return self

    def __abs__(self) -> Quantity:
        return Quantity(abs(self._number), self.unit)

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, (Quantity, Unit)):
            return False
        given = _quantity(other)
        return given.unit.dimension == self.unit.dimension and self.value == given.to(self.unit)

    __hash__ = None  # type: ignore[assignment]  # values may be arrays

    def __lt__(self, other: Any) -> Any:
        return self._number < self._like(other, "compare {0} with {1}")

    def __le__(self, other: Any) -> Any:
        return self._number <= self._like(other, "compare {0} with {1}")

    def __gt__(self, other: Any) -> Any:
        return self._number > self._like(other, "compare {0} with {1}")

    def __ge__(self, other: Any) -> Any:
        return self._number >= self._like(other, "compare {0} with {1}")

    @property
    def _number(self) -> Any:
        """What can be reckoned with."""
        value = np.asarray(self.value) if isinstance(self.value, (list, tuple)) else self.value
        if np.asarray(value).dtype.kind not in "iuf":
            raise ValidationError(f"cannot reckon with {self!r}; only with numbers and arrays")
        return value

    def _like(self, other: Any, action: str) -> Any:
        """The other's value in this unit; a bare zero fits every unit."""
        given = _quantity(other)
        if given.unit == one and np.ndim(given.value) == 0 and given._number == 0:
            return given.value
        if given.unit.dimension != self.unit.dimension:
            left, right = (f"{q!r}" if q.unit != one else f"{q.value!r} (a plain number)"
                           for q in (self, given))  # fmt: skip
            raise ValidationError(f"cannot {action.format(left, right)}")
        return Quantity(given._number, given.unit).to(self.unit)

    def __repr__(self) -> str:
        return f"{self.value!r} * {self.unit}"


def _quantity(value: Any) -> Quantity:
    """A quantity from one, from a unit or from plain numbers."""
    if isinstance(value, Unit):
        return Quantity(1.0, value)
    return value if isinstance(value, Quantity) else Quantity(value, one)


def _times(a: Unit, b: Unit) -> Unit:
    return b if a == one else a if b == one else a * b


def _plain_if_one(value: Any, unit: Unit) -> Any:
    if unit.dimension != PLAIN:
        return Quantity(value, unit)
    plain = Quantity(value, unit).to(one)
    return plain if np.ndim(plain) else float(plain)


ms = Unit("ms")
mV = Unit("mV")
pF = Unit("pF")
nS = Unit("nS")
pA = Unit("pA")
Hz = Unit("Hz")
um = Unit("um")
mM = Unit("mM")
one = Unit("1")

_EVERYWHERE = """
    ms us second mV uV volt pA nA uA mA amp pF nF uF farad nS uS mS siemens Mohm Gohm ohm Hz kHz
    um cm metre meter uM mM
"""
COMMON = frozenset(_EVERYWHERE.split())
"""Names that mean units wherever they stand: no variable or parameter may be called so."""


def is_common_unit(name: str) -> bool:
    """Whether a name means a unit in every model."""
    return name in COMMON


def __getattr__(name: str) -> Unit:
    """Any unit of more than one letter, as in ``from spikesim.units import nA, uF, second``."""
    if is_unit_name(name):
        return Unit(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True)
class Param:
    """A declared parameter: default, unit and what values are allowed.

    A ``default`` of None asks the user for a value; a ``shared`` one is the same for all neurons.
    """

    default: float | None
    unit: Unit
    allowed: str = "finite"
    doc: str = field(default="", compare=False)
    shared: bool = False

    def check(self, value: Any, attribute: str, obj: object) -> np.ndarray:
        """`value` as a float64 array, or a ValidationError that says what is wrong."""
        return check_array(value, attribute, obj, unit=self.unit, allowed=self.allowed)


_RULES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "finite": (np.isfinite, "must be finite"),
    "positive": (lambda x: np.isfinite(x) & (x > 0), "must be positive and finite"),
    "non-negative": (lambda x: np.isfinite(x) & (x >= 0), "must be zero or positive, and finite"),
    "boolean": (lambda x: (x == 0) | (x == 1), "must be True or False, 1 or 0"),
}


def param(default: float, unit: Unit, allowed: str = "finite", doc: str = "") -> Any:
    """Declare a parameter in a model class.

    Parameters
    ----------
    default : float
        Default value in `unit`.
    unit : Unit
        Such as ``ms, mV, pF, nS, pA, Hz, um, mM, one`` or ``Unit("mS/cm2")``.
    allowed : {"finite", "positive", "non-negative", "boolean"}
        What values the user may give.
    doc : str
        What it is, in a few words.
    """
    return Param(float(default), unit, allowed, doc)


def check_array(
    value: Any, attribute: str, obj: object, *, unit: Unit = one, allowed: str = "finite"
) -> np.ndarray:
    """`value` as a float64 array whose entries are all allowed."""
    text = "" if unit == one else f" {unit}"
    if isinstance(value, Quantity):
        if value.unit.dimension != unit.dimension:
            expected = f"a quantity in{text}" if text else "a plain number"
            raise ValidationError(f"must be {expected}, got {value!r}", attribute, obj)
        value = value.to(unit)
    try:
        array = np.asarray(value)
        kinds = "biuf" if allowed == "boolean" else "iuf"
        if array.dtype.kind not in kinds:
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValidationError(
            f"must be a number{' in' + text if text else ''}, got {value!r}", attribute, obj
        ) from None
    test, rule = _RULES[allowed]
    good = test(array)
    if not good.all():
        bad = array[~good].ravel()[0] if array.ndim else float(array)
        where = f" (at index {int(np.flatnonzero(~good.ravel())[0])})" if array.ndim else ""
        raise ValidationError(f"{rule}, got {float(bad)!r}{text}{where}", attribute, obj)
    return array


def check_scalar(
    value: Any, attribute: str, obj: object, *, unit: Unit = one, allowed: str = "finite"
) -> float:
    """`value` as one allowed float."""
    array = check_array(value, attribute, obj, unit=unit, allowed=allowed)
    if array.ndim:
        raise ValidationError(f"must be one number, got shape {array.shape}", attribute, obj)
    return float(array)


def check_count(value: Any, attribute: str, obj: object, *, least: int = 0) -> int:
    """`value` as a whole number of at least `least`."""
    if isinstance(value, (bool, np.timedelta64)) or not isinstance(value, (int, np.integer)):
        raise ValidationError(f"must be a whole number, got {value!r}", attribute, obj)
    if value < least:
        raise ValidationError(f"must be at least {least}, got {int(value)}", attribute, obj)
    return int(value)
