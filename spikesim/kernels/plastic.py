"""Plastic synapses that are updated at spikes: template of the kernels, and spike histories.

Updates are lazy: a weight is updated only when a presynaptic spike is about to read it, or by
`flush`. The missed events are then applied in order. This needs a short spike history (a ring
buffer whose capacity is a power of two) of each presynaptic and each postsynaptic neuron, with the
trace just before each spike. Traces belong to neurons, and there is no index of incoming synapses.

Time is counted in steps at the presynaptic neuron: a presynaptic spike acts at its step t, a
postsynaptic spike of step p at ``p + shift``, where shift is the delay if it is dendritic and minus
the delay if it is axonal. So the function `apply_missed_events` works for both.

Variables of a synapse and traces of a neuron are tuples, of as many numbers as the rule has. The
rule's functions also take the step in which the event happens at the synapse, to look up the
concentrations of neuromodulators.

Events of one step at one synapse: under coincidence "none" the weight's presynaptic event reads the
postsynaptic trace without the coincident spike and vice versa; "pre-first" lets the postsynaptic
event see the presynaptic spike, "post-first" the other way round.

The generated module of a rule consists of the functions of `rule_example`, made for this rule, and
of what the files in `spikesim.codegen.templates` have behind the mark.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import LATEST, LOG_KEPT, LOG_N, NEVER, POST_FULL, PRE_FULL, decay
from spikesim.kernels.intrinsics import load_const, load_const_2d
from spikesim.kernels.rule_example import (
    WIDTH,
    after_post,
    after_pre,
    decayed_post,
    decayed_pre,
    factors,
    no_post,
    no_pre,
    post_of,
    pre_of,
    store_post,
    store_pre,
    with_weight,
)

# --- continued

AHEAD = 12  # number of synapses for which target histories are prefetched
SAMPLE = 8  # synapses of a row that tell whether spikes are irregular
SAMPLED = 16  # of so many rows, one is sampled
# Typed, so that each kernel is compiled for one set of types.
READING, ARRIVING, PEEKING, ZERO = np.int64(0), np.int64(1), np.int64(2), np.int64(0)


@kernel(inline=True)
def level(a, step, n):
    """Concentration in `step` of the modulator that the rule reads as its number `n`."""
    kept = np.uint64(step) & np.uint64(a.levels.shape[0] - 1)
    return load_const_2d(a.levels, kept, load_const(a.sees, n))


@kernel(inline=True)
def mean_level(a, step, n):
    """Its mean over the interval after `step`, in which it decays towards its baseline."""
    base = load_const(a.level_base, n)
    return base + (level(a, step, n) - base) * load_const(a.level_mean, n)


@kernel(fused=True)
def integral(a, n, row, start, steps):
    """Integral n, over some steps after `start`, of a factor times the decay of a variable.

    The decay, that of `row` of the tables, begins with 1 at `start`. Integrals are kept from the
    begin of epochs, within which the decay does not become so small that digits are lost.
    """
    ring, shift = np.uint64(a.integrals.shape[1] - 1), np.uint64(a.epoch[n])
    first, last = np.uint64(start + 1), np.uint64(start + 1 + steps)
    epoch, end = first >> shift, last >> shift
    kept = np.uint64(a.totals.shape[1] - 1)
    into = np.int64(first - (epoch << shift))
    begun = load_const_2d(a.integrals, n, first & ring)
    until = load_const_2d(a.integrals, n, last & ring)
    scale = decay(a.fine, a.coarse, row, into)
    if epoch == end:
        return (until - begun) / scale
    total = (load_const_2d(a.totals, n, epoch & kept) - begun) / scale
    epoch += np.uint64(1)
    while True:
        scale = decay(a.fine, a.coarse, row, np.int64((epoch << shift) - first))
        if epoch == end or scale == 0.0:
            return total + scale * until
        total += scale * load_const_2d(a.totals, n, epoch & kept)
        epoch += np.uint64(1)


@kernel(inner=True)
def integrate(step, a):
    """Extend the integrals over the interval after `step`; they are kept once for all synapses."""
    given = factors(a, step)
    now, following = np.uint64(step + 1), np.uint64(step + 2)
    ring = np.uint64(a.integrals.shape[1] - 1)
    for n in range(a.epoch.size):
        shift = np.uint64(a.epoch[n])
        epoch = now >> shift
        into = np.int64(now - (epoch << shift))
        scale = decay(a.fine, a.coarse, a.integrated[n], into)
        value = a.integrals[n, now & ring] + scale * a.step_integral[n] * given[n]
        if following >> shift != epoch:
            a.totals[n, epoch & np.uint64(a.totals.shape[1] - 1)] = value
            value = 0.0
        a.integrals[n, following & ring] = value


@kernel(inline=True)
def post_place(a, j, h):
    """Place in `post` of spike number h of target j."""
    capacity = np.uint64(a.post_capacity[0])
    ring = np.uint64(h) & (capacity - np.uint64(1))
    return (np.uint64(j) * capacity + ring) * WIDTH


@kernel(fused=True)
def post_step(a, j, h):
    """Step of spike number h of target j."""
    return np.int64(a.post[post_place(a, j, h)])


@kernel(inline=True)
def latest_spike(j, n):
    """Place in `latest` of the step of target j's spike number n, the latest first.

    The traces just before that spike are behind it.
    """
    return (np.uint64(j) * np.uint64(LATEST) + np.uint64(n)) * WIDTH


@kernel(fused=True)
def last_pre(a, i, upto):
    """Last spike of source i up to step `upto`: step, traces, count, and step of the previous one.

    The traces are those just before the spike, the count is the number of spikes in that step.
    Steps are `NEVER` where there is no spike.
    """
    mask = a.pre_t.shape[1] - 1
    h = a.pre_n[i] - 1
    while h >= 0 and a.pre_t[i, h & mask] > upto:
        h -= 1
    if h < 0:
        return NEVER, no_pre(), 0, NEVER
    earlier = a.pre_t[i, (h - 1) & mask] if h > 0 else NEVER
    place = h & mask
    return a.pre_t[i, place], pre_of(a.pre_v, i, place), np.int64(a.pre_m[i, place]), earlier


@kernel(fused=True)
def remember_pre(step, a, i):
    """Append a presynaptic spike to its neuron's history."""
    mask, n = a.pre_t.shape[1] - 1, a.pre_n[i]
    h = (n - 1) & mask
    if n > 0 and a.pre_t[i, h] == step:
        a.pre_m[i, h] += 1
        return
    before = no_pre()
    if n > 0:
        before = after_pre(pre_of(a.pre_v, i, h), np.int64(a.pre_m[i, h]), a)
        before = decayed_pre(before, a, step - a.pre_t[i, h])
    a.pre_t[i, n & mask] = step
    store_pre(a.pre_v, i, n & mask, before)
    a.pre_m[i, n & mask] = 1
    a.pre_n[i] = n + 1
    # Spikes that still travel along the axon are needed, and two older ones.
    reach = a.delay_max if a.axonal else 0
    if n + 3 > mask and a.pre_t[i, (n + 4) & mask] + reach >= step:
        a.control[PRE_FULL] = 1


