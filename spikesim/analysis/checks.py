"""Input validation of result objects."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikesim.description.recorders import Recorder
from spikesim.errors import ValidationError
from spikesim.units import any_array, check_count, chosen_places

# Step k has the time k * dt, which differs from the intended decimal number by rounding errors.
# Times closer than this, relative to the time, are equal.
ROUNDING = 1e-12


def result_of(given: Any) -> Any:
    """Result of a recorder; other objects are returned unchanged."""
    return given.result() if isinstance(given, Recorder) else given


def frozen(array: np.ndarray) -> np.ndarray:
    """Make `array` read-only, and return it."""
    array.flags.writeable = False
    return array


def whole_numbers(value: ArrayLike, attribute: str, obj: object) -> NDArray[np.int64]:
    """Validate non-negative integers, and copy them to a 1-D int64 array."""
    array = any_array(value, attribute, obj)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        raise ValidationError(f"must have one dimension, got shape {array.shape}", attribute, obj)
    if array.dtype.kind not in "iu":
        raise ValidationError(f"must be whole numbers, got dtype {array.dtype}", attribute, obj)
    if array.size and array.min() < 0:
        raise ValidationError(f"must not be negative, got {array.min()}", attribute, obj)
    return array.astype(np.int64)


def pair_of_counts(
    value: Any, attribute: str, obj: object, names: str, *, least: int = 0
) -> tuple[int, int]:
    """Validate two integers of at least `least`; `names` describes them: "height and width"."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValidationError(f"must be two numbers, {names}, got {value!r}", attribute, obj)
    first, second = (check_count(number, attribute, obj, least=least) for number in value)
    return first, second


def positions(key: Any, n: int, obj: object, what: str = "neurons") -> NDArray[np.int64]:
    """Indices in 0 .. n-1 that `key` selects, in its order.

    Parameters
    ----------
    key : int, slice, sequence of int or bool array of length n
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
        If an index is out of range or repeated, or the mask has a wrong length.
    """
    if isinstance(key, np.ndarray) and not key.ndim and key.dtype.kind in "iu":
        key = key[()]
    chosen = chosen_places(key, n, obj, what)
    if len(np.unique(chosen)) < len(chosen):
        raise ValidationError(f"an index may be given once only, got {key!r}", obj=obj)
    return chosen


def in_order(times: NDArray[np.float64], ids: NDArray[np.int64]) -> bool:
    """Whether spikes are sorted by time, then by id."""
    later = times[1:] > times[:-1]
    tied = (times[1:] == times[:-1]) & (ids[1:] >= ids[:-1])
    return bool((later | tied).all())


def check_span(
    times: NDArray[np.float64],
    ids: NDArray[np.int64],
    n: int,
    t_start: float,
    t_stop: float,
    who: str,
) -> None:
    """Raise a ValidationError unless sorted spikes have ids below n and times within the span."""
    if len(ids) and ids.max() >= n:
        raise ValidationError(f"must be less than n = {n}, got {ids.max()}", "ids", who)
    slack = ROUNDING * max(1.0, abs(t_start), abs(t_stop))
    if len(times) and not (t_start - slack <= times[0] and times[-1] <= t_stop + slack):
        bad = times[0] if times[0] < t_start else times[-1]
        raise ValidationError(
            f"must lie within t_start = {t_start} and t_stop = {t_stop} ms, got {bad} ms",
            "times",
            who,
        )
