"""Base class of connectors, and validation helpers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError
from spikesim.units import check_count, check_flag

MOST_NEURONS = 2**31 - 1  # indices are 32-bit
MOST_SYNAPSES = 2**40  # per projection; more exceed any memory and the precision of floats


@guarded
@dataclass(frozen=True)
class Connector(Guarded):
    """Base of all connectors.

    Attributes
    ----------
    holds_weights : bool
        Whether the connector provides the weights, so that a projection takes none.
    """

    holds_weights: ClassVar[bool] = False

    def check(self, n_pre: int, n_post: int, self_offset: int | None = None) -> None:
        """Raise a ValidationError if the rule cannot connect populations of these sizes.

        Parameters
        ----------
        n_pre, n_post : int
            Numbers of source and target neurons.
        self_offset : int, optional
            Where source and target overlap: target ``s + self_offset`` is source s itself.
        """

    def count(self, n_pre: int, n_post: int, self_offset: int | None = None) -> int | None:
        """Number of synapses, for sizes that `check` allows; None if it is random.

        Parameters
        ----------
        n_pre, n_post : int
            Numbers of source and target neurons.
        self_offset : int, optional
            As in `check`.

        Returns
        -------
        int or None
            Number of synapses.
        """
        return None

    def expected(self, n_pre: int, n_post: int, self_offset: int | None = None) -> float:
        """Expected number of synapses between populations of these sizes.

        Used to estimate the memory of a network in advance. The default is 0 if `count` is None.

        Parameters
        ----------
        n_pre, n_post : int
            Numbers of source and target neurons.
        self_offset : int, optional
            As in `check`.

        Returns
        -------
        float
            Expected number of synapses.
        """
        return float(self.count(n_pre, n_post, self_offset) or 0)


def overlap(n_pre: int, n_post: int, self_offset: int | None) -> int:
    """Number of source neurons that are also targets."""
    if self_offset is None:
        return 0
    return max(0, min(n_pre, n_post - self_offset) - max(0, -self_offset))


def check_synapses(connector: Connector, name: str, most: int) -> None:
    """Validate an attribute as a number of synapses from 0 to `most`, and convert it to int."""
    value = check_count(getattr(connector, name), name, connector)
    if value > most:
        raise ValidationError(f"must be at most {most}, got {value}", name, connector)
    object.__setattr__(connector, name, value)


def pairs(n_pre: int, n_post: int, self_offset: int | None, autapses: bool) -> int:
    """Number of pairs of source and target neurons, with or without autapses."""
    return n_pre * n_post - (0 if autapses else overlap(n_pre, n_post, self_offset))


def check_flags(connector: Connector, *names: str) -> None:
    for name in names:
        object.__setattr__(connector, name, check_flag(getattr(connector, name), name, connector))
