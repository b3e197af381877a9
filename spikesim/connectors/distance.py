"""Random connectivity with distance-dependent probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.attributes import guarded
from spikesim.connectors.base import Connector, check_flags, pairs
from spikesim.errors import ValidationError
from spikesim.pickling import check_named
from spikesim.units import given_array

_SOME = 256  # neurons of each side that are sampled to estimate the number of synapses


@guarded
@dataclass(frozen=True, eq=False)
class DistanceDependent(Connector):
    """Connect each pair of neurons with a probability that depends on their distance.

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

    Examples
    --------
    >>> where = np.arange(4.0)[:, None] * 100.0
    >>> near = DistanceDependent(lambda d: 0.8 * np.exp(-d / 150.0), where, where)
    >>> net.project(cells, others, near, weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
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
            positions = given_array(getattr(self, name), name, self)
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
        check_flags(self, "autapses")

    def __getstate__(self) -> dict[str, Any]:
        check_named(self.probability, "probability", self)
        return vars(self)

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        for name, n in (("source_positions", n_pre), ("target_positions", n_post)):
            rows = getattr(self, name).shape[0]
            if rows != n:
                raise ValidationError(
                    f"must have a row for each of {n} neurons, got {rows}", name, self
                )

    def expected(self, n_pre: int, n_post: int, self_offset: int | None = None) -> float:
        # Estimated from the probabilities of evenly spaced pairs.
        some = [
            positions[np.linspace(0, n - 1, min(n, _SOME)).astype(np.int64)]
            for positions, n in ((self.source_positions, n_pre), (self.target_positions, n_post))
        ]
        distances = np.sqrt(((some[0][:, None] - some[1][None]) ** 2).sum(axis=-1))
        try:
            mean = float(np.mean(self.probability(distances)))
        except Exception:  # reported when the connections are made
            return 0.0
        return mean * pairs(n_pre, n_post, self_offset, self.autapses) if 0 <= mean <= 1 else 0.0
