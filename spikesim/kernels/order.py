"""Sort each row by delay. Reads the delays; rewrites targets, weights and delays in place."""

from __future__ import annotations

from spikesim.jit import kernel

_BYTE = 255


@kernel
def _apply(values, first, order, n, scratch):
    """Rearrange `n` values from `first` on."""
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
        # Copied back, not swapped: Numba fails now and then to type an array that was swapped.
        for i in range(n):
            order[i] = other[i]


@kernel
def sort_rows(indptr, delays, n_bytes, targets, weights, histogram, order, other, t, d, w):
    """Sort rows by (delay, target); they come sorted by target. `weights` may be empty.

    Scratch: `histogram` (257,), `order` and `other`, and `t`, `d`, `w` of the longest row's size.
    """
    for row in range(indptr.size - 1):
        first = indptr[row]
        n = indptr[row + 1] - first
        _by_delay(delays, first, n, n_bytes, histogram, order, other)
        _apply(targets, first, order, n, t)
        _apply(delays, first, order, n, d)
        if weights.size > 0:
            _apply(weights, first, order, n, w)
