"""Rows are sorted by (delay, target)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim.kernels.order import sort_rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=0, max_size=6),
    st.integers(0, 2**32 - 1),
    st.sampled_from([(np.uint8, 255), (np.uint16, 65535), (np.uint16, 3)]),
    st.sampled_from([None, np.float32, np.float64]),
)
def test_rows_are_sorted_by_delay_and_then_target(lengths, seed, delay_type, weight_type):
    rs = np.random.default_rng(seed)
    indptr = np.append(0, np.cumsum(lengths)).astype(np.int64)
    n, longest = int(indptr[-1]), max(lengths, default=0)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    targets = rs.integers(0, 50, n).astype(np.int32)
    targets = targets[np.lexsort((targets, rows))]
    delays = rs.integers(1, delay_type[1] + 1, n).astype(delay_type[0])
    weights = rs.normal(size=0 if weight_type is None else n).astype(weight_type or np.float32)
    order = np.lexsort((targets, delays, rows))
    expected = targets[order], delays[order], weights[order] if weights.size else weights
    scratch = (np.empty(longest, a.dtype) for a in (targets, delays, weights))
    sort_rows(indptr, delays, delays.itemsize, targets, weights, np.empty(257, np.int64),
              np.empty(longest, np.int32), np.empty(longest, np.int32), *scratch)  # fmt: skip
    for ours, wanted in zip((targets, delays, weights), expected, strict=True):
        assert np.array_equal(ours, wanted)


@pytest.mark.parametrize("multapses", [2, 5])
def test_equal_synapses_keep_their_order(multapses):
    """So that given weights and delays stay with the synapse that they were given for."""
    targets, delays = np.zeros(multapses, np.int32), np.full(multapses, 7, np.uint8)
    weights = np.arange(multapses, dtype=np.float32)
    scratch = (np.empty(multapses, a.dtype) for a in (targets, delays, weights))
    sort_rows(np.array([0, multapses]), delays, 1, targets, weights, np.empty(257, np.int64),
              np.empty(multapses, np.int32), np.empty(multapses, np.int32), *scratch)  # fmt: skip
    assert weights.tolist() == list(range(multapses))
