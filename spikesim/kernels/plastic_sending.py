"""Delivery of spikes through plastic synapses, and flushing: continues `plastic_updates`."""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.deliver import add_row, subtract_row
from spikesim.kernels.histories import (
    LEARNING,
    LOG_KEPT,
    LOG_N,
    POST_FULL,
    SET,
    SYNCED,
)
from spikesim.kernels.intrinsics import prefetch
from spikesim.kernels.plastic import (
    AHEAD,
    ARRIVING,
    READING,
    ZERO,
    last_pre,
    latest_spike,
    learnt,
    post_step,
    remember_post,
    remember_pre,
)
from spikesim.kernels.plastic_latest import is_irregular
from spikesim.kernels.plastic_release import SENDING, found, send_changed, send_dense, send_shares
from spikesim.kernels.plastic_shares import share_of
from spikesim.kernels.plastic_updates import (
    changed_weight,
    update_row,
    update_synapse,
)
from spikesim.kernels.rule_example import (
    CHEAP,
    LATE,
    RELEASES,
    SITES,
    TRANSMITS_AFTER,
    advanced,
    load_state,
    on_events,
    save_state,
    store_state,
)
from spikesim.kernels.threads import first_from

# --- continued


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
    events, previous, again = 0, np.int64(-1), 0
    for m in range(n):
        i = np.int64(sources[m]) - base
        if not 0 <= i < a.pre_n.size:
            continue
        # A source may spike twice in a step.
        again, previous = again + 1 if i == previous else 0, i
        if a.dense:
            if not (again > 0 or LATE):
                update_row(a, i, t - 1, synced, ARRIVING)
            row = a.weights[i * a.n_targets + lo : i * a.n_targets + hi]
            if RELEASES:
                send_shares(a, i, t, delay, reached, again)
            elif LATE:
                send_dense(a, i, t, delay, synced, reached)
            elif TRANSMITS_AFTER:
                send_changed(a, i, t, delay, reached)
            elif a.sign > 0:
                add_row(reached[lo:hi], row)
            else:
                subtract_row(reached[lo:hi], row)
            events += hi - lo
        else:
            if a.delays.size == 0:
                events += send_uniform(a, i, t, delay, synced, reached, again)
            else:
                events += send_delayed(a, i, t, delay, synced, ring, again)
    return events


@kernel(fused=True)
def send_uniform(a, i, t, delay, synced, reached, again):
    """`send` a spike of source i through sparse synapses of one delay; return the event count."""
    first, targets = a.begin[i], a.targets[a.begin[i] : a.end[i]]
    sign = a.weights.dtype.type(a.sign)
    pre, irregular = last_pre(a, i, t - 1), ZERO
    if CHEAP:
        irregular = is_irregular(a, first, a.end[i], delay, synced, pre)
    if RELEASES:
        x, draws = found(a, i, t, again)
    for n in range(targets.size):
        k, j = first + n, targets[n]
        if not LATE and again > 0:
            w = a.weights[k]
            if TRANSMITS_AFTER:
                shift = -delay if a.axonal else delay
                w = changed_weight(a, k, np.int64(j), t, shift, pre)
        else:
            if n + AHEAD < targets.size:
                prefetch(a.latest, latest_spike(targets[n + AHEAD], 0))
            w = update_synapse(a, k, np.int64(j), delay, t - 1, synced, pre, SENDING, irregular)
        if RELEASES:
            s, own = load_state(a, np.uint64(k)), k - a.indptr[i]
            w *= a.weights.dtype.type(share_of(a, s, x, k, own, draws, again))
        reached[j] += sign * w
    return targets.size


@kernel(fused=True)
def send_delayed(a, i, t, delay, synced, ring, again):
    """`send` a spike of source i through synapses with a delay each; return the event count."""
    mask, slot = np.uint64(ring.shape[0] - 1), np.uint64(a.slot)
    sign, delays, targets = a.weights.dtype.type(a.sign), a.delays, a.targets
    first, last = a.indptr[i], a.indptr[i + 1]
    if a.axonal:  # rows are sorted by delay
        first = first_from(delays, first, last, delay)
        last = first_from(delays, first, last, delay + 1)
    pre, irregular = last_pre(a, i, t - 1), ZERO
    if CHEAP:
        irregular = is_irregular(a, first, last, delay, synced, pre)
    if RELEASES:
        x, draws = found(a, i, t, again)
    events = 0
    for n in range(np.uint64(first), np.uint64(last)):
        near = min(n + np.uint64(AHEAD), np.uint64(last - 1))
        prefetch(a.latest, latest_spike(targets[near], 0))
        # Rows are sorted by delay, so their targets are all over the ring buffer.
        far = min(n + np.uint64(2 * AHEAD), np.uint64(last - 1))
        prefetch(ring[np.uint64(t + delays[far]) & mask], slot + np.uint64(targets[far]))
        j, d, k = np.int64(targets[n]), np.int64(delays[n]), np.int64(n)
        if not a.t_lo <= j < a.t_hi:
            continue
        if not LATE and again > 0:
            w = a.weights[n]
            if TRANSMITS_AFTER:
                w = changed_weight(a, k, j, t, -d if a.axonal else d, pre)
        else:
            w = update_synapse(a, k, j, d, t - 1, synced, pre, SENDING, irregular)
        if RELEASES:
            w *= a.weights.dtype.type(
                share_of(a, load_state(a, n), x, k, k - a.indptr[i], draws, again)
            )
        ring[np.uint64(t + d) & mask, slot + np.uint64(j)] += sign * w
        events += 1
    return events


