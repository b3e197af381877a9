"""Set linked variables from the states at the start of the step.

Reads: the states of all neurons. Writes: linked variables of the thread's own neurons.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class LinkArgs(NamedTuple):
    """All linked variables."""

    target: Array  # int64: index of the linked variable in the flat state
    source: Array  # int64: index of the source variable in the flat state
    gid: Array  # int64: global id of the target neuron


@kernel(inner=True)
def fill_linked(state, links):
    """Set each linked variable to the value of its source."""
    target, source = links.target, links.source
    for i in range(target.size):
        state[target[i]] = state[source[i]]
