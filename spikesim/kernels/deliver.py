"""Deliver spikes through static projections into the ring buffer.

Reads: the spikes of this step, the synapses. Writes: rows k+1 ... k+rows of the ring buffer. With
several threads, each delivers only to its own targets, given by ``begin``, ``end``, ``t_lo`` and
``t_hi``.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import AHEAD, prefetch

SPARSE, DENSE, BROADCAST = 0, 1, 2
LINE = 32  # targets in a cache line
FAR = 2000  # most synapses of a row that are prefetched
NO_SELF = -(1 << 40)  # self_offset of projections that leave no target out


@kernel(inner=True)
def add_row(row, weights):
    """Add a row of weights. A separate function, so that LLVM vectorises it."""
    for j in range(row.size):
        row[j] += weights[j]


@kernel(inner=True)
def subtract_row(row, weights):
    """Subtract a row of weights, for an inhibitory transmitter."""
    for j in range(row.size):
        row[j] -= weights[j]


@kernel(inner=True)
def deliver_static(step, ring, broadcast, spikes, n_spikes, static):
    """Send the spikes of one step; return the number of synaptic events."""
    group, first, projection = static.group, static.first, static.projection
    kind, lo, hi = static.kind, static.lo, static.hi
    whole = ring.dtype.type(1.0)
    events = 0
    for s in range(n_spikes):
        # Rows are scattered in memory, so they are prefetched for the next spikes.
        if s + 4 < n_spikes:
            prefetch_rows(spikes[s + 4], static)
        if s + 1 < n_spikes:
            prefetch_synapses(spikes[s + 1], static)
        gid = spikes[s]
        g = group[gid]
        for q in range(first[g], first[g + 1]):
            p = projection[q]
            if lo[p] <= gid < hi[p]:
                source = gid - lo[p]
                if kind[p] == SPARSE:
                    events += sparse_row(step, ring, source, p, static, whole)
                elif kind[p] == DENSE:
                    events += _dense(step, ring, source, p, static)
                else:
                    events += add_to_broadcast(step, ring, broadcast, source, p, static, whole)
    return events


@kernel(inline=True)
def prefetch_rows(gid, static):
    """Prefetch the row pointers of this source."""
    first, projection = static.first, static.projection
    g = static.group[gid]
    for q in range(first[g], first[g + 1]):
        p = projection[q]
        if static.kind[p] == SPARSE and static.lo[p] <= gid < static.hi[p]:
            row = static.row0[p] + gid - static.lo[p]
            prefetch(static.begin, row)
            prefetch(static.end, row)


@kernel(inline=True)
def prefetch_synapses(gid, static):
    """Prefetch the synapses of this source."""
    first, projection = static.first, static.projection
    g = static.group[gid]
    for q in range(first[g], first[g + 1]):
        p = projection[q]
        if static.kind[p] == SPARSE and static.lo[p] <= gid < static.hi[p]:
            row = static.row0[p] + gid - static.lo[p]
            a, b = static.begin[row], static.end[row]
            if static.t_lo[p] == 0 and static.weight0[p] < 0 and static.delay0[p] < 0:
                a = max(a, b - FAR)  # the row is read backwards
            b = min(b, a + FAR)
            for k in range(static.syn0[p] + a, static.syn0[p] + b, LINE):
                prefetch(static.targets, k)
            if static.weight0[p] >= 0:
                for k in range(static.weight0[p] + a, static.weight0[p] + b, LINE // 2):
                    prefetch(static.weights, k)
            if static.delay0[p] >= 0:
                for k in range(static.delay0[p] + a, static.delay0[p] + b, 2 * LINE):
                    prefetch(static.delays, k)


@kernel(inline=True)
def sparse_row(step, ring, source, p, static, share):
    """Deliver one row of a sparse projection, with `share` as the fraction of each weight."""
    slot, syn0, row0 = static.slot[p], static.syn0[p], static.row0[p]
    a, b = syn0 + static.begin[row0 + source], syn0 + static.end[row0 + source]
    w0, d0 = static.weight0[p], static.delay0[p]
    if d0 >= 0:
        own = static.t_lo[p], static.t_hi[p]
        targets, delays = static.targets[a:b], static.delays[d0 + a - syn0 : d0 + b - syn0]
        if w0 >= 0:
            weights, stride = static.weights[w0 + a - syn0 : w0 + b - syn0], 1
        else:
            weights, stride = static.weight[p : p + 1], 0
        return _scatter(step, ring, slot, own, targets, delays, weights, stride, share)
    row = ring[(step + static.delay[p]) & (ring.shape[0] - 1), slot:]
    targets = static.targets[a:b]
    if w0 >= 0:
        weights = static.weights[w0 + a - syn0 : w0 + b - syn0]
        for k in range(targets.size):
            row[targets[k]] += weights[k] * share
    else:
        weight = static.weight[p] * share
        if static.t_lo[p] == 0:
            # Backwards: at the end of this thread's part the processor prefetches beyond it, and
            # would take cache lines from the thread that owns the rest of the row. All terms are
            # equal, so their order does not matter.
            for k in range(targets.size - 1, -1, -1):
                row[targets[k]] += weight
        else:
            for k in range(targets.size):
                row[targets[k]] += weight
    return b - a


@kernel(inline=True)
def _scatter(step, ring, slot, own, targets, delays, weights, stride, share):
    """Deliver a row with a delay for each synapse; `stride` is 0 for a uniform weight."""
    # Indices are unsigned, because Numba checks signed ones for negative values.
    now, first, mask = np.uint64(step), np.uint64(slot), np.uint64(ring.shape[0] - 1)
    lo, hi = own
    for k in range(min(AHEAD, targets.size)):
        prefetch(ring[(now + delays[k]) & mask], first + np.uint64(targets[k]))
    events = 0
    for k in range(targets.size):
        if k + AHEAD < targets.size and lo <= targets[k + AHEAD] < hi:
            later = ring[(now + delays[k + AHEAD]) & mask]
            prefetch(later, first + np.uint64(targets[k + AHEAD]))
        if lo <= targets[k] < hi:
            amount = weights[k * stride] * share
            ring[(now + delays[k]) & mask, first + np.uint64(targets[k])] += amount
            events += 1
    return events


@kernel(inline=True)
def _dense(step, ring, source, p, static):
    """Deliver one row of an all-to-all projection with a weight for each synapse and one delay."""
    lo, hi, slot = static.t_lo[p], static.t_hi[p], static.slot[p]
    w0 = static.weight0[p] + source * static.n_targets[p]
    row = ring[(step + static.delay[p]) & (ring.shape[0] - 1), slot + lo : slot + hi]
    add_row(row, static.weights[w0 + lo : w0 + hi])
    return hi - lo


@kernel(inline=True)
def add_to_broadcast(step, ring, broadcast, source, p, static, share):
    """All-to-all with one weight: add to one sum, for `deliver_broadcast` to give every target."""
    lo, hi, weight = static.t_lo[p], static.t_hi[p], static.weight[p] * share
    row = (step + static.delay[p]) & (ring.shape[0] - 1)
    broadcast[row, p] += weight
    own = static.self0[p] + source
    if own < lo or own >= hi:
        return hi - lo
    ring[row, static.slot[p] + own] -= weight
    return hi - lo - 1


@kernel(inner=True)
def deliver_broadcast(step, ring, broadcast, static):
    """Add the sums of broadcast projections that arrive in this step to their targets."""
    row = step & (ring.shape[0] - 1)
    for p in range(static.kind.size):
        amount = broadcast[row, p]
        if amount != 0.0:
            broadcast[row, p] = 0.0
            slot = static.slot[p]
            target = ring[row, slot + static.t_lo[p] : slot + static.t_hi[p]]
            for j in range(target.size):
                target[j] += amount
