"""Convert times in ms to integer numbers of steps.

Times, delays and periods are rounded to the nearest step, with one warning that gives the value
before and after. Intervals that repeat and would drift away from the grid, such as a sampling
interval, must be a multiple of the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.errors import ValidationError, describe, warn
from spikesim.units.checks import check_array
from spikesim.units.quantities import Unit

LONGEST_DELAY = 65535  # steps
MOST_STEPS = 2**53  # beyond that, times are no longer multiples of dt
_ON_GRID = 1e-6  # in steps; smaller differences are rounding errors
_CHUNK = 1 << 20


def nearest_steps(
    times: Any,
    dt: float,
    attribute: str,
    owner: object,
    *,
    least: int = 0,
    most: int = MOST_STEPS,
    dtype: Any = np.int64,
    silent: bool = False,
) -> np.ndarray:
    """Round times (ms) to steps of `dt`; the result has the shape of `times`.

    Parameters
    ----------
    times : float or numpy.ndarray
        Times (ms), finite.
    dt : float
        Step (ms).
    attribute, owner : str, object
        Attribute and object that messages name.
    least, most : int
        Least and largest allowed number of steps.
    dtype : dtype
        Type of the result.
    silent : bool
        Whether to round without a warning, for random times, which are never on the grid.

    Raises
    ------
    ValidationError
        If a time is out of the allowed range.

    Warns
    -----
    SpikesimWarning
        Once, if any time is not a multiple of `dt`.
    """
    given = np.asarray(times, np.float64)
    flat, steps = given.ravel(), np.empty(given.size, dtype)
    rounded, example = 0, 0
    for first in range(0, flat.size, _CHUNK):  # in chunks, to limit temporary memory
        with np.errstate(over="ignore"):  # inf is rejected as too many steps
            exact = flat[first : first + _CHUNK] / dt
        nearest = np.rint(exact)
        bad = (nearest < least) | (nearest > most)
        if bad.any():
            raise _impossible(float(flat[first + int(np.argmax(bad))]), dt, attribute, owner,
                              most)  # fmt: skip
        off = np.abs(exact - nearest) > _ON_GRID + 4 * np.finfo(float).eps * nearest
        if not rounded and off.any():
            example = first + int(np.argmax(off))
        rounded += int(np.count_nonzero(off))
        steps[first : first + _CHUNK] = nearest
    if rounded and not silent:
        others = f" (and {rounded - 1} more)" if rounded > 1 else ""
        verb = "are not multiples" if rounded > 1 else "is not a multiple"
        warn(
            f"{describe(owner)}.{attribute}: {flat[example]:.12g} ms{others} {verb} of dt = {dt} "
            f"ms; rounded to {int(steps[example]) * dt:.12g} ms"
        )
    return steps.reshape(given.shape)


def delay_steps(delay: Any, dt: float, owner: object) -> np.ndarray:
    """Convert delays (ms) to steps of `dt`, uint16, from 1 to `LONGEST_DELAY`."""
    given = check_array(delay, "delay", owner, unit=Unit("ms"))
    steps = nearest_steps(given, dt, "delay", owner, least=1, most=LONGEST_DELAY, dtype=np.uint16)
    steps.flags.writeable = False
    return steps


def whole_steps(value: float, dt: float, attribute: str, owner: object) -> int:
    """Convert `value` (ms) to steps; it must be a positive multiple of `dt`."""
    if value > MOST_STEPS * dt:
        raise _impossible(value, dt, attribute, owner, MOST_STEPS)
    steps = round(value / dt)
    if steps < 1 or abs(value / dt - steps) > _ON_GRID + 4 * np.finfo(float).eps * steps:
        raise ValidationError(
            f"must be a positive multiple of dt = {dt} ms, got {value} ms", attribute, owner
        )
    return steps


def _impossible(
    value: float, dt: float, attribute: str, owner: object, most: int
) -> ValidationError:
    if value <= 0:
        text = f"must be positive, got {value!r} ms; the shortest is dt = {dt} ms"
    elif value < dt:
        text = f"must be at least dt = {dt} ms, got {value!r} ms"
    else:
        text = f"must be at most {most} steps = {most * dt:g} ms, got {value!r} ms"
    return ValidationError(text, attribute, owner)
