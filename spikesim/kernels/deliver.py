"""Delivery of spikes through static projections.

Reads: the spikes of this step, the synapses. Writes: rows k+1 ... k+rows of the ring.
"""

from __future__ import annotations

from spikesim.jit import kernel

SPARSE, DENSE, BROADCAST = 0, 1, 2
NO_SELF = -(1 << 40)  # a broadcast projection that leaves no target out


@kernel
def add_row(row, weights):
    """Add a row of weights. On its own, so that LLVM sees two plain arrays and vectorises."""
    for j in range(row.size):
        row[j] += weights[j]


@kernel
def subtract_row(row, weights):
    """Subtract a row of weights: an inhibitory transmitter on a current."""
    for j in range(row.size):
        row[j] -= weights[j]


@kernel
def deliver_static(step, ring, broadcast, spikes, n_spikes, static):
    """Emit the spikes of one step. Returns the number of synaptic events."""
    group, first, projection = static.group, static.first, static.projection
    kind, lo, hi = static.kind, static.lo, static.hi
    events = 0
    for s in range(n_spikes):
        gid = spikes[s]
        g = group[gid]
        for q in range(first[g], first[g + 1]):
            p = projection[q]
            if lo[p] <= gid < hi[p]:
                source = gid - lo[p]
                if kind[p] == SPARSE:
                    events += _sparse(step, ring, source, p, static)
                elif kind[p] == DENSE:
                    events += _dense(step, ring, source, p, static)
                else:
                    events += _broadcast(step, ring, broadcast, source, p, static)
    return events


@kernel
def _sparse(step, ring, source, p, static):
    """One row of a sparse projection; its synapses are sorted by delay, then target."""
    targets, weights, delays = static.targets, static.weights, static.delays
    rows, slot, syn0 = ring.shape[0], static.slot[p], static.syn0[p]
    a = syn0 + static.indptr[static.row0[p] + source]
    b = syn0 + static.indptr[static.row0[p] + source + 1]
    w0, d0 = static.weight0[p], static.delay0[p]
    weight = static.weight[p]
    if d0 < 0:
        row = ring[(step + static.delay[p]) % rows, slot:]
        if w0 < 0:
            for k in range(a, b):
                row[targets[k]] += weight
        else:
            for k in range(a, b):
                row[targets[k]] += weights[w0 - syn0 + k]
    elif w0 < 0:
        for k in range(a, b):
            ring[(step + delays[d0 - syn0 + k]) % rows, slot + targets[k]] += weight
    else:
        for k in range(a, b):
            r = (step + delays[d0 - syn0 + k]) % rows
            ring[r, slot + targets[k]] += weights[w0 - syn0 + k]
    return b - a


@kernel
def _dense(step, ring, source, p, static):
    """One row of an all-to-all projection with a weight for each synapse and one delay."""
    n, slot = static.n_targets[p], static.slot[p]
    w0 = static.weight0[p] + source * n
    row = ring[(step + static.delay[p]) % ring.shape[0], slot : slot + n]
    add_row(row, static.weights[w0 : w0 + n])
    return n


@kernel
def _broadcast(step, ring, broadcast, source, p, static):
    """All-to-all with one weight: a single sum, which `spread` adds to every target."""
    row = (step + static.delay[p]) % ring.shape[0]
    broadcast[row, p] += static.weight[p]
    own = static.self0[p] + source
    if own < 0 or own >= static.n_targets[p]:
        return static.n_targets[p]
    ring[row, static.slot[p] + own] -= static.weight[p]
    return static.n_targets[p] - 1


@kernel
def spread(step, ring, broadcast, static):
    """Add the sums of broadcast projections that arrive in this step to their targets."""
    row = step % ring.shape[0]
    for p in range(static.kind.size):
        amount = broadcast[row, p]
        if amount != 0.0:
            broadcast[row, p] = 0.0
            slot = static.slot[p]
            target = ring[row, slot : slot + static.n_targets[p]]
            for j in range(target.size):
                target[j] += amount
