"""Trains of Poisson sources as the kernel makes them: in pieces, with little room, in order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from spikesim import rng
from spikesim.kernels.sources import first_intervals, gamma, set_rates, sort_by_step, trains

KEY = rng.key(1, "source")


class Source:
    def __init__(self, rate, shape=1.0):
        self.rate = np.array(rate, dtype=float)
        self.left = np.empty(self.rate.size)
        self.shape = np.full(self.rate.size, float(shape))
        first_intervals(KEY, self.shape, self.left)
        self.since, self.drawn = np.zeros(self.rate.size), np.ones(self.rate.size, np.int64)

    def trains(self, start, stop, room=1 << 16):
        """(step, source) pairs of some steps, in a buffer of `room` places that is emptied."""
        step, source = np.empty(room, np.int64), np.empty(room, np.int32)
        pairs, at = [], 0
        while at < self.rate.size:
            n, at = trains(
                start, stop, KEY, self.shape, self.rate, self.left, self.since, self.drawn, step,
                source, 0, at,
            )  # fmt: skip
            assert n <= room
            pairs += zip(step[:n].tolist(), source[:n].tolist(), strict=True)
        return pairs


RATES = [0.0, 0.001, 0.1, 0.9, 4.0]


def by_definition(i, rate, stop):
    """Interval n of a source is the exponential draw n: in plain Python."""
    t, steps, n, sub = 0.0, [], 0, np.uint64(rng.subkey(KEY, i))
    while True:
        t += rng.exponential(sub, n) / rate
        n += 1
        if t > stop:
            return steps
        steps.append(int(np.ceil(t)) - 1)


def test_intervals_are_keyed_draws():
    pairs = Source(RATES).trains(0, 400)
    for i, rate in enumerate(RATES):
        expected = by_definition(i, rate, 400) if rate else []
        assert [s for s, j in pairs if j == i] == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=20), st.integers(40, 200))
def test_pieces_and_room_do_not_matter(pieces, room):
    whole = Source(RATES).trains(0, sum(pieces))
    parts, source, at = [], Source(RATES), 0
    for piece in pieces:
        new = source.trains(at, at + piece, room=max(room, 40 * piece))
        assert all(at <= step < at + piece for step, _ in new)
        parts += new
        at += piece
    assert sorted(parts) == sorted(whole)


def test_a_rate_that_changes_keeps_what_is_left_of_an_interval():
    """Half of an interval at one rate, the rest at twice that rate."""
    source = Source([0.01])
    first = source.left[0] / 0.01
    now = int(first / 2)
    assert source.trains(0, now) == []
    set_rates(now, source.rate, np.array([0.02]), source.left, source.since)
    (step, _), *_ = source.trains(now, now + 10_000)
    assert step == int(np.ceil(now + (first - now) / 2)) - 1


def test_no_rate_no_spike_and_nothing_is_lost():
    source = Source([0.01])
    expected = source.left[0] / 0.01
    set_rates(0, source.rate, np.array([0.0]), source.left, source.since)
    assert source.trains(0, 10_000) == []
    set_rates(10_000, source.rate, np.array([0.01]), source.left, source.since)
    assert source.trains(10_000, 20_000)[0][0] == int(np.ceil(10_000 + expected)) - 1


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(1, 30), st.integers(0, 200), st.integers(0, 99))
def test_sorting_by_step_is_stable(start, steps, n, seed):
    rs = np.random.default_rng(seed)
    step = rs.integers(start, start + steps, n)
    source = rs.integers(0, 1000, n).astype(np.int32)
    first, out = np.full(steps + 1, -1), np.empty(n, np.int32)
    sort_by_step(start, step, source, n, first, out)
    assert np.array_equal(out, source[np.argsort(step, kind="stable")])
    counts = np.bincount(step - start, minlength=steps)
    assert np.array_equal(first, np.append(0, np.cumsum(counts)))


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_anything_to_sort(n):
    first, out = np.zeros(3, np.int64), np.empty(4, np.int32)
    sort_by_step(5, np.full(4, 6), np.arange(4, dtype=np.int32), n, first, out)
    assert first.tolist() == [0, 0, n]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.sampled_from([0.3, 2.0, 6.5]))
def test_pieces_do_not_matter_to_gamma_trains(pieces, shape):
    whole = Source(RATES, shape).trains(0, sum(pieces))
    parts, source, at = [], Source(RATES, shape), 0
    for piece in pieces:
        parts += source.trains(at, at + piece)
        at += piece
    assert sorted(parts) == sorted(whole)


@pytest.mark.parametrize("shape", [0.2, 1.5, 30.0])
def test_gamma_draws_follow_their_law(shape):
    key = np.uint64(rng.subkey(KEY, 0))
    draws = [gamma(np.uint64(rng.subkey(key, n)), shape) for n in range(20_000)]
    assert kstest(draws, "gamma", args=(shape,)).pvalue > 0.01
