"""Concentrations of neuromodulators: decay, release, and their history for plasticity.

Weights are updated lazily, long after the events that change them. So the concentration at the end
of each step is stored in a ring buffer, which reaches back to the last step up to which all weights
that depend on it are up to date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class ModulationArgs(NamedTuple):
    """All neuromodulators and their releases."""

    now: Array  # float64 (modulators): concentration
    baseline: Array  # float64 (modulators)
    decay: Array  # float64 (modulators): factor of (now - baseline) per step
    pending: Array  # float64 (rows, modulators): releases not yet arrived; rows are a power of two
    arrived: Array  # float64 (modulators): releases that have arrived in this step
    history: Array  # float64 (steps, modulators): concentration at the end of each step; a ring
    since: Array  # int64 (1): the first step that plasticity may still read
    place: Array  # int64 (modulators): index of a copy in the flat state
    lo: Array  # int64 (releases): first global id of the source
    hi: Array  # int64: one past the last
    released: Array  # int64: which modulator
    amount: Array  # float64: amount per spike
    delay: Array  # int64: steps


@kernel(inner=True)
def modulate(step, state, spikes, n_spikes, modulation):
    """Advance all concentrations to the end of this step, and add the releases of its spikes.

    Reads: the spikes of this step, whose order does not depend on the number of threads. Writes:
    the concentrations, their history, and their copies in the flat state.
    """
    now, decay, baseline = modulation.now, modulation.decay, modulation.baseline
    pending, history, place = modulation.pending, modulation.history, modulation.place
    lo, hi, released = modulation.lo, modulation.hi, modulation.released
    amount, delay = modulation.amount, modulation.delay
    mask = pending.shape[0] - 1
    row, kept = step & mask, step & (history.shape[0] - 1)
    for m in range(now.size):
        modulation.arrived[m] = pending[row, m]
        value = baseline[m] + (now[m] - baseline[m]) * decay[m] + pending[row, m]
        pending[row, m] = 0.0
        now[m] = value
        history[kept, m] = value
        state[place[m]] = value
    for s in range(n_spikes):
        gid = spikes[s]
        for r in range(lo.size):
            if lo[r] <= gid < hi[r]:
                pending[(step + delay[r]) & mask, released[r]] += amount[r]
