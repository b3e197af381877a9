"""The stimulating currents of a step.

Reads: the steady currents. Writes: the currents of own neurons to which mechanisms will add.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel


class InjectedArgs(NamedTuple):
    """Neurons whose current is another one in each step."""

    injected: np.ndarray  # int64: places in the currents


@kernel(inner=True)
def start_currents(current, base, injected):
    """Begin with the steady current."""
    places = injected.injected
    for i in range(places.size):
        current[places[i]] = base[places[i]]
