"""Draw the spikes of Poisson drives and add them to the ring buffer.

Reads: the random-number key of the drive and the step. Writes: the current row of the ring buffer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.draws import CHUNK, draw_bits

Array = np.ndarray


class DriveArgs(NamedTuple):
    """All Poisson drives, concatenated into shared arrays."""

    key: Array  # uint64 (drives)
    slot: Array  # int64 (drives): column of target 0 in the ring buffer
    alike: Array  # bool (drives): whether all targets have the same rate and weight
    begin: Array  # int64 (drives): first target, or the first of a thread
    end: Array  # int64: one past the last
    first: Array  # int64 (drives): index of target 0 in row and weight
    row: Array  # int32 (targets): row of threshold for each target
    weight: Array  # float (targets): weight for each target
    threshold: Array  # uint32 (rows, counts): cumulative distribution of the count
    bits: Array  # uint32 (draws.CHUNK): scratch
    count: Array  # int32 (draws.CHUNK): scratch


@kernel
def poisson_drives(step, ring, drives):
    """Add independent Poisson spike counts. Returns the number of spikes.

    The random bits are counter-based, a hash of (drive, step, target). A count is the number of
    thresholds below 32 random bits: inversion of the cumulative distribution, whose tail ends at
    2**-32.
    """
    row = ring[step & (ring.shape[0] - 1)]
    events = 0
    for d in range(drives.key.size):
        subkey = rng.subkey(drives.key[d], step)
        first, slot = drives.first[d], drives.slot[d]
        for a in range(drives.begin[d], drives.end[d], CHUNK):
            n = min(CHUNK, drives.end[d] - a)
            draw_bits(subkey, a, drives.bits[:n])
            arriving = row[slot + a : slot + a + n]
            if drives.alike[d]:
                threshold = drives.threshold[drives.row[first]]
                _count(drives.bits[:n], threshold, drives.count[:n])
                events += _add(arriving, drives.count[:n], drives.weight[first])
            else:
                rows = drives.row[first + a : first + a + n]
                weight = drives.weight[first + a : first + a + n]
                events += _add_each(arriving, drives.bits[:n], drives.threshold, rows, weight)
    return events


@kernel(inline=True)
def _count(bits, threshold, count):
    """Count the thresholds below each entry of `bits`; all targets have the same thresholds.

    All bits are compared with four thresholds at a time, so that the loop vectorises; thresholds
    above the largest entry are skipped.
    """
    most = np.uint32(0)
    for i in range(bits.size):
        most = max(most, bits[i])
        count[i] = 0
    k, top = 0, threshold.size
    while k + 4 <= top and threshold[k] < most:
        t0, t1, t2, t3 = threshold[k], threshold[k + 1], threshold[k + 2], threshold[k + 3]
        for i in range(bits.size):
            x = bits[i]
            count[i] += np.int32(x > t0) + np.int32(x > t1) + np.int32(x > t2) + np.int32(x > t3)
        k += 4
    while k < top and threshold[k] < most:
        t0 = threshold[k]
        for i in range(bits.size):
            count[i] += np.int32(bits[i] > t0)
        k += 1


@kernel(inline=True)
def _add(arriving, count, weight):
    """Add the counts times one weight; returns the sum of the counts."""
    events = 0
    for i in range(count.size):
        arriving[i] += weight * count[i]
        events += count[i]
    return events


@kernel(inline=True)
def _add_each(arriving, bits, threshold, rows, weight):
    """Add the counts for targets with different rates and weights: one search for each target."""
    events = 0
    for i in range(bits.size):
        count, r = 0, rows[i]
        while count < threshold.shape[1] and bits[i] > threshold[r, count]:
            count += 1
        arriving[i] += weight[i] * count
        events += count
    return events
