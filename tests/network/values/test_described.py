"""Values are read without building a network, and are those that it will have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from tests.network.values.rig import RECEPTORS

VALUES = {
    "tau_m": st.floats(5.0, 50.0)
    | st.lists(st.floats(5.0, 50.0), min_size=4, max_size=4)
    | st.just(sim.Normal(20.0, 2.0, low=10.0)),
    "E_L": st.floats(-80.0, -60.0) | st.just(sim.Uniform(-80.0, -60.0)),
}
INITIAL = st.none() | st.floats(-80.0, -60.0) | st.just(sim.Uniform(-70.0, -60.0))


@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_what_is_described_is_what_is_built(data):
    net = sim.Network(
        seed=data.draw(st.integers(0, 99)),
        precision=data.draw(st.sampled_from(["mixed", "single"])),
    )
    chosen = {name: data.draw(values) for name, values in VALUES.items()}
    initial = data.draw(INITIAL)
    cells = net.population(
        "cells", 4, sim.LIF(receptors=RECEPTORS, **chosen),
        initial=None if initial is None else {"V_m": initial, "I_exc": sim.Uniform(0.0, 1.0)},
    )  # fmt: skip
    schedule = sim.Schedule([0.0, 5.0], [[1.0, 2.0], [3.0, 4.0]])
    rate = data.draw(st.sampled_from([5.0, [1.0, 2.0], schedule]))
    sources = net.population("sources", 2, sim.PoissonSource(rate))
    views = [cells, cells[1:3], sources, sources[1:]]
    before = [{name: view.get(name) for name in view._variables()} for view in views]
    assert net._simulation.built is None
    net.stimulate(cells, sim.DCCurrent(10.0))  # describing goes on
    net.build()
    for view, values in zip(views, before, strict=True):
        for name, value in values.items():
            assert view.get(name) == pytest.approx(value, rel=1e-12), name


def test_variables_that_are_linked_are_told_by_building():
    class Follower(sim.LIF):
        equations = sim.LIF.equations + "\nx : mV (linked)"

    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    follower = net.population("follower", 3, Follower())
    net.link(follower, "x", cells, "V_m")
    assert (follower.x == -70.0).all()
    assert net._simulation.built is not None


def test_times_of_a_source():
    net = sim.Network(seed=1)
    source = net.population("source", 3, sim.SpikeSource([[1.0, 2.0], [], [3.0]]))
    assert [list(times) for times in source.times] == [[1.0, 2.0], [], [3.0]]
    assert [list(times) for times in source[1:].get("times")] == [[], [3.0]]
    source.times = [[4.0], [5.0], []]
    assert [list(times) for times in source.times] == [[4.0], [5.0], []]
    with pytest.raises(sim.ValidationError, match="unknown name 'rate'; valid names: 'times'"):
        source.get("rate")
    with pytest.raises(sim.ValidationError, match="valid names: 'times'"):
        source.set(rate=5.0)


def test_a_model_that_cannot_be_built_makes_no_population():
    class Broken(sim.LIF):
        equations = "dV_m/dt = -(V_m - E_L) / tau_q + (I_syn + I_in + I_e) / C_m : mV"

    net = sim.Network(seed=1)
    with pytest.raises(sim.ValidationError, match=r"Broken\.equations: unknown name 'tau_q'"):
        net.population("cells", 3, Broken())
    assert not net.populations


def test_reading_is_not_the_first_run():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    assert np.array_equal(cells.get("V_m"), [-70.0] * 3)
    net.project(cells, cells, sim.AllToAll(), weight=1.0, delay=1.0)
