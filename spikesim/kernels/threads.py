"""Where threads meet, and how what they have found becomes one list.

Each thread has a share of every population. In a step it updates its own neurons; all meet; each
makes the same list of all spikes, ordered as one thread would find them; all meet again; and each
delivers the spikes to its own neurons. So every sum has the same terms in the same order, and
results are the same, bit by bit, for any number of threads.
"""

from __future__ import annotations

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import fetch_add, give_way, load

# Places in the gate, in cache lines of their own
ARRIVED, ROUND = 0, 8
PATIENCE = 2000  # looks before a waiting thread gives way to others


@kernel(inner=True)
def meet(gate, threads):
    """Wait until all threads have come here."""
    now = load(gate, ROUND)
    if fetch_add(gate, ARRIVED, 1) == threads - 1:
        fetch_add(gate, ARRIVED, -threads)
        fetch_add(gate, ROUND, 1)
        return
    looks = 0
    while load(gate, ROUND) == now:
        looks += 1
        if looks > PATIENCE:
            give_way()


@kernel(inner=True)
def gather(found, spiked, slices, spikes):
    """Join the threads' spikes, slice by slice of the tables; returns their number."""
    n = 0
    for s in range(slices):
        for t in range(spiked.shape[0]):
            first = spiked[t, s - 1] if s > 0 else 0
            for k in range(first, spiked[t, s]):
                spikes[n] = found[t, k]
                n += 1
    return n


@kernel
def split_rows(indptr, targets, lo, hi, begin, end):
    """Where in each row, sorted by target, those from `lo` to `hi` (exclusive) lie."""
    for row in range(indptr.size - 1):
        begin[row] = first_from(targets, indptr[row], indptr[row + 1], lo)
        end[row] = first_from(targets, begin[row], indptr[row + 1], hi)


@kernel(inline=True)
def first_from(sorted_, a, b, least):
    """The first place from `a` to `b` (exclusive) whose value is `least` or more, or `b`."""
    while a < b:
        middle = (a + b) // 2
        if sorted_[middle] < least:
            a = middle + 1
        else:
            b = middle
    return a
