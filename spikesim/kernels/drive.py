"""Randomness that reaches neurons in every step: Poisson drives and noise currents.

Reads: the drive's key and the step. Writes: the current row of the ring, or the input currents.
"""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

_S32 = np.uint64(32)


@kernel
def poisson_drives(step, ring, drives):
    """Add independent Poisson counts, keyed by (drive, step, target). Returns their number.

    A count is the number of thresholds at or below 32 random bits: inversion of the cumulative
    distribution, whose tail ends at 2**-32.
    """
    row = ring[step % ring.shape[0]]
    rows, weights, threshold = drives.row, drives.weight, drives.threshold
    top = threshold.shape[1]
    events = 0
    for d in range(drives.key.size):
        subkey = rng.subkey(drives.key[d], step)
        a, slot = drives.first[d], drives.slot[d]
        for i in range(a, drives.first[d + 1]):
            bits = rng.draw(subkey, i - a) >> _S32
            count, r = 0, rows[i]
            while count < top and bits >= np.uint64(threshold[r, count]):
                count += 1
            row[slot + i - a] += weights[i] * count
            events += count
    return events


@kernel
def noise_currents(step, current, base, noises):
    """Input currents of this step: the steady ones and the Gaussian noises, held for `every`."""
    for i in range(current.size):
        current[i] = base[i]
    place, mean, std = noises.place, noises.mean, noises.std
    for d in range(noises.key.size):
        subkey = rng.subkey(noises.key[d], step // noises.every[d])
        a = noises.first[d]
        for i in range(a, noises.first[d + 1]):
            current[place[i]] += mean[i] + std[i] * rng.normal(subkey, i - a)
