"""Counter-based random numbers: each is a hash of seed, names, entity and index.

There is no stream and no state. A random number is ``bits(key, entity, index)``: `key` is computed
from the seed and the names of the object and the purpose, `entity` is a neuron, source or row, and
`index` counts its draws. So random numbers do not change if other objects are added, or if the work
is divided differently.

The mixing function is the finalizer of SplitMix64 (Steele, Lea & Flood 2014, variant 13 of
Stafford), applied once for each of key, entity and index. The tests contain reference values.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from spikesim.jit import kernel

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD1342543DE82EF95)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_ONE = np.uint64(1)
_A1, _A2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_B1, _B2, _B3 = np.uint32(0xED5AD4BB), np.uint32(0xAC4C1B51), np.uint32(0x31848BAB)
_T11, _T14, _T15, _T16, _T17 = (np.uint32(n) for n in (11, 14, 15, 16, 17))
_TO_UNIT = 2.0**-53
_TWO_PI = 2.0 * math.pi


def key(seed: int, *names: str | int) -> np.uint64:
    """Key of an object's random numbers: a hash of the seed and the names that identify it."""
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


@kernel(inline=True)
def mix(z):
    """Finalizer of SplitMix64: a bijection of 64 bits with full avalanche."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@kernel(inline=True)
def subkey(key, entity):
    """Key of one entity; compute it outside a loop over the draws of the entity."""
    return mix(np.uint64(key) + (np.uint64(entity) + _ONE) * _GOLDEN)


@kernel(inline=True)
def draw(subkey, index):
    """64 random bits: draw number `index` of an entity with this subkey."""
    return mix(np.uint64(subkey) + (np.uint64(index) + _ONE) * _ODD)


@kernel(inline=True)
def draw32(low, high, index):
    """32 random bits: draw number `index` of an entity; its subkey is given as two uint32 halves.

    Two mixers of 32 bits in a row, one for each half of the key (C. Wellons, "Prospecting for hash
    functions", 2018: lowbias32 and triple32). Unlike `draw` it vectorises well. Each product is
    truncated to 32 bits explicitly, because Numba widens it.
    """
    x = np.uint32(index + low)
    x = np.uint32((x ^ (x >> _T16)) * _A1)
    x = np.uint32((x ^ (x >> _T15)) * _A2)
    x = np.uint32((x ^ (x >> _T16)) + high)
    x = np.uint32((x ^ (x >> _T17)) * _B1)
    x = np.uint32((x ^ (x >> _T11)) * _B2)
    x = np.uint32((x ^ (x >> _T15)) * _B3)
    return np.uint32(x ^ (x >> _T14))


@kernel(inline=True)
def unit(bits):
    """Convert random bits to a float64 in [0, 1)."""
    return float(bits >> _S11) * _TO_UNIT


@kernel(inline=True)
def uniform(subkey, index):
    """Draw a uniform float64 in [0, 1)."""
    return unit(draw(subkey, index))


@kernel(inline=True)
def exponential(subkey, index):
    """Draw from the exponential distribution of mean 1."""
    return -math.log1p(-unit(draw(subkey, index)))


@kernel(inline=True)
def normal(subkey, index):
    """Draw a standard normal number (Box & Muller 1958), from draws 2*index and 2*index + 1."""
    i = np.uint64(index) * np.uint64(2)
    radius = math.sqrt(-2.0 * math.log1p(-unit(draw(subkey, i))))
    return radius * math.cos(_TWO_PI * unit(draw(subkey, i + _ONE)))
