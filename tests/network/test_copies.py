"""Copies and pickles of networks and their parts go on bit by bit as what they are copies of."""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from tests.everything import assert_equal, do, doings, everything
from tests.networks import assert_same, lively

WAYS = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "old pickle": lambda thing: pickle.loads(pickle.dumps(thing, protocol=2)),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.mark.thorough
@each_way
@pytest.mark.parametrize("threads", [1, 2])
def test_a_copy_goes_on_as_its_network(way, threads):
    rig = lively(threads=threads)
    rig.net.run(60.0)
    other = way(rig)
    for each in (other, rig):
        each.net.run(60.0)
    assert rig.spikes.result().n_spikes > 100
    assert_same(other.results(), rig.results())


@pytest.mark.thorough
@given(doings(most=5), doings(most=4), st.sampled_from(sorted(WAYS)), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_copy_is_as_its_network_whatever_has_been_set(before, after, way, again):
    rig = everything()
    do(rig, before)
    other = WAYS[way](rig)
    other = WAYS[way](other) if again else other  # of one that was not used yet
    assert_equal(other.truth(), rig.truth())
    for each in (rig, other):
        do(each, [*after, ("run", 3.0)])
    assert_equal(other.truth(), rig.truth())
    assert_equal(other.recorded(), rig.recorded())


@pytest.mark.thorough
@each_way
def test_a_copy_shares_nothing_with_its_network(way):
    rig, same = everything(), everything()
    other = way(rig)  # not built yet
    other.cells.set(g=3.0)
    other.net.run(5.0)
    for each in (rig, same):
        each.net.run(5.0)
    third = way(rig)
    third.learn.weight = 0.0
    third.poisson.set(rate=0.0)
    third.net.run(5.0)
    assert_equal(rig.truth(), same.truth())
    assert_equal(rig.recorded(), same.recorded())
    third.net.reset()
    third.net.run(5.0)
    assert_equal(third.recorded(), rig.recorded())


PARTS = {
    "network": (lambda rig: rig.net, lambda net: net.populations["others"].get("V_m")),
    "population": (lambda rig: rig.cells, lambda cells: cells.get("v")),
    "view": (lambda rig: rig.cells[[3, 1]], lambda view: view.get("v")),
    "source": (lambda rig: rig.poisson, lambda source: source.get("rate")),
    "projection": (lambda rig: rig.learn, lambda learn: learn.weight),
    "release": (lambda rig: rig.quantal, lambda quantal: quantal.release_state().x),
    "gap junctions": (lambda rig: rig.gaps, lambda gaps: gaps.g),
    "modulator": (lambda rig: rig.dopamine, lambda dopamine: dopamine.concentration),
    "recorder": (lambda rig: rig.recorders["seen"], lambda seen: seen.result().values),
    "spike recorder": (lambda rig: rig.recorders["spikes"], lambda spikes: spikes.counts()),
    "weight recorder": (lambda rig: rig.recorders["weight"], lambda w: w.result().values),
}


@pytest.mark.thorough
@each_way
@pytest.mark.parametrize(("part", "read"), PARTS.values(), ids=PARTS)
def test_a_part_takes_its_network_with_it(way, part, read):
    rig = everything()
    rig.net.run(10.0)
    do(rig, [("g", 0.4), ("weight", 30.0), ("rate", [1.0, 2.0, 3.0])])
    own = part(rig)
    if own is not rig.net:
        assert copy.copy(own) is own
    copied = way(own)
    expected = np.array(read(own))
    rig.net.run(3.0)
    assert np.array_equal(read(copied), expected)


@each_way
def test_more_can_be_added_to_a_copy_as_to_its_network(way):
    """As long as that would lose nothing."""
    rig = everything()
    rig.cells.get("v")
    other = way(rig.net)
    assert other.populations["cells"].get("v").size == 4
    other.population("extra", 1, sim.LIF())
    rig.cells.set(v=-60.0)
    other = way(rig.net)
    assert (other.populations["cells"].get("v") == -60.0).all()
    with pytest.raises(sim.ValidationError, match=r"cells\.v has been set already"):
        other.population("extra", 1, sim.LIF())


def test_recorders_of_a_copy_are_found():
    rig = everything()
    rig.net.run(5.0)
    other = copy.deepcopy(rig.net)
    assert isinstance(other.recorders, tuple)
    assert [r.name for r in other.recorders] == [r.name for r in rig.recorders.values()]
    assert np.array_equal(other.recorders[2].result().values, rig.recorders["v"].result().values)


def test_what_is_no_copy_is_refused():
    rig = everything()
    rig.net.build()
    with pytest.raises(TypeError, match=r"copy\.deepcopy"):
        copy.copy(rig.net)
    for inner in (rig.net.plan, rig.net.simulator):
        for way in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="pickle its network"):
                way(inner)


def test_a_copy_that_cannot_be_built_says_so_each_time(monkeypatch):
    """It must not go on from the start as if nothing had been."""
    rig = lively()
    rig.net.run(5.0)
    other = copy.deepcopy(rig.net)
    monkeypatch.setattr("spikesim.network.simulation.build", lambda *_: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            other.run(1.0)
    monkeypatch.undo()
    assert other.t == pytest.approx(5.0)


# --- processes -----------------------------------------------------------------------------------


def firing(net, I_e):
    """What a process of a pool does with a network that it was sent."""
    net.populations["others"].set(I_e=I_e)
    net.run(20.0)
    return net.recorders[0].result(), net.projections["learn"].weight


def wrong(net):
    net.populations["others"].set(tau_m=-1.0)


@pytest.mark.thorough
def test_a_sweep_in_processes():
    """Fresh ones: they have the models' classes only by their names."""
    rig = everything()
    rig.net.run(10.0)
    drives = [np.full(6, 300.0), np.full(6, 900.0)]
    expected = [firing(copy.deepcopy(rig.net), I_e) for I_e in drives]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        found = list(pool.map(firing, [rig.net] * 2, drives))
        with pytest.raises(sim.ValidationError, match=r"^others\.tau_m: must be positive") as error:
            pool.submit(wrong, rig.net).result()
        assert error.value.attribute == "tau_m"
    assert expected[1][0].n_spikes > expected[0][0].n_spikes > 3
    for (spikes, weight), (its_spikes, its_weight) in zip(expected, found, strict=True):
        assert its_spikes.equals(spikes)
        assert np.array_equal(its_weight, weight)
