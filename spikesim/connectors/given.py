"""Explicit connectivity: from index arrays or a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from spikesim.attributes import guarded
from spikesim.connectors.base import Connector
from spikesim.errors import ValidationError
from spikesim.units import check_array, refuse_masked


@guarded
@dataclass(frozen=True, eq=False)
class FromArrays(Connector):
    """Connect the listed pairs; autapses and multapses are possible.

    Weights and delays passed to the projection as arrays are in the order of these arrays.

    Parameters
    ----------
    source, target : array_like of int
        Index of the source neuron and of the target neuron of each synapse, counted from 0 within
        the source and the target of the projection. Shape (n,) each.

    Examples
    --------
    >>> net.project(cells, others, FromArrays([0, 0, 3], [1, 2, 0]), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    source: Any
    target: Any

    def __post_init__(self) -> None:
        for name in ("source", "target"):
            object.__setattr__(self, name, _check_indices(self, name, getattr(self, name)))
        if self.source.size != self.target.size:
            raise ValidationError(
                f"must have {self.source.size} entries as source has, got {self.target.size}",
                "target",
                self,
            )

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        for name, n in (("source", n_pre), ("target", n_post)):
            indices = getattr(self, name)
            if indices.size and indices.max() >= n:
                at = int(np.argmax(indices >= n))
                raise ValidationError(
                    f"must be below the {n} neurons there, got {int(indices[at])} (at index {at})",
                    name,
                    self,
                )

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return int(self.source.size)


@guarded
@dataclass(frozen=True, eq=False)
class FromSparse(Connector):
    """Connect the pairs with an entry in a sparse matrix; the entries are the weights.

    Every stored entry is a synapse, explicit zeros too. Entries of a COO matrix for the same pair
    are summed, as in scipy, so there are no multapses; autapses are possible.

    Parameters
    ----------
    matrix : scipy.sparse matrix or array
        Shape (n_pre, n_post), real: entry (i, j) is the weight from source i to target j.

    Examples
    --------
    >>> matrix = scipy.sparse.csr_array([[0.0, 5.0], [7.0, 0.0]])
    >>> net.project(cells[:2], others[:2], FromSparse(matrix), weight=None, delay=1.0, name="given")
    <given: cells[0:2] -> others[0:2].current>
    """

    holds_weights: ClassVar[bool] = True

    matrix: Any

    def __post_init__(self) -> None:
        if not sparse.issparse(self.matrix):
            raise ValidationError(
                f"must be a scipy.sparse matrix, got {type(self.matrix).__name__}", "matrix", self
            )
        refuse_masked(getattr(self.matrix, "data", None), "matrix", self)
        matrix = sparse.csr_array(self.matrix, copy=True)
        matrix.sum_duplicates()
        check_array(matrix.data, "matrix", self)
        for part in (matrix.data, matrix.indices, matrix.indptr):
            part.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if self.matrix.shape != (n_pre, n_post):
            raise ValidationError(
                f"must have shape (sources, targets) = {(n_pre, n_post)}, got {self.matrix.shape}",
                "matrix",
                self,
            )

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return int(self.matrix.nnz)


def _check_indices(connector: Connector, name: str, value: Any) -> np.ndarray:
    """Validate `value` as non-negative indices, and copy it to an int32 array."""
    refuse_masked(value, name, connector)
    try:
        indices = np.asarray(value)
    except (TypeError, ValueError):
        indices = np.empty((0, 0))
    if indices.ndim != 1 or (indices.size and indices.dtype.kind not in "iu"):
        raise ValidationError(
            f"must be one row of whole numbers, got shape {indices.shape} of {indices.dtype}",
            name,
            connector,
        )
    bad = (indices < 0) | (indices > np.iinfo(np.int32).max)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValidationError(
            f"must be an index from 0, got {int(indices[at])} (at index {at})", name, connector
        )
    indices = indices.astype(np.int32)
    indices.flags.writeable = False
    return indices
