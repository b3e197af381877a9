"""Counts of Poisson drives: the laws they follow, and both ways to find them."""

import numpy as np
import pytest
from scipy import stats

import spikesim as sim
from spikesim.kernels.draws import CHUNK
from spikesim.mechanisms.poisson_drive.kernels import DriveArgs, poisson_drives
from spikesim.planning.drives import count_thresholds

STEPS = 400


def drives(n, mean, alike, key=7):
    return DriveArgs(
        key=np.array([key], np.uint64), slot=np.zeros(1, np.int64), alike=np.array([alike]),
        begin=np.zeros(1, np.int64), end=np.array([n]), first=np.zeros(1, np.int64),
        row=np.zeros(n, np.int32), weight=np.ones(n),
        threshold=count_thresholds(np.array([mean])),
        bits=np.empty(CHUNK, np.uint32), count=np.empty(CHUNK, np.int32),
    )  # fmt: skip


def counts(args, steps=STEPS):
    n = int(args.end[0])
    out = np.zeros((steps, n))
    for step in range(steps):
        ring = np.zeros((1, n))
        assert poisson_drives(step, ring, args) == ring.sum()
        out[step] = ring[0]
    return out


@pytest.mark.parametrize("mean", [0.003, 0.4, 2.0, 30.0])
def test_counts_are_poisson(mean):
    seen = counts(drives(1_300, mean, True)).ravel().astype(int)
    observed = np.bincount(seen)
    expected = stats.poisson.pmf(np.arange(observed.size), mean) * seen.size
    common = expected > 5
    merged = np.append(observed[common], observed[~common].sum())
    theory = np.append(expected[common], seen.size - expected[common].sum())
    assert stats.chisquare(merged, theory).pvalue > 1e-4


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("lag", [1, 2, 8])
def test_neighbours_in_time_and_space_are_independent(axis, lag):
    seen = counts(drives(1_000, 2.0, True))
    seen = np.moveaxis(seen, axis, 0)
    first, second = seen[:-lag], seen[lag:]
    table = np.zeros((6, 6))
    np.add.at(table, (np.minimum(first, 5).astype(int).ravel(),
                      np.minimum(second, 5).astype(int).ravel()), 1)  # fmt: skip
    assert stats.chi2_contingency(table).pvalue > 1e-4


def test_both_ways_count_the_same():
    fast, each = drives(CHUNK + 77, 2.0, True), drives(CHUNK + 77, 2.0, False)
    assert (counts(fast, 50) == counts(each, 50)).all()


def test_a_share_of_the_targets_gets_what_it_gets_in_the_whole():
    whole = drives(2_000, 1.5, True)
    share = whole._replace(begin=np.array([333]), end=np.array([1_400]))
    ring, part = np.zeros((1, 2_000)), np.zeros((1, 2_000))
    poisson_drives(5, ring, whole)
    poisson_drives(5, part, share)
    assert (part[0, 333:1_400] == ring[0, 333:1_400]).all()
    assert not part[0, :333].any()
    assert not part[0, 1_400:].any()


@pytest.mark.thorough
def test_one_rate_or_equal_rates_make_no_difference():
    spikes = []
    for rate in (3_000.0, np.r_[np.full(49, 3_000.0), 2_999.0]):
        net = sim.Network(seed=3)
        cells = net.population("cells", 50, sim.LIF(receptors={"delta": sim.Delta()}))
        net.stimulate(cells, sim.PoissonDrive(rate, 2.0), name="drive")
        recorder = net.record(cells[:49], "spikes")
        net.run(200.0)
        spikes.append(recorder.result())
    assert spikes[0].n_spikes > 100
    assert (spikes[0].times == spikes[1].times).all()
    assert (spikes[0].ids == spikes[1].ids).all()


def test_a_mean_of_zero_is_never_exceeded():
    assert (count_thresholds(np.array([0.0])) == 2**32 - 1).all()
