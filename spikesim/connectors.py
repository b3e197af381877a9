"""Connectors: which neurons of a source connect to which of a target.

A connector only says the rule. Two words recur:

- An **autapse** is a synapse of a neuron onto itself. It can only arise where source and target
  of a projection share neurons.
- **Multapses** are several synapses between the same two neurons.

Each connector's docstring says whether it makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from spikesim.errors import ValidationError
from spikesim.units import check_array, check_count, check_scalar


@dataclass(frozen=True)
class Connector:
    """Base of all connectors."""

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        """Raise a ValidationError if the rule cannot connect populations of these sizes.

        Parameters
        ----------
        n_pre, n_post : int
            Numbers of source and target neurons.
        self_offset : int, optional
            Where source and target overlap: target ``s + self_offset`` is source s itself.
        """


@dataclass(frozen=True)
class AllToAll(Connector):
    """Every source neuron to every target neuron, once.

    Parameters
    ----------
    autapses : bool
        Whether neurons connect to themselves, where source and target overlap. Default True.
    """

    autapses: bool = True

    def __post_init__(self) -> None:
        _check_flags(self, "autapses")


@dataclass(frozen=True)
class OneToOne(Connector):
    """Source neuron i to target neuron i; both sides must be of one size.

    Between a population and itself these are all autapses; there are no multapses.
    """

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_pre != n_post:
            raise ValidationError(
                f"needs as many sources as targets, got {n_pre} sources and {n_post} targets",
                obj=self,
            )


@dataclass(frozen=True)
class FixedProbability(Connector):
    """Each pair of a source and a target neuron with the same probability, independently.

    There are no multapses.

    Parameters
    ----------
    p : float
        Probability of a synapse, 0 to 1.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    """

    p: float
    autapses: bool = False

    def __post_init__(self) -> None:
        p = check_scalar(self.p, "p", self)
        if not 0.0 <= p <= 1.0:
            raise ValidationError(f"must be a probability from 0 to 1, got {p!r}", "p", self)
        object.__setattr__(self, "p", p)
        _check_flags(self, "autapses")


@dataclass(frozen=True)
class FixedInDegree(Connector):
    """Every target neuron receives the same number of synapses, from sources drawn evenly.

    Parameters
    ----------
    k : int
        Synapses for each target neuron.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether a source may be drawn for the same target repeatedly. Default False.
    """

    k: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", check_count(self.k, "k", self))
        _check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_post > 0:
            barred = not self.autapses and overlap(n_post, n_pre, _reversed(self_offset)) > 0
            _check_degree(self, self.k, n_pre - barred, "sources for each target")


@dataclass(frozen=True)
class FixedOutDegree(Connector):
    """Every source neuron makes the same number of synapses, onto targets drawn evenly.

    Parameters
    ----------
    k : int
        Synapses of each source neuron.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether a target may be drawn for the same source repeatedly. Default False.
    """

    k: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", check_count(self.k, "k", self))
        _check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_pre > 0:
            barred = not self.autapses and overlap(n_pre, n_post, self_offset) > 0
            _check_degree(self, self.k, n_post - barred, "targets for each source")


@dataclass(frozen=True)
class FixedTotalNumber(Connector):
    """A given number of synapses in all, each pair of neurons equally likely.

    Parameters
    ----------
    n : int
        Synapses of the whole projection.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether the same pair may be drawn repeatedly. Default False.
    """

    n: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", check_count(self.n, "n", self))
        _check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        barred = 0 if self.autapses else overlap(n_pre, n_post, self_offset)
        _check_degree(self, self.n, n_pre * n_post - barred, "pairs", name="n")


@dataclass(frozen=True, eq=False)
class DistanceDependent(Connector):
    """Each pair of neurons with a probability that is a function of their distance.

    Pairs are drawn independently; there are no multapses.

    Parameters
    ----------
    probability : callable
        Takes an array of Euclidean distances (float64, in the unit of the positions) and returns
        an array of the same shape with probabilities from 0 to 1. It is called several times, on
        blocks of pairs, and must return the same for the same distances.
    source_positions : array_like
        Shape (n_pre, d).
    target_positions : array_like
        Shape (n_post, d).
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    """

    probability: Callable[[np.ndarray], np.ndarray]
    source_positions: Any
    target_positions: Any
    autapses: bool = False

    def __post_init__(self) -> None:
        if not callable(self.probability):
            raise ValidationError(
                f"must be a function of a distance array, got {self.probability!r}",
                "probability",
                self,
            )
        for name in ("source_positions", "target_positions"):
            positions = check_array(getattr(self, name), name, self)
            if positions.ndim != 2 or positions.shape[1] == 0:
                raise ValidationError(
                    f"must have shape (neurons, dimensions), got {positions.shape}", name, self
                )
            object.__setattr__(self, name, positions)
        here, there = self.source_positions.shape[1], self.target_positions.shape[1]
        if here != there:
            raise ValidationError(
                f"must have {here} dimensions as source_positions has, got {there}",
                "target_positions",
                self,
            )
        _check_flags(self, "autapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        for name, n in (("source_positions", n_pre), ("target_positions", n_post)):
            rows = getattr(self, name).shape[0]
            if rows != n:
                raise ValidationError(
                    f"must have a row for each of {n} neurons, got {rows}", name, self
                )


@dataclass(frozen=True, eq=False)
class FromArrays(Connector):
    """The given pairs; autapses and multapses are what the arrays hold.

    Weights and delays that are given to the projection as arrays align with these arrays.

    Parameters
    ----------
    source, target : array_like of int
        Index of the source neuron and of the target neuron of each synapse, counted from 0 within
        the source and the target of the projection. Shape (n,) each.
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


