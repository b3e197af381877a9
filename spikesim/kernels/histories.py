"""Spike histories from which plastic synapses read the traces of both neurons.

Each is a ring buffer whose capacity is a power of two. A presynaptic history consists of three
arrays. In a postsynaptic history, which synapses access randomly, the step and the trace of a spike
are adjacent. The latest spikes of each target are also copied, the latest first, into one cache
line of 64 bytes: the copies of all targets fit into a cache that is too small for the rings.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import load_const

ALL_TO_ALL, NEAREST_SYMMETRIC, PRE_CENTRED, REDUCED_SYMMETRIC = 0, 1, 2, 3
NONE, PRE_FIRST, POST_FIRST = 0, 1, 2
# Indices into `PlasticArgs.control`
LEARNING, SYNCED, POST_FULL, PRE_FULL, LOG_N, LOG_KEPT = 0, 1, 2, 3, 4, 5
NEVER = -(1 << 40)
LATEST = 4  # spikes of each target in its cache line
# Unsigned, like the indices made with them: Numba checks signed ones for negative values.
_ONE, _TWO, _FOUR = np.uint64(1), np.uint64(2), np.uint64(4)
_TEN, _1023 = np.uint64(10), np.uint64(1023)


@kernel(inline=True)
def decay(fine, coarse, steps):
    """exp(-steps * dt / tau) from two tables, so that bits are the same on every processor."""
    near = fine[np.uint64(steps) & _1023]
    return near if steps < 1024 else near * coarse[min(steps >> 10, coarse.size - 1)]


@kernel(inline=True)
def decay_without_branch(fine, coarse, steps):
    """`decay` for loops that LLVM turns into vector instructions; `coarse` begins with 1."""
    n = np.uint64(steps)
    far = min(n >> _TEN, np.uint64(coarse.size) - _ONE)
    return load_const(fine, n & _1023) * load_const(coarse, far)


@kernel(inline=True)
def jumped(before, count, pairing):
    """Trace just after `count` spikes, from its value just before."""
    return before + count if pairing == ALL_TO_ALL else 1.0


@kernel(inline=True)
def latest_spike(a, j, n):
    """Place in `latest` of the step of target j's spike number n, the latest first.

    The trace just before that spike is in the next place.
    """
    return (np.uint64(j) * _FOUR + np.uint64(n)) * _TWO


@kernel(fused=True)
def post_step(a, j, h):
    """Step of spike number h of target j."""
    place = np.uint64(h) << _ONE & np.uint64(a.post.shape[1] - 1)
    return np.int64(a.post[np.uint64(j), place])


@kernel(fused=True)
def post_trace(a, j, h):
    """Trace of target j just before its spike number h."""
    place = np.uint64(h) << _ONE & np.uint64(a.post.shape[1] - 1)
    return a.post[np.uint64(j), place | _ONE]


@kernel(fused=True)
def last_pre(a, i, upto):
    """Last spike of source i up to step `upto`: step, trace, count, and step of the previous one.

    The trace is its value just before the spike, the count the number of spikes in that step. Steps
    are `NEVER` where there is no spike.
    """
    mask = a.pre_t.shape[1] - 1
    h = a.pre_n[i] - 1
    while h >= 0 and a.pre_t[i, h & mask] > upto:
        h -= 1
    if h < 0:
        return NEVER, 0.0, 0, NEVER
    earlier = a.pre_t[i, (h - 1) & mask] if h > 0 else NEVER
    return a.pre_t[i, h & mask], a.pre_v[i, h & mask], np.int64(a.pre_m[i, h & mask]), earlier


@kernel(fused=True)
def remember_pre(step, a, i):
    """Append a presynaptic spike to its neuron's history."""
    mask, n = a.pre_t.shape[1] - 1, a.pre_n[i]
    h = (n - 1) & mask
    if n > 0 and a.pre_t[i, h] == step:
        a.pre_m[i, h] += 1
        return
    before = 0.0
    if n > 0:
        before = jumped(a.pre_v[i, h], a.pre_m[i, h], a.pairing)
        before *= decay(a.pre_fine, a.pre_coarse, step - a.pre_t[i, h])
    a.pre_t[i, n & mask] = step
    a.pre_v[i, n & mask] = before
    a.pre_m[i, n & mask] = 1
    a.pre_n[i] = n + 1
    # Spikes that still travel along the axon are needed, and two older ones.
    reach = a.delay_max if a.axonal else 0
    if n + 3 > mask and a.pre_t[i, (n + 4) & mask] + reach >= step:
        a.control[PRE_FULL] = 1


@kernel(fused=True)
def remember_post(step, a, j):
    """Append a postsynaptic spike, to its neuron's history and to the log."""
    mask, n = a.post.shape[1] // 2 - 1, a.post_n[j]
    before = 0.0
    if n > 0:
        before = jumped(post_trace(a, j, n - 1), 1, a.pairing)
        before *= decay(a.post_fine, a.post_coarse, step - post_step(a, j, n - 1))
    a.post[j, 2 * (n & mask)] = step
    a.post[j, 2 * (n & mask) + 1] = before
    a.post_n[j] = n + 1
    for k in range(LATEST - 1, 0, -1):
        place, later = latest_spike(a, j, k), latest_spike(a, j, k - 1)
        a.latest[place], a.latest[place + _ONE] = a.latest[later], a.latest[later + _ONE]
    place = latest_spike(a, j, 0)
    a.latest[place], a.latest[place + _ONE] = step, before
    if a.log_t.size > 0:
        e = a.control[LOG_N]
        place = e & (a.log_t.size - 1)
        a.log_t[place] = step
        a.log_j[place] = j
        a.log_v[place] = before
        a.control[LOG_N] = e + 1
        if e + 1 - a.control[LOG_KEPT] + a.n_targets > a.log_t.size:
            a.control[POST_FULL] = 1
    elif n + 1 - a.post_kept[j] > mask - 1:
        a.control[POST_FULL] = 1


def latest_spikes(post, post_n):
    """Copy the latest spikes from the rings into an array aligned to cache lines."""
    n, width = post.shape
    room = np.empty(n * 2 * LATEST + 8)
    latest = room[-room.ctypes.data % 64 // 8 :][: n * 2 * LATEST]
    spikes = latest.reshape(n, LATEST, 2)
    spikes[:] = NEVER, 0.0
    for k in range(LATEST):
        some = np.flatnonzero(post_n > k)
        place = (2 * (post_n[some] - 1 - k)) % width
        spikes[some, k, 0], spikes[some, k, 1] = post[some, place], post[some, place + 1]
    return latest
