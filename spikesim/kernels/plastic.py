"""Plastic synapses: a template, of which a rule replaces `on_pre`, `on_post` and `HAS_ON_PRE`.

A weight is brought up to date only when a presynaptic spike is about to read it, or when `flush` is
asked to: the synapse then lives through the events it has missed, in order. What it needs for that
are short histories of spikes (rings, whose capacity is a power of two), one for each presynaptic
and each postsynaptic neuron, which hold the trace just before each spike; traces belong to neurons,
and no index of incoming synapses exists.

Time is counted in steps of the presynaptic neuron: a presynaptic spike acts at its step t, a
postsynaptic one of step p at ``p + shift``, where shift is the delay if it is dendritic and minus
the delay if it is axonal. Then one function, `catch_up`, serves both.

Events of one step at one synapse: under coincidence "none" the weight's presynaptic event reads the
postsynaptic trace without the coincident spike and vice versa; "pre-first" lets the postsynaptic
event see the presynaptic spike, "post-first" the other way round.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.deliver import add_row, subtract_row

ALL_TO_ALL, NEAREST_SYMMETRIC, PRE_CENTRED, REDUCED_SYMMETRIC = 0, 1, 2, 3
NONE, PRE_FIRST, POST_FIRST = 0, 1, 2
# Places in `control`
LEARNING, SYNCED, POST_FULL, PRE_FULL, LOG_N, LOG_KEPT = 0, 1, 2, 3, 4, 5
NEVER = -(1 << 40)
# Typed, so that each kernel is compiled for one set of types.
READING, ARRIVING, AT_ONCE = np.int64(0), np.int64(1), np.int64(0)

# --- rule begins
HAS_ON_PRE = True


@kernel(inline=True)
def on_pre(w, x, y, p):
    return w - p[0] * y


@kernel(inline=True)
def on_post(w, x, y, p):
    return w + p[0] * x


# --- rule ends


@kernel(inline=True)
def decay(fine, coarse, steps):
    """exp(-steps * dt / tau) from two tables; no transcendental function, so bits never differ."""
    return fine[steps & 1023] * coarse[min(steps >> 10, coarse.size - 1)]


@kernel(inline=True)
def jumped(before, count, pairing):
    """A trace just after spikes, from its value just before."""
    return before + count if pairing == ALL_TO_ALL else 1.0


@kernel(fused=True)
def catch_up(k, j, upto, shift, synced, t_pre, before, count, t_earlier, a):
    """Take the weight through all events up to step `upto` that the synapse has not seen yet.

    It is stored, and so rounded, after each event: when it is read changes nothing.

    `t_pre` is the last presynaptic spike at or before `upto`, `before` its trace just before that,
    `count` how many spikes fell into that step, `t_earlier` the presynaptic spike before it. Events
    up to `synced` are done; so are those before `t_pre`, for its arrival has seen to them.
    """
    pairing, coincidence, learn = a.pairing, a.coincidence, a.control[LEARNING] == 1
    post_t, post_v, mask, p = a.post_t, a.post_v, a.post_t.shape[1] - 1, a.par
    weights, total = a.weights, a.post_n[j]
    pending = t_pre > synced
    done = max(synced, t_pre - 1)
    h = total
    while h > 0 and post_t[j, (h - 1) & mask] + shift > done:
        h -= 1
    y = 0.0
    if HAS_ON_PRE and pending:
        if h > 0:
            t = post_t[j, (h - 1) & mask] + shift
            between = t_earlier > t or (t_earlier == t and coincidence == POST_FIRST)
            if pairing != REDUCED_SYMMETRIC or not between:
                y = jumped(post_v[j, (h - 1) & mask], 1, pairing)
                y *= decay(a.post_fine, a.post_coarse, t_pre - t)
        if coincidence == POST_FIRST and h < total:
            if post_t[j, h & mask] + shift == t_pre:
                y = jumped(post_v[j, h & mask], 1, pairing)
        if coincidence != POST_FIRST and learn:
            for _ in range(count):
                weights[k] = on_pre(weights[k], before, y, p)
    last = NEVER if h == 0 else post_t[j, (h - 1) & mask] + shift
    settled = not (HAS_ON_PRE and pending and coincidence == POST_FIRST)
    while h < total:
        t = post_t[j, h & mask] + shift
        if t > upto:
            break
        if not settled and t > t_pre:
            settled = True
            if learn:
                for _ in range(count):
                    weights[k] = on_pre(weights[k], before, y, p)
        x = 0.0
        if t_pre > NEVER:
            together = t == t_pre and coincidence != PRE_FIRST
            if pairing == PRE_CENTRED:
                kept = a.kept[k] if together else a.kept[k] + count
                a.kept[k] = 0.0 if together else -float(count)
                x = kept * decay(a.pre_fine, a.pre_coarse, t - t_pre)
            elif pairing == REDUCED_SYMMETRIC:
                nearest = t_earlier if together else t_pre
                between = last > nearest or (last == nearest and coincidence == PRE_FIRST)
                if nearest > NEVER and not between:
                    x = decay(a.pre_fine, a.pre_coarse, t - nearest)
            elif together:
                x = before
            else:
                x = jumped(before, count, pairing)
                x *= decay(a.pre_fine, a.pre_coarse, t - t_pre)
        if learn:
            weights[k] = on_post(weights[k], x, post_v[j, h & mask], p)
        last = t
        h += 1
    if not settled and learn:
        for _ in range(count):
            weights[k] = on_pre(weights[k], before, y, p)


@kernel(fused=True)
def pre_spike(a, i, upto):
    """The place in the history of source i's last spike at or before step `upto`, -1 if none."""
    mask = a.pre_t.shape[1] - 1
    h = a.pre_n[i] - 1
    while h >= 0 and a.pre_t[i, h & mask] > upto:
        h -= 1
    return h