@dataclass(frozen=True, eq=False)
class FromSparse(Connector):
    """The entries of a sparse matrix; they are also the weights.

    Every stored entry is a synapse, explicit zeros too. Entries of a COO matrix for the same pair
    are added up, as scipy does, so there are no multapses; autapses are what the matrix holds.

    Parameters
    ----------
    matrix : scipy.sparse matrix or array
        Shape (n_pre, n_post), real: entry (i, j) is the weight from source i to target j.
    """

    matrix: Any

    def __post_init__(self) -> None:
        if not sparse.issparse(self.matrix):
            raise ValidationError(
                f"must be a scipy.sparse matrix, got {type(self.matrix).__name__}", "matrix", self
            )
        matrix = sparse.csr_array(self.matrix, copy=True)
        matrix.sum_duplicates()
        check_array(matrix.data, "matrix", self)
        object.__setattr__(self, "matrix", matrix)

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if self.matrix.shape != (n_pre, n_post):
            raise ValidationError(
                f"must have shape (sources, targets) = {(n_pre, n_post)}, got {self.matrix.shape}",
                "matrix",
                self,
            )


def overlap(n_pre: int, n_post: int, self_offset: int | None) -> int:
    """How many source neurons are also among the targets."""
    if self_offset is None:
        return 0
    return max(0, min(n_pre, n_post - self_offset) - max(0, -self_offset))


def _reversed(self_offset: int | None) -> int | None:
    return None if self_offset is None else -self_offset


def _check_flags(connector: Connector, *names: str) -> None:
    for name in names:
        value = getattr(connector, name)
        if not isinstance(value, (bool, np.bool_)):
            raise ValidationError(f"must be True or False, got {value!r}", name, connector)


def _check_degree(connector: Any, wanted: int, possible: int, what: str, name: str = "k") -> None:
    """Raise if `wanted` synapses cannot be drawn from `possible` partners."""
    most = wanted if connector.multapses and possible > 0 else possible
    if wanted > most:
        hint = "" if connector.multapses or possible <= 0 else " unless multapses=True"
        kind = "" if connector.autapses else " without autapses"
        raise ValidationError(
            f"must be at most {possible}, the number of {what}{kind}{hint}, got {wanted}",
            name,
            connector,
        )


def _check_indices(connector: Connector, name: str, value: Any) -> np.ndarray:
    """`value` as an int32 array of indices of at least 0, copied."""
    try:
        indices = np.asarray(value)
    except ValueError:
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
    return indices.astype(np.int32)
