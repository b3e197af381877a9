"""Miniature events: Poisson in time, each with an amplitude of its own.

Reads: the keys and the step. Writes: the current row of the ring.
"""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.draws import sample
from spikesim.kernels.drive import CHUNK, draw_bits


@kernel(inner=True)
def miniatures(step, ring, minis):
    """Add the events of a step; returns their number.

    How many a target has is keyed by (input, step, target), as for drives, and their amplitudes by
    the event's number as well.
    """
    row = ring[step & (ring.shape[0] - 1)]
    threshold, rows = minis.threshold, minis.row
    events = 0
    for d in range(minis.key.size):
        counts = rng.subkey(minis.key[d], step)
        first, slot = minis.first[d], minis.slot[d]
        for a in range(minis.begin[d], minis.end[d], CHUNK):
            n = min(CHUNK, minis.end[d] - a)
            draw_bits(counts, a, minis.bits[:n])
            for i in range(a, a + n):
                r, bits = rows[first + i], minis.bits[i - a]
                if bits <= threshold[r, 0]:
                    continue  # nearly all
                count = np.int64(1)
                while count < threshold.shape[1] and bits > threshold[r, count]:
                    count += 1
                row[slot + i] += ring.dtype.type(_amplitudes(step, i, count, d, minis))
                events += count
    return events


@kernel(inner=True)
def _amplitudes(step, target, count, d, minis):
    """The sum of the amplitudes of `count` events."""
    subkey = rng.subkey(rng.subkey(minis.amplitude_key[d], step), target)
    total = 0.0
    for event in range(count):
        total += sample(
            minis.kind[d], minis.a[d], minis.b[d], minis.low[d], minis.high[d], subkey, event
        )
    return minis.sign[d] * total
