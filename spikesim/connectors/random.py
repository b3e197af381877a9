"""Random connectivity: fixed probability, in-degree, out-degree or total number of synapses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spikesim.attributes import guarded
from spikesim.connectors.base import (
    MOST_NEURONS,
    MOST_SYNAPSES,
    Connector,
    check_flags,
    check_synapses,
    overlap,
    pairs,
)
from spikesim.errors import ValidationError
from spikesim.units import check_scalar


@guarded
@dataclass(frozen=True)
class FixedProbability(Connector):
    """Connect each pair of a source and a target neuron independently, with the same probability.

    There are no multapses.

    Parameters
    ----------
    p : float
        Probability of a synapse, 0 to 1.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.

    Examples
    --------
    >>> net.project(cells, others, FixedProbability(0.1), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    p: float
    autapses: bool = False

    def __post_init__(self) -> None:
        p = check_scalar(self.p, "p", self)
        if not 0.0 <= p <= 1.0:
            raise ValidationError(f"must be a probability from 0 to 1, got {p!r}", "p", self)
        object.__setattr__(self, "p", p)
        check_flags(self, "autapses")

    def expected(self, n_pre: int, n_post: int, self_offset: int | None = None) -> float:
        return self.p * pairs(n_pre, n_post, self_offset, self.autapses)


@guarded
@dataclass(frozen=True)
class FixedInDegree(Connector):
    """Every target neuron receives the same number of synapses, from sources drawn uniformly.

    Parameters
    ----------
    k : int
        Synapses onto each target neuron.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether a source may be drawn several times for the same target. Default False.

    Examples
    --------
    >>> net.project(cells, others, FixedInDegree(3), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    k: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        check_synapses(self, "k", MOST_NEURONS)
        check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_post > 0:
            excluded = not self.autapses and overlap(n_post, n_pre, _reversed(self_offset)) > 0
            _check_degree(self, self.k, n_pre - excluded, "sources for each target")

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return self.k * n_post


@guarded
@dataclass(frozen=True)
class FixedOutDegree(Connector):
    """Every source neuron makes the same number of synapses, onto targets drawn uniformly.

    Parameters
    ----------
    k : int
        Synapses of each source neuron.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether a target may be drawn several times for the same source. Default False.

    Examples
    --------
    >>> net.project(cells, others, FixedOutDegree(3), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    k: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        check_synapses(self, "k", MOST_NEURONS)
        check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_pre > 0:
            excluded = not self.autapses and overlap(n_pre, n_post, self_offset) > 0
            _check_degree(self, self.k, n_post - excluded, "targets for each source")

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return self.k * n_pre


@guarded
@dataclass(frozen=True)
class FixedTotalNumber(Connector):
    """Draw a fixed total number of synapses; each pair of neurons is equally likely.

    Parameters
    ----------
    n : int
        Number of synapses of the whole projection.
    autapses : bool
        Whether neurons may connect to themselves, where source and target overlap. Default False.
    multapses : bool
        Whether the same pair may be drawn several times. Default False.

    Examples
    --------
    >>> net.project(cells, others, FixedTotalNumber(8), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    n: int
    autapses: bool = False
    multapses: bool = False

    def __post_init__(self) -> None:
        check_synapses(self, "n", MOST_SYNAPSES)
        check_flags(self, "autapses", "multapses")

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        possible = pairs(n_pre, n_post, self_offset, self.autapses)
        _check_degree(self, self.n, possible, "pairs", name="n")

    def expected(self, n_pre: int, n_post: int, self_offset: int | None = None) -> float:
        return float(self.n)

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return self.n


def _reversed(self_offset: int | None) -> int | None:
    return None if self_offset is None else -self_offset


def _check_degree(connector: Any, wanted: int, possible: int, what: str, name: str = "k") -> None:
    """Raise an error if `wanted` synapses cannot be drawn from `possible` partners."""
    most = wanted if connector.multapses and possible > 0 else possible
    if wanted > most:
        hint = "" if connector.multapses or possible <= 0 else " unless multapses=True"
        kind = "" if connector.autapses else " without autapses"
        raise ValidationError(
            f"must be at most {possible}, the number of {what}{kind}{hint}, got {wanted}",
            name,
            connector,
        )
