"""Delivery of spikes through synapses with short-term depression and facilitation.

The synapses are stored in the shared arrays of the static synapses. `static` is a view of these
arrays whose `first` and `projection` list only the projections with release, in the order of
`release`.

Reads: the spikes of this step, the synapses, and the release state after the earlier spikes of each
source. Writes: the release state, and rows k+1 ... k+rows of the ring buffer. With several threads,
each thread has a copy of the state of the sources, and the release sites of the synapses onto its
own targets.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.deliver import (
    DENSE,
    SPARSE,
    add_to_broadcast,
    prefetch_rows,
    prefetch_synapses,
    sparse_row,
)

Array = np.ndarray
_S32, _LOW, _TO_32 = np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**32


class ReleaseArgs(NamedTuple):
    """Release state of all projections with short-term plasticity, a subset of the static ones."""

    first: Array  # int64 (populations + 1): first such projection of each population
    projection: Array  # int64 (released): its index in the static arrays; ordered by population
    sites: Array  # int64 (released): release sites of a synapse; 0 where release is not quantal
    U: Array  # float64 (released): utilisation by the first spike
    tau_rec: Array  # float64 (released): in steps
    tau_facil: Array  # float64 (released): in steps; 0 without facilitation
    key: Array  # uint64 (released)
    source0: Array  # int64 (released): index of its first source in u, x, last and number
    site0: Array  # int64 (released): index of its first synapse in full, if release is quantal
    u: Array  # float64 (sources): utilisation by the last spike
    x: Array  # float64 (sources): resources just after the last spike, or their mean
    last: Array  # int64 (sources): step of the last spike
    number: Array  # int64 (sources): spikes so far
    full: Array  # uint8 (synapses): full sites just after the last spike


@kernel(inner=True)
def deliver_released(step, ring, broadcast, spikes, n_spikes, static, release):
    """Deliver the spikes of one step. Returns the number of synaptic events, including failures."""
    group, first, projection = static.group, static.first, static.projection
    kind, lo, hi = static.kind, static.lo, static.hi
    events = 0
    for s in range(n_spikes):
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
                u, x, refilled = _spend(step, source, q, release)
                share = ring.dtype.type(u * x)
                if release.sites[q] > 0:
                    events += _quanta(step, ring, source, p, q, u, refilled, static, release)
                elif kind[p] == SPARSE:
                    events += sparse_row(step, ring, source, p, static, share)
                elif kind[p] == DENSE:
                    events += _dense(step, ring, source, p, static, share)
                else:
                    events += add_to_broadcast(step, ring, broadcast, source, p, static, share)
    return events


@kernel(inline=True)
def _spend(step, source, q, release):
    """Update the release state of a source at a spike.

    Returns the fraction u of the resources that the spike releases, the resources x before it, and
    the fraction of the resources missing after the previous spike that has recovered since.
    """
    place = release.source0[q] + source
    elapsed = step - release.last[place]
    kept = 0.0
    if release.tau_facil[q] > 0.0:
        kept = release.u[place] * math.exp(-elapsed / release.tau_facil[q])
    u = kept + release.U[q] * (1.0 - kept)
    missing = math.exp(-elapsed / release.tau_rec[q])
    x = 1.0 - (1.0 - release.x[place]) * missing
    release.u[place] = u
    release.x[place] = x * (1.0 - u)
    release.last[place] = step
    release.number[place] += 1
    return u, x, 1.0 - missing


@kernel(inline=True)
def _dense(step, ring, source, p, static, share):
    """Deliver one row of an all-to-all projection with a weight per synapse and one delay."""
    lo, hi, slot = static.t_lo[p], static.t_hi[p], static.slot[p]
    w0 = static.weight0[p] + source * static.n_targets[p]
    row = ring[(step + static.delay[p]) & (ring.shape[0] - 1), slot + lo : slot + hi]
    _add_scaled(row, static.weights[w0 + lo : w0 + hi], share)
    return hi - lo


@kernel(inner=True)
def _add_scaled(row, weights, share):
    """Add a row of weights, scaled by `share`."""
    for j in range(row.size):
        row[j] += weights[j] * share


@kernel(inner=True)
def _quanta(step, ring, source, p, q, u, refilled, static, release):
    """Deliver one row of synapses with quantal release, drawn independently for each synapse."""
    slot, mask, lo, hi = static.slot[p], ring.shape[0] - 1, static.t_lo[p], static.t_hi[p]
    w0, d0, syn0, sites = static.weight0[p], static.delay0[p], static.syn0[p], release.sites[q]
    dense = static.kind[p] == DENSE
    if dense:
        start = source * static.n_targets[p]
        a, b = start + lo, start + hi
    else:
        row = static.row0[p] + source
        start, a, b = static.indptr[row], static.begin[row], static.end[row]
    number = release.number[release.source0[q] + source]
    subkey = rng.subkey(rng.subkey(release.key[q], source), number)
    # Probabilities as 32-bit thresholds; 2**32 is probability 1.
    back, out = np.uint64(refilled * _TO_32), np.uint64(u * _TO_32)
    full = release.full[release.site0[q] :]
    events = 0
    for k in range(a, b):
        target = k - start if dense else np.int64(static.targets[syn0 + k])
        if lo <= target < hi:
            events += 1
            ready, quanta, left = full[k], 0, 0
            for site in range(sites):
                bits = rng.draw(subkey, (k - start) * sites + site)
                if site < ready or (bits & _LOW) < back:
                    if (bits >> _S32) < out:
                        quanta += 1
                    else:
                        left += 1
            full[k] = left
            if quanta > 0:
                delay = np.int64(static.delays[d0 + k]) if d0 >= 0 else static.delay[p]
                weight = static.weights[w0 + k] if w0 >= 0 else static.weight[p]
                ring[(step + delay) & mask, slot + target] += weight * ring.dtype.type(
                    quanta / sites
                )
    return events
