"""Assign weights and delays to the connections of a projection.

Delays become whole steps. Where they differ, each row is sorted by (block of targets, delay,
target), which is the order of delivery; where weight or delay is one for all, it stays one number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.distributions import Constant, Distribution
from spikesim.errors import ValidationError
from spikesim.kernels import draws as kernels
from spikesim.kernels.sort_rows import BLOCKS, sort_rows
from spikesim.planning.connect import build_csr
from spikesim.planning.csr import Connectivity
from spikesim.planning.delays import delays_in_steps
from spikesim.planning.sampling import exhausted, law
from spikesim.units import check_array, check_range

__all__ = ["Connectivity", "Places", "Synapses", "assign", "build_csr", "values_of"]


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses of one projection.

    Attributes
    ----------
    indptr : np.ndarray
        int64, shape (n_pre + 1,): row i is ``targets[indptr[i]:indptr[i + 1]]``.
    targets : np.ndarray
        int32, shape (n_syn,), each row sorted by (block, delay, target); see `kernels.order`.
    weight : np.ndarray or float
        Weights as given by the user: one number for all, or shape (n_syn,) in the order of
        `targets`.
    delay_steps : np.ndarray or int
        Delays in steps: one number for all, or uint8 or uint16, shape (n_syn,).
    """

    indptr: np.ndarray
    targets: np.ndarray
    weight: np.ndarray | float
    delay_steps: np.ndarray | int


@dataclass(frozen=True, eq=False)
class Places:
    """Positions of selected neurons within the id ranges that a projection covers.

    For kernels, a projection connects one range of ids to another. Connectors, weights and delays
    are in the order of the user's selections, which may skip neurons or list them in any order.

    Attributes
    ----------
    rows, columns : np.ndarray
        int64: position of each selected source and target in its range, each at most once.
    n_rows, n_columns : int
        Sizes of the ranges.
    """

    rows: np.ndarray
    columns: np.ndarray
    n_rows: int
    n_columns: int

    def moved(
        self, connectivity: Connectivity, *values: np.ndarray | float
    ) -> tuple[Connectivity, list[Any]]:
        """Reorder a connectivity and the values of its synapses from selections to id ranges."""
        row = np.repeat(self.rows, np.diff(connectivity.indptr))
        target = self.columns[connectivity.targets].astype(np.int32)
        order = np.lexsort((target, row))  # stable: multapses keep their given order
        counts = np.bincount(row, minlength=self.n_rows)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        placed = [v[order] if isinstance(v, np.ndarray) else v for v in values]
        return Connectivity(indptr, target[order], self.n_columns), placed


def assign(
    connectivity: Connectivity,
    weight: Any,
    delay: Any,
    dt: float,
    *,
    key: np.uint64,
    dtype: Any = np.float32,
    blocks: int = BLOCKS,
    places: Places | None = None,
    owner: object = "projection",
) -> Synapses:
    """Give every synapse its weight and delay.

    Parameters
    ----------
    connectivity : Connectivity
        The connections. `targets` is sorted in place and becomes that of the result.
    weight, delay : float, array_like or Distribution
        One number for all; shape (n_syn,), in the order of the arrays given to `FromArrays` and
        for other connectors by (source, target); shape (n_pre, n_post), looked up for each
        synapse; or a distribution, drawn from a hash of the key, the source and the position among
        the source's targets. Delays in ms. `weight` is None where the connector contains the
        weights (`FromSparse`).
    dt : float
        Time step in ms.
    key : np.uint64
        Key of the projection, from `spikesim.rng.key`.
    dtype : dtype
        Type of a weight array, float32 or float64. Default float32.
    blocks : int
        Number of blocks of targets by which rows are sorted where delays differ.
    places : Places, optional
        Positions of the neurons, unless source and target are both ranges.
    owner : str or object
        Object that error messages name.

    Raises
    ------
    ValidationError
        If a shape does not fit, a weight is not finite or too large for `dtype`, or a delay is not
        positive, below dt or longer than 65535 steps.

    Warns
    -----
    SpikesimWarning
        Once, if given delays are not multiples of `dt` and are rounded. Drawn delays are rounded
        silently, and are redrawn if below half a step.
    """
    # Delays first: their scratch is freed before the weights, the larger array, are allocated.
    steps = delays_in_steps(connectivity, delay, dt, rng.key(int(key), "delay"), owner)
    values = values_of(connectivity, weight, rng.key(int(key), "weight"), np.dtype(dtype), owner)
    if places is not None:
        connectivity, (steps, values) = places.moved(connectivity, steps, values)
    if isinstance(steps, np.ndarray):
        given = values if isinstance(values, np.ndarray) else np.empty(0, np.float32)
        _sort(connectivity, steps, given, blocks)
    return Synapses(connectivity.indptr, connectivity.targets, values, steps)


def values_of(
    connectivity: Connectivity,
    weight: Any,
    key: np.uint64,
    dtype: np.dtype,
    owner: object,
    attribute: str = "weight",
) -> np.ndarray | float:
    """Weights or another per-connection value: one number for all, or shape (n_syn,)."""
    if connectivity.weight is not None:
        if weight is not None:
            raise ValidationError(
                "must be None, since the connector's entries are the values", attribute, owner
            )
        weight = connectivity.weight
    if isinstance(weight, Constant):
        weight = weight.value
    if isinstance(weight, Distribution):
        out = np.empty(connectivity.n_syn, dtype)
        code = kernels.draw_weights(*law(weight), key, connectivity.indptr, out)
        if code == kernels.EXHAUSTED:
            raise exhausted(weight)
        check_range(out, dtype, owner)
        return out
    given = check_array(weight, attribute, owner, dtype=dtype)  # a copy
    if given.ndim == 0:
        return float(weight)
    return connectivity.aligned(given, attribute, owner)


def _sort(connectivity: Connectivity, steps: np.ndarray, weights: np.ndarray, blocks: int) -> None:
    """Sort each row by (block, delay, target), in place."""
    longest = int(np.diff(connectivity.indptr).max(initial=0))
    order, other = np.empty(longest, np.int32), np.empty(longest, np.int32)
    scratch = (np.empty(longest, a.dtype) for a in (connectivity.targets, steps, weights))
    histogram = np.empty(257, np.int64)
    sort_rows(
        connectivity.indptr, steps, steps.itemsize, connectivity.targets, weights,
        connectivity.n_post, blocks, histogram, order, other, *scratch,
    )  # fmt: skip
