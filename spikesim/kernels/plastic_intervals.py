"""Statements at intervals, for synapses that are updated at spikes: continues `plastic_sending`."""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import LEARNING, SET
from spikesim.kernels.plastic import last_pre, learnt, post_place, post_step
from spikesim.kernels.plastic_sending import _at, flush
from spikesim.kernels.rule_example import (
    EVOLVES,
    INTERVALS_READ_POST,
    INTERVALS_READ_PRE,
    PASSES,
    add_to_sums,
    after_post,
    after_pre,
    at_interval,
    decayed_post,
    decayed_pre,
    load_state,
    no_post,
    no_pre,
    post_of,
    store_state,
)

# --- continued

SETTLE, CHANGE = -2, -1  # what a visit of all synapses does, besides adding to sums


@kernel(inner=True)
def at_intervals(step, a):
    """Execute the statements whose interval has passed at the start of `step`.

    They see the variables as all spikes of earlier steps at the synapse have left them.
    """
    if step == 0:
        return
    for m in range(a.every.size):
        if step % a.every[m] == 0:
            flush(step - 1, a)
            if EVOLVES and a.control[SET] < step - 1:
                visit_synapses(a, m, SETTLE, step - 1)
                a.control[SET] = step - 1
            a.sums[:, a.t_lo : a.t_hi] = 0.0
            for p in range(PASSES[m], PASSES[m + 1]):
                visit_synapses(a, m, p, step - 1)
            visit_synapses(a, m, CHANGE, step - 1)


@kernel(inner=True)
def visit_synapses(a, m, p, last_step):
    """Add the synapses to the sums of pass `p`, or change them by the statements of interval m."""
    for i in range(a.pre_n.size):
        first, last = (a.t_lo, a.t_hi) if a.dense else (a.begin[i], a.end[i])
        for n in range(first, last):
            j = np.int64(n) if a.dense else np.int64(a.targets[n])
            if not a.t_lo <= j < a.t_hi:
                continue
            k = np.uint64(i * a.n_targets + n if a.dense else n)
            s = load_state(a, k)
            if p == SETTLE:
                store_state(a, k, _at(a, i, j, n, k, last_step))
                continue
            d = np.int64(a.delays[n]) if a.delays.size > 0 else a.delay
            x, y = no_pre(), no_post()
            if INTERVALS_READ_PRE:
                x = pre_at_synapse(a, i, last_step - d if a.axonal else last_step)
            if INTERVALS_READ_POST:
                y = post_at_synapse(a, j, last_step if a.axonal else last_step - d)
            if p == CHANGE:
                new = at_interval(m, s, x, y, a, j, last_step)
                store_state(a, k, learnt(a.control[LEARNING] == 1, s, new))
            else:
                add_to_sums(p, s, x, y, a, j, last_step)


@kernel(fused=True)
def pre_at_synapse(a, i, upto):
    """Traces of source i after its spikes of step `upto`."""
    t, before, count, _ = last_pre(a, i, upto)
    return decayed_pre(after_pre(before, count, a), a, upto - t) if count > 0 else no_pre()


@kernel(fused=True)
def post_at_synapse(a, j, upto):
    """Traces of target j after its spike of step `upto`."""
    h = a.post_n[j]
    while h > 0 and post_step(a, j, h - 1) > upto:
        h -= 1
    if h == 0:
        return no_post()
    after = after_post(post_of(a.post, post_place(a, j, h - 1)), a)
    return decayed_post(after, a, upto - post_step(a, j, h - 1))
