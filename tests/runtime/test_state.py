"""A state holds all that users can switch and set, says of which network it is, and goes on."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

import spikesim as sim
from spikesim.runtime.checkpoint import checksum
from tests.everything import assert_equal, do, doings, everything


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that examples share."""
    return tmp_path_factory.mktemp("states")


def test_learning_is_told_as_it_was_saved(tmp_path):
    rig = everything()
    rig.net.run(5.0)
    rig.learn.learning = False
    rig.net.save_state(tmp_path / "off")
    rig.net.learning = True
    rig.net.load_state(tmp_path / "off")
    assert [p.learning for p in rig.net.projections.values()] == [False, True, False, False]
    before = rig.learn.weight
    rig.net.run(20.0)
    assert np.array_equal(rig.learn.weight, before)
    rig.learn.learning = True
    rig.net.run(20.0)
    assert not np.array_equal(rig.learn.weight, before)


def test_spike_times_that_were_set_do_not_lock_out_a_state(tmp_path):
    def source():
        net = sim.Network(seed=1)
        given = net.population("given", 2, sim.SpikeSource([[5.0], [7.3, 30.0]]))
        return net, given, net.record(given, "spikes")

    net, given, _ = source()
    net.run(1.0)
    net.save_state(tmp_path / "state")
    given.set(times=[[2.0, 3.0, 4.0], []])
    net.save_state(tmp_path / "other")
    net.load_state(tmp_path / "state")
    assert [list(times) for times in given.model.times] == [[5.0], [7.3, 30.0]]
    fresh, given, spikes = source()
    fresh.load_state(tmp_path / "other")
    assert [list(times) for times in given.model.times] == [[2.0, 3.0, 4.0], []]
    fresh.run(40.0)
    assert spikes.result().times == pytest.approx([2.0, 3.0, 4.0])
    fresh.load_state(tmp_path / "state")
    fresh.run(40.0)
    assert spikes.result().times == pytest.approx([5.0, 7.3, 30.0])


def test_a_schedule_that_was_set_goes_on_in_another_network(tmp_path):
    rig, other = everything(), everything()
    rig.net.run(3.0)
    rig.poisson.set(rate=sim.Schedule([0.0, 6.0, 9.0], [0.0, 1500.0, 0.0]))
    rig.gamma.set(rate=5.0)
    rig.net.save_state(tmp_path / "state")
    other.net.load_state(tmp_path / "state")
    assert_equal(other.truth(), rig.truth())
    spikes = other.net.record(other.poisson, "spikes")
    other.net.run(10.0)
    times = spikes.result().times
    assert times.size > 5
    assert 6.0 < times.min() < times.max() <= 9.0


# --- whatever is done ----------------------------------------------------------------------------


@pytest.mark.thorough
@given(doings(most=6), doings(most=4), doings(most=4))
@settings(max_examples=20, deadline=None)
def test_what_is_loaded_goes_on_as_what_was_saved(folder, before, else_, after):
    """In a network in which something else has been done and set since."""
    rig, other = everything(), everything()
    do(rig, before)
    rig.net.save_state(folder / "state")
    for recorder in rig.recorders.values():
        recorder.clear()
    do(other, else_)
    other.net.load_state(folder / "state")
    assert_equal(other.truth(), rig.truth())
    for each in (rig, other):
        do(each, [*after, ("run", 4.0)])
    assert_equal(other.truth(), rig.truth())
    assert_equal(other.recorded(), rig.recorded())


@pytest.mark.thorough
@given(doings(least=1, most=6))
@settings(max_examples=15, deadline=None)
def test_reset_is_the_description(acts):
    """All but the switches of learning, which are the user's."""
    rig, fresh = everything(), everything()
    do(rig, acts)
    for p in (rig.learn, rig.net.projections["more"]):
        fresh.net.projections[p.name].learning = p.learning
    rig.net.reset()
    for each in (rig, fresh):
        each.net.run(6.0)
    assert_equal(rig.truth(), fresh.truth())
    assert_equal(rig.recorded(), fresh.recorded())


# --- older files ---------------------------------------------------------------------------------


