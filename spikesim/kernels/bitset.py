"""Bitset of indices, to draw random subsets and to read them in ascending order.

`words` has one bit for each index, and `summary` one bit for each word that is not zero, so that
reading skips empty words. `count` is the number of times each index was drawn, or empty if no index
is drawn twice.
"""

from __future__ import annotations

import numpy as np

from spikesim import rng
from spikesim.jit import kernel

_ZERO, _ONE, _SIX, _S58 = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(58)
_LOW_SIX = 63
FIRST = np.int64(0)  # a plain 0 has a literal type: callees would be compiled twice
# A de Bruijn sequence: the top six bits of sequence << i differ for all i (Leiserson, Prokop &
# Randall 1998, "Using de Bruijn sequences to index a 1 in a computer word").
_SEQUENCE = np.uint64(0x03F79D71B4CB0A89)
_BIT = np.argsort([(int(_SEQUENCE) << i) % 2**64 >> 58 for i in range(64)])


@kernel(inline=True)
def lowest_bit(word):
    """Index of the lowest set bit of `word`, which must not be zero."""
    return _BIT[((word & (~word + _ONE)) * _SEQUENCE) >> _S58]


@kernel(inline=True)
def mark(words, summary, i):
    """Set bit `i`; return whether it was set already."""
    bit = _ONE << np.uint64(i & _LOW_SIX)
    before = words[i >> 6]
    words[i >> 6] = before | bit
    summary[i >> 12] |= _ONE << np.uint64((i >> 6) & _LOW_SIX)
    return before & bit != _ZERO


@kernel(inline=True)
def below(subkey, index, n):
    """Random integer from 0 to n - 1; the bias is at most n / 2**53."""
    return int(rng.uniform(subkey, index) * n)


@kernel
def mark_sample(subkey, k, n, skip, words, summary, count):
    """Draw `k` of the indices 0 to n - 1 except `skip` (n: none is skipped), and set their bits.

    With `count`, draws are independent. Without it, all indices differ, by Floyd's algorithm
    (Bentley & Floyd 1987): exactly `k` draws, and every subset is equally likely.
    """
    options = n - 1 if skip < n else n
    several = count.size > 0
    for draw in range(k):
        last = options - k + draw
        i = below(subkey, draw, options if several else last + 1)
        i += int(i >= skip)
        again = mark(words, summary, i)
        if several:
            count[i] += 1
        elif again:
            mark(words, summary, last + int(last >= skip))


@kernel
def take_marks(words, summary, count, out, at):
    """Write the drawn indices to `out` from `at` on, ascending, with repeats; clear the bitset."""
    for s in range(summary.size):
        full = summary[s]
        summary[s] = _ZERO
        while full != _ZERO:
            w = (s << 6) + lowest_bit(full)
            full &= full - _ONE
            word = words[w]
            words[w] = _ZERO
            while word != _ZERO:
                i = (w << 6) + lowest_bit(word)
                word &= word - _ONE
                times = 1
                if count.size > 0:
                    times = count[i]
                    count[i] = 0
                for _ in range(times):
                    out[at] = i
                    at += 1
    return at
