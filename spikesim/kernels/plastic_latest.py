"""Update of a synapse by the latest spikes of its target, without branches: continues `plastic`."""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel
from spikesim.kernels.histories import LATEST, LEARNING, NEAREST_SYMMETRIC, NONE
from spikesim.kernels.intrinsics import load_const
from spikesim.kernels.plastic import SAMPLE, SAMPLED, ZERO, latest_spike
from spikesim.kernels.rule_example import (
    HAS_ON_PRE,
    WIDTH,
    after_post,
    after_pre,
    chosen,
    coincidence,
    decayed_post_without_branch,
    decayed_pre_without_branch,
    load_state,
    on_post,
    on_pre,
    pairing,
    post_of,
    pre_if,
    store_state,
)

# --- continued


@kernel(fused=True)
def missed(a, j, first):
    """Number of spikes of target j in its step `first` or later; LATEST means that many or more."""
    place, n = latest_spike(j, 0), 0
    while n < LATEST and a.latest[place] >= first:
        n += 1
        place += WIDTH
    return n


@kernel(fused=True)
def is_irregular(a, begin, end, delay, synced, pre):
    """Whether the targets of a row miss different numbers of spikes, from a sample of rows.

    Then `update_by_latest` is the faster one. If the numbers hardly differ, branches are predicted,
    and `update_synapse` is faster. Weights are equal bit for bit, so the limit of the variance,
    0.2, is not critical: it is about 0.1 in a network that fires regularly, and 0.3 to 2 where
    neurons fire like Poisson processes. Returns 1 if so, and 0 where `update_by_latest` does not
    apply.
    """
    t_pre, _, count, _ = pre
    plain = pairing(a) <= NEAREST_SYMMETRIC and coincidence(a) == NONE
    if not (plain and count == 1 and t_pre > synced and a.control[LEARNING] == 1):
        return ZERO
    a.irregular[1] += 1
    if a.irregular[1] % SAMPLED == 1 and end - begin >= SAMPLE:
        total, squares, n = 0, 0, 0
        for k in range(begin, end, (end - begin) // SAMPLE):
            some = missed(a, k if a.dense else np.int64(a.targets[k]), float(t_pre - delay))
            total += some
            squares += some * some
            n += 1
        a.irregular[0] = 5 * (n * squares - total * total) > n * n
    return a.irregular[0]


@kernel(inline=True)
def missed_few(a, j, first):
    """Whether target j has at most three spikes in its step `first` or later."""
    return load_const(a.latest, latest_spike(j, 3)) < first


@kernel(fused=True)
def update_by_latest(a, k, j, upto, shift, t_pre, before):
    """Update synapse k by the presynaptic spike of `t_pre` and its target's latest three spikes.

    Requires `is_irregular` and `missed_few`. Spikes that were not missed do not count. There is no
    branch: how many spikes were missed is random, and a loop over them would mispredict about two
    branches of each synapse.
    """
    s = load_state(a, k)
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
    s = after_spike(a, s, s0, place, first, last, t_pre + back, before, after)
    store_state(a, k, s)
    return s[0]


@kernel(fused=True)
def after_spike(a, s, t, place, first, last, t_pre, before, after):
    """Variables after a postsynaptic spike, if that is in the steps from `first` to `last`."""
    passed = np.int64(max(t - first, 0.0))
    x = pre_if(passed == 0, before, decayed_pre_without_branch(after, a, passed))
    changed = on_post(s, x, post_of(a.latest, place), a, t_pre + passed)
    return chosen((t >= first) & (t <= last), changed, s)
