"""Random numbers of synapses per row: binomial, multinomial and hypergeometric draws.

Each count is computed from one counter-based uniform number u by inversion: from the mode outwards,
probabilities are subtracted from u until it is used up, in about as many steps as one standard
deviation.
"""

from __future__ import annotations

import math

from spikesim import rng
from spikesim.jit import kernel


@kernel(inner=True)
def log_choose(n, k):
    """Logarithm of the binomial coefficient."""
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)


@kernel
def binomial(u, n, p):
    """Binomial draw: number of successes in `n` trials of probability `p`, from the uniform `u`."""
    if p <= 0.0 or n == 0:
        return 0
    if p >= 1.0:
        return n
    mode = min(n, int((n + 1) * p))
    at_mode = math.exp(log_choose(n, mode) + mode * math.log(p) + (n - mode) * math.log1p(-p))
    odds = p / (1.0 - p)
    up, down = mode, mode
    p_up, p_down = at_mode, at_mode
    u -= at_mode
    while u >= 0.0 and (p_up > 0.0 or p_down > 0.0):
        p_up *= odds * (n - up) / (up + 1.0)
        up += 1
        u -= p_up
        if u < 0.0:
            return up
        p_down *= down / ((n - down + 1.0) * odds)
        down -= 1
        u -= p_down
        if u < 0.0:
            return down
    return mode


@kernel
def hypergeometric(u, good, total, draws):
    """Hypergeometric draw: number of `good` among `draws` of `total`, from the uniform `u`."""
    least = max(0, draws - (total - good))
    most = min(good, draws)
    if least >= most:
        return most
    mode = int((draws + 1.0) * (good + 1.0) / (total + 2.0))
    mode = min(max(mode, least), most)
    bad = total - good
    at_mode = math.exp(
        log_choose(good, mode) + log_choose(bad, draws - mode) - log_choose(total, draws)
    )
    up, down = mode, mode
    p_up, p_down = at_mode, at_mode
    u -= at_mode
    while u >= 0.0 and (p_up > 0.0 or p_down > 0.0):
        p_up *= (good - up) * float(draws - up) / ((up + 1.0) * (bad - draws + up + 1.0))
        up += 1
        u -= p_up
        if u < 0.0:
            return up
        p_down *= down * (bad - draws + float(down)) / ((good - down + 1.0) * (draws - down + 1.0))
        down -= 1
        u -= p_down
        if u < 0.0:
            return down
    return mode


@kernel
def binomial_rows(key, p, n_post, self_offset, counts):
    """Number of synapses per row with probability `p`, without the source itself."""
    for row in range(counts.size):
        n = n_post - int(0 <= row + self_offset < n_post)
        counts[row] = binomial(rng.uniform(rng.subkey(key, row), 0), n, p)


@kernel
def total_rows(key, n, pairs, n_post, self_offset, multapses, counts):
    """Distribute `n` synapses over the rows, each row conditional on the rows before it.

    The distribution is multinomial with multapses and multivariate hypergeometric without.
    """
    for row in range(counts.size):
        options = n_post - int(0 <= row + self_offset < n_post)
        u = rng.uniform(rng.subkey(key, row), 0)
        if multapses:
            # The last row with options takes all that remain: p is 1 there.
            p = options / float(pairs) if pairs > 0 else 0.0
            drawn = binomial(u, n, p)
        else:
            drawn = hypergeometric(u, options, pairs, n)
        counts[row] = drawn
        n -= drawn
        pairs -= options
