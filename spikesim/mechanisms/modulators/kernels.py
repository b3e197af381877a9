"""Concentrations of neuromodulators: decay, release, and what plasticity looks up later.

Weights are brought up to date long after the events that changed them, so the concentration at the
end of each step is kept, in a ring that reaches back to the last step up to which all weights that
depend on it are up to date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim.jit import kernel

Array = np.ndarray


class ModulationArgs(NamedTuple):
    """All neuromodulators and what releases them."""

    now: Array  # float64 (modulators): concentration
    baseline: Array  # float64 (modulators)
    decay: Array  # float64 (modulators): of the distance from the baseline, in a step
    pending: Array  # float64 (rows, modulators): releases on their way; rows are a power of two
    history: Array  # float64 (steps, modulators): concentration at the end of each; a ring
    since: Array  # int64 (1): the first step that plasticity may still ask for
    place: Array  # int64 (modulators): where the flat state has a copy
    lo: Array  # int64 (releases): first global id
    hi: Array  # int64: one past the last
    released: Array  # int64: which modulator
    amount: Array  # float64: what a spike releases
    delay: Array  # int64: steps


@kernel(inner=True)
def modulate(step, state, spikes, n_spikes, modulation):
    """Carry all concentrations to the end of this step, and note what its spikes release.

    Reads: this step's spikes, in the one order that they have for any number of threads. Writes:
    the concentrations, their history, and their copies in the flat state.
    """
    now, decay, baseline = modulation.now, modulation.decay, modulation.baseline
    pending, history, place = modulation.pending, modulation.history, modulation.place
    lo, hi, released = modulation.lo, modulation.hi, modulation.released
    amount, delay = modulation.amount, modulation.delay
    mask = pending.shape[0] - 1
    row, kept = step & mask, step & (history.shape[0] - 1)
    for m in range(now.size):
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
