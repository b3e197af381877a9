"""Gaussian noise currents, held for a while and then drawn anew.

Reads: the noise's key and the step. Writes: the input currents.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

Array = np.ndarray


class NoiseArgs(NamedTuple):
    """All noise currents, in pools."""

    key: Array  # uint64 (noises)
    every: Array  # int64 (noises): steps between draws
    first: Array  # int64 (noises + 1)
    index: Array  # int64: which of its draws a neuron takes
    place: Array  # int64: index into the currents
    mean: Array  # float, pA
    std: Array  # float, pA


@kernel(inner=True)
def noise_currents(step, current, noises):
    """Add Gaussian noise, each value of which holds for `every` steps."""
    place, mean, std, index = noises.place, noises.mean, noises.std, noises.index
    for d in range(noises.key.size):
        subkey = rng.subkey(noises.key[d], step // noises.every[d])
        for i in range(noises.first[d], noises.first[d + 1]):
            current[place[i]] += mean[i] + std[i] * rng.normal(subkey, index[i])
