"""Spike trains of Poisson and gamma sources, one chunk at a time.

The n-th interval of a source is a random number determined by (source, n), from an exponential or
gamma distribution of mean 1, in units of the expected number of spikes. At a rate r it lasts
draw / r; when the rate changes, the rest of the draw is kept. Steps without spikes cost nothing,
and the trains do not depend on the chunks.
"""

from __future__ import annotations

import math

from spikesim import rng
from spikesim.jit import kernel


@kernel
def set_rates(now, rate, new_rate, left, since):
    """Change the rates (spikes per step) at step `now`, after accounting for the old ones."""
    for i in range(rate.size):
        left[i] -= rate[i] * (now - since[i])
        since[i] = now
        rate[i] = new_rate[i]


@kernel
def gamma(subkey, shape):
    """Draw from the gamma distribution of scale 1.

    By rejection (Marsaglia & Tsang 2000, ACM Trans. Math. Softw. 26:363); each attempt uses three
    of four numbers.
    """
    whole = shape if shape >= 1.0 else shape + 1.0
    d = whole - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    k = 0
    while True:
        x = rng.normal(subkey, 2 * k)
        v = (1.0 + c * x) ** 3
        u = 1.0 - rng.uniform(subkey, 4 * k + 2)
        k += 1
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            break
    if shape >= 1.0:
        return d * v
    return d * v * (1.0 - rng.uniform(subkey, 4 * k)) ** (1.0 / shape)


@kernel
def interval(subkey, n, shape):
    """Interval n of a source, with mean 1."""
    if shape == 1.0:
        return rng.exponential(subkey, n)
    return gamma(rng.subkey(subkey, n), shape) / shape


@kernel
def first_intervals(key, shape, left):
    """Draw the time to the first spike of each source, for stationary trains.

    The interval that contains a random time is length-biased: its distribution is a gamma
    distribution with a shape larger by one. The time is uniform within it.
    """
    for i in range(left.size):
        subkey = rng.subkey(key, i)
        if shape[i] == 1.0:
            left[i] = rng.exponential(subkey, 0)
        else:
            own = rng.subkey(subkey, 0)
            left[i] = gamma(own, shape[i] + 1.0) / shape[i] * rng.uniform(own, 3)


@kernel
def trains(start, stop, key, shape, rate, left, since, drawn, step, source, n, first):
    """Write the spikes of steps `start` to `stop` from source `first` on, ordered by source.

    `left` is the rest of the current interval at time `since` (steps), `drawn` the number of draws
    used. Writes (step, source) pairs from index `n` on. Returns the new `n`, and the first source
    whose spikes did not fit into the buffer, or the number of sources if all are done.
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
            # A spike in (k, k+1] belongs to step k; its time is the end of the step.
            step[n] = max(start, int(math.ceil(t)) - 1)
            source[n] = i
            n += 1
            kept = interval(subkey, count, shape[i])
            count += 1
        drawn[i], since[i], left[i] = count, t, kept
    return n, rate.size


@kernel
def sort_by_step(start, step, source, n, first, out):
    """Order spikes by (step, source): a counting sort, stable in the source.

    `first` has one element per step and one more; on return, the spikes of step k are
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
