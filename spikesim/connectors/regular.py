"""Deterministic connectivity: all-to-all and one-to-one."""

from __future__ import annotations

from dataclasses import dataclass

from spikesim.attributes import guarded
from spikesim.connectors.base import Connector, check_flags, pairs
from spikesim.errors import ValidationError


@guarded
@dataclass(frozen=True)
class AllToAll(Connector):
    """Connect every source neuron to every target neuron once.

    Parameters
    ----------
    autapses : bool
        Whether neurons connect to themselves, where source and target overlap. Default True.

    Examples
    --------
    >>> net.project(cells, others, AllToAll(), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    autapses: bool = True

    def __post_init__(self) -> None:
        check_flags(self, "autapses")

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return pairs(n_pre, n_post, self_offset, self.autapses)


@guarded
@dataclass(frozen=True)
class OneToOne(Connector):
    """Connect source neuron i to target neuron i; both sides must have the same size.

    Between a population and itself these are all autapses; there are no multapses.

    Examples
    --------
    >>> net.project(cells, others, OneToOne(), weight=10.0, delay=1.0)
    <cells->others: cells -> others.current>
    """

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        if n_pre != n_post:
            raise ValidationError(
                f"needs as many sources as targets, got {n_pre} sources and {n_post} targets",
                obj=self,
            )

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        return n_pre
