"""Limits of the numbers in a state, since a file is not trusted.

Kernels do not look whether an index lies within its array, or whether a loop ends. So each part
says for its entries what they may be (`spikesim.runtime.part.Part.limits`), and all are checked
before anything is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

LARGEST = float(np.finfo(np.float64).max)
MANY = 1 << 62  # bound of counts, well below overflow


@dataclass(frozen=True)
class Limits:
    """Limits of the numbers of an array.

    Attributes
    ----------
    low, high : float or int
        Inclusive bounds; NaN is never allowed.
    whole : bool
        Whether the values of a float array must be whole numbers.
    """

    low: float = -LARGEST
    high: float = LARGEST
    whole: bool = False

    def fault(self, array: np.ndarray) -> str | None:
        """Describe the first invalid value of an array, or return None."""
        if not array.size:
            return None
        if not (self.low <= array.min().item() and array.max().item() <= self.high):
            given = array.ravel().astype(np.float64)
            bad = given[~((given >= self.low) & (given <= self.high))]
            return f"must be {self}, got {bad[0] if bad.size else given[0]:g}"
        if self.whole and array.dtype.kind == "f" and (np.rint(array) != array).any():
            return f"must be {self}, got {array[np.rint(array) != array].flat[0]}"
        return None

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        if self.low == -LARGEST and self.high == LARGEST:
            return "finite"
        if self.high in (LARGEST, MANY):
            return f"{kind} of at least {self.low:g}"
        if self.low == -LARGEST:
            return f"{kind} of at most {self.high:g}"
        return f"{kind} from {self.low:g} to {self.high:g}"


class Entry(NamedTuple):
    """An array of a state, or a slice of it, with its limits and its name in errors."""

    name: str
    limits: Limits
    part: slice | None = None
    said: str = ""

    def fault(self, array: np.ndarray) -> str | None:
        """Describe the first invalid value of the array, or return None."""
        wrong = self.limits.fault(array if self.part is None else array[self.part])
        return wrong and f"{self.said or repr(self.name)} {wrong}"


FINITE = Limits()
NOT_NEGATIVE = Limits(0.0)
COUNT = Limits(0, MANY, whole=True)
SHARE = Limits(-1e-12, 1.0 + 1e-12)
FLAG = Limits(0, 1, whole=True)


def within(bounds: tuple[float, float]) -> Limits:
    """Return limits of a float array, from bounds that may be infinite."""
    return Limits(max(bounds[0], -LARGEST), min(bounds[1], LARGEST))
