"""Indexing: convert an integer, a slice, a list of integers or a mask to indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.machine import require
from spikesim.units.quantities import refuse_masked

_ALLOWED = "a whole number, a slice, a list of whole numbers or a mask"


def chosen_places(key: Any, n: int, obj: object, what: str = "neurons") -> np.ndarray:
    """Indices in 0 .. n-1 that `key` selects, int64, in its order and with repeats.

    Parameters
    ----------
    key : int, slice, sequence of int, or sequence of bool of length n
        Negative numbers count from the end.
    n : int
        Number of elements.
    obj : object
        Object that an error message names.
    what : str
        Name of the elements, for messages.

    Raises
    ------
    ValidationError
        If the key has another type, a number is out of range, or a mask has a wrong length.
    """
    try:
        if isinstance(key, slice):
            chosen = range(n)[key]
            require(8 * len(chosen), f"{len(chosen)} {what}", None, obj, "select fewer")
            return np.arange(chosen.start, chosen.stop, chosen.step)
        refuse_masked(key, None, obj)
        wanted = _as_array(key, obj)
    except ValidationError:
        raise
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ValidationError(f"cannot be indexed by {key!r}, but by {_ALLOWED}", None,
                              obj) from None  # fmt: skip
    if wanted.dtype.kind == "b":
        if wanted.size != n:
            raise ValidationError(
                f"has {n} {what}, and a mask needs as many entries; got {wanted.size}", None, obj
            )
        return np.flatnonzero(wanted)
    outside = (wanted < -n) | (wanted >= n)
    if outside.any():
        bad = wanted[int(np.argmax(outside))]
        most = "" if n == 0 else f", which are numbered 0 to {n - 1} or -{n} to -1"
        raise ValidationError(f"has {n} {what}{most}; cannot select {bad}", None, obj)
    places = wanted.astype(np.int64)
    return np.where(places < 0, places + n, places)


def _as_array(key: Any, obj: object) -> np.ndarray:
    """Convert a key other than a slice to a 1-D array of integers, or to a mask."""
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        key = [key]
    if isinstance(key, tuple) and key:  # from `view[2, 3]`
        if not all(isinstance(k, (int, np.integer)) and not isinstance(k, bool) for k in key):
            raise TypeError
        raise ValidationError(
            f"takes one selection, got {len(key)} numbers; give a list, [[{_listed(key)}]]", None,
            obj,
        )  # fmt: skip
    if isinstance(key, list) and len({isinstance(k, (bool, np.bool_)) for k in key}) > 1:
        raise ValidationError(
            f"cannot be indexed by truth values and numbers in one list, got {key!r}; give whole "
            "numbers, or a mask of truth values alone", None, obj,
        )  # fmt: skip
    wanted = np.asarray(key)
    if wanted.ndim == 1 and not wanted.size:
        wanted = wanted.astype(np.int64)
    huge = wanted.dtype.kind == "O" and all(isinstance(k, int) for k in wanted.flat)
    if wanted.ndim != 1 or not (huge or wanted.dtype.kind in "iub"):
        raise TypeError
    return wanted


def _listed(numbers: Any) -> str:
    shown = ", ".join(str(int(k)) for k in numbers[:6])
    return shown if len(numbers) <= 6 else f"{shown}, ..."
