"""Counter-based random numbers of uniform, normal and lognormal distributions.

Each number is a hash of a key and an index. Attempt a at draw i of an entity has index
a * 2**32 + i, so that a rejected attempt does not change other draws.
"""

from __future__ import annotations

import math

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.normal import standard_normal

UNIFORM, NORMAL, LOGNORMAL = 0, 1, 2
OK, EXHAUSTED, TOO_LONG = 0, 1, 2
ATTEMPTS = 100_000
_ATTEMPT_STRIDE = 1 << 32
CHUNK = 512  # targets per block; their bits stay in the L1 cache
_S32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@kernel
def _once(kind, a, b, subkey, index):
    """Draw one value without bounds."""
    if kind == UNIFORM:
        return a + b * rng.uniform(subkey, index)
    value = a + b * standard_normal(subkey, index)
    return math.exp(value) if kind == LOGNORMAL else value


@kernel
def sample(kind, a, b, low, high, subkey, index):
    """Draw one value between `low` and `high`; NaN if no attempt gave one.

    `a` and `b`: lower bound and width (uniform), or mean and standard deviation of the value
    (normal) or of its logarithm (lognormal).
    """
    value = _once(kind, a, b, subkey, index)
    attempt = 1
    while not low <= value <= high:
        if attempt == ATTEMPTS:
            return math.nan
        value = _once(kind, a, b, subkey, attempt * _ATTEMPT_STRIDE + index)
        attempt += 1
    return value


@kernel
def draw_entities(kind, a, b, low, high, key, entities, index, out):
    """Write draw number `index` of each entity to `out`. Returns OK or EXHAUSTED."""
    for i in range(out.size):
        out[i] = sample(kind, a, b, low, high, rng.subkey(key, entities[i]), index[i])
        if math.isnan(out[i]):
            return EXHAUSTED
    return OK


@kernel
def draw_weights(kind, a, b, low, high, key, indptr, out):
    """Draw a weight for each synapse, by row and position in it. Returns OK or EXHAUSTED."""
    for row in range(indptr.size - 1):
        sub = rng.subkey(key, row)
        first = indptr[row]
        for i in range(indptr[row + 1] - first):
            value = sample(kind, a, b, low, high, sub, i)
            if math.isnan(value):
                return EXHAUSTED
            out[first + i] = value
    return OK


@kernel
def draw_delays(kind, a, b, low, high, key, indptr, dt, longest, out):
    """Draw a delay for each synapse, rounded to steps of `dt`; half a step is rounded up.

    Returns OK, EXHAUSTED, or TOO_LONG for a delay of more than `longest` steps.
    """
    for row in range(indptr.size - 1):
        sub = rng.subkey(key, row)
        first = indptr[row]
        for i in range(indptr[row + 1] - first):
            value = sample(kind, a, b, low, high, sub, i)
            if math.isnan(value):
                return EXHAUSTED
            step = value / dt + 0.5
            if step >= longest + 1:
                return TOO_LONG
            out[first + i] = int(step)
    return OK


@kernel(inline=True)
def draw_bits(subkey, first, bits):
    """Draw 32 random bits for each target from `first` on."""
    low, high = np.uint32(subkey & _LOW), np.uint32(subkey >> _S32)
    start = np.uint32(first)
    for i in range(bits.size):
        bits[i] = rng.draw32(low, high, np.uint32(start + np.uint32(i)))
