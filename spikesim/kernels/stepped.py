"""Plastic synapses that are updated in every step: template of the kernels.

All synapses of a projection are updated in every time step. This serves rules whose equations have
no solution between two spikes, and rules that read variables of the neurons. What belongs to a
neuron (traces, other variables, copies of its state) is updated once a neuron and step, and kept in
ring buffers over the longest delay, so that a synapse reads it with its own delay.

The state of a synapse at step s is that at the end of this step. At the start of the next step
come, in this order, the spikes of step s, and the interval up to the end of the next step, over
which copies of the neurons' states keep their values of step s. Spikes therefore transmit weights
that have all been updated to the end of their own step.

The generated module of a rule consists of the functions of `rule_example`, made for this rule, and
of the text behind the mark.
"""

from __future__ import annotations

import math

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import LEARNING, POST_FIRST, PRE_FIRST
from spikesim.kernels.intrinsics import load_const, load_const_2d
from spikesim.kernels.plastic_shares import draws_of, share_of
from spikesim.kernels.rule_example import (
    RELEASES,
    SITES,
    TRANSMITS_AFTER,
    after_post,
    after_pre,
    coincidence,
    delay_post,
    delay_pre,
    fill_post,
    fill_pre,
    load_state,
    moved,
    moved_by_noise,
    moved_post,
    moved_pre,
    on_events,
    on_post,
    on_pre,
    post_at,
    pre_at,
    read_post,
    read_pre,
    store_post,
    store_pre,
    store_state,
    with_weight,
)

# --- continued

APPLIED, FRESH, RELEASED = 1, 2, 3
"""Indices into `control`: last step of applied spikes; whether the rings must be filled; whether a
modulator has been released in the step before."""


@kernel(inline=True)
def level(a, step, n):
    """Concentration at the end of `step` of the modulator that the rule reads as its number `n`."""
    kept = step & (a.levels.shape[0] - 1)  # step -1 too
    return load_const_2d(a.levels, kept, load_const(a.sees, n))


@kernel(inline=True)
def mean_level(a, step, n):
    """Its mean over the interval after `step`, in which it decays towards its baseline."""
    base = load_const(a.level_base, n)
    return base + (level(a, step, n) - base) * load_const(a.level_mean, n)


@kernel(fused=True)
def share_above(c, threshold, rate):
    """Share of an interval in which a variable that decays by exp(rate) is above a threshold."""
    if not c > threshold:
        return 0.0
    return 1.0 if threshold <= 0.0 else min(1.0, math.log(c / threshold) / -rate)


@kernel(inner=True)
def begin_step(step, a, ring, state):
    """Update all synapses to the end of the step before `step`, and then over the interval.

    With axonal delays, spikes that arrive in this step are delivered. Returns their number.
    """
    if a.control[FRESH] == 1:
        _fill(a, state)
        a.control[FRESH] = 0
    _update_neurons(a, step - 1)
    a.control[RELEASED] = 0
    for n in range(a.sees.size):
        if a.released[a.sees[n]] != 0.0:
            a.control[RELEASED] = 1
    events = 0
    for i in range(a.pre_n.shape[1]):
        first, last = _row(a, i)
        for n in range(first, last):
            j, k, d = _synapse(a, i, n)
            if a.t_lo <= j < a.t_hi:
                _update(a, i, j, k, d, step - 1, a.control[APPLIED] < step - 1, True)
                if a.axonal:
                    count = a.pre_n[_kept(a, step - d), i]
                    if count > 0:
                        w = count * a.sign * _transmitted(a, i, j, k, d, step)
                        if RELEASES:
                            w *= _shares(a, i, n, k, step - d, step, 0, count) / count
                        ring[step & (ring.shape[0] - 1), a.slot + j] += w
                        events += count
    a.control[APPLIED] = step - 1
    return events


@kernel(inline=True)
def _kept(a, step):
    """Row of the rings in which a step is kept."""
    return step & (a.pre_n.shape[0] - 1)  # signed, for steps before the first


@kernel(inline=True)
def _rows(a, d, step):
    """Rows of the rings that a synapse of delay d sees in a step."""
    first, second = (d, 0) if a.axonal else (0, d)
    return _kept(a, step - first - a.late), _kept(a, step - second)


@kernel(inline=True)
def _row(a, i):
    """First synapse of source i, and one past the last; targets if all-to-all."""
    return (a.t_lo, a.t_hi) if a.dense else (a.indptr[i], a.indptr[i + 1])


@kernel(inline=True)
def _synapse(a, i, n):
    """Target, index and delay of a synapse."""
    j = n if a.dense else np.int64(a.targets[n])
    k = i * a.n_targets + n if a.dense else n
    d = np.int64(a.delays[n]) if a.delays.size > 0 else a.delay
    return j, np.uint64(k), d


