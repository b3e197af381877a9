"""Thread barriers, and merging of per-thread spike lists.

Each thread has a part of every population. In a step each thread updates its own neurons; after a
barrier, each makes the same list of all spikes, in the order of a single thread; after a second
barrier, each delivers the spikes to its own neurons. So every sum has the same terms in the same
order, and results are bit-identical for any number of threads.
"""

from __future__ import annotations

from spikesim.jit import kernel
from spikesim.kernels.intrinsics import fetch_add, give_way, load

# Indices into the barrier's array, in separate cache lines
ARRIVED, ROUND = 0, 8
PATIENCE = 2000  # polls before a waiting thread yields the processor


@kernel(inner=True)
def wait_for_threads(barrier, threads):
    """Barrier: wait until all threads have called this function."""
    now = load(barrier, ROUND)
    if fetch_add(barrier, ARRIVED, 1) == threads - 1:
        fetch_add(barrier, ARRIVED, -threads)
        fetch_add(barrier, ROUND, 1)
        return
    looks = 0
    while load(barrier, ROUND) == now:
        looks += 1
        if looks > PATIENCE:
            give_way()


@kernel(inner=True)
def merge_spikes(found, spiked, slices, spikes):
    """Merge the spikes of all threads, slice by slice of the tables; return their number."""
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
    """Range of targets `lo` to `hi` (exclusive) in each row, which is sorted by target."""
    for row in range(indptr.size - 1):
        begin[row] = first_from(targets, indptr[row], indptr[row + 1], lo)
        end[row] = first_from(targets, begin[row], indptr[row + 1], hi)


@kernel(inline=True)
def first_from(sorted_, a, b, least):
    """First index from `a` to `b` (exclusive) whose value is at least `least`, or `b`."""
    while a < b:
        middle = (a + b) // 2
        if sorted_[middle] < least:
            a = middle + 1
        else:
            b = middle
    return a
