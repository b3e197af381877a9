"""Mathematical functions that vectorise and give the same bits on every processor.

A call of the C library's exp prevents vectorisation, and vector libraries may differ from it in the
last bit. These functions use plain arithmetic. Relative errors are below 5e-16 for `exp` and 1e-14
for functions derived from it.
"""

from __future__ import annotations

import math

import numpy as np

from spikesim import rng
from spikesim.jit import kernel
from spikesim.kernels.intrinsics import bits_of, float_of
from spikesim.kernels.phi import phi

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, in the low bits
_MAGIC_BITS = 0x4338000000000000


@kernel(fused=True)
def exp(x):
    """Exponential function: 2**k times a polynomial of the remainder, which is at most ln(2)/2."""
    shifted = min(max(x, -720.0), 720.0) * _LOG2_E + _MAGIC
    whole = shifted - _MAGIC
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (0.5 + r * 0.16666666666666666)
    middle = (0.041666666666666664 + r * 0.008333333333333333) + r2 * (
        0.001388888888888889 + r * 0.0001984126984126984
    )
    high = (2.48015873015873e-05 + r * 2.7557319223985893e-06) + r2 * (
        2.755731922398589e-07 + r * 2.505210838544172e-08
    )
    top = 2.08767569878681e-09 + r * 1.6059043836821613e-10
    p = low + r4 * (middle + r4 * (high + r4 * top))
    # 2**k as two factors, because 2**1024 overflows.
    k = bits_of(shifted) - _MAGIC_BITS
    half = k >> 1
    y = p * float_of((half + 1023) << 52) * float_of((k - half + 1023) << 52)
    y = 0.0 if x < -708.0 else y
    return math.inf if x > 709.782712893384 else y


@kernel(fused=True)
def exprel(x):
    """(exp(x) - 1) / x, and 1 at 0: removes the singularity in rates of ion channels."""
    y = phi(x) if abs(x) < 1.0 else (exp(x) - 1.0) / x
    return math.inf if x > 709.782712893384 else y


@kernel(fused=True)
def expm1(x):
    """exp(x) - 1, accurate for small x."""
    return x * phi(x) if abs(x) < 1.0 else exp(x) - 1.0


@kernel(fused=True)
def tanh(x):
    """Hyperbolic tangent."""
    e = expm1(2.0 * min(max(x, -20.0), 20.0))
    return e / (e + 2.0) if x == x else x


@kernel(fused=True)
def sinh(x):
    """Hyperbolic sine."""
    size = abs(x)
    e = expm1(min(size, 40.0))
    y = 0.5 * (e + e / (e + 1.0)) if size < 40.0 else 0.5 * exp(size)
    return -y if x < 0.0 else y


@kernel(fused=True)
def cosh(x):
    """Hyperbolic cosine."""
    e = exp(abs(x))
    return 0.5 * (e + 1.0 / e)


@kernel(fused=True)
def sign(x):
    """Sign of `x`: -1, 0 or 1."""
    return (1.0 if x > 0.0 else 0.0) - (1.0 if x < 0.0 else 0.0)


@kernel(fused=True)
def clip(x, low, high):
    """Limit `x` to the range from `low` to `high`."""
    return min(max(x, low), high)


@kernel(fused=True)
def trunc(x):
    """Round `x` towards zero."""
    return np.trunc(x)


@kernel(fused=True)
def mod(x, y):
    """Remainder of `x / y`, with the sign of `y`."""
    return x - y * np.floor(x / y)


@kernel
def uniforms(key, step, first, out):
    """Fill `out` with uniform random numbers in [0, 1) of a step, for entities from `first` on."""
    subkey = rng.subkey(key, step)
    for i in range(out.size):
        out[i] = rng.uniform(subkey, first + i)
