"""Rows are sorted by (block, delay, target), and a share of the targets is a piece of each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim.kernels.sort_rows import BLOCKS, block_of, sort_rows, split_blocks


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=0, max_size=6),
    st.integers(0, 2**32 - 1),
    st.sampled_from([(np.uint8, 255), (np.uint16, 65535), (np.uint16, 3)]),
    st.sampled_from([None, np.float32, np.float64]),
    st.sampled_from([1, BLOCKS]),
)
def test_rows_are_sorted_by_block_delay_and_target(lengths, seed, delay_type, weight_type, blocks):
    rs = np.random.default_rng(seed)
    indptr = np.append(0, np.cumsum(lengths)).astype(np.int64)
    n, longest = int(indptr[-1]), max(lengths, default=0)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    targets = rs.integers(0, 50, n).astype(np.int32)
    targets = targets[np.lexsort((targets, rows))]
    delays = rs.integers(1, delay_type[1] + 1, n).astype(delay_type[0])
    weights = rs.normal(size=0 if weight_type is None else n).astype(weight_type or np.float32)
    edges = 50 * np.arange(blocks + 1) // blocks
    order = np.lexsort((targets, delays, np.searchsorted(edges, targets, side="right"), rows))
    expected = targets[order], delays[order], weights[order] if weights.size else weights
    scratch = (np.empty(longest, a.dtype) for a in (targets, delays, weights))
    sort_rows(indptr, delays, delays.itemsize, targets, weights, 50, blocks,
              np.empty(257, np.int64), np.empty(longest, np.int32), np.empty(longest, np.int32),
              *scratch)  # fmt: skip
    for ours, wanted in zip((targets, delays, weights), expected, strict=True):
        assert np.array_equal(ours, wanted)


@pytest.mark.parametrize("multapses", [2, 5])
def test_equal_synapses_keep_their_order(multapses):
    """So that given weights and delays stay with the synapse that they were given for."""
    targets, delays = np.zeros(multapses, np.int32), np.full(multapses, 7, np.uint8)
    weights = np.arange(multapses, dtype=np.float32)
    scratch = (np.empty(multapses, a.dtype) for a in (targets, delays, weights))
    sort_rows(np.array([0, multapses]), delays, 1, targets, weights, 1, BLOCKS,
              np.empty(257, np.int64), np.empty(multapses, np.int32),
              np.empty(multapses, np.int32), *scratch)  # fmt: skip
    assert weights.tolist() == list(range(multapses))


@pytest.mark.parametrize("n_targets", [1, 3, 8, 17, 1000])
def test_blocks_are_equal_shares(n_targets):
    found = [block_of(j, n_targets, BLOCKS) for j in range(n_targets)]
    edges = n_targets * np.arange(BLOCKS + 1) // BLOCKS
    assert np.array_equal(found, np.searchsorted(edges, np.arange(n_targets), side="right") - 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_shares_are_pieces_of_sorted_rows(n_targets, threads, seed):
    """With two, four and eight threads without anything else in them."""
    rs = np.random.default_rng(seed)
    indptr = np.array([0, 30, 30, 50])
    targets = rs.integers(0, n_targets, 50)
    for row in (slice(0, 30), slice(30, 50)):
        order = np.lexsort((rs.random(row.stop - row.start),
                            [block_of(j, n_targets, BLOCKS) for j in targets[row]]))  # fmt: skip
        targets[row] = targets[row][order]
    for t in range(threads):
        lo, hi = n_targets * t // threads, n_targets * (t + 1) // threads
        if lo == hi:
            continue
        begin, end = np.zeros(3, np.int64), np.zeros(3, np.int64)
        split_blocks(indptr, targets, n_targets, lo, hi, begin, end)
        for row in range(3):
            piece, whole = targets[begin[row] : end[row]], targets[indptr[row] : indptr[row + 1]]
            own = (piece >= lo) & (piece < hi)
            assert own.sum() == ((whole >= lo) & (whole < hi)).sum()
            assert own.all() or threads not in (1, 2, 4, 8)