def changed(path, change):
    """The file, with what `change` makes of its head and arrays."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    head = json.loads(str(arrays.pop("__head__")))
    change(head, arrays)
    np.savez(path.with_suffix(".npz"), __head__=np.array(json.dumps(head)), **arrays)
    return path.with_suffix(".npz")


def as_format_3(head, arrays):
    head["format"] = 3
    for name in ("kind", "populations", "projections", "network"):
        del head[name]
    for name in [n for n in arrays if n.startswith(("schedule.", "draws."))]:
        del arrays[name]


def test_a_state_of_format_3(tmp_path):
    """Of the schedule of a rate it knows nothing: that goes on as the network has it."""
    rig, other = everything(), everything()
    rig.net.run(5.0)
    rig.gamma.set(rate=[50.0, 70.0])
    rig.learn.learning = False
    rig.net.save_state(tmp_path / "new")
    other.net.run(2.0)
    other.net.load_state(changed(tmp_path / "new", as_format_3))
    assert_equal(other.truth(), rig.truth())
    for each in (rig, other):
        each.net.run(20.0)
    assert_equal(other.truth(), rig.truth())


def as_format_4(head, arrays):
    """Histories held one trace for each neuron, in arrays of their own."""
    head["format"] = 4
    for name in [n.removesuffix(".post_n") for n in arrays if n.startswith("plastic.")
                 and n.endswith(".post_n")]:  # fmt: skip
        n = arrays[f"{name}.post_n"].size
        arrays[f"{name}.post"] = arrays[f"{name}.post"].reshape(n, -1)
        arrays[f"{name}.pre_v"] = arrays[f"{name}.pre_v"][..., 0]
        arrays[f"{name}.log_v"] = arrays[f"{name}.log_v"].reshape(-1, 2)[:, 1]
        for part in ("others", "integrals", "totals"):
            del arrays[f"{name}.{part}"]
    del arrays["modulation.arrived"]
    head["checksum"] = checksum(head, arrays)


def test_a_state_of_format_4(tmp_path):
    rig, other = everything(), everything()
    rig.net.run(25.0)
    rig.net.save_state(tmp_path / "new")
    other.net.load_state(changed(tmp_path / "new", as_format_4))
    for each in (rig, other):
        each.net.run(20.0)
    assert_equal(other.truth(), rig.truth())


# --- of another network --------------------------------------------------------------------------


def pair(sizes=(10, 20), pairs=((0, 1), (1, 2)), delay=1.0, name="p", model=None):
    net = sim.Network(seed=1)
    models = model or sim.LIF()
    a, b = (net.population(n, size, models) for n, size in zip("ab", sizes, strict=True))
    source, target = np.array(pairs).T
    net.project(a, b, sim.FromArrays(source, target), weight=[5.0, 6.0], delay=delay, name=name)
    return net


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"sizes": (20, 10)}, r"'a' has 10 neurons with the variables \['V_m', 'I_current'\] in"),
        ({"pairs": ((0, 1), (1, 3))}, "'p' has other synapses or delays in"),
        ({"delay": [1.0, 1.5]}, "'p' has other synapses or delays in"),
        ({"delay": 0.5}, "'p' has other synapses or delays in"),
        ({"name": "q"}, "has the projection 'p'.*is of another network"),
        ({"model": sim.AdaptiveLIF()}, r"'a' has 10 neurons with the variables \['V_m', 'I_"),
    ],
)
def test_a_network_that_only_looks_alike(tmp_path, options, text):
    """Of the same sizes in all, so that every array would fit."""
    net, other = pair(), pair(**options)
    net.run(3.0)
    net.save_state(tmp_path / "state")
    with pytest.raises(sim.ValidationError, match=rf"load_state\.path: .*{text}"):
        other.load_state(tmp_path / "state")
    assert other.t == 0.0


def no_time_constant(head, arrays):
    arrays["parameter.others.tau_m"] = np.array(0.0)


def no_rate(head, arrays):
    arrays["schedule.gamma.values"] = np.array([1.0, -1.0])


def no_source(head, arrays):
    arrays["source.given.source"] = np.array([5], np.int32)
    arrays["source.given.step"] = np.array([3])


def no_shape(head, arrays):
    arrays["parameter.cells.E"] = np.zeros(3)


def no_count(head, arrays):
    arrays["draws.cells.v"] = np.zeros(3, np.int64)


@pytest.mark.parametrize("change", [no_time_constant, no_rate, no_source, no_shape, no_count])
def test_a_state_that_cannot_be_changes_nothing(tmp_path, change):
    rig, same = everything(), everything()
    do(rig, [("gamma rate", 20.0), ("adapt", 0.0), ("run", 3.0)])
    rig.net.save_state(tmp_path / "state")
    for each in (rig, same):
        each.net.reset()
        do(each, [("run", 2.0), ("all learning", False), ("g", 0.5)])
    with pytest.raises(sim.ValidationError):
        rig.net.load_state(changed(tmp_path / "state", change))
    assert_equal(rig.truth(), same.truth())
    assert_equal(rig.recorded(), same.recorded())
    for each in (rig, same):
        each.net.run(3.0)
    assert_equal(rig.recorded(), same.recorded())