@kernel(fused=True)
def update_synapse(a, k, i, j, delay, upto, synced, why):
    """Bring synapse k, from source i to target j, up to the end of step `upto`.

    `why` is ARRIVING where the source's spike of step ``upto + 1`` is what asks, else READING.
    """
    mask = a.pre_t.shape[1] - 1
    shift = -delay if a.axonal else delay
    h = pre_spike(a, i, upto)
    t_pre, before, count, earlier = NEVER, 0.0, 0, NEVER
    if h >= 0:
        t_pre = a.pre_t[i, h & mask]
        before = a.pre_v[i, h & mask]
        count = a.pre_m[i, h & mask]
        if h > 0:
            earlier = a.pre_t[i, (h - 1) & mask]
    catch_up(k, j, upto, shift, synced, t_pre, before, count, earlier, a)
    if a.pairing == PRE_CENTRED and why == ARRIVING and h >= 0:  # the sum that this spike finds
        sum_now = (a.kept[k] + count) * decay(a.pre_fine, a.pre_coarse, upto + 1 - t_pre)
        a.kept[k] = sum_now


@kernel(fused=True)
def replay_row(a, i, upto, synced):
    """Bring a dense row up to date from the log of postsynaptic spikes (rules without `on_pre`)."""
    if a.control[LEARNING] != 1:
        return
    mask = a.pre_t.shape[1] - 1
    shift = -a.delay if a.axonal else a.delay
    h = pre_spike(a, i, upto)
    t_pre, before, after = NEVER, 0.0, 0.0
    if h >= 0:
        t_pre = a.pre_t[i, h & mask]
        before = a.pre_v[i, h & mask]
        after = jumped(before, a.pre_m[i, h & mask], a.pairing)
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
        if t == t_pre and a.coincidence != PRE_FIRST:
            x = before
        elif t_pre > NEVER:
            x = after * decay(fine, coarse, t - t_pre)
        j = a.log_j[e & log_mask]
        row[j] = on_post(row[j], x, a.log_v[e & log_mask], p)


