"""Normalization of plastic weights: scale the weights onto each target to a given sum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spikesim.description.projections import Projection
from spikesim.errors import ValidationError
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.normalize import scale_dense, scale_sparse, sums_dense, sums_sparse
from spikesim.planning.projections import bounds_of, check_weights
from spikesim.units import check_range

CANCEL = 1e-5  # smaller sums, relative to the absolute weights, are rounding errors
ROUNDING = 1e-12


def normalize(
    a: PlasticArgs, projection: Projection, total: float, place: Callable[[], np.ndarray]
) -> None:
    """Scale the weights onto each target to the sum `total`, within the bounds of the rule.

    All targets are checked before any weight is changed.

    Parameters
    ----------
    a : PlasticArgs
        The synapses, whose weights must be up to date.
    projection : Projection
        The projection to which they belong.
    total : float
        The sum, above 0.
    place : callable
        Returns the user's index of each target, within the target of the projection.

    Raises
    ------
    ValidationError
        If the weights of some target cannot be scaled to this sum; nothing is changed in this case.
    """
    sums = np.empty(a.n_targets)
    lowest, highest = np.empty((2, a.n_targets), a.weights.dtype)
    if a.dense:
        sums_dense(a.weights, a.n_targets, sums, lowest, highest)
    else:
        sums_sparse(a.weights, a.targets, sums, lowest, highest)
    reached = lowest <= highest
    if not reached.any():
        return
    _check_sums(a, projection, total, sums, lowest, reached, place)
    with np.errstate(over="ignore", divide="ignore"):
        factor = np.where(reached, total / sums, 1.0)
        most, least = factor[reached] * highest[reached], factor[reached] * lowest[reached]
    dtype = a.weights.dtype
    low, high = bounds_of(projection, dtype.type)
    if least.min() < low or most.max() > high:
        if lowest.min() < 0:
            check_weights(projection, np.array([least.min(), most.max()]), dtype.type)
        a.weights[:] = _bounded(a, projection, total, low, high, place)
        return
    if not np.isfinite(high) or least.min() < 0:  # otherwise all are between 0 and `high`
        check_range(most, dtype, projection)
        check_range(least, dtype, projection)
    if most.min() < np.finfo(dtype).tiny:
        raise ValidationError(
            f"too small for {dtype}: {float(most.min())!r} {projection.weight_unit}, the largest "
            f"weight onto a target whose weights sum to total = {total}", "normalize", projection,
        )  # fmt: skip
    if a.dense:
        scale_dense(a.weights, a.n_targets, factor)
    else:
        scale_sparse(a.weights, a.targets, factor)


def _check_sums(
    a: PlasticArgs, projection: Projection, total: float, sums: np.ndarray, lowest: np.ndarray,
    reached: np.ndarray, place: Callable[[], np.ndarray],
) -> None:  # fmt: skip
    """Raise for a target whose sum cannot be scaled to `total` by a positive factor."""
    size = np.bincount(_targets(a), np.abs(a.weights)) if lowest.min() < 0 else sums
    wrong = reached & ~(sums > CANCEL * size)
    if not wrong.any():
        return
    j = int(np.argmax(wrong))
    unit = projection.weight_unit
    said = f"the weights onto target {place()[j]} sum to {sums[j]:g} {unit}"
    if size[j] and abs(sums[j]) <= CANCEL * size[j]:
        said += f" and cancel, for their magnitudes sum to {size[j]:g} {unit}, so they"
    elif sums[j] < 0:
        said += ", which is negative, so they"
    else:
        said += " and"
    raise ValidationError(f"{said} cannot be scaled to total = {total}", "normalize", projection)


def _bounded(
    a: PlasticArgs, projection: Projection, total: float, low: float, high: float,
    place: Callable[[], np.ndarray],
) -> np.ndarray:  # fmt: skip
    """Scale non-negative weights to the sum `total` onto each target, within the bounds.

    Weights that would exceed a bound are set to it, and the others are scaled to the rest of the
    sum. If both bounds are exceeded, the one with the larger total excess is applied first
    (Bitran & Hax 1981, Manage. Sci. 27:431).
    """
    target, weights = _targets(a), a.weights.astype(np.float64)
    low = max(low, 0.0)
    count = np.bincount(target)
    least = low * count
    # Scaling does not change a weight of 0.
    most = np.bincount(target, np.where(weights > 0, high, 0.0)) + np.where(count, 0.0, np.inf)
    for sums, bound, name, beyond in (
        (least, low, "at least the rule's w_min", least > total * (1 + ROUNDING)),
        (most, high, "at most the rule's w_max", most < total * (1 - ROUNDING)),
    ):
        if beyond.any():
            j, unit = int(np.argmax(beyond)), projection.weight_unit
            raise ValidationError(
                f"the weights onto target {place()[j]} cannot sum to total = {total}: each is "
                f"{name} = {bound:g} {unit}, together {sums[j]:g} {unit}", "normalize", projection,
            )  # fmt: skip
    free = weights > 0
    settled = np.where(free, 0.0, low)
    while True:
        rest = total - np.bincount(target, settled)
        share = np.bincount(target, np.where(free, weights, 0.0))
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = np.where(free, weights * (rest / share)[target], settled)
        below = np.where(free, np.maximum(low - scaled, 0.0), 0.0)
        above = np.where(free, np.maximum(scaled - high, 0.0), 0.0)
        if not below.any() and not above.any():
            return scaled
        lower = (np.bincount(target, below) >= np.bincount(target, above))[target]
        for passed, bound in (((below > 0) & lower, low), ((above > 0) & ~lower, high)):
            settled[passed] = bound
            free &= ~passed


def _targets(a: PlasticArgs) -> np.ndarray:
    """The target of each synapse of a plastic projection."""
    return np.tile(np.arange(a.n_targets), a.weights.size // a.n_targets) if a.dense else a.targets
