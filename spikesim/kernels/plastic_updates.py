"""Updates of plastic synapses by the spikes that they have missed: continues `plastic_latest`."""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import (
    LATEST,
    LEARNING,
    LOG_KEPT,
    LOG_N,
    NEAREST_SYMMETRIC,
    NEVER,
    NONE,
    POST_FIRST,
    PRE_CENTRED,
    PRE_FIRST,
    REDUCED_SYMMETRIC,
    SET,
    decay,
)
from spikesim.kernels.plastic import (
    ARRIVING,
    PEEKING,
    READING,
    ZERO,
    last_pre,
    latest_spike,
    learnt,
    post_place,
    post_step,
)
from spikesim.kernels.plastic_latest import (
    is_irregular,
    missed,
    missed_few,
    update_by_latest,
)
from spikesim.kernels.rule_example import (
    CHEAP,
    EVOLVES,
    HAS_ON_PRE,
    LOGGED,
    TRANSMITS_AFTER,
    WIDTH,
    advanced,
    after_post,
    after_pre,
    coincidence,
    decayed_post,
    decayed_pre,
    load_state,
    no_post,
    no_pre,
    on_post,
    on_pre,
    pairing,
    post_of,
    pre_pairs,
    store_state,
)

# --- continued


@kernel(fused=True)
def apply_missed_events(a, k, j, upto, shift, synced, why, t_pre, before, count, t_earlier):
    """Apply all missed events up to step `upto` to synapse k, and return its weight.

    If `why` is PEEKING, only the weight is computed, and nothing is stored. Variables are rounded
    to their stored type after each event, and their values are those just after the last event or,
    for an update at a presynaptic spike, just before that spike. So results do not depend on when
    they are read.

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
            s = learnt(learn, s, advanced(s, a, now + back, t - now))
            now = t
        y_own = post_of(a.post, post_place(a, j, h))
        s = learnt(learn, s, on_post(s, x, y_own, a, t + back))
        last = t
        h += 1
    if not settled:
        for _ in range(count):
            s = learnt(learn, s, on_pre(s, before, y, a, t_pre + back))
    if EVOLVES and why != READING:
        s = learnt(learn, s, advanced(s, a, now + back, upto + 1 - now))
    if why != PEEKING:
        store_state(a, place, s)
    return s[0]


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
            s = advanced(s, a, now + back, t_pre + passed - now)
            now = t_pre + passed
        s = on_post(s, x, post_of(latest, place), a, t_pre + passed + back)
    if EVOLVES and why != READING:
        s = advanced(s, a, now + back, upto + 1 - now)
    if why != PEEKING:
        store_state(a, np.uint64(k), s)
    return s[0]


@kernel(fused=True)
def update_synapse(a, k, j, delay, upto, synced, pre, why, irregular):
    """Update synapse k onto target j to the end of step `upto`; return its weight.

    `pre` is the result of `last_pre` for its source. `why` is ARRIVING if a spike of the source
    acts on the synapse in step ``upto + 1``, PEEKING if one is only transmitted then, else READING.
    `irregular` is the result of `is_irregular` for the row.
    """
    t_pre, before, count, earlier = pre
    shift = -delay if a.axonal else delay
    if CHEAP:
        if irregular > 0 and missed_few(a, j, t_pre - shift):
            return update_by_latest(a, np.uint64(k), j, upto, shift, t_pre, before)
    plain = pairing(a) <= NEAREST_SYMMETRIC and coincidence(a) == NONE
    if plain and t_pre > synced and a.control[LEARNING] == 1:
        n = missed(a, j, float(t_pre - shift))
        if n < LATEST and not TRANSMITS_AFTER:
            return apply_missed_events_fast(a, k, j, upto, shift, why, t_pre, before, count, n)
    w = apply_missed_events(a, k, j, upto, shift, synced, why, t_pre, before, count, earlier)
    if pairing(a) == PRE_CENTRED and why == ARRIVING and t_pre > NEVER:  # sum at arrival
        a.kept[k] = (a.kept[k] + count) * decay(a.fine, a.coarse, 0, upto + 1 - t_pre)
    if TRANSMITS_AFTER and why == ARRIVING:
        w = changed_weight(a, k, j, upto + 1, shift, pre)
    return w


@kernel(fused=True)
def changed_weight(a, k, j, t, shift, pre):
    """Weight of synapse k after the presynaptic spike of step t, which changes it later."""
    t_pre, x, count, _ = pre
    if t_pre > NEVER:
        x = decayed_pre(after_pre(x, count, a), a, t - t_pre)
    h = a.post_n[np.uint64(j)]
    while h > 0 and post_step(a, j, h - 1) + shift >= t:
        h -= 1
    y = no_post()
    if h > 0:
        y = after_post(post_of(a.post, post_place(a, j, h - 1)), a)
        y = decayed_post(y, a, t - post_step(a, j, h - 1) - shift)
    s = load_state(a, np.uint64(k))
    return learnt(a.control[LEARNING] == 1, s, on_pre(s, x, y, a, t + max(0, -shift)))[0]


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


@kernel(fused=True)
def update_row(a, i, upto, synced, why):
    """Update the dense synapses of source i (or the thread's part) to the end of step `upto`."""
    if LOGGED:
        if a.log_t.size > 0:
            replay_row(a, i, upto, synced)
            return
    pre, irregular = last_pre(a, i, upto), ZERO
    if CHEAP:
        irregular = is_irregular(a, a.t_lo, a.t_hi, a.delay, synced, pre)
    for j in range(a.t_lo, a.t_hi):
        k = i * a.n_targets + j
        update_synapse(a, k, j, a.delay, upto, synced, pre, why, irregular)
