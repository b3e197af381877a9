"""Currents through gap junctions, from the states at the start of the step.

Reads: the membrane potentials of all neurons. Writes: the input currents of the thread's own
neurons. With several threads, there is one barrier between this kernel and the neuron updates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class GapArgs(NamedTuple):
    """All gap junctions, in one row for each neuron that has any."""

    rows: Array  # int64: the rows, or those of one thread
    place: Array  # int64 (rows): index of the neuron into the currents
    own: Array  # int64 (rows): index of its membrane potential in the flat state
    first: Array  # int64 (rows + 1)
    other: Array  # int64 (twice the junctions): index of the potential of the other neuron
    junction: Array  # int64: index of the junction
    g: Array  # float64 (junctions): conductance, nS


@kernel(inner=True)
def gap_currents(state, current, gaps):
    """Add the currents through gap junctions to the neurons' input currents of this step."""
    rows, place, own = gaps.rows, gaps.place, gaps.own
    first, other, junction, g = gaps.first, gaps.other, gaps.junction, gaps.g
    for m in range(rows.size):
        r = rows[m]
        V_m = state[own[r]]
        total = 0.0
        for k in range(first[r], first[r + 1]):
            total += g[junction[k]] * (state[other[k]] - V_m)
        i = place[r]
        current[i] += total
