"""Spike histories from which plastic synapses read the traces of both neurons.

Each is a ring buffer whose capacity is a power of two. A presynaptic history consists of three
arrays. In a postsynaptic history, which synapses access randomly, the step and the traces of a
spike are adjacent. The latest spikes of each target are also copied, the latest first, into a cache
line: the copies of all targets fit into a cache that is too small for the rings.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import load_const_2d

ALL_TO_ALL, NEAREST_SYMMETRIC, PRE_CENTRED, REDUCED_SYMMETRIC = 0, 1, 2, 3
NONE, PRE_FIRST, POST_FIRST = 0, 1, 2
# Indices into `PlasticArgs.control`
LEARNING, SYNCED, POST_FULL, PRE_FULL, LOG_N, LOG_KEPT, SET = 0, 1, 2, 3, 4, 5, 6
NEVER = -(1 << 40)
LATEST = 4  # spikes of each target in its cache line
# Unsigned, like the indices made with them: Numba checks signed ones for negative values.
_ONE, _TEN, _1023 = np.uint64(1), np.uint64(10), np.uint64(1023)


@kernel(inline=True)
def decay(fine, coarse, k, steps):
    """exp(-steps * dt / tau) from row k of two tables, so that bits are the same everywhere."""
    near = fine[k, np.uint64(steps) & _1023]
    return near if steps < 1024 else near * coarse[k, min(steps >> 10, coarse.shape[1] - 1)]


@kernel(inline=True)
def decay_without_branch(fine, coarse, k, steps):
    """`decay` where branches are dear; rows of `coarse` begin with 1."""
    n = np.uint64(steps)
    far = min(n >> _TEN, np.uint64(coarse.shape[1]) - _ONE)
    return load_const_2d(fine, k, n & _1023) * load_const_2d(coarse, k, far)


def latest_spikes(post, post_n, width):
    """Copy the latest spikes from the rings into an array aligned to cache lines."""
    n = post_n.size
    room = np.empty(n * width * LATEST + 8)
    latest = room[-room.ctypes.data % 64 // 8 :][: n * width * LATEST]
    spikes, rings = latest.reshape(n, LATEST, width), post.reshape(n, -1, width)
    spikes[:] = 0.0
    spikes[:, :, 0] = NEVER
    for k in range(LATEST):
        some = np.flatnonzero(post_n > k)
        spikes[some, k] = rings[some, (post_n[some] - 1 - k) % max(rings.shape[1], 1)]
    return latest
