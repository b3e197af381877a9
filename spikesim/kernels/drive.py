"""Randomness that reaches neurons in every step: Poisson drives and noise currents.

Reads: the drive's key and the step. Writes: the current row of the ring, or the input currents.
"""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

CHUNK = 512  # targets drawn for at once; their bits stay in the fastest cache
_S32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@kernel
def poisson_drives(step, ring, drives):
    """Add independent Poisson counts, keyed by (drive, step, target). Returns their number.

    A count is the number of thresholds below 32 random bits: inversion of the cumulative
    distribution, whose tail ends at 2**-32.
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
def draw_bits(subkey, first, bits):
    """32 random bits for each target from `first` on."""
    low, high = np.uint32(subkey & _LOW), np.uint32(subkey >> _S32)
    start = np.uint32(first)
    for i in range(bits.size):
        bits[i] = rng.draw32(low, high, np.uint32(start + np.uint32(i)))


@kernel(inline=True)
def _count(bits, threshold, count):
    """How many thresholds are below each of the bits; the same thresholds for all.

    All bits are compared with four thresholds at a time, so that it vectorises; those that even the
    largest does not reach are left out.
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
    """One weight times the counts; returns their sum."""
    events = 0
    for i in range(count.size):
        arriving[i] += weight * count[i]
        events += count[i]
    return events


@kernel(inline=True)
def _add_each(arriving, bits, threshold, rows, weight):
    """Rates and weights differ: a search for each target."""
    events = 0
    for i in range(bits.size):
        count, r = 0, rows[i]
        while count < threshold.shape[1] and bits[i] > threshold[r, count]:
            count += 1
        arriving[i] += weight[i] * count
        events += count
    return events


@kernel(inner=True)
def noise_currents(step, current, base, noises):
    """Input currents of this step: the steady ones and the Gaussian noises, held for `every`."""
    place, mean, std, index = noises.place, noises.mean, noises.std, noises.index
    for i in range(place.size):
        current[place[i]] = base[place[i]]
    for d in range(noises.key.size):
        subkey = rng.subkey(noises.key[d], step // noises.every[d])
        for i in range(noises.first[d], noises.first[d + 1]):
            current[place[i]] += mean[i] + std[i] * rng.normal(subkey, index[i])
