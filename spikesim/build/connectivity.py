"""Connections with their weights and delays: the synapses of a projection.

Delays become whole steps. Where they differ, each row is sorted by (delay, target), which is the
order of delivery; where weight or delay is one for all, it stays one number.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.build.csr import Connectivity, build_csr
from spikesim.build.draws import exhausted, law
from spikesim.distributions import LEAST_ACCEPTED, Constant, Distribution
from spikesim.errors import SpikesimWarning, ValidationError, describe
from spikesim.kernels import draws as kernels
from spikesim.kernels.order import sort_rows
from spikesim.units import check_array, ms

__all__ = ["Connectivity", "Synapses", "assign", "build_csr"]

LONGEST = 65535
"""Largest delay in steps."""
_ON_GRID = 1e-6
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses of one projection.

    Attributes
    ----------
    indptr : np.ndarray
        int64, shape (n_pre + 1,): row i is ``targets[indptr[i]:indptr[i + 1]]``.
    targets : np.ndarray
        int32, shape (n_syn,), each row sorted by (delay, target).
    weight : np.ndarray or float
        As the user gave it: one number for all, or shape (n_syn,) in the order of `targets`.
    delay_steps : np.ndarray or int
        One number of steps for all, or uint8 or uint16, shape (n_syn,).
    """

    indptr: np.ndarray
    targets: np.ndarray
    weight: np.ndarray | float
    delay_steps: np.ndarray | int


def assign(
    connectivity: Connectivity,
    weight: Any,
    delay: Any,
    dt: float,
    *,
    key: np.uint64,
    dtype: Any = np.float32,
    owner: object = "projection",
) -> Synapses:
    """Give every synapse its weight and delay.

    Parameters
    ----------
    connectivity : Connectivity
        Who connects to whom; its `targets` are sorted in place and become the result's.
    weight, delay : float, array_like or Distribution
        One number for all; shape (n_syn,), in the order of the arrays given to `FromArrays` and
        for other connectors by (source, target); shape (n_pre, n_post), looked up for each
        synapse; or a distribution, keyed by (source, place among the source's targets). Delays in
        ms. `weight` is None where the connector holds the weights (`FromSparse`).
    dt : float
        Time step in ms.
    key : np.uint64
        Key of the projection, from `spikesim.rng.key`.
    dtype : dtype
        float32 or float64, of a weight array. Default float32.
    owner : str or object
        Whom error messages name.

    Raises
    ------
    ValidationError
        Where a shape does not fit, a weight is not finite or too large for `dtype`, or a delay is
        not positive, below dt or longer than 65535 steps.

    Warns
    -----
    SpikesimWarning
        Once, where given delays are not multiples of `dt` and are rounded. Drawn ones are rounded
        silently, and drawn again below half a step.
    """
    # Delays first: their scratch is then gone before the weights, the larger array, are made.
    steps = _delays(connectivity, delay, dt, rng.key(int(key), "delay"), owner)
    values = _weights(connectivity, weight, rng.key(int(key), "weight"), np.dtype(dtype), owner)
    if isinstance(steps, np.ndarray):
        _sort(connectivity, steps, values if isinstance(values, np.ndarray) else None)
    return Synapses(connectivity.indptr, connectivity.targets, values, steps)


def _weights(
    connectivity: Connectivity, weight: Any, key: np.uint64, dtype: np.dtype, owner: object
) -> np.ndarray | float:
    if connectivity.weight is not None:
        if weight is not None:
            raise ValidationError(
                "must be None, since the connector's entries are the weights", "weight", owner
            )
        weight = connectivity.weight
    if isinstance(weight, Constant):
        weight = weight.value
    if isinstance(weight, Distribution):
        out = np.empty(connectivity.n_syn, dtype)
        code = kernels.draw_weights(*law(weight), key, connectivity.indptr, out)
        if code == kernels.EXHAUSTED:
            raise exhausted(weight)
        _check_range(np.abs(out).max(initial=0.0), dtype, owner)
        return out
    given = check_array(weight, "weight", owner)
    _check_range(np.abs(given).max(initial=0.0), dtype, owner)
    if given.ndim == 0:
        return float(given)
    return _aligned(connectivity, given, "weight", owner).astype(dtype)


def _check_range(largest: float, dtype: np.dtype, owner: object) -> None:
    if largest > np.finfo(dtype).max:
        raise ValidationError(f"too large for {dtype}: {float(largest)!r}", "weight", owner)


def _delays(
    connectivity: Connectivity, delay: Any, dt: float, key: np.uint64, owner: object
) -> np.ndarray | int:
    if isinstance(delay, Constant):
        delay = delay.value
    if isinstance(delay, Distribution):
        steps = _drawn_delays(connectivity, delay, dt, key, owner)
    else:
        given = check_array(delay, "delay", owner, unit=ms)
        if given.ndim:
            given = _aligned(connectivity, given, "delay", owner)
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


def _aligned(
    connectivity: Connectivity, given: np.ndarray, attribute: str, owner: object
) -> np.ndarray:
    """Given values in the order of the connectivity's targets."""
    n_pre, n_post, n_syn = connectivity.n_pre, connectivity.n_post, connectivity.n_syn
    if given.shape == (n_syn,):
        return given if connectivity.order is None else given[connectivity.order]
    if given.shape != (n_pre, n_post):
        raise ValidationError(
            f"must be one number, one for each of {n_syn} synapses, or of shape "
            f"{(n_pre, n_post)}, got shape {given.shape}",
            attribute,
            owner,
        )
    out = np.empty(n_syn, np.float64)
    indptr, targets = connectivity.indptr, connectivity.targets
    for row in range(n_pre):
        part = slice(indptr[row], indptr[row + 1])
        np.take(given[row], targets[part], out=out[part])
    return out


def _sort(connectivity: Connectivity, steps: np.ndarray, weights: np.ndarray | None) -> None:
    """Sort each row by (delay, target), in place."""
    longest = int(np.diff(connectivity.indptr).max(initial=0))
    if weights is None:
        weights = np.empty(0, np.float32)
    order, other = np.empty(longest, np.int32), np.empty(longest, np.int32)
    scratch = (np.empty(longest, a.dtype) for a in (connectivity.targets, steps, weights))
    histogram = np.empty(257, np.int64)
    sort_rows(
        connectivity.indptr, steps, steps.itemsize, connectivity.targets, weights,
        histogram, order, other, *scratch,
    )  # fmt: skip
