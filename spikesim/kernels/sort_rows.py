"""Sort the synapses of each row by delay, in place.

If threads divide the targets, rows are sorted by block of targets first: the part of a thread in a
row is then contiguous, for the usual numbers of threads.
"""

from __future__ import annotations

import numpy as np

from spikesim.jit import kernel

_BYTE = 255
BLOCKS = 8  # equal blocks of targets: the parts of 2, 4 and 8 threads are whole blocks


@kernel
def _apply(values, first, order, n, scratch):
    """Permute `n` values from `first` on."""
    for i in range(n):
        scratch[i] = values[first + order[i]]
    for i in range(n):
        values[first + i] = scratch[i]


@kernel
def _by_delay(delays, first, n, n_bytes, histogram, order, other):
    """Stable radix sort by the bytes of the delays, lowest first; the result is in `order`."""
    for i in range(n):
        order[i] = i
    for byte in range(n_bytes):
        shift = 8 * byte
        for b in range(_BYTE + 2):
            histogram[b] = 0
        for i in range(n):
            histogram[((delays[first + i] >> shift) & _BYTE) + 1] += 1
        for b in range(_BYTE + 1):
            histogram[b + 1] += histogram[b]
        for i in range(n):
            b = (delays[first + order[i]] >> shift) & _BYTE
            other[histogram[b]] = order[i]
            histogram[b] += 1
        # Copied back, not swapped: Numba sometimes fails to type swapped array variables.
        for i in range(n):
            order[i] = other[i]


@kernel(inline=True)
def block_of(target, n_targets, blocks):
    """Block of a target: block b begins at ``n_targets * b // blocks``."""
    return ((np.int64(target) + 1) * blocks - 1) // n_targets


@kernel
def sort_rows(
    indptr, delays, n_bytes, targets, weights, n_targets, blocks, histogram, order, other, t, d, w
):
    """Sort rows by (block, delay, target); they come sorted by target. `weights` may be empty.

    Scratch: `histogram` (257,), `order` and `other`, and `t`, `d`, `w` of the longest row's size.
    """
    for row in range(indptr.size - 1):
        first, last = indptr[row], indptr[row + 1]
        while first < last:
            block, n = block_of(targets[first], n_targets, blocks), 1
            while first + n < last and block_of(targets[first + n], n_targets, blocks) == block:
                n += 1
            _by_delay(delays, first, n, n_bytes, histogram, order, other)
            _apply(targets, first, order, n, t)
            _apply(delays, first, order, n, d)
            if weights.size > 0:
                _apply(weights, first, order, n, w)
            first += n


@kernel
def split_blocks(indptr, targets, n_targets, lo, hi, begin, end):
    """Range in each sorted row of the blocks that contain targets `lo` to `hi` (exclusive)."""
    low, high = block_of(lo, n_targets, BLOCKS), block_of(hi - 1, n_targets, BLOCKS)
    for row in range(indptr.size - 1):
        begin[row] = _first_from(targets, indptr[row], indptr[row + 1], n_targets, low)
        end[row] = _first_from(targets, begin[row], indptr[row + 1], n_targets, high + 1)


@kernel(inline=True)
def _first_from(targets, a, b, n_targets, block):
    while a < b:
        middle = (a + b) // 2
        if block_of(targets[middle], n_targets, BLOCKS) < block:
            a = middle + 1
        else:
            b = middle
    return a
