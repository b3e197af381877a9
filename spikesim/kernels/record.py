"""Record spikes and states of one step into the buffers of a chunk."""

from __future__ import annotations

from spikesim.jit import kernel


@kernel(inner=True)
def record_spikes(step, spikes, n_spikes, record, n_recorded):
    """Copy the recorded spikes of this step; return the number recorded in the chunk."""
    wanted, spike_step, spike_id = record.wanted, record.spike_step, record.spike_id
    for s in range(n_spikes):
        if wanted[spikes[s]]:
            spike_step[n_recorded] = step
            spike_id[n_recorded] = spikes[s]
            n_recorded += 1
    return n_recorded


@kernel(inner=True)
def record_states(step, state, record):
    """Sample the states at the end of this step, for recorders that are due."""
    every, first, place = record.every, record.first, record.place
    buffer0, buffer = record.buffer0, record.buffer
    for r in range(every.size):
        if (step + 1) % every[r] == 0:
            at = buffer0[r]
            for m in range(first[r], first[r + 1]):
                buffer[at] = state[place[m]]
                at += 1
            buffer0[r] = at