@kernel(fused=True)
def remember_post(step, a, j):
    """Append a postsynaptic spike, to its neuron's history and to the log."""
    n, place = a.post_n[j], post_place(a, j, a.post_n[j])
    before = no_post()
    if n > 0:
        before = after_post(post_of(a.post, post_place(a, j, n - 1)), a)
        before = decayed_post(before, a, step - post_step(a, j, n - 1))
    a.post[place] = step
    store_post(a.post, place, before)
    a.post_n[j] = n + 1
    first = latest_spike(j, 0)
    for k in range(latest_spike(j, LATEST) - np.uint64(1), first + WIDTH - np.uint64(1), -1):
        a.latest[k] = a.latest[np.uint64(k) - WIDTH]
    a.latest[first] = step
    store_post(a.latest, first, before)
    if a.log_t.size > 0:
        e = a.control[LOG_N]
        place = np.uint64(e & (a.log_t.size - 1))
        a.log_t[place] = step
        a.log_j[place] = j
        a.log_v[place * WIDTH] = step
        store_post(a.log_v, place * WIDTH, before)
        a.control[LOG_N] = e + 1
        if e + 1 - a.control[LOG_KEPT] + a.n_targets > a.log_t.size:
            a.control[POST_FULL] = 1
    elif n + 1 - a.post_kept[j] > a.post_capacity[0] - 2:
        a.control[POST_FULL] = 1


@kernel(inline=True)
def learnt(learn, s, new):
    """Variables after an event: while learning is off, the weight stays."""
    return new if learn else with_weight(new, s)
