"""Keyed randomness: every draw is a function of (seed, names, entity, index).

There is no stream and no state. A draw is ``bits(key, entity, index)``, where `key` comes from the
seed and the names of the object and of the purpose (`key`), `entity` is a neuron, source or row and
`index` counts its draws. Adding an object elsewhere, or splitting work differently, changes
nothing.

The mixing function is the finalizer of SplitMix64 (Steele, Lea & Flood 2014, variant 13 of
Stafford), applied once for each of key, entity and index. Golden vectors are pinned in the tests.
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
    """The key of an object's draws, from the seed and the names that lead to it."""
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


@kernel(inline=True)
def mix(z):
    """SplitMix64's finalizer: a bijection of 64 bits with full avalanche."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@kernel(inline=True)
def subkey(key, entity):
    """The key of one entity: hoist it out of a loop over its draws."""
    return mix(np.uint64(key) + (np.uint64(entity) + _ONE) * _GOLDEN)


@kernel(inline=True)
def draw(subkey, index):
    """64 random bits: draw `index` of the entity whose subkey is given."""
    return mix(np.uint64(subkey) + (np.uint64(index) + _ONE) * _ODD)


@kernel(inline=True)
def draw32(low, high, index):
    """32 random bits: draw `index` of the entity whose subkey has these halves, all uint32.

    Two mixers of 32 bits in a row, one for each half of the key (C. Wellons, "Prospecting for hash
    functions", 2018: lowbias32 and triple32). Unlike `draw` it vectorises well. Each product is cut
    to 32 bits at once, for Numba widens it.
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
    """Bits to a float64 in [0, 1)."""
    return float(bits >> _S11) * _TO_UNIT


@kernel(inline=True)
def uniform(subkey, index):
    """A float64 in [0, 1)."""
    return unit(draw(subkey, index))


@kernel(inline=True)
def exponential(subkey, index):
    """A draw from the exponential law of mean 1."""
    return -math.log1p(-unit(draw(subkey, index)))


@kernel(inline=True)
def normal(subkey, index):
    """A standard normal draw (Box & Muller 1958), from draws 2*index and 2*index + 1."""
    i = np.uint64(index) * np.uint64(2)
    radius = math.sqrt(-2.0 * math.log1p(-unit(draw(subkey, i))))
    return radius * math.cos(_TWO_PI * unit(draw(subkey, i + _ONE)))
