"""Linked variables, filled from the states as they are at the step's start.

Reads: the states of all neurons. Writes: linked variables of own neurons.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class LinkArgs(NamedTuple):
    """All linked variables."""

    target: Array  # int64: place in the flat state of what is filled
    source: Array  # int64: place in the flat state of where the value comes from
    gid: Array  # int64: global id of the neuron that has the target


@kernel(inner=True)
def fill_linked(state, links):
    """Give each linked variable the value of its source."""
    target, source = links.target, links.source
    for i in range(target.size):
        state[target[i]] = state[source[i]]
