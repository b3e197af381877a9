"""What all connectors share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError


@guarded
@dataclass(frozen=True)
class Connector(Guarded):
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


def overlap(n_pre: int, n_post: int, self_offset: int | None) -> int:
    """How many source neurons are also among the targets."""
    if self_offset is None:
        return 0
    return max(0, min(n_pre, n_post - self_offset) - max(0, -self_offset))


def check_flags(connector: Connector, *names: str) -> None:
    for name in names:
        value = getattr(connector, name)
        if not isinstance(value, (bool, np.bool_)):
            raise ValidationError(f"must be True or False, got {value!r}", name, connector)