@kernel(fused=True)
def _update(a, i, j, k, d, step, spiked, interval):
    """Apply the spikes of `step` at the synapse, if `spiked`, and then the interval after it."""
    at_pre, at_post = _rows(a, d, step)
    x, y = pre_at(a, at_pre, i), post_at(a, at_post, j)
    n_pre, n_post = a.pre_n[at_pre, i], a.post_n[at_post, j]
    x_after, y_after = x, y
    for _ in range(n_pre):
        x_after = after_pre(x_after, a)
    if n_post > 0:
        y_after = after_post(y_after, a)
    s, learn = load_state(a, k), a.control[LEARNING] == 1
    if spiked and n_pre + n_post > 0:
        if coincidence(a) == POST_FIRST:
            if n_post > 0:
                s = learnt(learn, s, on_post(s, x, y, a, step))
            for _ in range(n_pre):
                s = learnt(learn, s, on_pre(s, x, y_after, a, step))
        else:
            for _ in range(n_pre):
                s = learnt(learn, s, on_pre(s, x, y, a, step))
            if n_post > 0 and coincidence(a) == PRE_FIRST:
                s = learnt(learn, s, on_post(s, x_after, y, a, step))
            elif n_post > 0:
                s = learnt(learn, s, on_post(s, x, y, a, step))
    if spiked and a.control[RELEASED] == 1:
        s = learnt(learn, s, on_events(s, a, step))
    if interval:
        new = moved_by_noise(moved(s, x_after, y_after, a, step), x_after, y_after, a, step, k)
        s = learnt(learn, s, new)
    store_state(a, k, s)


@kernel(inline=True)
def learnt(learn, s, new):
    """Variables after an event: while learning is off, the weight stays."""
    return new if learn else with_weight(new, s)


@kernel(fused=True)
def _update_neurons(a, step):
    """Update what neurons keep to the end of the step after `step`, without its spikes."""
    row, following = _kept(a, step), _kept(a, step + 1)
    for i in range(a.pre_n.shape[1]):
        x = pre_at(a, row, i)
        for _ in range(a.pre_n[row, i]):
            x = after_pre(x, a)
        store_pre(a, following, i, moved_pre(x, a, step))
        delay_pre(a, step + 1, i)
        a.pre_n[following, i] = 0
    for j in range(a.t_lo, a.t_hi):
        y = post_at(a, row, j)
        if a.post_n[row, j] > 0:
            y = after_post(y, a)
        store_post(a, following, j, moved_post(y, a, step))
        delay_post(a, step + 1, j)
        a.post_n[following, j] = 0


@kernel(fused=True)
def _fill(a, state):
    """Fill the rings with the neurons' present states, as those of earlier steps."""
    for row in range(a.pre_n.shape[0]):
        for i in range(a.pre_n.shape[1]):
            fill_pre(a, row, i, state)
        for j in range(a.t_lo, a.t_hi):
            fill_post(a, row, j, state)


@kernel(inner=True)
def emit(step, a, ring, spikes, n_spikes, state):
    """Keep the spikes and states of this step, and send spikes if delays are dendritic."""
    row, events = _kept(a, step), 0
    for i in range(a.pre_n.shape[1]):
        read_pre(a, row, i, state)
    for j in range(a.t_lo, a.t_hi):
        read_post(a, row, j, state)
    for m in range(n_spikes):
        i, j = np.int64(spikes[m] - a.pre_lo), np.int64(spikes[m] - a.post_lo)
        if 0 <= i < a.pre_n.shape[1]:
            a.pre_n[row, i] += 1
            if SITES > 0:
                a.draws.number[i] += 1
            if not a.axonal:
                events += _send(a, i, step, ring)
        if a.t_lo <= j < a.t_hi:
            a.post_n[row, j] = 1
    return events


@kernel(fused=True)
def _send(a, i, step, ring):
    """Deliver a spike of source i through its synapses; return the number of events."""
    first, last = _row(a, i)
    events, sign = 0, a.weights.dtype.type(a.sign)
    again = np.int64(a.pre_n[_kept(a, step), i] - 1)
    for n in range(first, last):
        j, k, d = _synapse(a, i, n)
        if a.t_lo <= j < a.t_hi:
            w = _transmitted(a, i, j, k, d, step)
            if RELEASES:
                w *= a.weights.dtype.type(_shares(a, i, n, k, step, step, again, again + 1))
            ring[(step + d) & (ring.shape[0] - 1), a.slot + j] += sign * w
            events += 1
    return events


@kernel(fused=True)
def _transmitted(a, i, j, k, d, step):
    """Weight that a presynaptic spike of `step` at the synapse transmits."""
    s = load_state(a, k)
    if TRANSMITS_AFTER and a.control[LEARNING] == 1:
        at_pre, at_post = _rows(a, d, step)
        s = on_pre(s, pre_at(a, at_pre, i), post_at(a, at_post, j), a, step)
    return s[0]


@kernel(fused=True)
def _shares(a, i, n, k, fired, step, first, last):
    """Sum of the shares of its weight that synapse k transmits, of spikes from `first` to `last`.

    The source has fired them in step `fired`, and `step` is the present one.
    """
    row, total, later = _kept(a, fired), 0.0, 0
    x, s = pre_at(a, row, i), load_state(a, k)
    if SITES > 0:
        for between in range(fired + 1, step):
            later += a.pre_n[_kept(a, between), i]
    own = n if a.dense else n - a.indptr[i]
    for again in range(last):
        if again >= first:
            draws = draws_of(a, i, later + a.pre_n[row, i] - 1 - again)
            total += share_of(a, s, x, k, own, draws, again)
        x = after_pre(x, a)
    return total


@kernel
def flush(last_step, a):
    """Apply the spikes of `last_step`, so that variables can be read."""
    if a.control[APPLIED] >= last_step:
        return
    a.control[RELEASED] = 0
    for n in range(a.sees.size):
        if a.released[a.sees[n]] != 0.0:
            a.control[RELEASED] = 1
    for i in range(a.pre_n.shape[1]):
        first, last = _row(a, i)
        for n in range(first, last):
            j, k, d = _synapse(a, i, n)
            if a.t_lo <= j < a.t_hi:
                _update(a, i, j, k, d, last_step, True, False)
    a.control[APPLIED] = last_step
