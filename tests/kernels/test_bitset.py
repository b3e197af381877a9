"""Random subsets: every index is found again, and all subsets are equally likely."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spikesim import rng
from spikesim.kernels.bitset import FIRST, lowest_bit, mark_sample, take_marks


def scratch(n, several=False):
    words, summary = np.zeros((n >> 6) + 1, np.uint64), np.zeros((n >> 12) + 1, np.uint64)
    return words, summary, np.zeros(n if several else 0, np.int32)


def sample(key, k, n, skip=None, several=False):
    marks, out = scratch(n, several), np.empty(k, np.int32)
    mark_sample(np.uint64(rng.subkey(key, 0)), k, n, n if skip is None else skip, *marks)
    assert take_marks(*marks, out, FIRST) == k
    assert all(not m.any() for m in marks)
    return out


@settings(deadline=None)  # the first example may compile
@given(i=st.integers(0, 63), above=st.integers(0, 2**64 - 1))
def test_lowest_bit(i, above):
    assert lowest_bit(np.uint64(((above << i) | (1 << i)) % 2**64)) == i


@settings(deadline=None)  # the first example may compile
@given(data=st.data(), n=st.integers(1, 9000), seed=st.integers(0, 2**60), several=st.booleans())
def test_samples_are_ascending_and_without_the_skipped(data, n, seed, several):
    skip = data.draw(st.none() | st.integers(0, n - 1))
    options = n - (skip is not None)
    k = data.draw(st.integers(0, min(options, 300) if not several or not options else 300))
    got = sample(rng.key(seed), k, n, skip, several)
    assert np.all(np.diff(got) >= (0 if several else 1))
    assert np.all((got >= 0) & (got < n) & (got != skip))
    if k == options and not several:
        assert np.array_equal(got, [i for i in range(n) if i != skip])


def test_every_subset_is_equally_likely():
    allowed = [0, 1, 2, 4, 5]
    subsets = list(itertools.combinations(allowed, 3))
    seen = [tuple(sample(rng.key(seed), 3, 6, skip=3).tolist()) for seed in range(5000)]
    counts = [seen.count(subset) for subset in subsets]
    assert sum(counts) == len(seen)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_repeated_draws_are_independent():
    draws = np.array([sample(rng.key(seed), 2, 4, several=True) for seed in range(5000)])
    counts = np.bincount(draws[:, 0] * 4 + draws[:, 1], minlength=16).reshape(4, 4)
    pairs = np.triu(np.full((4, 4), 2.0), 1) + np.eye(4)
    kept = pairs > 0
    assert stats.chisquare(counts[kept], pairs[kept] / 16 * len(draws)).pvalue > 1e-3
