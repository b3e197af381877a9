"""Parameter declarations, and validation of values that users pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.calls import public
from spikesim.errors import ValidationError, unknown_name
from spikesim.units.names import check_label
from spikesim.units.quantities import Quantity, Unit, one, refuse_masked


@dataclass(frozen=True)
class Param:
    """Declaration of a parameter: default, unit and allowed values.

    With a ``default`` of None a value is required; a ``shared`` parameter is the same for all
    neurons.
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
        if not isinstance(self.allowed, str) or self.allowed not in _RULES:
            raise unknown_name(self.allowed, _RULES, "allowed", "param")
        if self.default is not None:
            check_scalar(self.default, "default", "param", allowed="any")
        check_label(self.doc, "doc", "param")
        check_flag(self.shared, "shared", "param")

    def check(self, value: Any, attribute: str, obj: object) -> np.ndarray:
        """Convert `value` to a float64 array; raise a ValidationError if it is invalid."""
        return check_array(value, attribute, obj, unit=self.unit, allowed=self.allowed)


_UNITS = ("dim", "dimensionality", "unit", "units")  # attributes of other packages' quantities
_LEAST = float(np.finfo(np.float64).tiny)  # kernels flush smaller numbers to zero

_RULES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "finite": (np.isfinite, "must be finite"),
    "positive": (lambda x: np.isfinite(x) & (x >= _LEAST), "must be positive and finite"),
    "non-negative": (lambda x: np.isfinite(x) & (x >= 0), "must be zero or positive, and finite"),
    "any": (lambda x: np.ones(x.shape, bool), ""),
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
        Unit, such as ``ms, mV, pF, nS, pA, Hz, um, mM, one`` or ``Unit("mS/cm2")``.
    allowed : {"finite", "positive", "non-negative", "boolean"}
        Allowed values.
    doc : str
        Short description.

    Returns
    -------
    Param
        The declaration, for use as a class attribute of a model.

    Examples
    --------
    >>> class Slow(LIF):
    ...     tau_m = param(50.0, ms, "positive", "membrane time constant")
    >>> Slow().tau_m
    50.0
    """
    return Param(check_scalar(default, "default", "param", allowed="any"), unit, allowed, doc)


def check_array(
    value: Any,
    attribute: str,
    obj: object,
    *,
    unit: Unit = one,
    allowed: str = "finite",
    dtype: Any = np.float64,
) -> np.ndarray:
    """Validate `value` and copy it to a new array, float64 unless another `dtype` is given.

    The copy is made here, once, so that the user may change or delete the original.
    """
    text = "" if unit == one else f" {unit}"
    try:
        refuse_masked(value, attribute, obj)
        value = in_unit(value, unit, attribute, obj)
        _refuse_foreign(value, attribute, obj)
        array = np.asarray(value)
        kinds = "biuf" if allowed == "boolean" else "iuf"
        if array.dtype.kind not in kinds:
            raise TypeError
        wide = array if array.dtype == dtype else array.astype(np.float64, copy=False)
    except ValidationError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ValidationError(
            f"must be a number{' in' + text if text else ''}, got {value!r}", attribute, obj
        ) from None
    test, rule = _RULES[allowed]
    good = test(wide)
    if not good.all():
        bad = wide[~good].ravel()[0] if wide.ndim else float(wide)
        where = f" (at index {int(np.flatnonzero(~good.ravel())[0])})" if wide.ndim else ""
        if 0 < bad < _LEAST:
            rule = f"must be at least {_LEAST:.2g}{text}"
        raise ValidationError(f"{rule}, got {float(bad)!r}{text}{where}", attribute, obj)
    if wide.dtype != dtype:
        check_range(wide, dtype, obj, attribute)
    return np.array(wide, dtype)


def any_array(value: Any, attribute: str, obj: object) -> np.ndarray:
    """Convert `value` to an array of any dtype; raise a ValidationError if it is ragged."""
    refuse_masked(value, attribute, obj)
    try:
        return np.asarray(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ValidationError(
            f"must be an array, of rows of one length, got {type(value).__name__}", attribute, obj
        ) from None


def check_range(values: np.ndarray, dtype: Any, obj: object, attribute: str = "weight") -> None:
    """Raise an error if a value exceeds the largest number of `dtype`."""
    # Not the maximum of abs, which would allocate a second array.
    largest = max(values.max(initial=0.0), -values.min(initial=0.0))
    if largest > np.finfo(dtype).max:
        raise ValidationError(
            f"too large for {np.dtype(dtype)}: {float(largest)!r}", attribute, obj
        )


def given_array(value: Any, attribute: str, obj: object, **kind: Any) -> np.ndarray:
    """As `check_array`, but the returned array is read-only."""
    array = check_array(value, attribute, obj, **kind)
    array.flags.writeable = False
    return array


def given_values(value: Any, attribute: str, obj: object, **kind: Any) -> float | np.ndarray:
    """As `given_array`, but a single number is returned as a float."""
    array = given_array(value, attribute, obj, **kind)
    if array.ndim:
        return array
    return float(check_array(value, attribute, obj, **{**kind, "dtype": np.float64}))


def in_unit(value: Any, unit: Unit, attribute: str, obj: object) -> Any:
    """Convert a quantity (numbers or a distribution) to plain values in `unit`.

    Plain numbers are returned unchanged. A list may contain quantities.

    Raises
    ------
    ValidationError
        If a quantity has another dimension.
    """
    if isinstance(value, (list, tuple)):
        kinds = tuple(set(map(type, value)))
        if any(issubclass(kind, (Quantity, list, tuple)) for kind in kinds):
            return [in_unit(item, unit, attribute, obj) for item in value]
    if not isinstance(value, Quantity):
        return value
    if value.unit.dimension != unit.dimension:
        expected = "a plain number" if unit == one else f"a quantity in {unit}"
        raise ValidationError(f"must be {expected}, got {value!r}", attribute, obj)
    return value.to(unit)


def _refuse_foreign(value: Any, attribute: str, obj: object) -> None:
    """Raise an error for another package's quantity: NumPy would drop its unit."""
    for item in (value, *(value[:1] if isinstance(value, (list, tuple)) else ())):
        kind = type(item)  # not of the instance: a table may have columns of these names
        package = kind.__module__.partition(".")[0]
        marks = (getattr(kind, name, None) for name in _UNITS)  # methods are ignored below
        if package not in ("numpy", "spikesim") and any(m is not None and not callable(m)
                                                        for m in marks):  # fmt: skip
            raise ValidationError(
                f"got {item!r}, a quantity of the package {package}; take units from "
                "spikesim.units, or plain numbers", attribute, obj,
            )  # fmt: skip


def check_scalar(
    value: Any, attribute: str, obj: object, *, unit: Unit = one, allowed: str = "finite"
) -> float:
    """Validate `value` and convert it to a float."""
    array = check_array(value, attribute, obj, unit=unit, allowed=allowed)
    if array.ndim:
        raise ValidationError(f"must be one number, got shape {array.shape}", attribute, obj)
    return float(array)


def check_count(
    value: Any, attribute: str, obj: object, *, least: int = 0, most: int | None = None
) -> int:
    """Validate `value` as an integer from `least` to `most`."""
    if isinstance(value, (bool, np.timedelta64)) or not isinstance(value, (int, np.integer)):
        raise ValidationError(f"must be a whole number, got {value!r}", attribute, obj)
    if value < least:
        raise ValidationError(f"must be at least {least}, got {int(value)}", attribute, obj)
    if most is not None and value > most:
        raise ValidationError(f"must be at most {most}, got {int(value)}", attribute, obj)
    return int(value)


def check_flag(value: Any, attribute: str, obj: object) -> bool:
    """Validate `value` as True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValidationError(f"must be True or False, got {value!r}", attribute, obj)
    return bool(value)
