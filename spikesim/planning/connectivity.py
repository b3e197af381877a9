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
        As the user gave it: one number for all, or shape (n_syn,) in the order of `targets`.
    delay_steps : np.ndarray or int
        One number of steps for all, or uint8 or uint16, shape (n_syn,).
    """

    indptr: np.ndarray
    targets: np.ndarray
    weight: np.ndarray | float
    delay_steps: np.ndarray | int


@dataclass(frozen=True, eq=False)
class Places:
    """Where selected neurons lie in the ranges of ids that a projection covers.

    Kernels take a projection from one range of ids to another. Connectors, weights and delays are
    in the order of the user's selections, which may skip neurons or hold them in any order.

    Attributes
    ----------
    rows, columns : np.ndarray
        int64: place of each selected source and target in its range, each place at most once.
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
        """Connectivity and values of its synapses, with rows and targets at their places."""
        row = np.repeat(self.rows, np.diff(connectivity.indptr))
        target = self.columns[connectivity.targets].astype(np.int32)
        order = np.lexsort((target, row))  # stable: multapses stay as they were given
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
    blocks : int
        By how many blocks of targets rows are sorted where delays differ.
    places : Places, optional
        Where the neurons lie, unless both ends are ranges.
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
    """Weights, or what else each connection has one of: one number for all, or shape (n_syn,)."""
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
