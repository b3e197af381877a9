import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spikesim.analysis import SpikeTrains
from spikesim.errors import ValidationError


@st.composite
def some_trains(draw, n_max=6, spikes_max=60):
    """Spikes on a grid of 0.1 ms, as a simulation finds them, with ties and silent neurons."""
    n = draw(st.integers(1, n_max))
    steps = draw(st.lists(st.integers(0, 1000), max_size=spikes_max))
    ids = draw(st.lists(st.integers(0, n - 1), min_size=len(steps), max_size=len(steps)))
    return SpikeTrains(np.array(steps) * 0.1, ids, n=n, t_start=0.0, t_stop=100.0)


@pytest.fixture
def trains():
    return SpikeTrains(
        [30.0, 10.0, 10.0, 20.0, 90.0], [0, 2, 0, 0, 2], n=4, t_start=0.0, t_stop=100.0, name="exc"
    )


def test_is_sorted_by_time_then_id(trains):
    assert trains.times.tolist() == [10.0, 10.0, 20.0, 30.0, 90.0]
    assert trains.ids.tolist() == [0, 2, 0, 0, 2]


def test_is_immutable_and_keeps_no_hold_of_what_it_was_given():
    times, ids = np.array([1.0, 2.0]), np.array([0, 1])
    trains = SpikeTrains(times, ids, n=2, t_start=0.0, t_stop=10.0)
    times[0] = 5.0
    ids[0] = 1
    assert trains.times[0] == 1.0
    assert trains.ids[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        trains.times[0] = 3.0
    with pytest.raises(AttributeError, match=r"SpikeTrains\.n: is read-only"):
        trains.n = 7


def test_counts_rates_and_intervals(trains):
    assert len(trains) == 4
    assert trains.n_spikes == 5
    assert trains.duration == 100.0
    assert trains.counts().tolist() == [3, 0, 2, 0]
    assert trains.rates().tolist() == [30.0, 0.0, 20.0, 0.0]
    assert trains.mean_rate() == 12.5
    assert trains.train(0).tolist() == [10.0, 20.0, 30.0]
    assert trains.isi(0).tolist() == [10.0, 10.0]
    assert trains.isis().tolist() == [10.0, 10.0, 80.0]
    assert np.array_equal(trains.cv(), [0.0, np.nan, np.nan, np.nan], equal_nan=True)


def test_repr_says_what_there_is(trains):
    assert repr(trains) == "<SpikeTrains 'exc': 5 spikes of 4 neurons, 0 to 100 ms, 12.5 Hz>"


def test_silent_empty_and_timeless_trains_have_answers():
    silent = SpikeTrains([], [], n=3, t_start=0.0, t_stop=50.0)
    assert silent.rates().tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(silent.cv()).all()
    assert silent.population_rate(10.0)[1].tolist() == [0.0] * 5
    nobody = silent[[]]
    assert len(nobody) == 0
    assert np.isnan(nobody.mean_rate())
    assert np.isnan(nobody.population_rate(10.0)[1]).all()
    timeless = SpikeTrains([], [], n=2, t_start=5.0, t_stop=5.0)
    assert np.isnan(timeless.rates()).all()
    assert np.isnan(timeless.mean_rate())
    assert len(timeless.population_rate(1.0)[0]) == 0


def test_chosen_neurons_are_numbered_in_the_order_chosen(trains):
    part = trains[[2, 0]]
    assert len(part) == 2
    assert part.train(0).tolist() == [10.0, 90.0]
    assert part.train(1).tolist() == [10.0, 20.0, 30.0]
    assert part.ids.tolist() == [0, 1, 1, 1, 0]
    assert trains[:2].n_spikes == 3
    assert trains[-2].train(0).tolist() == [10.0, 90.0]
    assert trains[trains.counts() > 0].counts().tolist() == [3, 2]
    assert trains[::-1].counts().tolist() == [0, 2, 0, 3]


@pytest.mark.parametrize(
    "key", [[0, 0], [1, -3], 4, -5, [True, False], 1.5, "exc", [[0]], None, (0, "a"), [[0], [1, 2]]]
)
def test_impossible_selections_are_errors(trains, key):
    with pytest.raises(ValidationError, match="exc"):
        trains[key]


def test_cannot_be_iterated(trains):
    with pytest.raises(TypeError):
        iter(trains)


def test_windows_are_open_on_the_left_but_for_the_start():
    trains = SpikeTrains([0.0, 10.0, 20.0], [0, 0, 0], n=1, t_start=0.0, t_stop=30.0)
    assert trains.window(0.0, 10.0).times.tolist() == [0.0, 10.0]
    assert trains.window(10.0, 20.0).times.tolist() == [20.0]
    part = trains.window(10.0, 25.0)
    assert (part.t_start, part.t_stop, part.n) == (10.0, 25.0, 1)


def test_a_spike_at_the_bound_is_found_despite_rounding():
    # 3 * 0.1 is larger than 0.3.
    trains = SpikeTrains(np.arange(1, 11) * 0.1, [0] * 10, n=1, t_start=0.0, t_stop=1.0)
    assert trains.window(0.0, 0.3).n_spikes == 3
    assert SpikeTrains([3 * 0.1], [0], n=1, t_start=0.0, t_stop=0.3).n_spikes == 1


@pytest.mark.parametrize("bounds", [(-1.0, 5.0), (0.0, 101.0), (6.0, 5.0), (np.nan, 5.0)])
def test_windows_lie_within_what_was_observed(trains, bounds):
    with pytest.raises(ValidationError, match="ms"):
        trains.window(*bounds)


@given(some_trains(), st.lists(st.integers(0, 1000), max_size=6))
def test_windows_neither_share_nor_lose_spikes(trains, cuts):
    edges = np.array(sorted({0, 1000, *cuts})) / 10
    parts = [trains.window(a, b) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate([p.times for p in parts]), trains.times)
    assert np.array_equal(sum(p.counts() for p in parts), trains.counts())


@given(some_trains(), st.sampled_from([0.1, 0.3, 1.0, 7.0, 10.0, 99.9, 100.0, 250.0]))
def test_population_rate_counts_every_spike_once(trains, bin):
    edges = trains.bin_edges(bin)
    times, rates = trains.population_rate(bin)
    spikes = rates * np.diff(edges) / 1000.0 * trains.n
    assert edges[0] == 0.0
    assert edges[-1] == 100.0
    assert len(times) == np.ceil(round(100.0 / bin, 6))
    assert np.sum(spikes) == pytest.approx(trains.n_spikes)
    slow = [
        np.sum((trains.times > a + 1e-9) & (trains.times <= b + 1e-9))
        + (a == 0.0) * np.sum(trains.times == 0.0)
        for a, b in pairwise(edges)
    ]
    assert np.allclose(spikes, slow)


def test_a_last_bin_that_is_narrower_has_its_own_width(trains):
    times, rates = trains.population_rate(40.0)
    assert times.tolist() == [20.0, 60.0, 90.0]
    assert rates.tolist() == [25.0, 0.0, 12.5]


@given(some_trains())
def test_statistics_agree_with_a_plain_loop(trains):
    pooled = []
    for neuron in range(trains.n):
        times = np.array([t for t, i in zip(trains.times, trains.ids, strict=True) if i == neuron])
        assert np.array_equal(trains.train(neuron), times)
        intervals = np.diff(times)
        assert np.array_equal(trains.isi(neuron), intervals)
        pooled.extend(intervals)
        usable = len(intervals) >= 2 and intervals.mean() > 0
        expected = stats.variation(intervals) if usable else np.nan
        assert np.isclose(trains.cv()[neuron], expected, equal_nan=True)
    assert np.array_equal(trains.isis(), pooled)


def test_poisson_trains_have_a_cv_of_one():
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.exponential(10.0, (5, 4000)), axis=1)
    ids = np.repeat(np.arange(5), 4000)
    trains = SpikeTrains(times.ravel(), ids, n=5, t_start=0.0, t_stop=float(times.max()))
    # The standard error of the CV of n exponential intervals is about 1 / sqrt(n).
    assert trains.cv() == pytest.approx(1.0, abs=4 / np.sqrt(4000))


