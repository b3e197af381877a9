"""Immutable arrays, lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from spikesim.errors import ValidationError, nearest

K = TypeVar("K")
V = TypeVar("V")

LOST = (
    "values that were read are a copy, and changing it would not reach the network; set what shall "
    "be: cells[3:5].V_m = -60.0, cells.V_m = cells.V_m + 5.0, projection.weight = weights. What "
    "copy() gives can be changed"
)


class Values(np.ndarray):
    """Read-only copy of values from a network.

    Changes in place would not change the network, so they raise an error. Results of computations
    and `copy` are plain arrays.
    """

    @classmethod
    def of(cls, array: np.ndarray) -> Values:
        """Create a view of an array that is not changed elsewhere."""
        values = array.view(cls)
        values.flags.writeable = False
        return values

    def __array_wrap__(
        self, array: np.ndarray, context: Any = None, return_scalar: bool = False
    ) -> Any:
        plain = array.view(np.ndarray)
        return plain[()] if return_scalar else plain

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.flags.writeable:
            raise ValidationError(LOST)
        super().__setitem__(key, value)

    def copy(self, order: Any = "C") -> np.ndarray:  # type: ignore[override]
        """Copy to a plain, writable array."""
        return np.array(self, order=order)

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


def _changing(name: str) -> Callable[[Values, Any], Any]:
    """In-place operator such as ``+=``, which raises an error."""
    change = getattr(np.ndarray, name)

    def operator(self: Values, other: Any) -> Any:
        if not self.flags.writeable:
            raise ValidationError(LOST)
        return change(self, other)

    return operator


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Values, f"__i{_name}__", _changing(f"__i{_name}__"))


class FixedDict(dict[K, V]):
    """Immutable dictionary."""

    def _refuse(self, *_args: Any, **_values: Any) -> Any:
        raise ValidationError(
            f"cannot be changed; it is part of an object that is finished: {dict(self)!r}"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __missing__(self, key: Any) -> Any:
        known = ", ".join(map(repr, self)) or "none"
        raise KeyError(f"unknown name {key!r}{nearest(key, map(str, self))}; valid names: {known}")

    def __reduce__(self) -> Any:
        return FixedDict, (dict(self),)


def fixed(value: Any) -> Any:
    """Make arrays, lists and dictionaries immutable; other values are returned unchanged."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        value = value.view()
        value.flags.writeable = False
    elif type(value) is dict:
        value = FixedDict(value)
    elif type(value) is list:
        value = tuple(fixed(item) for item in value)
    return value
