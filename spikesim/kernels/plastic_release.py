"""Delivery through dense plastic synapses, and what release needs: continues `plastic_updates`."""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.plastic import ARRIVING, PEEKING, ZERO, last_pre
from spikesim.kernels.plastic_shares import draws_of, share_of
from spikesim.kernels.plastic_updates import changed_weight, update_synapse
from spikesim.kernels.rule_example import LATE, SITES, TRANSMITS_AFTER, after_pre, load_state

# --- continued

SENDING = PEEKING if LATE else ARRIVING


@kernel(fused=True)
def found(a, i, t, again):
    """Traces that a spike of source i in step t finds, and the key of its random numbers.

    `again` is the number of its spikes in this step before this one.
    """
    _, x, count, _ = last_pre(a, i, t)
    for _ in range(again):
        x = after_pre(x, 1, a)
    later = count - 1 - again
    if SITES > 0:
        mask, h = a.pre_t.shape[1] - 1, a.pre_n[i] - 1
        while a.pre_t[i, h & mask] > t:
            later += np.int64(a.pre_m[i, h & mask])
            h -= 1
    return x, draws_of(a, i, later)


@kernel(fused=True)
def send_shares(a, i, t, delay, reached, again):
    """Deliver a spike of source i through dense synapses with release."""
    shift, pre = -delay if a.axonal else delay, last_pre(a, i, t - 1)
    kind = a.weights.dtype.type
    x, draws = found(a, i, t, again)
    for j in range(a.t_lo, a.t_hi):
        k = i * a.n_targets + j
        w = a.weights[k]
        if TRANSMITS_AFTER:
            w = changed_weight(a, k, j, t, shift, pre)
        w *= kind(share_of(a, load_state(a, np.uint64(k)), x, k, j, draws, again))
        reached[j] += kind(a.sign) * w


@kernel(fused=True)
def send_dense(a, i, t, delay, synced, reached):
    """Deliver a spike of source i through dense synapses that it changes later."""
    sign, pre = a.weights.dtype.type(a.sign), last_pre(a, i, t - 1)
    for j in range(a.t_lo, a.t_hi):
        k = i * a.n_targets + j
        reached[j] += sign * update_synapse(a, k, j, delay, t - 1, synced, pre, SENDING, ZERO)


@kernel(fused=True)
def send_changed(a, i, t, delay, reached):
    """Deliver a spike of source i through dense synapses, with the weights that it has changed."""
    shift, pre = -delay if a.axonal else delay, last_pre(a, i, t - 1)
    sign = a.weights.dtype.type(a.sign)
    for j in range(a.t_lo, a.t_hi):
        reached[j] += sign * changed_weight(a, i * a.n_targets + j, j, t, shift, pre)