@kernel(inner=True)
def act(a, t, delay):
    """Update the synapses on which presynaptic spikes act in step t, and transmit nothing.

    The spikes are those of `late` steps before. `delay` is as in `send`.
    """
    row, previous = (t - a.late) % a.sent_n.size, np.int64(-1)
    for m in range(a.sent_n[row]):
        i = np.int64(a.sent[row, m])
        if i == previous:
            continue
        previous = i
        first, last = (0, 0) if a.dense else (a.indptr[i], a.indptr[i + 1])
        if a.axonal and a.delays.size > 0:
            first = first_from(a.delays, first, last, delay)
            last = first_from(a.delays, first, last, delay + 1)
        now = t + delay if a.axonal else t
        update_source(a, i, first, last, now - 1, a.control[SYNCED], ARRIVING)


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
        if LATE and t >= a.late:
            act(a, t, delay)
    return events


@kernel(inner=True)
def emit(step, a, ring, spikes, n_spikes):
    """Append spikes of this step to the histories, and send them if delays are dendritic."""
    events, n, row = 0, 0, step % a.sent_n.size
    for s in range(n_spikes):
        gid = spikes[s]
        if a.pre_lo <= gid < a.pre_hi:
            i = np.int64(gid - a.pre_lo)
            if not LATE:
                remember_pre(step, a, i)
            if SITES > 0:
                a.draws.number[i] += 1
            if a.axonal or LATE:
                a.sent[row, n] = i
            n += 1
    if a.axonal or LATE:
        a.sent_n[row] = n
    if n > 0 and not a.axonal:
        events += send(a, spikes, n_spikes, a.pre_lo, step, a.delay, ring)
    if LATE and step >= a.late:
        # After `send`: it applies what was missed since the last spike that acts before this step.
        row = (step - a.late) % a.sent_n.size
        for m in range(a.sent_n[row]):
            remember_pre(step, a, np.int64(a.sent[row, m]))
        if not a.axonal:
            act(a, step, a.delay)
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
            first, last = (0, 0) if a.dense else (a.indptr[i], a.indptr[i + 1])
            update_source(a, i, first, last, last_step, before, READING)
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
            save_state(out, k, _at(a, i, j, n, k, last_step))


@kernel(fused=True)
def _at(a, i, j, n, k, last_step):
    """Variables of a synapse at the end of `last_step`, up to which all spikes were applied."""
    d = np.int64(a.delays[n]) if a.delays.size > 0 else a.delay
    shift, back = (-d, d) if a.axonal else (d, 0)
    h = a.post_n[np.uint64(j)]
    while h > 0 and post_step(a, j, h - 1) + shift > last_step - back:
        h -= 1
    now = max(last_pre(a, i, last_step - back)[0], a.control[SET] - back)
    if h > 0:
        now = max(now, post_step(a, j, h - 1) + shift)
    s = load_state(a, k)
    after = advanced(s, a, now + back, last_step - back - now)
    return learnt(a.control[LEARNING] == 1, s, after)


@kernel(inner=True)
def releases(step, a):
    """Apply the releases of modulators that have arrived in the step before to all synapses."""
    released = False
    for n in range(a.sees.size):
        released = released or a.released[a.sees[n]] != 0.0
    if not released:
        return
    flush(step - 1, a)
    for i in range(a.pre_n.size):
        first, last = (0, a.n_targets) if a.dense else (a.indptr[i], a.indptr[i + 1])
        for n in range(first, last):
            j = np.int64(n) if a.dense else np.int64(a.targets[n])
            if a.t_lo <= j < a.t_hi:
                k = np.uint64(i * a.n_targets + n if a.dense else n)
                s = _at(a, i, j, n, k, step - 1)
                learn = a.control[LEARNING] == 1
                store_state(a, k, learnt(learn, load_state(a, k), on_events(s, a, step - 1)))
    a.control[SET] = step - 1


@kernel(fused=True)
def update_source(a, i, first, last, last_step, before, why):
    """Update synapses of source i from the end of step `before` to that of `last_step`.

    These are the sparse ones from `first` to `last`, or all dense ones.
    """
    back = a.delay if a.axonal else 0
    if a.dense:
        update_row(a, i, last_step - back, before - back, why)
        return
    pre = last_pre(a, i, last_step - back)
    for k in range(first, last):
        d = np.int64(a.delays[k]) if a.delays.size > 0 else a.delay
        if a.axonal and d != back:
            back = d
            pre = last_pre(a, i, last_step - back)
        if k + AHEAD < last:
            prefetch(a.latest, latest_spike(a.targets[k + AHEAD], 0))
        j = np.int64(a.targets[k])
        if a.t_lo <= j < a.t_hi:
            update_synapse(a, k, j, d, last_step - back, before - back, pre, why, ZERO)