@kernel(fused=True)
def send(a, i, t, ring, transmit_only):
    """Source i's spike of step t reaches the synapses whose delay is up; returns the events.

    Each weight is brought up to the step before, transmitted, and changed by this spike later.
    """
    rows, slot = ring.shape[0], a.slot
    synced = a.control[SYNCED] - a.delay if a.axonal else a.control[SYNCED]
    if a.dense:
        if not transmit_only:
            if a.log_t.size > 0:
                replay_row(a, i, t - 1, synced)
            else:
                for j in range(a.n_targets):
                    k = i * a.n_targets + j
                    update_synapse(a, k, i, j, a.delay, t - 1, synced, ARRIVING)
        n = a.n_targets
        row = ring[(t + a.delay) & (rows - 1), slot : slot + n]
        weights = a.weights[i * n : (i + 1) * n]
        if a.sign > 0:
            add_row(row, weights)
        else:
            subtract_row(row, weights)
        return n
    first, last = a.indptr[i], a.indptr[i + 1]
    for k in range(first, last):
        if not transmit_only:
            update_synapse(a, k, i, np.int64(a.targets[k]), a.delay, t - 1, synced, ARRIVING)
        ring[(t + a.delay) & (rows - 1), slot + a.targets[k]] += a.sign * a.weights[k]
    return last - first


@kernel(fused=True)
def send_delayed(a, i, t, delay, ring, transmit_only):
    """Like `send` where delays differ; an axonal spike reaches only the synapses of this delay."""
    rows, slot, delays = ring.shape[0], a.slot, a.delays
    first, last = a.indptr[i], a.indptr[i + 1]
    if a.axonal:  # rows are sorted by delay
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            if delays[middle] < delay:
                low = middle + 1
            else:
                high = middle
        first = low
        while low < last and delays[low] == delay:
            low += 1
        last = low
    for k in range(first, last):
        d = np.int64(delays[k])
        synced = a.control[SYNCED] - d if a.axonal else a.control[SYNCED]
        if not transmit_only:
            update_synapse(a, k, i, np.int64(a.targets[k]), d, t - 1, synced, ARRIVING)
        ring[(t + d) & (rows - 1), slot + a.targets[k]] += a.sign * a.weights[k]
    return last - first


@kernel
def arrivals(step, a, ring):
    """Axonal delays: what was sent a delay ago reaches the synapses now. Returns the events."""
    events = 0
    if not a.axonal:
        return events
    rows = a.sent_n.size
    for delay in range(a.delay_min, a.delay_max + 1):
        t = step - delay
        if t < 0:
            break
        previous = np.int64(-1)
        for m in range(a.sent_n[t % rows]):
            i = np.int64(a.sent[t % rows, m])
            if a.delays.size > 0:
                events += send_delayed(a, i, t, delay, ring, i == previous)
            else:
                events += send(a, i, t, ring, i == previous)
            previous = i
    return events


@kernel
def emit(step, a, ring, spikes, n_spikes):
    """Spikes of this step: into the histories, and through the synapses if delays are dendritic."""
    events, n = 0, 0
    for s in range(n_spikes):
        gid = spikes[s]
        if a.pre_lo <= gid < a.pre_hi:
            i = np.int64(gid - a.pre_lo)
            again = remember_pre(step, a, i)
            if a.axonal:
                a.sent[step % a.sent_n.size, n] = i
                n += 1
            elif a.delays.size > 0:
                events += send_delayed(a, i, step, AT_ONCE, ring, again)
            else:
                events += send(a, i, step, ring, again)
    if a.axonal:
        a.sent_n[step % a.sent_n.size] = n
    for s in range(n_spikes):
        gid = spikes[s]
        if a.post_lo <= gid < a.post_hi:
            remember_post(step, a, np.int64(gid - a.post_lo))
    return events


