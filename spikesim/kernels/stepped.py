"""Stepped plastic synapses: template of the kernels, in which each rule replaces the marked part.

All synapses of a projection are updated in every time step. This serves rules whose equations have
no solution between two spikes, and rules that read variables of the neurons. What belongs to a
neuron (traces, other variables, copies of its state) is updated once a neuron and step, and kept in
ring buffers over the longest delay, so that a synapse reads it with its own delay.

The state of a synapse at step s is that at the end of this step. At the start of the next step
come, in this order, the spikes of step s, and the interval up to the end of the next step, over
which copies of the neurons' states keep their values of step s. Spikes therefore transmit weights
that have all been updated to the end of their own step.

One file, for the generated module of a rule is this text with the marked part replaced.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import LEARNING, POST_FIRST, PRE_FIRST
from spikesim.kernels.intrinsics import load_const, load_const_2d, load_updated, store_updated

APPLIED, FRESH = 1, 2  # indices into `control`: last step of applied spikes; rings to be filled


@kernel(inline=True)
def level(a, step, n):
    """Concentration at the end of `step` of the modulator that the rule reads as its number `n`."""
    kept = np.uint64(step) & np.uint64(a.levels.shape[0] - 1)
    return load_const_2d(a.levels, kept, load_const(a.sees, n))


@kernel(inline=True)
def mean_level(a, step, n):
    """Its mean over the interval after `step`, in which it decays towards its baseline."""
    base = load_const(a.level_base, n)
    return base + (level(a, step, n) - base) * load_const(a.level_mean, n)


# --- rule begins
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
def on_pre(s, x, y, a, step):
    """Variables of a synapse after a presynaptic spike."""
    return (a.weights.dtype.type(s[0] - load_const(a.par, 0) * y[0]),)


@kernel(inline=True)
def on_post(s, x, y, a, step):
    """Variables of a synapse after a postsynaptic spike."""
    return (a.weights.dtype.type(s[0] + load_const(a.par, 0) * x[0]),)


@kernel(inline=True)
def moved(s, x, y, a, step):
    """Variables of a synapse after an interval without spikes."""
    return s


@kernel(inline=True)
def pre_at(a, row, i):
    """What source i keeps, just before its spikes in the step of this row."""
    return (a.pre[row, i, 0],)


@kernel(inline=True)
def post_at(a, row, j):
    """What target j keeps, just before its spikes in the step of this row."""
    return (a.post[row, j, 0],)


@kernel(inline=True)
def store_pre(a, row, i, x):
    """Store what source i keeps."""
    a.pre[row, i, 0] = x[0]


@kernel(inline=True)
def store_post(a, row, j, y):
    """Store what target j keeps."""
    a.post[row, j, 0] = y[0]


@kernel(inline=True)
def after_pre(x, a):
    """What a source keeps, just after a spike."""
    return (x[0] + 1.0,)


@kernel(inline=True)
def after_post(y, a):
    """What a target keeps, just after a spike."""
    return (y[0] + 1.0,)


@kernel(inline=True)
def moved_pre(x, a, step):
    """What a source keeps, after an interval without spikes."""
    return x


@kernel(inline=True)
def moved_post(y, a, step):
    """What a target keeps, after an interval without spikes."""
    return y


@kernel(inline=True)
def read_pre(a, row, i, state):
    """Copy the variables of source i that are read."""


@kernel(inline=True)
def read_post(a, row, j, state):
    """Copy the variables of target j that are read."""


@kernel(inline=True)
def coincidence(a):
    """Order of spikes that coincide."""
    return a.coincidence


# --- rule ends


@kernel(inner=True)
def begin_step(step, a, ring, state):
    """Update all synapses to the end of the step before `step`, and then over the interval.

    With axonal delays, spikes that arrive in this step are delivered. Returns their number.
    """
    if a.control[FRESH] == 1:
        _fill(a, state)
        a.control[FRESH] = 0
    _update_neurons(a, step - 1)
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
                        w = count * a.sign * a.weights[k]
                        ring[step & (ring.shape[0] - 1), a.slot + j] += w
                        events += count
    a.control[APPLIED] = step - 1
    return events


@kernel(inline=True)
def _kept(a, step):
    """Row of the rings in which a step is kept."""
    return np.uint64(step) & np.uint64(a.pre_n.shape[0] - 1)


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
    at_pre, at_post = (_kept(a, step - d), _kept(a, step)) if a.axonal else (
        _kept(a, step), _kept(a, step - d)
    )  # fmt: skip
    x, y = pre_at(a, at_pre, i), post_at(a, at_post, j)
    n_pre, n_post = a.pre_n[at_pre, i], a.post_n[at_post, j]
    x_after, y_after = x, y
    for _ in range(n_pre):
        x_after = after_pre(x_after, a)
    if n_post > 0:
        y_after = after_post(y_after, a)
    s = load_state(a, k)
    new = s
    if spiked and n_pre + n_post > 0:
        if coincidence(a) == POST_FIRST:
            if n_post > 0:
                new = on_post(new, x, y, a, step)
            for _ in range(n_pre):
                new = on_pre(new, x, y_after, a, step)
        else:
            for _ in range(n_pre):
                new = on_pre(new, x, y, a, step)
            if n_post > 0 and coincidence(a) == PRE_FIRST:
                new = on_post(new, x_after, y, a, step)
            elif n_post > 0:
                new = on_post(new, x, y, a, step)
    if interval:
        new = moved(new, x_after, y_after, a, step)
    if a.control[LEARNING] == 0:
        new = with_weight(new, s)
    store_state(a, k, new)


@kernel(fused=True)
def _update_neurons(a, step):
    """Update what neurons keep to the end of the step after `step`, without its spikes."""
    row, following = _kept(a, step), _kept(a, step + 1)
    for i in range(a.pre_n.shape[1]):
        x = pre_at(a, row, i)
        for _ in range(a.pre_n[row, i]):
            x = after_pre(x, a)
        store_pre(a, following, i, moved_pre(x, a, step))
        a.pre_n[following, i] = 0
    for j in range(a.t_lo, a.t_hi):
        y = post_at(a, row, j)
        if a.post_n[row, j] > 0:
            y = after_post(y, a)
        store_post(a, following, j, moved_post(y, a, step))
        a.post_n[following, j] = 0


@kernel(fused=True)
def _fill(a, state):
    """Fill the rings with the neurons' present states, as those of earlier steps."""
    for row in range(a.pre_n.shape[0]):
        for i in range(a.pre_n.shape[1]):
            read_pre(a, row, i, state)
        for j in range(a.t_lo, a.t_hi):
            read_post(a, row, j, state)


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
    for n in range(first, last):
        j, k, d = _synapse(a, i, n)
        if a.t_lo <= j < a.t_hi:
            ring[(step + d) & (ring.shape[0] - 1), a.slot + j] += sign * a.weights[k]
            events += 1
    return events


@kernel
def flush(last_step, a):
    """Apply the spikes of `last_step`, so that variables can be read."""
    if a.control[APPLIED] >= last_step:
        return
    for i in range(a.pre_n.shape[1]):
        first, last = _row(a, i)
        for n in range(first, last):
            j, k, d = _synapse(a, i, n)
            if a.t_lo <= j < a.t_hi:
                _update(a, i, j, k, d, last_step, True, False)
    a.control[APPLIED] = last_step
