"""Piecewise constant Gaussian noise currents.

Reads: the random-number key of the noise and the step. Writes: the input currents.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

Array = np.ndarray


class NoiseArgs(NamedTuple):
    """All noise currents, concatenated into shared arrays."""

    key: Array  # uint64 (noises)
    every: Array  # int64 (noises): steps between draws
    first: Array  # int64 (noises + 1)
    index: Array  # int64: index of the neuron in the draws of its noise
    place: Array  # int64: index into the currents
    mean: Array  # float, pA
    std: Array  # float, pA


@kernel(inner=True)
def noise_currents(step, current, noises):
    """Add Gaussian noise; each value is kept for `every` steps."""
    place, mean, std, index = noises.place, noises.mean, noises.std, noises.index
    for d in range(noises.key.size):
        subkey = rng.subkey(noises.key[d], step // noises.every[d])
        for i in range(noises.first[d], noises.first[d + 1]):
            current[place[i]] += mean[i] + std[i] * rng.normal(subkey, index[i])