@kernel(fused=True)
def remember_pre(step, a, i):
    """Append a presynaptic spike; returns whether the source had fired in this step already."""
    mask, n = a.pre_t.shape[1] - 1, a.pre_n[i]
    h = (n - 1) & mask
    if n > 0 and a.pre_t[i, h] == step:
        a.pre_m[i, h] += 1
        return True
    before = 0.0
    if n > 0:
        before = jumped(a.pre_v[i, h], a.pre_m[i, h], a.pairing)
        before *= decay(a.pre_fine, a.pre_coarse, step - a.pre_t[i, h])
    a.pre_t[i, n & mask] = step
    a.pre_v[i, n & mask] = before
    a.pre_m[i, n & mask] = 1
    a.pre_n[i] = n + 1
    # Spikes still on an axonal way are needed, and two older ones.
    reach = a.delay_max if a.axonal else 0
    if n + 3 > mask and a.pre_t[i, (n + 4) & mask] + reach >= step:
        a.control[PRE_FULL] = 1
    return False


@kernel(fused=True)
def remember_post(step, a, j):
    """Append a postsynaptic spike, to its neuron's history and to the log."""
    mask, n = a.post_t.shape[1] - 1, a.post_n[j]
    before = 0.0
    if n > 0:
        h = (n - 1) & mask
        before = jumped(a.post_v[j, h], 1, a.pairing)
        before *= decay(a.post_fine, a.post_coarse, step - a.post_t[j, h])
    a.post_t[j, n & mask] = step
    a.post_v[j, n & mask] = before
    a.post_n[j] = n + 1
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


@kernel
def flush(last_step, a):
    """Bring every weight up to the end of `last_step`; let go of what is not needed any more."""
    before = a.control[SYNCED]
    if last_step > before:
        for i in range(a.pre_n.size):
            if a.log_t.size > 0:
                back = a.delay if a.axonal else 0
                replay_row(a, i, last_step - back, before - back)
            elif a.dense:
                back = a.delay if a.axonal else 0
                for j in range(a.n_targets):
                    k = i * a.n_targets + j
                    update_synapse(a, k, i, j, a.delay, last_step - back, before - back, READING)
            else:
                for k in range(a.indptr[i], a.indptr[i + 1]):
                    d = np.int64(a.delays[k]) if a.delays.size > 0 else a.delay
                    back = d if a.axonal else 0
                    j = np.int64(a.targets[k])
                    update_synapse(a, k, i, j, d, last_step - back, before - back, READING)
        a.control[SYNCED] = last_step
    reach = 0 if a.axonal else a.delay_max
    mask = a.post_t.shape[1] - 1
    for j in range(a.post_n.size):
        h = a.post_n[j]
        while h > 0 and h > a.post_kept[j] and a.post_t[j, (h - 1) & mask] + reach > last_step:
            h -= 1
        a.post_kept[j] = max(a.post_kept[j], h - 1)
    e = a.control[LOG_N]
    if a.log_t.size > 0:
        while e > a.control[LOG_KEPT] and a.log_t[(e - 1) & (a.log_t.size - 1)] + reach > last_step:
            e -= 1
        a.control[LOG_KEPT] = e
    a.control[POST_FULL] = 0


@kernel
def normalize_dense(weights, n_targets, total, sums):
    """Scale each column to sum to `total`; returns the first target whose sum is 0, or -1."""
    sums[:] = 0.0
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            sums[j] += row[j]
    for j in range(n_targets):
        if sums[j] == 0.0:
            return j
        sums[j] = total / sums[j]
    for i in range(weights.size // n_targets):
        row = weights[i * n_targets : (i + 1) * n_targets]
        for j in range(n_targets):
            row[j] *= sums[j]
    return -1


@kernel
def normalize_sparse(weights, targets, total, sums):
    """The same for sparse synapses; targets without synapses are left alone."""
    sums[:] = 0.0
    for k in range(weights.size):
        sums[targets[k]] += weights[k]
    for k in range(weights.size):
        if sums[targets[k]] == 0.0:
            return targets[k]
    for k in range(weights.size):
        weights[k] *= total / sums[targets[k]]
    return -1
