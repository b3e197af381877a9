"""Build the connectivity of each connector, as compressed sparse rows.

Rows are counted first and then filled in place, from the same keyed draws; so the finished arrays
are all that the build needs, and a network is a function of its key alone.

`connect` dispatches on the connector's type: a new connector registers its own function, and
nothing here is edited for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from scipy.spatial.distance import cdist

from spikesim import connectors as c
from spikesim import rng
from spikesim.errors import ValidationError
from spikesim.kernels import connect as kernels
from spikesim.kernels.counts import binomial_rows, total_rows
from spikesim.planning.csr import Connectivity

_BLOCK_PAIRS = 1 << 20
"""Number of pairs whose distances are in memory at once."""


@dataclass(frozen=True)
class Sides:
    """Sizes of both sides of a projection, and the key of its random numbers."""

    n_pre: int
    n_post: int
    self_offset: int | None
    key: np.uint64

    def subkey(self, purpose: str) -> np.uint64:
        """Derive the key of one use of random numbers."""
        return rng.key(int(self.key), purpose)

    def excluded(self, autapses: bool) -> int:
        """Offset of the targets to leave out, as kernels take it."""
        return kernels.NO_SELF if autapses or self.self_offset is None else self.self_offset


def build_csr(
    connector: c.Connector,
    n_pre: int,
    n_post: int,
    *,
    key: np.uint64,
    self_offset: int | None = None,
) -> Connectivity:
    """Connect `n_pre` sources to `n_post` targets.

    Parameters
    ----------
    connector : Connector
        The connection rule.
    n_pre, n_post : int
        Numbers of source and target neurons.
    key : np.uint64
        Key of the projection, from `spikesim.rng.key`.
    self_offset : int, optional
        Offset where source and target overlap: target ``s + self_offset`` is source s itself.
        Default: no neuron is in both.

    Raises
    ------
    ValidationError
        If the rule cannot connect populations of these sizes.
    """
    if not isinstance(connector, c.Connector):
        raise ValidationError(
            f"must be a connector such as AllToAll(), got {connector!r}", "connector"
        )
    connector.check(n_pre, n_post, self_offset)
    return connect(connector, Sides(n_pre, n_post, self_offset, np.uint64(key)))


@singledispatch
def connect(connector: c.Connector, sides: Sides) -> Connectivity:
    """Build the connectivity of a checked connector; registered by the connector's type."""
    raise ValidationError(f"no way to build {type(connector).__name__} is registered", "connector")


@connect.register
def _(connector: c.AllToAll, sides: Sides) -> Connectivity:
    every = np.arange(sides.n_post, dtype=np.int32)
    own = np.arange(sides.n_pre) + sides.excluded(connector.autapses)
    excluded = (own >= 0) & (own < sides.n_post)
    indptr = _starts(sides.n_post - excluded)
    targets = np.empty(indptr[-1], np.int32)
    for row in range(sides.n_pre):
        gap = own[row] if excluded[row] else sides.n_post
        out = targets[indptr[row] : indptr[row + 1]]
        out[:gap] = every[:gap]
        out[gap:] = every[gap + 1 :]
    return Connectivity(indptr, targets, sides.n_post)


@connect.register
def _(connector: c.OneToOne, sides: Sides) -> Connectivity:
    indptr = np.arange(sides.n_pre + 1, dtype=np.int64)
    return Connectivity(indptr, np.arange(sides.n_pre, dtype=np.int32), sides.n_post)


@connect.register
def _(connector: c.FixedProbability, sides: Sides) -> Connectivity:
    counts = np.empty(sides.n_pre, np.int64)
    excluded = sides.excluded(connector.autapses)
    binomial_rows(sides.subkey("counts"), connector.p, sides.n_post, excluded, counts)
    return _random_rows(sides, counts, excluded)


@connect.register
def _(connector: c.FixedOutDegree, sides: Sides) -> Connectivity:
    counts = np.full(sides.n_pre, connector.k, np.int64)
    return _random_rows(sides, counts, sides.excluded(connector.autapses), connector.multapses)


@connect.register
def _(connector: c.FixedTotalNumber, sides: Sides) -> Connectivity:
    counts = np.empty(sides.n_pre, np.int64)
    excluded = sides.excluded(connector.autapses)
    lost = 0 if connector.autapses else c.overlap(sides.n_pre, sides.n_post, sides.self_offset)
    pairs = sides.n_pre * sides.n_post - lost
    several = bool(connector.multapses)
    total_rows(sides.subkey("counts"), connector.n, pairs, sides.n_post, excluded, several, counts)
    return _random_rows(sides, counts, excluded, several)


