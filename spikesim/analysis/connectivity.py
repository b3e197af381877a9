"""Convert weights to triplets (source, target, weight), and average them over blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikesim.analysis.checks import pair_of_counts, whole_numbers
from spikesim.errors import ValidationError
from spikesim.units import check_array, refuse_masked

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shape = tuple[int, int]


def as_triplets(weights: Any, shape: Shape | None = None) -> tuple[Ints, Ints, Floats, Shape]:
    """Convert weights to source, target and weight of each synapse, and the shape (n_pre, n_post).

    Parameters
    ----------
    weights : array_like of shape (n_pre, n_post), scipy.sparse array, or connections
        NaN in a dense matrix means no synapse. Connections are any object with attributes
        `source`, `target` and `weight`, one entry for each synapse.
    shape : tuple of int, optional
        For connections: (n_pre, n_post), needed if the last neurons may have no synapses.

    Raises
    ------
    ValidationError
        If weights are not finite numbers, or do not fit into the shape.
    """
    if hasattr(weights, "tocoo"):
        matrix = weights.tocoo()
        parts, own = (matrix.row, matrix.col, matrix.data), matrix.shape
    elif hasattr(weights, "source"):
        parts, own = _listed(weights), None
    else:
        dense = _dense(weights)
        source, target = np.nonzero(~np.isnan(dense))
        parts, own = (source, target, dense[source, target]), dense.shape
    source = whole_numbers(parts[0], "source", "weights")
    target = whole_numbers(parts[1], "target", "weights")
    weight = check_array(parts[2], "weight", "weights")
    if not source.shape == target.shape == weight.shape:
        raise ValidationError("source, target and weight must be of one length", obj="weights")
    if shape is not None:
        shape = pair_of_counts(shape, "shape", "weights", "n_pre and n_post")
    needed = tuple(int(ids.max()) + 1 if ids.size else 0 for ids in (source, target))
    n_pre, n_post = own or shape or needed
    if shape is not None and shape != (n_pre, n_post):
        raise ValidationError(
            f"must be that of the weights, {n_pre} x {n_post}, got {shape}", "shape", "weights"
        )
    if needed[0] > n_pre or needed[1] > n_post:
        raise ValidationError(f"must be at least {needed}, got {shape}", "shape", "weights")
    return source, target, weight, (int(n_pre), int(n_post))


def mean_blocks(
    source: Ints, target: Ints, weight: Floats, shape: Shape, most: int
) -> tuple[Floats, int]:
    """Mean weight of the synapses within each square block of a matrix.

    Parameters
    ----------
    source, target, weight : ndarray, shape (n_synapses,)
        Source, target and weight of each synapse.
    shape : tuple of int
        (n_pre, n_post).
    most : int
        Largest number of blocks along an edge.

    Returns
    -------
    means : ndarray, shape (ceil(n_pre / block), ceil(n_post / block))
        NaN where there is no synapse.
    block : int
        Number of neurons along a block's edge: 1 if the matrix is not larger than `most`.
    """
    block = max(1, -(-max(shape) // most))
    rows, columns = -(-shape[0] // block), -(-shape[1] // block)
    flat = source // block * columns + target // block
    number = np.bincount(flat, minlength=rows * columns)
    with np.errstate(invalid="ignore"):
        means = np.bincount(flat, weight, rows * columns) / number
    return means.reshape(rows, columns), block


_WHAT = "must be a matrix of numbers, or connections such as projection.connections()"


def _listed(weights: Any) -> tuple[Any, Any, Any]:
    """The three arrays of connections; an error for objects without a weight."""
    try:
        parts = [np.asarray(getattr(weights, name)) for name in ("source", "target", "weight")]
        strange = any(part.dtype.kind == "O" for part in parts)
    except (AttributeError, TypeError, ValueError):
        strange = True
    if strange:
        raise ValidationError(f"{_WHAT}, got {type(weights).__name__}", "weights")
    source, target, weight = parts
    return source, target, weight


def _dense(weights: Any) -> Floats:
    refuse_masked(weights, "weights")
    try:
        given = np.asarray(weights)
        if given.dtype.kind == "c":
            raise TypeError
        dense = given.astype(np.float64)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ValidationError(f"{_WHAT}, got {type(weights).__name__}", "weights") from None
    if dense.ndim != 2:
        raise ValidationError(f"must be a matrix (n_pre, n_post), got {dense.shape}", "weights")
    return dense
