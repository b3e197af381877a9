"""Trains of Poisson sources, one chunk at a time.

The n-th interval of a source is an exponential draw keyed by (source, n), in units of the expected
number of spikes. Under a rate r it lasts draw / r; where the rate changes, what is left of the draw
is carried over. Silent steps cost nothing, and the trains do not depend on how time is chunked.
"""

from __future__ import annotations

import math

from spikesim import rng
from spikesim.jit import kernel


@kernel
def set_rates(now, rate, new_rate, left, since):
    """Change the rates (spikes a step) at step `now`: settle what the old rates have used up."""
    for i in range(rate.size):
        left[i] -= rate[i] * (now - since[i])
        since[i] = now
        rate[i] = new_rate[i]


@kernel
def first_intervals(key, left):
    """Draw 0 of each source: the interval to its first spike."""
    for i in range(left.size):
        left[i] = rng.exponential(rng.subkey(key, i), 0)


@kernel
def poisson_trains(start, stop, key, rate, left, since, drawn, step, source, n, first):
    """Spikes of steps `start` to `stop` from source `first` on, in order of the sources.

    `left` is what remained of the current interval at time `since` (steps), `drawn` the number of
    draws used. Writes (step, source) pairs from place `n` on. Returns the new `n` and the source to
    go on with, because the buffer has no room for its spikes; the number of sources if all is done.
    """
    room = step.size
    for i in range(first, rate.size):
        r = rate[i]
        if r <= 0.0 or since[i] + left[i] / r > stop:
            continue
        subkey = rng.subkey(key, i)
        count, t, kept = drawn[i], since[i], left[i]
        begin = n
        while t + kept / r <= stop:
            if n >= room:
                return begin, i
            t += kept / r
            # A spike in (k, k+1] belongs to step k and is stamped with the step's end.
            step[n] = max(start, int(math.ceil(t)) - 1)
            source[n] = i
            n += 1
            kept = rng.exponential(subkey, count)
            count += 1
        drawn[i], since[i], left[i] = count, t, kept
    return n, rate.size


@kernel
def sort_by_step(start, step, source, n, first, out):
    """Order spikes by (step, source): a counting sort, stable in the source.

    `first` has one place a step and one more; after it, spikes of step k are
    ``out[first[k - start]:first[k - start + 1]]``.
    """
    for k in range(first.size):
        first[k] = 0
    for m in range(n):
        first[step[m] - start + 1] += 1
    for k in range(1, first.size):
        first[k] += first[k - 1]
    for m in range(n):
        k = step[m] - start
        out[first[k]] = source[m]
        first[k] += 1
    for k in range(first.size - 1, 0, -1):
        first[k] = first[k - 1]
    first[0] = 0