@connect.register
def _(connector: c.FixedInDegree, sides: Sides) -> Connectivity:
    key, excluded = sides.subkey("targets"), sides.excluded(connector.autapses)
    scratch = (*_marks(sides.n_pre, connector.multapses), np.empty(connector.k, np.int32))

    def draw(cursor: np.ndarray, targets: np.ndarray) -> None:
        kernels.draw_columns(key, sides.n_pre, sides.n_post, excluded, *scratch, cursor, targets)

    return _count_then_fill(sides, draw)


@connect.register
def _(connector: c.DistanceDependent, sides: Sides) -> Connectivity:
    key, excluded = sides.subkey("targets"), sides.excluded(connector.autapses)
    step = max(1, _BLOCK_PAIRS // max(1, sides.n_post))

    def draw(cursor: np.ndarray, targets: np.ndarray) -> None:
        for first in range(0, sides.n_pre, step):
            block = _probabilities(connector, slice(first, first + step))
            kernels.draw_pairs(key, first, block, excluded, cursor, targets)

    return _count_then_fill(sides, draw)


@connect.register
def _(connector: c.FromArrays, sides: Sides) -> Connectivity:
    n = connector.source.size
    by_target, order = np.empty(n, np.int64), np.empty(n, np.int64)
    columns = _starts(np.bincount(connector.target, minlength=sides.n_post))
    kernels.stable_order(connector.target, np.empty(0, np.int64), columns[:-1], by_target)
    indptr = _starts(np.bincount(connector.source, minlength=sides.n_pre))
    kernels.stable_order(connector.source, by_target, indptr[:-1].copy(), order)
    return Connectivity(indptr, connector.target[order], sides.n_post, order=order)


@connect.register
def _(connector: c.FromSparse, sides: Sides) -> Connectivity:
    matrix = connector.matrix
    return Connectivity(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        sides.n_post,
        weight=matrix.data.astype(np.float64),
    )


def _random_rows(
    sides: Sides, counts: np.ndarray, excluded: int, multapses: bool = False
) -> Connectivity:
    """Build rows of the given lengths, filled with random targets."""
    indptr = _starts(counts)
    targets = np.empty(indptr[-1], np.int32)
    marks = _marks(sides.n_post, multapses)
    kernels.fill_rows(sides.subkey("targets"), indptr, sides.n_post, excluded, *marks, targets)
    return Connectivity(indptr, targets, sides.n_post)


def _count_then_fill(sides: Sides, draw: Callable[[np.ndarray, np.ndarray], None]) -> Connectivity:
    """Build rows with a function that counts if the target array is empty, and else fills it."""
    counts = np.zeros(sides.n_pre, np.int64)
    draw(counts, np.empty(0, np.int32))
    indptr = _starts(counts)
    targets = np.empty(indptr[-1], np.int32)
    if targets.size:
        draw(indptr[:-1].copy(), targets)
    return Connectivity(indptr, targets, sides.n_post)


def _starts(counts: np.ndarray) -> np.ndarray:
    """Row pointers: the start of each row, and the end of the last."""
    starts = np.zeros(counts.size + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _marks(n: int, multapses: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Work arrays of `spikesim.kernels.bitset` for `n` indices."""
    words = np.zeros((n >> 6) + 1, np.uint64)
    summary = np.zeros((n >> 12) + 1, np.uint64)
    return words, summary, np.zeros(n if multapses else 0, np.int32)


def _probabilities(connector: c.DistanceDependent, rows: slice) -> np.ndarray:
    """Connection probabilities of a block of source rows, shape (rows, n_post)."""
    distance = cdist(connector.source_positions[rows], connector.target_positions)
    try:
        probability = np.asarray(connector.probability(distance), np.float64)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            f"failed on a distance array of shape {distance.shape}: {error}",
            "probability",
            connector,
        ) from error
    if probability.shape != distance.shape:
        raise ValidationError(
            f"must return the shape of its distances, {distance.shape}, got {probability.shape}",
            "probability",
            connector,
        )
    good = (probability >= 0) & (probability <= 1)
    if not good.all():
        at = np.unravel_index(np.argmin(good), good.shape)
        raise ValidationError(
            f"must return values from 0 to 1, got {float(probability[at])!r} "
            f"at distance {float(distance[at])!r}",
            "probability",
            connector,
        )
    return np.ascontiguousarray(probability)
