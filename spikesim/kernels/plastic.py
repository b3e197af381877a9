"""Plastic synapses: template of the kernels, in which each rule replaces the marked part.

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

One file, for the generated module of a rule is this text with the marked part replaced.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.deliver import add_row, subtract_row
from spikesim.kernels.histories import (
    ALL_TO_ALL,
    LATEST,
    LEARNING,
    LOG_KEPT,
    LOG_N,
    NEAREST_SYMMETRIC,
    NEVER,
    NONE,
    POST_FIRST,
    POST_FULL,
    PRE_CENTRED,
    PRE_FIRST,
    PRE_FULL,
    REDUCED_SYMMETRIC,
    SET,
    SYNCED,
    decay,
    decay_without_branch,
)
from spikesim.kernels.intrinsics import (
    load_const,
    load_const_2d,
    load_updated,
    prefetch,
    store_updated,
)
from spikesim.kernels.threads import first_from

AHEAD = 12  # number of synapses for which target histories are prefetched
SAMPLE = 8  # synapses of a row that tell whether spikes are irregular
SHORT = 32  # rows of fewer synapses are not updated in vectors
# Typed, so that each kernel is compiled for one set of types.
READING, ARRIVING, ZERO = np.int64(0), np.int64(1), np.int64(0)


@kernel(inline=True)
def level(a, step, n):
    """Concentration in `step` of the modulator that the rule reads as its number `n`."""
    kept = np.uint64(step) & np.uint64(a.levels.shape[0] - 1)
    return load_const_2d(a.levels, kept, load_const(a.sees, n))


# --- rule begins
HAS_ON_PRE = True  # whether a presynaptic spike changes the synapse
VECTORIZED = True  # whether the statements are cheap to compute and to discard
EVOLVES = False  # whether variables of the synapse change between spikes
WIDTH = np.uint64(2)  # numbers that are kept of a postsynaptic spike: its step, and the traces


@kernel(inline=True)
def load_state(a, k):
    """Variables of synapse k, the weight first."""
    return (load_updated(a.weights, k),)


@kernel(inline=True)
def store_state(a, k, s):
    """Store the variables of synapse k."""
    store_updated(a.weights, k, s[0])


@kernel(inline=True)
def save_state(out, k, s):
    """Store variables into an array of shape (variables, synapses)."""
    out[0, k] = s[0]


@kernel(inline=True)
def with_weight(s, t):
    """Variables `s` with the weight of `t`."""
    return (t[0],)


@kernel(inline=True)
def chosen(first, s, t):
    """`s` if `first`, else `t`."""
    return (s[0] if first else t[0],)


@kernel(inline=True)
def advanced(s, a, steps):
    """Variables of a synapse after some steps without spikes."""
    return s


@kernel(inline=True)
def on_pre(s, x, y, a, step):
    """Variables of a synapse after a presynaptic spike."""
    return (a.weights.dtype.type(s[0] - load_const(a.par, 0) * y[0]),)


@kernel(inline=True)
def on_post(s, x, y, a, step):
    """Variables of a synapse after a postsynaptic spike."""
    return (a.weights.dtype.type(s[0] + load_const(a.par, 0) * x[0]),)


@kernel(inline=True)
def no_pre():
    """Presynaptic traces before the first spike."""
    return (0.0,)


@kernel(inline=True)
def no_post():
    """Postsynaptic traces before the first spike."""
    return (0.0,)


@kernel(inline=True)
def pre_of(values, i, h):
    """Presynaptic traces just before the spike at place h of the ring of source i."""
    return (values[i, h, 0],)


@kernel(inline=True)
def store_pre(values, i, h, x):
    """Store presynaptic traces."""
    values[i, h, 0] = x[0]


@kernel(inline=True)
def post_of(values, place):
    """Postsynaptic traces behind a step that is at this place."""
    return (load_const(values, place + np.uint64(1)),)


@kernel(inline=True)
def store_post(values, place, y):
    """Store postsynaptic traces behind a step that is at this place."""
    values[place + np.uint64(1)] = y[0]


@kernel(inline=True)
def after_pre(x, count, a):
    """Presynaptic traces just after spikes, from those just before them."""
    return (x[0] + count if pairing(a) == ALL_TO_ALL else 1.0,)


@kernel(inline=True)
def after_post(y, a):
    """Postsynaptic traces just after a spike, from those just before it."""
    return (y[0] + 1.0 if pairing(a) == ALL_TO_ALL else 1.0,)


@kernel(inline=True)
def decayed_pre(x, a, steps):
    """Presynaptic traces some steps later."""
    return (x[0] * decay(a.fine, a.coarse, 0, steps),)


@kernel(inline=True)
def decayed_post(y, a, steps):
    """Postsynaptic traces some steps later."""
    return (y[0] * decay(a.fine, a.coarse, 1, steps),)


@kernel(inline=True)
def decayed_pre_without_branch(x, a, steps):
    """`decayed_pre` for loops that LLVM vectorises."""
    return (x[0] * decay_without_branch(a.fine, a.coarse, 0, steps),)


@kernel(inline=True)
def decayed_post_without_branch(y, a, steps):
    """`decayed_post` for loops that LLVM vectorises."""
    return (y[0] * decay_without_branch(a.fine, a.coarse, 1, steps),)


@kernel(inline=True)
def pre_pairs(n):
    """Presynaptic traces that count n spikes; for rules of one trace on each side."""
    return (1.0 * n,)


@kernel(inline=True)
def pre_if(first, x, z):
    """`x` if `first`, else `z`."""
    return (x[0] if first else z[0],)


@kernel(inline=True)
def pairing(a):
    """Which spikes form pairs."""
    return a.pairing


@kernel(inline=True)
def coincidence(a):
    """Order of spikes that coincide."""
    return a.coincidence


# --- rule ends


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


@kernel(fused=True)
def apply_missed_events(a, k, j, upto, shift, synced, why, t_pre, before, count, t_earlier):
    """Apply all missed events up to step `upto` to synapse k, and return its weight.

    Variables are rounded to their stored type after each event, and their values are those just
    after the last event or, for an update at a presynaptic spike, just before that spike. So
    results do not depend on when they are read.

    `t_pre` is the last presynaptic spike at or before `upto`, `before` the traces just before that,
    `count` the number of spikes in that step, `t_earlier` the presynaptic spike before it. Events
    up to `synced` have been applied, and those before `t_pre`, when that spike arrived.
    """
    total, place = a.post_n[np.uint64(j)], np.uint64(k)
    s = load_state(a, place)
    learn = a.control[LEARNING] == 1
    pending = t_pre > synced
    back = max(0, -shift)  # offset to the step of an event at the synapse
    done = max(synced, t_pre - 1)
    h = total
    while h > 0 and post_step(a, j, h - 1) + shift > done:
        h -= 1
    last = NEVER if h == 0 else post_step(a, j, h - 1) + shift
    now = max(t_pre, last, a.control[SET] - back)  # of the variables
    y = no_post()
    settled = not (HAS_ON_PRE and pending)
    if not settled:
        if h > 0:
            between = t_earlier > last or (t_earlier == last and coincidence(a) == POST_FIRST)
            if pairing(a) != REDUCED_SYMMETRIC or not between:
                y = after_post(post_of(a.post, post_place(a, j, h - 1)), a)
                y = decayed_post(y, a, t_pre - last)
        if coincidence(a) == POST_FIRST:
            if h < total and post_step(a, j, h) + shift == t_pre:
                y = after_post(post_of(a.post, post_place(a, j, h)), a)
        else:
            settled = True
            for _ in range(count):
                s = learnt(learn, s, on_pre(s, before, y, a, t_pre + back))
    while h < total:
        t = post_step(a, j, h) + shift
        if t > upto:
            break
        if not settled and t > t_pre:
            settled = True
            for _ in range(count):
                s = learnt(learn, s, on_pre(s, before, y, a, t_pre + back))
        x = no_pre()
        if t_pre > NEVER:
            together = t == t_pre and coincidence(a) != PRE_FIRST
            if pairing(a) == PRE_CENTRED:
                kept = a.kept[k] if together else a.kept[k] + count
                a.kept[k] = 0.0 if together else -float(count)
                x = decayed_pre(pre_pairs(kept), a, t - t_pre)
            elif pairing(a) == REDUCED_SYMMETRIC:
                nearest = t_earlier if together else t_pre
                between = last > nearest or (last == nearest and coincidence(a) == PRE_FIRST)
                if nearest > NEVER and not between:
                    x = decayed_pre(pre_pairs(1.0), a, t - nearest)
            elif together:
                x = before
            else:
                x = decayed_pre(after_pre(before, count, a), a, t - t_pre)
        if EVOLVES:
            s = learnt(learn, s, advanced(s, a, t - now))
            now = t
        y_own = post_of(a.post, post_place(a, j, h))
        s = learnt(learn, s, on_post(s, x, y_own, a, t + back))
        last = t
        h += 1
    if not settled:
        for _ in range(count):
            s = learnt(learn, s, on_pre(s, before, y, a, t_pre + back))
    if EVOLVES and why == ARRIVING:
        s = learnt(learn, s, advanced(s, a, upto + 1 - now))
    store_state(a, place, s)
    return s[0]


@kernel(inline=True)
def learnt(learn, s, new):
    """Variables after an event: while learning is off, the weight stays."""
    return new if learn else with_weight(new, s)


@kernel(fused=True)
def missed(a, j, first):
    """Number of spikes of target j in its step `first` or later; LATEST means that many or more."""
    place, n = latest_spike(j, 0), 0
    while n < LATEST and a.latest[place] >= first:
        n += 1
        place += WIDTH
    return n


@kernel(fused=True)
def apply_missed_events_fast(a, k, j, upto, shift, why, t_pre, before, count, n):
    """`apply_missed_events` for the most frequent case, in two thirds of its time.

    Applies the presynaptic spikes of `t_pre` and then the `n` latest spikes of target j. Requires
    that learning is on, all-to-all or nearest-neighbour traces, and coincidence "none".
    """
    latest, back = a.latest, max(0, -shift)
    first, place = latest_spike(j, 0), latest_spike(j, n)
    s, now = load_state(a, np.uint64(k)), t_pre
    if HAS_ON_PRE:
        y = after_post(post_of(latest, place), a)
        y = decayed_post(y, a, t_pre - shift - np.int64(latest[place]))
        for _ in range(count):
            s = on_pre(s, before, y, a, t_pre + back)
    while place > first:
        place -= WIDTH
        passed = np.int64(latest[place]) + shift - t_pre
        if t_pre + passed > upto:
            break
        x = before
        if passed > 0:
            x = decayed_pre(after_pre(before, count, a), a, passed)
        if EVOLVES:
            s = advanced(s, a, t_pre + passed - now)
            now = t_pre + passed
        s = on_post(s, x, post_of(latest, place), a, t_pre + passed + back)
    if EVOLVES and why == ARRIVING:
        s = advanced(s, a, upto + 1 - now)
    store_state(a, np.uint64(k), s)
    return s[0]


@kernel(inline=True)
def applies_latest(a, t_pre, count, synced):
    """Whether `update_latest` may update the synapses of a source with this last spike."""
    plain = pairing(a) <= NEAREST_SYMMETRIC and coincidence(a) == NONE
    return VECTORIZED and plain and count == 1 and t_pre > synced and a.control[LEARNING] == 1


@kernel(inline=True)
def missed_few(a, j, first):
    """Whether target j has at most three spikes in its step `first` or later."""
    return load_const(a.latest, latest_spike(j, 3)) < first


@kernel(inline=True)
def after_latest(a, s, j, t_pre, upto, shift, before):
    """Variables after the presynaptic spike of `t_pre` and the target's latest three spikes.

    Those that were not missed do not count. There is no branch, so that LLVM turns a loop over
    synapses into vector instructions: how many spikes were missed is random, and a loop over them
    would mispredict about two branches of each synapse.
    """
    latest, place, back = a.latest, latest_spike(j, 0), max(0, -shift)
    place1, place2, place3 = place + WIDTH, place + WIDTH + WIDTH, place + WIDTH * np.uint64(3)
    first, last = float(t_pre - shift), float(upto - shift)
    s0, s1 = load_const(latest, place), load_const(latest, place1)
    s2, s3 = load_const(latest, place2), load_const(latest, place3)
    if HAS_ON_PRE:
        n = np.uint64(s0 >= first) + np.uint64(s1 >= first) + np.uint64(s2 >= first)
        earlier = s1 if s0 >= first else s0
        earlier = s2 if s1 >= first else earlier
        earlier = s3 if s2 >= first else earlier
        y = after_post(post_of(latest, place + WIDTH * n), a)
        y = decayed_post_without_branch(y, a, np.int64(first - earlier))
        s = on_pre(s, before, y, a, t_pre + back)
    after = after_pre(before, 1, a)
    s = after_spike(a, s, s2, place2, first, last, t_pre + back, before, after)
    s = after_spike(a, s, s1, place1, first, last, t_pre + back, before, after)
    return after_spike(a, s, s0, place, first, last, t_pre + back, before, after)


@kernel(inline=True)
def after_spike(a, s, t, place, first, last, t_pre, before, after):
    """Variables after a postsynaptic spike, if that is in the steps from `first` to `last`."""
    passed = np.int64(max(t - first, 0.0))
    x = pre_if(passed == 0, before, decayed_pre_without_branch(after, a, passed))
    changed = on_post(s, x, post_of(a.latest, place), a, t_pre + passed)
    return chosen((t >= first) & (t <= last), changed, s)


@kernel(inline=True)
def is_irregular(a, begin, end, first):
    """Whether the targets of a row have missed different numbers of spikes, from a sample.

    If they hardly differ, branches are predicted, and `update_synapse` is faster. Weights are equal
    bit for bit, so the limit of the variance, 0.2, is not critical: it is about 0.1 in a network
    that fires regularly, and 0.3 to 2 where neurons fire like Poisson processes.
    """
    total, squares, n = 0, 0, 0
    for k in range(begin, end, (end - begin) // SAMPLE):
        some = missed(a, np.int64(a.targets[k]), float(first))
        total += some
        squares += some * some
        n += 1
    a.irregular[0] = 5 * (n * squares - total * total) > n * n
    return a.irregular[0] > 0


@kernel(fused=True)
def update_latest(a, begin, end, delay, upto, t_pre, before):
    """Update the sparse synapses from `begin` to `end` whose targets missed few spikes.

    Requires `applies_latest`. The others are left to `update_synapse`.
    """
    targets, delays, lo, hi = a.targets, a.dendritic, a.t_lo, a.t_hi
    # One loop serves both kinds of delays: `dendritic` has a delay for each synapse, or one 0.
    own, common = np.int64(0), -delay if a.axonal else delay
    if a.delays.size > 0 and not a.axonal:
        own, common = np.int64(1), np.int64(0)
    for k in range(np.uint64(begin), np.uint64(end)):
        prefetch(a.latest, latest_spike(targets[k], 0))
    if lo == 0 and hi == a.n_targets:
        for k in range(np.uint64(begin), np.uint64(end)):
            j, s = np.int64(load_const(targets, k)), load_state(a, k)
            shift = common + np.int64(load_const(delays, k * np.uint64(own)))
            new = after_latest(a, s, j, t_pre, upto, shift, before)
            store_state(a, k, chosen(missed_few(a, j, t_pre - shift), new, s))
    else:  # stores with a mask are slower by a sixth
        for k in range(np.uint64(begin), np.uint64(end)):
            j, s = np.int64(load_const(targets, k)), load_state(a, k)
            shift = common + np.int64(load_const(delays, k * np.uint64(own)))
            new = after_latest(a, s, j, t_pre, upto, shift, before)
            if (lo <= j) & (j < hi):
                store_state(a, k, chosen(missed_few(a, j, t_pre - shift), new, s))


@kernel(fused=True)
def update_synapse(a, k, j, delay, upto, synced, pre, why):
    """Update synapse k onto target j to the end of step `upto`; return its weight.

    `pre` is the result of `last_pre` for its source. `why` is ARRIVING if the update is for a spike
    of the source in step ``upto + 1``, else READING.
    """
    t_pre, before, count, earlier = pre
    shift = -delay if a.axonal else delay
    plain = pairing(a) <= NEAREST_SYMMETRIC and coincidence(a) == NONE
    if plain and t_pre > synced and a.control[LEARNING] == 1:
        n = missed(a, j, float(t_pre - shift))
        if n < LATEST:
            return apply_missed_events_fast(a, k, j, upto, shift, why, t_pre, before, count, n)
    w = apply_missed_events(a, k, j, upto, shift, synced, why, t_pre, before, count, earlier)
    if pairing(a) == PRE_CENTRED and why == ARRIVING and t_pre > NEVER:  # sum at arrival
        a.kept[k] = (a.kept[k] + count) * decay(a.fine, a.coarse, 0, upto + 1 - t_pre)
    return w


@kernel(fused=True)
def replay_row(a, i, upto, synced):
    """`update_row` that replays the log of postsynaptic spikes.

    For rules without `on_pre`.
    """
    if a.control[LEARNING] != 1:
        return
    shift = -a.delay if a.axonal else a.delay
    back = max(0, -shift)
    t_pre, before, count, _ = last_pre(a, i, upto)
    after = after_pre(before, count, a)
    done = max(synced, t_pre - 1)
    log_t, log_mask = a.log_t, a.log_t.size - 1
    end, kept = a.control[LOG_N], a.control[LOG_KEPT]
    e = end
    while e > kept and log_t[(e - 1) & log_mask] + shift > done:
        e -= 1
    for e in range(e, end):
        t = log_t[e & log_mask] + shift
        if t > upto:
            break
        x = no_pre()
        if t == t_pre and coincidence(a) != PRE_FIRST:
            x = before
        elif t_pre > NEVER:
            x = decayed_pre(after, a, t - t_pre)
        j = a.log_j[e & log_mask]
        if a.t_lo <= j < a.t_hi:
            k = np.uint64(i * a.n_targets + j)
            y = post_of(a.log_v, np.uint64(e & log_mask) * WIDTH)
            store_state(a, k, on_post(load_state(a, k), x, y, a, t + back))


@kernel(inner=True)
def send(a, sources, n, base, t, delay, ring):
    """Deliver spikes of step t through the synapses; return the number of events.

    The first `n` of `sources` are the ids of neurons that spiked, and `base` is the id of source 0;
    other neurons are skipped. `delay` is that of all synapses or, if axonal delays differ, of the
    synapses that are reached now; dendritic delays that differ are read for each synapse. Each
    weight is updated to the previous step and transmitted; its change by this spike comes later.
    """
    lo, hi = a.t_lo, a.t_hi
    synced = a.control[SYNCED] - delay if a.axonal else a.control[SYNCED]
    reached = ring[(t + delay) & (ring.shape[0] - 1), a.slot :]
    events, previous = 0, np.int64(-1)
    for m in range(n):
        i = np.int64(sources[m]) - base
        if not 0 <= i < a.pre_n.size:
            continue
        again, previous = i == previous, i  # a source may spike twice in a step
        if a.dense:
            if not again:
                update_row(a, i, t - 1, synced, ARRIVING)
            row = a.weights[i * a.n_targets + lo : i * a.n_targets + hi]
            if a.sign > 0:
                add_row(reached[lo:hi], row)
            else:
                subtract_row(reached[lo:hi], row)
            events += hi - lo
        else:
            fresh = NEVER if again else update_irregular(a, i, t, delay, synced)
            if a.delays.size == 0:
                events += send_uniform(a, i, t, delay, synced, reached, again, fresh)
            else:
                events += send_delayed(a, i, t, delay, synced, ring, again, fresh)
    return events


@kernel(fused=True)
def update_row(a, i, upto, synced, why):
    """Update the dense synapses of source i (or the thread's part) to the end of step `upto`."""
    if a.log_t.size > 0:
        replay_row(a, i, upto, synced)
        return
    pre = last_pre(a, i, upto)
    for j in range(a.t_lo, a.t_hi):
        update_synapse(a, i * a.n_targets + j, j, a.delay, upto, synced, pre, why)


@kernel(fused=True)
def update_irregular(a, i, t, delay, synced):
    """Update the row of source i before its spike in step t, if its targets fire irregularly.

    Returns the step of the source's last spike, which tells `missed_few` which synapses are up to
    date, or `NEVER` if nothing was done.
    """
    first, last = a.begin[i], a.end[i]
    t_pre, before, count, _ = last_pre(a, i, t - 1)
    if a.axonal and a.delays.size > 0:  # rows are sorted by delay
        first = first_from(a.delays, first, last, delay)
        last = first_from(a.delays, first, last, delay + 1)
    if last - first < SHORT or not applies_latest(a, t_pre, count, synced):
        return NEVER
    if not is_irregular(a, first, last, t_pre - delay):
        return NEVER
    update_latest(a, first, last, delay, t - 1, t_pre, before)
    return t_pre


@kernel(fused=True)
def send_uniform(a, i, t, delay, synced, reached, again, fresh):
    """`send` a spike of source i through sparse synapses of one delay; return the event count.

    `fresh` is the result of `update_irregular`.
    """
    first, targets = a.begin[i], a.targets[a.begin[i] : a.end[i]]
    sign = a.weights.dtype.type(a.sign)
    since = fresh + delay if a.axonal else fresh - delay
    pre = last_pre(a, i, t - 1)
    for n in range(targets.size):
        k, j = first + n, targets[n]
        if again or (fresh > NEVER and missed_few(a, j, since)):
            w = a.weights[k]
        else:
            if n + AHEAD < targets.size:
                prefetch(a.latest, latest_spike(targets[n + AHEAD], 0))
            w = update_synapse(a, k, np.int64(j), delay, t - 1, synced, pre, ARRIVING)
        reached[j] += sign * w
    return targets.size


@kernel(fused=True)
def send_delayed(a, i, t, delay, synced, ring, again, fresh):
    """`send` a spike of source i through synapses with a delay each; return the event count.

    `fresh` is the result of `update_irregular`.
    """
    mask, slot = np.uint64(ring.shape[0] - 1), np.uint64(a.slot)
    sign, delays, targets = a.weights.dtype.type(a.sign), a.delays, a.targets
    first, last = a.indptr[i], a.indptr[i + 1]
    if a.axonal:  # rows are sorted by delay
        first = first_from(delays, first, last, delay)
        last = first_from(delays, first, last, delay + 1)
    pre = last_pre(a, i, t - 1)
    events = 0
    for n in range(np.uint64(first), np.uint64(last)):
        # Rows are sorted by delay, so their targets are all over the ring buffer.
        far = min(n + np.uint64(2 * AHEAD), np.uint64(last - 1))
        prefetch(ring[np.uint64(t + delays[far]) & mask], slot + np.uint64(targets[far]))
        j, d, k = np.int64(targets[n]), np.int64(delays[n]), np.int64(n)
        if not a.t_lo <= j < a.t_hi:
            continue
        since = fresh + d if a.axonal else fresh - d
        if again or (fresh > NEVER and missed_few(a, j, since)):
            w = a.weights[n]
        else:
            w = update_synapse(a, k, j, d, t - 1, synced, pre, ARRIVING)
        ring[np.uint64(t + d) & mask, slot + np.uint64(j)] += sign * w
        events += 1
    return events


@kernel(inner=True)
def arrivals(step, a, ring):
    """Axonal delays: deliver spikes whose delay has passed; return the number of events."""
    events = 0
    if not a.axonal:
        return events
    rows = a.sent_n.size
    for delay in range(a.delay_min, a.delay_max + 1):
        t = step - delay
        if t < 0:
            break
        row = t % rows
        if a.sent_n[row] > 0:
            events += send(a, a.sent[row], a.sent_n[row], ZERO, t, delay, ring)
    return events


@kernel(inner=True)
def emit(step, a, ring, spikes, n_spikes):
    """Append spikes of this step to the histories, and send them if delays are dendritic."""
    events, n = 0, 0
    for s in range(n_spikes):
        gid = spikes[s]
        if a.pre_lo <= gid < a.pre_hi:
            i = np.int64(gid - a.pre_lo)
            remember_pre(step, a, i)
            if a.axonal:
                a.sent[step % a.sent_n.size, n] = i
            n += 1
    if a.axonal:
        a.sent_n[step % a.sent_n.size] = n
    elif n > 0:
        events += send(a, spikes, n_spikes, a.pre_lo, step, a.delay, ring)
    for s in range(n_spikes):
        gid = spikes[s]
        if a.post_lo <= gid < a.post_hi:
            remember_post(step, a, np.int64(gid - a.post_lo))
    return events


@kernel
def flush(last_step, a):
    """Update every weight to the end of `last_step`, and discard history not needed any more."""
    before = a.control[SYNCED]
    if last_step > before:
        for i in range(a.pre_n.size):
            _flush_row(a, i, last_step, before)
        a.control[SYNCED] = last_step
    reach = 0 if a.axonal else a.delay_max
    for j in range(a.post_n.size):
        h = a.post_n[j]
        # With a log, the oldest spikes of the history may have been overwritten.
        oldest = max(a.post_kept[j], h - a.post_capacity[0])
        while h > oldest and post_step(a, j, h - 1) + reach > last_step:
            h -= 1
        a.post_kept[j] = max(a.post_kept[j], h - 1)
    e = a.control[LOG_N]
    if a.log_t.size > 0:
        while e > a.control[LOG_KEPT] and a.log_t[(e - 1) & (a.log_t.size - 1)] + reach > last_step:
            e -= 1
        a.control[LOG_KEPT] = e
    a.control[POST_FULL] = 0


@kernel
def current(last_step, a, out):
    """Write into `out` the variables of all synapses at the end of `last_step`.

    Requires `flush`. Shape of `out`: (variables, synapses). Changes nothing else.
    """
    for i in range(a.pre_n.size):
        first, last = (0, a.n_targets) if a.dense else (a.indptr[i], a.indptr[i + 1])
        for n in range(first, last):
            j = np.int64(n) if a.dense else np.int64(a.targets[n])
            k = np.uint64(i * a.n_targets + n if a.dense else n)
            d = np.int64(a.delays[n]) if a.delays.size > 0 else a.delay
            shift, back = (-d, d) if a.axonal else (d, 0)
            h = a.post_n[np.uint64(j)]
            while h > 0 and post_step(a, j, h - 1) + shift > last_step - back:
                h -= 1
            now = max(last_pre(a, i, last_step - back)[0], a.control[SET] - back)
            if h > 0:
                now = max(now, post_step(a, j, h - 1) + shift)
            save_state(out, k, advanced(load_state(a, k), a, last_step - back - now))


@kernel(fused=True)
def _flush_row(a, i, last_step, before):
    """Update the weights of one source from the end of step `before` to that of `last_step`."""
    back = a.delay if a.axonal else 0
    if a.dense:
        update_row(a, i, last_step - back, before - back, READING)
        return
    first, last = a.indptr[i], a.indptr[i + 1]
    pre = last_pre(a, i, last_step - back)
    for k in range(first, last):
        d = np.int64(a.delays[k]) if a.delays.size > 0 else a.delay
        if a.axonal and d != back:
            back = d
            pre = last_pre(a, i, last_step - back)
        if k + AHEAD < last:
            prefetch(a.latest, latest_spike(a.targets[k + AHEAD], 0))
        j = np.int64(a.targets[k])
        update_synapse(a, k, j, d, last_step - back, before - back, pre, READING)
