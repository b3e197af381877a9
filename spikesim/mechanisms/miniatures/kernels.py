"""Miniature events: Poisson processes with a random amplitude for each event.

Reads: the random-number keys and the step. Writes: the current row of the ring buffer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.draws import CHUNK, draw_bits, sample

Array = np.ndarray


class MiniArgs(NamedTuple):
    """All miniature inputs, concatenated into shared arrays."""

    key: Array  # uint64 (inputs): random-number key of the event counts
    amplitude_key: Array  # uint64 (inputs)
    slot: Array  # int64 (inputs): column of target 0 in the ring buffer
    begin: Array  # int64 (inputs): first target, or the first of a thread
    end: Array  # int64: one past the last
    first: Array  # int64 (inputs): index of target 0 in row
    row: Array  # int32 (targets): row of threshold for each target
    threshold: Array  # uint32 (rows, counts): cumulative distribution of the count
    bits: Array  # uint32 (draws.CHUNK): scratch
    kind: Array  # int64 (inputs): distribution of amplitudes, see draws.sample
    a: Array  # float64 (inputs)
    b: Array
    low: Array
    high: Array
    sign: Array  # float64 (inputs): factor of the amplitudes, 1 or -1


@kernel(inner=True)
def miniatures(step, ring, minis):
    """Add the events of a step to the ring buffer; returns their number.

    Random numbers are counter-based: the number of events of a target is a hash of (input, step,
    target), as for Poisson drives, and each amplitude also of the index of the event.
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
                    continue  # the most frequent case
                count = np.int64(1)
                while count < threshold.shape[1] and bits > threshold[r, count]:
                    count += 1
                row[slot + i] += ring.dtype.type(_amplitudes(step, i, count, d, minis))
                events += count
    return events


@kernel(inner=True)
def _amplitudes(step, target, count, d, minis):
    """Sum of the amplitudes of `count` events."""
    subkey = rng.subkey(rng.subkey(minis.amplitude_key[d], step), target)
    total = 0.0
    for event in range(count):
        total += sample(
            minis.kind[d], minis.a[d], minis.b[d], minis.low[d], minis.high[d], subkey, event
        )
    return minis.sign[d] * total
