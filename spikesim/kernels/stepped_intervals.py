"""Statements at intervals, for synapses that are updated in every step: continues `stepped`."""

from __future__ import annotations

from spikesim.jit import kernel
from spikesim.kernels.histories import LEARNING
from spikesim.kernels.rule_example import (
    PASSES,
    add_to_sums,
    after_post,
    after_pre,
    at_interval,
    load_state,
    post_at,
    pre_at,
    store_state,
)
from spikesim.kernels.stepped import FRESH, _fill, _row, _rows, _synapse, flush, learnt

# --- continued

CHANGE = -1  # what a visit of all synapses does, besides adding to sums


@kernel(inner=True)
def at_intervals(step, a, state):
    """Execute the statements whose interval has passed at the start of `step`.

    They see the variables as all spikes of earlier steps at the synapse have left them.
    """
    if step == 0:
        return
    for m in range(a.every.size):
        if step % a.every[m] == 0:
            if a.control[FRESH] == 1:
                _fill(a, state)
                a.control[FRESH] = 0
            flush(step - 1, a)
            a.sums[:, a.t_lo : a.t_hi] = 0.0
            for p in range(PASSES[m], PASSES[m + 1]):
                visit_synapses(a, m, p, step - 1)
            visit_synapses(a, m, CHANGE, step - 1)


@kernel(inner=True)
def visit_synapses(a, m, p, last_step):
    """Add the synapses to the sums of pass `p`, or change them by the statements of interval m."""
    for i in range(a.pre_n.shape[1]):
        first, last = _row(a, i)
        for n in range(first, last):
            j, k, d = _synapse(a, i, n)
            if not a.t_lo <= j < a.t_hi:
                continue
            at_pre, at_post = _rows(a, d, last_step)
            x, y = pre_at(a, at_pre, i), post_at(a, at_post, j)
            for _ in range(a.pre_n[at_pre, i]):
                x = after_pre(x, a)
            if a.post_n[at_post, j] > 0:
                y = after_post(y, a)
            s = load_state(a, k)
            if p == CHANGE:
                new = at_interval(m, s, x, y, a, j, last_step)
                store_state(a, k, learnt(a.control[LEARNING] == 1, s, new))
            else:
                add_to_sums(p, s, x, y, a, j, last_step)
