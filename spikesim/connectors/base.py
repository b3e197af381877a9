"""What all connectors share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError
from spikesim.units import check_count, check_flag

MOST_NEURONS = 2**31 - 1  # indices are 32-bit
MOST_SYNAPSES = 2**40  # of a projection; more are beyond any memory, and floats cannot count them


@guarded
@dataclass(frozen=True)
class Connector(Guarded):
    """Base of all connectors.

    Attributes
    ----------
    holds_weights : bool
        Whether the connections come with their weights, so that a projection is given none.
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
        """How many synapses there will be, for sizes that `check` allows; None if chance decides.

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
        """How many synapses to expect between populations of these sizes.

        By it the memory of a network is told in advance. Rules that do not say count as none.

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
    """How many source neurons are also among the targets."""
    if self_offset is None:
        return 0
    return max(0, min(n_pre, n_post - self_offset) - max(0, -self_offset))


def check_synapses(connector: Connector, name: str, most: int) -> None:
    """Make an attribute a whole number of synapses, of at most `most`."""
    value = check_count(getattr(connector, name), name, connector)
    if value > most:
        raise ValidationError(f"must be at most {most}, got {value}", name, connector)
    object.__setattr__(connector, name, value)


def pairs(n_pre: int, n_post: int, self_offset: int | None, autapses: bool) -> int:
    """How many pairs there are, with or without those of a neuron and itself."""
    return n_pre * n_post - (0 if autapses else overlap(n_pre, n_post, self_offset))


def check_flags(connector: Connector, *names: str) -> None:
    for name in names:
        object.__setattr__(connector, name, check_flag(getattr(connector, name), name, connector))