def test_equals_compares_all_but_names(trains):
    same = SpikeTrains(trains.times, trains.ids, n=4, t_start=0.0, t_stop=100.0)
    assert trains.equals(same)
    assert not trains.equals(trains.window(0.0, 95.0))
    assert not trains.equals(dataclasses.replace(trains, n=5))
    assert not trains.equals(dataclasses.replace(trains, ids=[0, 1, 0, 0, 2]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": [np.nan]}, "times: must be finite"),
        ({"times": [np.inf]}, "times: must be finite"),
        ({"times": [101.0]}, "times: must lie within"),
        ({"times": [-0.1]}, "times: must lie within"),
        ({"times": [1.0, 2.0]}, "one entry for each of the 1 ids"),
        ({"times": ["a"]}, "times: must be a number"),
        ({"ids": [2]}, "must be less than n = 2, got 2"),
        ({"ids": [-1]}, "must not be negative, got -1"),
        ({"ids": [0.0]}, "must be whole numbers"),
        ({"ids": [[0]]}, "one dimension"),
        ({"n": -1}, "n: must be at least 0"),
        ({"n": 2.0}, "n: must be a whole number"),
        ({"t_stop": -1.0}, "t_stop: must not be before t_start"),
        ({"t_start": np.nan}, "t_start: must be finite"),
    ],
)
def test_bad_input_is_named(change, words):
    good = {"times": [1.0], "ids": [1], "n": 2, "t_start": 0.0, "t_stop": 100.0}
    with pytest.raises(ValidationError, match=words):
        SpikeTrains(**(good | change))


@pytest.mark.parametrize("bin", [0.0, -1.0, np.nan, np.inf, "5", 1e-9])
def test_bad_bins_are_named(trains, bin):
    with pytest.raises(ValidationError, match=r"exc\.bin"):
        trains.population_rate(bin)


@pytest.mark.parametrize("neuron", [4, -1, 1.0, None])
def test_trains_of_neurons_that_do_not_exist(trains, neuron):
    with pytest.raises(ValidationError, match="exc"):
        trains.train(neuron)


def test_very_many_neurons():
    """What looks at the spikes alone works; what needs a number for each neuron says so."""
    big = SpikeTrains([1.0, 2.0, 3.0, 4.0], [5, 1, 5, 2**39], n=2**40, t_start=0.0, t_stop=5.0,
                      name="big")  # fmt: skip
    assert big.train(5).tolist() == [1.0, 3.0]
    assert big.isi(5).tolist() == big.isis().tolist() == [2.0]
    assert (big[:3].ids.tolist(), big[:3].times.tolist()) == ([1], [2.0])
    assert big[[2**39, 5]].ids.tolist() == [1, 1, 0]
    for each in (big.counts, big.rates, big.cv):
        with pytest.raises(ValidationError, match=r"big\.n: .*1099511627776 neurons would take"):
            each()
