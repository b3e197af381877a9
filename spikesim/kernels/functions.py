"""Functions of equations that `math` lacks."""

from __future__ import annotations

import math

from spikesim import rng
from spikesim.jit import kernel


@kernel(inline=True)
def exprel(x):
    """(exp(x) - 1) / x, which is 1 at 0: rates of ion channels without a hole."""
    return math.expm1(x) / x if abs(x) > 1e-9 else 1.0 + 0.5 * x


@kernel(inline=True)
def sign(x):
    """-1, 0 or 1."""
    return (1.0 if x > 0.0 else 0.0) - (1.0 if x < 0.0 else 0.0)


@kernel(inline=True)
def clip(x, low, high):
    """`x`, kept between two bounds."""
    return min(max(x, low), high)


@kernel
def uniforms(key, step, first, out):
    """Fill `out` with uniform draws of a step in [0, 1), for entities from `first` on."""
    subkey = rng.subkey(key, step)
    for i in range(out.size):
        out[i] = rng.uniform(subkey, first + i)
