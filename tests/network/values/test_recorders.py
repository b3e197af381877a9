"""What was recorded is what was: nothing that is done later changes it."""

import numpy as np
import pytest
from hypothesis import given, settings

import spikesim as sim
from tests.everything import assert_equal, do, doings, everything


class Leaky(sim.Neuron):
    equations = """
    dv/dt = I / C : mV
    I = g * (E - v) : pA
    g : nS
    E : mV
    C : pF
    """
    threshold = "never"


def leaky(E=10.0, **options):
    net = sim.Network(dt=0.1, seed=1, precision="double")
    return net, net.population("cell", 1, Leaky(g=1.0, E=E, C=100.0, **options))


def test_a_subexpression_is_recorded_with_the_parameters_of_its_time():
    net, cell = leaky()
    current, v = net.record(cell, "I"), net.record(cell, "v")
    net.run(1.0)
    before = current.result()
    cell.set(E=50.0)
    assert np.array_equal(current.result().values, before.values)
    assert before.values[0, 0] == 10.0
    net.run(1.0)
    E = np.where(np.arange(21) <= 10, 10.0, 50.0)
    assert np.array_equal(current.result().values[:11], before.values)
    assert np.array_equal(current.result().values[:, 0], E - v.result().values[:, 0])


def test_what_is_set_before_the_run_is_in_the_sample_at_0():
    net, cell = leaky()
    current, v = net.record(cell, "I"), net.record(cell, "v")
    net.build()
    cell.set(E=30.0, v=5.0)
    assert current.result().values.shape == (0, 1), "nothing has begun yet"
    net.run(1.0)
    assert (current.result().values[0, 0], v.result().values[0, 0]) == (25.0, 5.0)


def weights(net):
    pre = net.population("pre", 2, sim.PoissonSource(50.0))
    post = net.population("post", 2, sim.LIF())
    return net.project(pre, post, sim.AllToAll(), weight=0.1, delay=1.0, plasticity=sim.PairSTDP(),
                       delay_is="axonal")  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("late", [False, True])
def test_weights_that_are_set_before_the_run_are_in_the_sample_at_0(late):
    net = sim.Network(seed=1, precision="double")
    p = weights(net)
    if late:
        net.build()
    record = net.record(p, "weight", every=5.0)
    p.weight = 0.9
    net.run(10.0)
    assert np.array_equal(record.result().times, [0.0, 5.0, 10.0])
    assert (record.result().values[0] == 0.9).all()


def test_synapses_that_there_are_not():
    """Said at once where the number of synapses is known, so that the network can go on."""
    net = sim.Network(seed=1)
    projection = weights(net)
    with pytest.raises(sim.ValidationError, match=r"below the 4 synapses that there are, got 4"):
        net.record(projection, "weight", every=1.0, synapses=[0, 4])
    recorder = net.record(projection, "weight", every=1.0, synapses=[3])
    net.run(2.0)
    assert recorder.result().values.shape == (3, 1)


def test_a_linked_variable_begins_with_what_its_source_has_then():
    rig = everything()
    rig.others.set(V_m=np.linspace(-61.0, -66.0, 6))
    rig.dopamine.concentration = 0.7
    assert np.array_equal(rig.cells.get("x"), [-61.0, -63.0, -65.0, -66.0])
    rig.net.run(0.5)
    assert np.array_equal(rig.recorders["x"].result().values[0], [-61.0, -63.0, -65.0, -66.0])
    assert rig.recorders["level"].result().values[0, 0] == 0.7


def test_the_sample_at_0_of_a_loaded_state(tmp_path):
    """A state of the start is the start; one of later has no sample of what went before."""
    rig = everything()
    rig.learn.weight = 33.0
    rig.net.save_state(tmp_path / "start")
    rig.net.run(5.0)
    rig.net.save_state(tmp_path / "later")
    other = everything()
    other.net.load_state(tmp_path / "start")
    other.net.run(5.0)
    assert_equal(other.recorded(), rig.recorded())
    assert (other.recorders["weight"].result().values[0] == 33.0).all()
    other.net.load_state(tmp_path / "later")
    assert other.recorders["weight"].result().times.size == 0
    other.net.run(2.0)
    assert other.recorders["weight"].result().times == pytest.approx([6.0])
    assert other.recorders["x"].result().times == pytest.approx([5.5, 6.0, 6.5, 7.0])


