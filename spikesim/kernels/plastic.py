"""Plastic synapses: template of the kernels, in which each rule replaces the marked part.

Updates are lazy: a weight is updated only when a presynaptic spike is about to read it, or by
`flush`. The missed events are then applied in order. This needs a short spike history (a ring
buffer whose capacity is a power of two) of each presynaptic and each postsynaptic neuron, with the
trace just before each spike. Traces belong to neurons, and there is no index of incoming synapses.

Time is counted in steps at the presynaptic neuron: a presynaptic spike acts at its step t, a
postsynaptic spike of step p at ``p + shift``, where shift is the delay if it is dendritic and minus
the delay if it is axonal. So the function `apply_missed_events` works for both.

The rule's functions also take `a` and the step in which the event happens at the synapse, to look
up the concentrations of neuromodulators.

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
    REDUCED_SYMMETRIC,
    SYNCED,
    decay,
    decay_without_branch,
    jumped,
    last_pre,
    latest_spike,
    post_step,
    post_trace,
    remember_post,
    remember_pre,
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
_ONE, _TWO, _THREE, _FOUR, _FIVE, _SIX = (np.uint64(n) for n in range(1, 7))
# Typed, so that each kernel is compiled for one set of types.
READING, ARRIVING, ZERO = np.int64(0), np.int64(1), np.int64(0)


@kernel(inline=True)
def level(a, step, n):
    """Concentration in `step` of the modulator that the rule reads as its number `n`."""
    kept = np.uint64(step) & np.uint64(a.levels.shape[0] - 1)
    return load_const_2d(a.levels, kept, load_const(a.sees, n))


# --- rule begins
HAS_ON_PRE = True
VECTORIZED = True  # whether the expressions below are cheap to compute and to discard


@kernel(inline=True)
def on_pre(w, x, y, p, a, step):
    return w - p[0] * y


@kernel(inline=True)
def on_post(w, x, y, p, a, step):
    return w + p[0] * x


@kernel(inline=True)
def pairing(a):
    return a.pairing


@kernel(inline=True)
def coincidence(a):
    return a.coincidence


# --- rule ends


@kernel(fused=True)
def apply_missed_events(a, k, j, upto, shift, synced, t_pre, before, count, t_earlier):
    """Apply all missed events up to step `upto` to weight k, and return it.

    The weight is rounded to its stored type after each event, so that results do not depend on when
    it is read.

    `t_pre` is the last presynaptic spike at or before `upto`, `before` its trace just before that,
    `count` the number of spikes in that step, `t_earlier` the presynaptic spike before it. Events
    up to `synced` have been applied, and those before `t_pre`, when that spike arrived.
    """
    weights, p, total = a.weights, a.par, a.post_n[np.uint64(j)]
    stored = weights.dtype.type
    place = np.uint64(k)
    w = weights[place]
    learn = a.control[LEARNING] == 1
    pending = t_pre > synced
    back = max(0, -shift)  # offset to the step of an event at the synapse
    done = max(synced, t_pre - 1)
    h = total
    while h > 0 and post_step(a, j, h - 1) + shift > done:
        h -= 1
    last = NEVER if h == 0 else post_step(a, j, h - 1) + shift
    y = 0.0
    settled = not (HAS_ON_PRE and pending and learn)
    if not settled:
        if h > 0:
            between = t_earlier > last or (t_earlier == last and coincidence(a) == POST_FIRST)
            if pairing(a) != REDUCED_SYMMETRIC or not between:
                y = jumped(post_trace(a, j, h - 1), 1, pairing(a))
                y *= decay(a.post_fine, a.post_coarse, t_pre - last)
        if coincidence(a) == POST_FIRST:
            if h < total and post_step(a, j, h) + shift == t_pre:
                y = jumped(post_trace(a, j, h), 1, pairing(a))
        else:
            settled = True
            for _ in range(count):
                w = stored(on_pre(w, before, y, p, a, t_pre + back))
    while h < total:
        t = post_step(a, j, h) + shift
        if t > upto:
            break
        if not settled and t > t_pre:
            settled = True
            for _ in range(count):
                w = stored(on_pre(w, before, y, p, a, t_pre + back))
        x = 0.0
        if t_pre > NEVER:
            together = t == t_pre and coincidence(a) != PRE_FIRST
            if pairing(a) == PRE_CENTRED:
                kept = a.kept[k] if together else a.kept[k] + count
                a.kept[k] = 0.0 if together else -float(count)
                x = kept * decay(a.pre_fine, a.pre_coarse, t - t_pre)
            elif pairing(a) == REDUCED_SYMMETRIC:
                nearest = t_earlier if together else t_pre
                between = last > nearest or (last == nearest and coincidence(a) == PRE_FIRST)
                if nearest > NEVER and not between:
                    x = decay(a.pre_fine, a.pre_coarse, t - nearest)
            elif together:
                x = before
            else:
                x = jumped(before, count, pairing(a))
                x *= decay(a.pre_fine, a.pre_coarse, t - t_pre)
        if learn:
            w = stored(on_post(w, x, post_trace(a, j, h), p, a, t + back))
        last = t
        h += 1
    if not settled:
        for _ in range(count):
            w = stored(on_pre(w, before, y, p, a, t_pre + back))
    weights[place] = w
    return w


@kernel(fused=True)
def missed(a, j, first):
    """Number of spikes of target j in its step `first` or later; LATEST means that many or more."""
    place, n = np.uint64(j * (2 * LATEST)), 0
    while n < LATEST and a.latest[place] >= first:
        n += 1
        place += np.uint64(2)
    return n


@kernel(fused=True)
def apply_missed_events_fast(a, k, j, upto, shift, t_pre, before, count, n):
    """`apply_missed_events` for the most frequent case, in two thirds of its time.

    Applies the presynaptic spikes of `t_pre` and then the `n` latest spikes of target j. Requires
    that learning is on, all-to-all or nearest-neighbour traces, and coincidence "none".
    """
    weights, p, latest = a.weights, a.par, a.latest
    stored, back = weights.dtype.type, max(0, -shift)
    first, place = np.uint64(j * (2 * LATEST)), np.uint64(j * (2 * LATEST) + 2 * n)
    w = weights[np.uint64(k)]
    if HAS_ON_PRE:
        y = jumped(latest[place + _ONE], 1, pairing(a))
        y *= decay(a.post_fine, a.post_coarse, t_pre - shift - np.int64(latest[place]))
        for _ in range(count):
            w = stored(on_pre(w, before, y, p, a, t_pre + back))
    while place > first:
        place -= np.uint64(2)
        passed = np.int64(latest[place]) + shift - t_pre
        if t_pre + passed > upto:
            break
        x = before
        if passed > 0:
            x = jumped(before, count, pairing(a)) * decay(a.pre_fine, a.pre_coarse, passed)
        w = stored(on_post(w, x, latest[place + _ONE], p, a, t_pre + passed + back))
    weights[np.uint64(k)] = w
    return w


@kernel(inline=True)
def applies_latest(a, t_pre, count, synced):
    """Whether `update_latest` may update the synapses of a source with this last spike."""
    plain = pairing(a) <= NEAREST_SYMMETRIC and coincidence(a) == NONE
    return VECTORIZED and plain and count == 1 and t_pre > synced and a.control[LEARNING] == 1


@kernel(inline=True)
def missed_few(a, j, first):
    """Whether target j has at most three spikes in its step `first` or later."""
    return load_const(a.latest, latest_spike(a, j, 3)) < first


@kernel(inline=True)
def after_latest(a, w, j, t_pre, upto, shift, before):
    """Weight w after the presynaptic spike of `t_pre` and the target's latest three spikes.

    Those that were not missed do not count. There is no branch, so that LLVM turns a loop over
    synapses into vector instructions: how many spikes were missed is random, and a loop over them
    would mispredict about two branches of each synapse.
    """
    latest, p, place = a.latest, a.par, latest_spike(a, j, 0)
    stored, back = a.weights.dtype.type, max(0, -shift)
    first, last = float(t_pre - shift), float(upto - shift)
    s0, s1 = load_const(latest, place), load_const(latest, place + _TWO)
    s2, s3 = load_const(latest, place + _FOUR), load_const(latest, place + _SIX)
    if HAS_ON_PRE:
        n = np.uint64(s0 >= first) + np.uint64(s1 >= first) + np.uint64(s2 >= first)
        earlier = s1 if s0 >= first else s0
        earlier = s2 if s1 >= first else earlier
        earlier = s3 if s2 >= first else earlier
        y = jumped(load_const(latest, place + _TWO * n + _ONE), 1, pairing(a))
        passed = np.int64(first - earlier)
        y *= decay_without_branch(a.post_fine, a.post_coarse, passed)
        w = stored(on_pre(w, before, y, p, a, t_pre + back))
    after = jumped(before, 1, pairing(a))
    w = after_spike(a, w, s2, place + _FIVE, first, last, t_pre + back, before, after)
    w = after_spike(a, w, s1, place + _THREE, first, last, t_pre + back, before, after)
    return after_spike(a, w, s0, place + _ONE, first, last, t_pre + back, before, after)


@kernel(inline=True)
def after_spike(a, w, s, place, first, last, t_pre, before, after):
    """Weight w after a postsynaptic spike, if that is in the steps from `first` to `last`."""
    passed = np.int64(max(s - first, 0.0))
    x = after * decay_without_branch(a.pre_fine, a.pre_coarse, passed)
    x = before if passed == 0 else x
    y = load_const(a.latest, place)
    changed = a.weights.dtype.type(on_post(w, x, y, a.par, a, t_pre + passed))
    return changed if (s >= first) & (s <= last) else w


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
    weights, targets, delays, lo, hi = a.weights, a.targets, a.dendritic, a.t_lo, a.t_hi
    # One loop serves both kinds of delays: `dendritic` has a delay for each synapse, or one 0.
    own, common = np.int64(0), -delay if a.axonal else delay
    if a.delays.size > 0 and not a.axonal:
        own, common = np.int64(1), np.int64(0)
    for k in range(np.uint64(begin), np.uint64(end)):
        prefetch(a.latest, latest_spike(a, targets[k], 0))
    if lo == 0 and hi == a.n_targets:
        for k in range(np.uint64(begin), np.uint64(end)):
            j, w = np.int64(load_const(targets, k)), load_updated(weights, k)
            shift = common + np.int64(load_const(delays, k * np.uint64(own)))
            new = after_latest(a, w, j, t_pre, upto, shift, before)
            store_updated(weights, k, new if missed_few(a, j, t_pre - shift) else w)
    else:  # stores with a mask are slower by a sixth
        for k in range(np.uint64(begin), np.uint64(end)):
            j, w = np.int64(load_const(targets, k)), load_updated(weights, k)
            shift = common + np.int64(load_const(delays, k * np.uint64(own)))
            new = after_latest(a, w, j, t_pre, upto, shift, before)
            if (lo <= j) & (j < hi):
                store_updated(weights, k, new if missed_few(a, j, t_pre - shift) else w)


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
            return apply_missed_events_fast(a, k, j, upto, shift, t_pre, before, count, n)
    w = apply_missed_events(a, k, j, upto, shift, synced, t_pre, before, count, earlier)
    if pairing(a) == PRE_CENTRED and why == ARRIVING and t_pre > NEVER:  # sum at arrival
        sum_now = (a.kept[k] + count) * decay(a.pre_fine, a.pre_coarse, upto + 1 - t_pre)
        a.kept[k] = sum_now
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
    after = jumped(before, count, pairing(a))
    done = max(synced, t_pre - 1)
    log_t, log_mask = a.log_t, a.log_t.size - 1
    end, kept = a.control[LOG_N], a.control[LOG_KEPT]
    e = end
    while e > kept and log_t[(e - 1) & log_mask] + shift > done:
        e -= 1
    row = a.weights[i * a.n_targets : (i + 1) * a.n_targets]
    fine, coarse, p = a.pre_fine, a.pre_coarse, a.par
    for e in range(e, end):
        t = log_t[e & log_mask] + shift
        if t > upto:
            break
        x = 0.0
        if t == t_pre and coincidence(a) != PRE_FIRST:
            x = before
        elif t_pre > NEVER:
            x = after * decay(fine, coarse, t - t_pre)
        j = a.log_j[e & log_mask]
        if a.t_lo <= j < a.t_hi:
            row[j] = on_post(row[j], x, a.log_v[e & log_mask], p, a, t + back)


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
                prefetch(a.latest, latest_spike(a, targets[n + AHEAD], 0))
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
        oldest = max(a.post_kept[j], h - a.post.shape[1] // 2)
        while h > oldest and post_step(a, j, h - 1) + reach > last_step:
            h -= 1
        a.post_kept[j] = max(a.post_kept[j], h - 1)
    e = a.control[LOG_N]
    if a.log_t.size > 0:
        while e > a.control[LOG_KEPT] and a.log_t[(e - 1) & (a.log_t.size - 1)] + reach > last_step:
            e -= 1
        a.control[LOG_KEPT] = e
    a.control[POST_FULL] = 0


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
            prefetch(a.latest, latest_spike(a, a.targets[k + AHEAD], 0))
        j = np.int64(a.targets[k])
        update_synapse(a, k, j, d, last_step - back, before - back, pre, READING)
