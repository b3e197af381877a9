"""Currents through gap junctions, from the states as they are at the step's start.

Reads: the membrane potentials of all neurons. Writes: the input currents of own neurons. Where
several threads share the neurons they meet once between this and the updates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class GapArgs(NamedTuple):
    """All gap junctions, as rows of the neurons that have some."""

    rows: Array  # int64: the rows, or a thread's share of them
    place: Array  # int64 (rows): index of the neuron into the currents
    own: Array  # int64 (rows): its membrane potential's place in the flat state
    first: Array  # int64 (rows + 1)
    other: Array  # int64 (twice the junctions): the membrane potential at the other end
    junction: Array  # int64: which junction it is
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
