"""Units, and quantities: numbers with units."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.units.symbols import PLAIN, Dimension, power_of_ten, read_unit


@dataclass(frozen=True)
class Unit:
    """A unit, such as ``Unit("mV")``, ``Unit("mS/cm2")`` or ``pA / ms``.

    Equivalent units compare equal. A number or an array times a unit is a `Quantity`.

    Parameters
    ----------
    symbol : str
        Names of units with prefixes, joined by ``*``, ``/``, ``**`` and brackets.

    Raises
    ------
    ValidationError
        If the text is not a unit.

    Examples
    --------
    >>> Unit("mV/ms") == Unit("V/s") == mV / ms
    True
    """

    symbol: str = field(compare=False)
    exponent: Fraction = field(init=False, repr=False)
    dimension: Dimension = field(init=False, repr=False)

    __array_ufunc__ = None  # so that array * unit calls __rmul__

    def __post_init__(self) -> None:
        exponent, dimension = read_unit(self.symbol)
        object.__setattr__(self, "exponent", exponent)
        object.__setattr__(self, "dimension", dimension)

    @property
    def scale(self) -> float:
        """Factor from this unit to the consistent base units."""
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


@dataclass(frozen=True, eq=False)
class Quantity:
    """Number or array with a unit, such as ``20 * ms``; converted where it is used.

    Parameters
    ----------
    value : float, array or Distribution
        Numerical value.
    unit : Unit
        Unit of the value.

    Examples
    --------
    >>> 20 * mV / (4 * nS)
    5.0 * mV/nS
    >>> (0.02 * Unit("s")).to(ms)
    20.0
    """

    value: Any
    unit: Unit

    __array_ufunc__ = None

    def __post_init__(self) -> None:
        if not isinstance(self.unit, Unit):
            raise ValidationError(f"must be a unit such as mV, got {self.unit!r}", "unit",
                                  "Quantity")  # fmt: skip

    def to(self, unit: Unit) -> Any:
        """Convert to a plain value in another unit of the same dimension.

        Parameters
        ----------
        unit : Unit
            Unit of the result, such as ``ms``.

        Returns
        -------
        float, ndarray or Distribution
            Without a unit.
        """
        if not isinstance(unit, Unit):
            raise ValidationError(f"must be a unit such as mV, got {unit!r}", "unit", "Quantity")
        if unit.dimension != self.unit.dimension:
            raise ValidationError(f"{self.unit} is no {unit}", "unit", "Quantity")
        shift = self.unit.exponent - unit.exponent
        if hasattr(self.value, "scaled"):  # a distribution
            return self.value.scaled(power_of_ten(shift))
        value = self._number
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
        """Value that supports arithmetic: lists are converted to arrays."""
        refuse_masked(self.value)
        try:
            value = np.asarray(self.value) if isinstance(self.value, (list, tuple)) else self.value
            if np.asarray(value).dtype.kind in "iuf":
                return value
        except (TypeError, ValueError, OverflowError, RecursionError):  # ragged lists
            pass
        raise ValidationError(f"cannot reckon with {self!r}; only with numbers and arrays")

    def _like(self, other: Any, action: str) -> Any:
        """Value of the other operand in this unit; a plain zero fits every unit."""
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


def refuse_masked(value: Any, attribute: str | None = None, obj: object = None) -> None:
    """Raise an error for masked values: NumPy would use the number behind the mask."""
    if isinstance(value, Quantity):
        refuse_masked(value.value, attribute, obj)
    elif isinstance(value, np.ma.MaskedArray):
        masked = np.flatnonzero(np.ma.getmaskarray(value))
        if masked.size:
            where = f" at index {int(masked[0])}" if value.ndim else ""
            raise ValidationError(
                f"has a masked value{where}; leave it out or fill it in", attribute, obj
            )
    elif isinstance(value, (list, tuple)):
        kinds = tuple(set(map(type, value)))  # fast path for a list of numbers
        if any(issubclass(kind, (np.ma.MaskedArray, list, tuple, Quantity)) for kind in kinds):
            for item in value:
                refuse_masked(item, attribute, obj)


def _quantity(value: Any) -> Quantity:
    """Convert a quantity, a unit or plain numbers to a quantity."""
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


one = Unit("1")
