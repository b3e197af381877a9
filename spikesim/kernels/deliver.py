"""Delivery of spikes through static projections.

Reads: the spikes of this step, the synapses. Writes: rows k+1 ... k+rows of the ring. Where several
threads work, each sees only synapses onto its own targets: ``begin``, ``end``, ``t_lo``, ``t_hi``.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import AHEAD, prefetch

SPARSE, DENSE, BROADCAST = 0, 1, 2
LINE = 32  # targets in a cache line
FAR = 2000  # synapses of a row that are asked for
NO_SELF = -(1 << 40)  # a broadcast projection that leaves no target out


@kernel(inner=True)
def add_row(row, weights):
    """Add a row of weights. On its own, so that LLVM sees two plain arrays and vectorises."""
    for j in range(row.size):
        row[j] += weights[j]


@kernel(inner=True)
def subtract_row(row, weights):
    """Subtract a row of weights: an inhibitory transmitter on a current."""
    for j in range(row.size):
        row[j] -= weights[j]


@kernel(inner=True)
def deliver_static(step, ring, broadcast, spikes, n_spikes, static):
    """Emit the spikes of one step. Returns the number of synaptic events."""
    group, first, projection = static.group, static.first, static.projection
    kind, lo, hi = static.kind, static.lo, static.hi
    whole = ring.dtype.type(1.0)
    events = 0
    for s in range(n_spikes):
        # Rows lie anywhere in memory, so they are looked up and asked for ahead of time.
        if s + 4 < n_spikes:
            ask_for_places(spikes[s + 4], static)
        if s + 1 < n_spikes:
            ask_for_synapses(spikes[s + 1], static)
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
                    events += sum_up(step, ring, broadcast, source, p, static, whole)
    return events


@kernel(inline=True)
def ask_for_places(gid, static):
    """Have at hand soon where this source's synapses lie."""
    first, projection = static.first, static.projection
    g = static.group[gid]
    for q in range(first[g], first[g + 1]):
        p = projection[q]
        if static.kind[p] == SPARSE and static.lo[p] <= gid < static.hi[p]:
            row = static.row0[p] + gid - static.lo[p]
            prefetch(static.begin, row)
            prefetch(static.end, row)


@kernel(inline=True)
def ask_for_synapses(gid, static):
    """Have the synapses of this source at hand soon."""
    first, projection = static.first, static.projection
    g = static.group[gid]
    for q in range(first[g], first[g + 1]):
        p = projection[q]
        if static.kind[p] == SPARSE and static.lo[p] <= gid < static.hi[p]:
            row = static.row0[p] + gid - static.lo[p]
            a, b = static.begin[row], static.end[row]
            if static.t_lo[p] == 0 and static.weight0[p] < 0 and static.delay0[p] < 0:
                a = max(a, b - FAR)  # it is read backwards
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
    """One row of a sparse projection, `share` of each weight."""
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
            # Backwards: at its part's end a processor reads on, and would take the other part of
            # the row from the thread whose it is. Terms are alike: their order does not matter.
            for k in range(targets.size - 1, -1, -1):
                row[targets[k]] += weight
        else:
            for k in range(targets.size):
                row[targets[k]] += weight
    return b - a


@kernel(inline=True)
def _scatter(step, ring, slot, own, targets, delays, weights, stride, share):
    """Synapses with a delay each; `stride` is 0 where they have one weight. Only own targets."""
    # Indices are unsigned, for Numba checks whether a signed one counts from the end.
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
    """One row of an all-to-all projection with a weight for each synapse and one delay."""
    lo, hi, slot = static.t_lo[p], static.t_hi[p], static.slot[p]
    w0 = static.weight0[p] + source * static.n_targets[p]
    row = ring[(step + static.delay[p]) & (ring.shape[0] - 1), slot + lo : slot + hi]
    add_row(row, static.weights[w0 + lo : w0 + hi])
    return hi - lo


@kernel(inline=True)
def sum_up(step, ring, broadcast, source, p, static, share):
    """All-to-all with one weight: a single sum, which `spread` adds to every target."""
    lo, hi, weight = static.t_lo[p], static.t_hi[p], static.weight[p] * share
    row = (step + static.delay[p]) & (ring.shape[0] - 1)
    broadcast[row, p] += weight
    own = static.self0[p] + source
    if own < lo or own >= hi:
        return hi - lo
    ring[row, static.slot[p] + own] -= weight
    return hi - lo - 1


@kernel(inner=True)
def spread(step, ring, broadcast, static):
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
