"""Delays as whole steps."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from spikesim.build.csr import Connectivity
from spikesim.build.draws import exhausted, law
from spikesim.distributions import LEAST_ACCEPTED, Constant, Distribution
from spikesim.errors import SpikesimWarning, ValidationError, describe
from spikesim.kernels import draws as kernels
from spikesim.units import check_array, ms

LONGEST = 65535
"""Largest delay in steps."""
_ON_GRID = 1e-6
_CHUNK = 1 << 20


def delays_in_steps(
    connectivity: Connectivity, delay: Any, dt: float, key: np.uint64, owner: object
) -> np.ndarray | int:
    """The delay of each synapse in steps of `dt`, 1 to `LONGEST`.

    Parameters are those of `spikesim.build.connectivity.assign`. Returns one number if all are
    equal, else uint8 or uint16, shape (n_syn,).
    """
    if isinstance(delay, Constant):
        delay = delay.value
    if isinstance(delay, Distribution):
        steps = _drawn_delays(connectivity, delay, dt, key, owner)
    else:
        given = check_array(delay, "delay", owner, unit=ms)
        if given.ndim:
            given = connectivity.aligned(given, "delay", owner)
        steps = _to_steps(given.reshape(-1), dt, owner)
        if given.ndim == 0:
            return int(steps[0])
    if steps.size and steps.min() == steps.max():
        return int(steps[0])
    return steps.astype(np.uint8) if steps.max(initial=0) < 256 else steps


def _drawn_delays(
    connectivity: Connectivity, delay: Distribution, dt: float, key: np.uint64, owner: object
) -> np.ndarray:
    kept = delay.mass(dt / 2, math.inf)
    if kept < LEAST_ACCEPTED:
        raise ValidationError(
            f"only {kept:.2g} of the draws of {delay!r} would reach half a step "
            f"(dt = {dt} ms); at least {LEAST_ACCEPTED} must",
            "delay",
            owner,
        )
    kind, a, b, low, high = law(delay)
    steps = np.empty(connectivity.n_syn, np.uint16)
    code = kernels.draw_delays(
        kind, a, b, max(low, dt / 2), high, key, connectivity.indptr, dt, LONGEST, steps
    )
    if code == kernels.EXHAUSTED:
        raise exhausted(delay)
    if code == kernels.TOO_LONG:
        raise ValidationError(
            f"{delay!r} drew a delay beyond {LONGEST} steps of {dt} ms; give it a bound high",
            "delay",
            owner,
        )
    return steps


def _to_steps(delays: np.ndarray, dt: float, owner: object) -> np.ndarray:
    """Given delays in ms as uint16 steps, in chunks, with one warning if any is rounded."""
    steps = np.empty(delays.size, np.uint16)
    rounded, example = 0, 0
    for first in range(0, delays.size, _CHUNK):
        with np.errstate(over="ignore"):  # infinitely many steps are too many, too
            exact = delays[first : first + _CHUNK] / dt
        nearest = np.rint(exact)
        bad = (nearest < 1) | (nearest > LONGEST)
        if bad.any():
            raise _impossible(float(delays[first + int(np.argmax(bad))]), dt, owner)
        off = np.abs(exact - nearest) > _ON_GRID
        if not rounded and off.any():
            example = first + int(np.argmax(off))
        rounded += int(off.sum())
        steps[first : first + _CHUNK] = nearest
    if rounded:
        others = f" (and {rounded - 1} more)" if rounded > 1 else ""
        warnings.warn(
            f"{describe(owner)}.delay: {delays[example]:g} ms{others} is not a multiple of "
            f"dt = {dt} ms; rounded to {steps[example] * dt:g} ms",
            SpikesimWarning,
            stacklevel=2,
        )
    return steps


def _impossible(delay: float, dt: float, owner: object) -> ValidationError:
    if delay <= 0:
        text = f"must be positive, got {delay!r} ms; the shortest delay is dt = {dt} ms"
    elif delay < dt:
        text = f"must be at least dt, got {delay!r} ms; the shortest delay is dt = {dt} ms"
    else:
        text = f"must be at most {LONGEST} steps = {LONGEST * dt:g} ms, got {delay!r} ms"
    return ValidationError(text, "delay", owner)