def test_samples_of_a_run_that_was_lost_are_those_of_their_recorders():
    """The chunk is broken off; each recorder still has its own samples."""
    net = sim.Network(dt=0.1, seed=1)
    model = sim.Neuron.from_text("dx/dt = x*x/ms : 1\n dy/dt = -y/ms : 1", threshold="never")
    cell = net.population("cell", 1, model, initial={"x": 1.0, "y": 1.0})
    x, y = net.record(cell, "x"), net.record(cell, "y")
    with pytest.raises(sim.SimulationError, match=r"cell\[0\]\.x is"):
        net.run(50.0)
    assert x.result().times.size == y.result().times.size > 9
    assert y.result().values[:, 0] == pytest.approx(np.exp(-y.result().times))
    assert (np.diff(x.result().values[:-1, 0]) > 0).all()


# --- whatever is done ----------------------------------------------------------------------------


def set_out(rig):
    """The first samples, as the objects tell them before the first run."""
    cells = {name: rig.cells.get(name) for name in ("v", "x", "d", "g", "E", "gain", "y")}
    leak = cells["g"] * (cells["E"] - cells["v"])
    seen = leak * cells["gain"] + cells["x"] ** 2 * cells["d"] + cells["y"]
    return {"v": cells["v"], "x": cells["x"], "I_leak": leak, "seen": seen[[3, 0]],
            "weight": rig.learn.weight[[3, 0]], "level": [rig.dopamine.concentration]}  # fmt: skip


@given(doings(most=8))
@settings(max_examples=25, deadline=None)
def test_the_first_sample_is_what_the_objects_told(acts):
    rig = everything()
    do(rig, [act for act in acts if act[0] != "run"])
    expected = set_out(rig)
    rig.net.run(2.0)
    for name, values in expected.items():
        recorded = rig.recorders[name].result()
        assert recorded.times[0] == 0.0
        assert np.allclose(recorded.values[0], values, rtol=1e-12), name


@given(doings(least=2, most=10))
@settings(max_examples=20, deadline=None)
def test_what_is_recorded_never_changes(acts):
    rig, held = everything(), {}
    for act in [("run", 1.3), *acts]:
        do(rig, [act])
        found = rig.recorded()
        for name, (times, values) in held.items():
            assert np.array_equal(found[name][0][: times.size], times), (name, act)
            assert np.array_equal(found[name][1][: times.size], values), (name, act)
        held = found


@given(doings(least=2, most=8))
@settings(max_examples=20, deadline=None)
def test_subexpressions_are_those_of_the_states_and_parameters_of_their_time(acts):
    rig = everything()
    every = {name: rig.net.record(rig.cells, name, every=0.3) for name in ("v", "x", "d", "seen")}
    expected = np.empty((0, 4))
    for act in [("run", 0.9), *acts, ("run", 0.6)]:
        given = {name: rig.cells.get(name) for name in ("g", "E", "gain", "y")}
        do(rig, [act])
        v, x, d = (every[n].result().values[expected.shape[0] :] for n in ("v", "x", "d"))
        leak = given["g"] * (given["E"] - v)
        expected = np.concatenate([expected, leak * given["gain"] + x * x * d + given["y"]])
    assert np.allclose(every["seen"].result().values, expected, rtol=1e-12)


def test_results_share_nothing():
    rig = everything()
    rig.net.run(10.0)
    first = rig.recorded()
    kept = {name: tuple(a.copy() for a in arrays) for name, arrays in first.items()}
    for recorder in rig.recorders.values():
        with pytest.raises(ValueError, match="read-only"):
            recorder.result().times[:] = 0.0
    rig.net.run(10.0)
    rig.net.reset()
    rig.net.run(5.0)
    assert_equal(first, kept)
