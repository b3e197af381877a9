"""Declared parameters, and the checks of what users give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.units.quantities import Quantity, Unit, one


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

    def __post_init__(self) -> None:
        if not isinstance(self.unit, Unit):
            raise ValidationError(
                f"must be a unit, such as ms or Unit('mS/cm2'), got {self.unit!r}", "unit", "param"
            )

    def check(self, value: Any, attribute: str, obj: object) -> np.ndarray:
        """`value` as a float64 array, or a ValidationError that says what is wrong."""
        return check_array(value, attribute, obj, unit=self.unit, allowed=self.allowed)


_UNITS = ("dim", "dimensionality", "unit", "units")  # what quantities of other packages have
_LEAST = float(np.finfo(np.float64).tiny)  # kernels take less for zero

_RULES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "finite": (np.isfinite, "must be finite"),
    "positive": (lambda x: np.isfinite(x) & (x >= _LEAST), "must be positive and finite"),
    "non-negative": (lambda x: np.isfinite(x) & (x >= 0), "must be zero or positive, and finite"),
    "boolean": (lambda x: (x == 0) | (x == 1), "must be True or False, 1 or 0"),
}


@public
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
    value = in_unit(value, unit, attribute, obj)
    _refuse_foreign(value, attribute, obj)
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
        if 0 < bad < _LEAST:
            rule = f"must be at least {_LEAST:.2g}{text}"
        raise ValidationError(f"{rule}, got {float(bad)!r}{text}{where}", attribute, obj)
    return array


def in_unit(value: Any, unit: Unit, attribute: str, obj: object) -> Any:
    """A quantity, of numbers or of a distribution, as plain numbers in `unit`; others as they are.

    Raises
    ------
    ValidationError
        If the quantity is of another dimension.
    """
    if not isinstance(value, Quantity):
        return value
    if value.unit.dimension != unit.dimension:
        expected = "a plain number" if unit == one else f"a quantity in {unit}"
        raise ValidationError(f"must be {expected}, got {value!r}", attribute, obj)
    return value.to(unit)


def _refuse_foreign(value: Any, attribute: str, obj: object) -> None:
    """Raise for another package's quantity: NumPy would take its number and forget its unit."""
    for item in (value, *(value[:1] if isinstance(value, (list, tuple)) else ())):
        package = type(item).__module__.partition(".")[0]
        marks = (getattr(item, name, None) for name in _UNITS)  # methods are other things
        if package not in ("numpy", "spikesim") and any(m is not None and not callable(m)
                                                        for m in marks):  # fmt: skip
            raise ValidationError(
                f"got {item!r}, a quantity of the package {package}; take units from "
                "spikesim.units, or plain numbers", attribute, obj,
            )  # fmt: skip


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
