"""Couplings between neurons that need no spikes: gap junctions and linked variables.

Both read states as they are at the step's start, before any neuron is updated; where several
threads share the neurons they meet once between this and the updates. Each thread writes to its own
neurons only.
"""

from __future__ import annotations

from spikesim.jit import kernel


@kernel(inner=True)
def gap_currents(state, current, base, gaps):
    """Add the currents through gap junctions to the neurons' input currents of this step.

    Comes after the noise currents, which set the inputs of the neurons that have noise anew.
    """
    rows, place, own, noisy = gaps.rows, gaps.place, gaps.own, gaps.noisy
    first, other, junction, g = gaps.first, gaps.other, gaps.junction, gaps.g
    for m in range(rows.size):
        r = rows[m]
        V_m = state[own[r]]
        total = 0.0
        for k in range(first[r], first[r + 1]):
            total += g[junction[k]] * (state[other[k]] - V_m)
        i = place[r]
        current[i] = (current[i] if noisy[r] else base[i]) + total


@kernel(inner=True)
def fill_linked(state, links):
    """Give each linked variable the value of its source."""
    target, source = links.target, links.source
    for i in range(target.size):
        state[target[i]] = state[source[i]]
