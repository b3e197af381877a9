"""Running a network, and going back to the start."""

import numpy as np
import pytest

import spikesim as sim
from tests.network.rig import cells, pulse
from tests.networks import assert_same, lively


def test_what_there_is():
    net = sim.Network(dt=0.25, seed=8)
    a, b = cells(net, "a"), cells(net, "b", 5)
    plain = net.project(a, b, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc")
    again = net.project(a, b, sim.AllToAll(), weight=1.0, delay=1.0, receptor="exc")
    part = net.project(
        a[:3], b[2:], sim.AllToAll(), weight=1.0, delay=1.0, receptor="inh", name="p"
    )
    assert (net.dt, net.seed, net.precision, net.t) == (0.25, 8, "mixed", 0.0)
    assert net.populations == {"a": a, "b": b}
    assert net.projections == {"a->b": plain, "a->b.2": again, "p": part}
    assert (net.n_spikes, net.n_events) == (0, 0)
    net.run(10.0)
    assert net.t == pytest.approx(10.0)
    assert "2 populations, 3 projections" in repr(net)
    assert "t = 10 ms, seed = 8" in repr(net)
    assert repr(part) == "<p: a[0:3] -> b[2:5].inh>"


def test_a_seed_is_drawn_and_can_be_used_again():
    one, other = sim.Network(), sim.Network()
    assert one.seed != other.seed
    rates = []
    for seed in (one.seed, one.seed, other.seed):
        net = sim.Network(seed=seed)
        source = net.population("source", 50, sim.PoissonSource(50.0))
        record = net.record(source, "spikes")
        net.run(100.0)
        rates.append(record.counts())
    assert np.array_equal(rates[0], rates[1])
    assert not np.array_equal(rates[0], rates[2])


def test_an_empty_network_cannot_run():
    with pytest.raises(sim.ValidationError, match="Network: has no populations"):
        sim.Network().run(1.0)
    with pytest.raises(sim.SimulationError, match="not built yet"):
        sim.Network().plan  # noqa: B018


def test_only_sources():
    net = sim.Network(seed=1)
    record = net.record(pulse(net, 3), "spikes")
    net.run(2.0)
    assert record.result().n_spikes == net.n_spikes == 3


# --- back to the start ---------------------------------------------------------------------------


def test_reset_is_the_start():
    rig = lively()
    rig.net.run(120.0)
    first = rig.results()
    rig.net.reset()
    assert rig.net.t == 0.0
    assert rig.spikes.result().n_spikes == rig.net.n_spikes == 0
    assert not np.array_equal(rig.learn.weight, first["learnt"])
    rig.net.run(120.0)
    assert_same(rig.results(), first)


def test_the_nearest_name_of_a_population_is_proposed():
    net = sim.Network()
    net.population("cells", 2, sim.LIF())
    with pytest.raises(KeyError, match=r"unknown name 'cels' \(did you mean 'cells'\?\)"):
        net.populations["cels"]


def test_reset_takes_back_what_was_set():
    rig, fresh = lively(), lively()
    rig.net.run(20.0)
    rig.exc.set(I_e=500.0)
    rig.pixels.set(rate=0.0)
    rig.net.reset()
    for each in (rig, fresh):
        each.net.run(60.0)
    assert_same(rig.results(), fresh.results())


def test_reset_that_keeps_the_weights():
    rig = lively()
    rig.net.run(120.0)
    learnt, recurrent = rig.learn.weight, rig.ee.weight * 1.01
    rig.ee.weight = recurrent
    rig.net.reset(keep_weights=True)
    assert rig.net.t == 0.0
    assert np.array_equal(rig.learn.weight, learnt)
    assert rig.ee.weight == pytest.approx(recurrent, rel=1e-6)


def test_reset_keeps_weights_that_no_one_could_set():
    """As a user's rule may make them: they are taken over as they are stored."""
    net = sim.Network(seed=1)
    a, b = pulse(net, 3), cells(net, n=2)
    learn = net.project(a, b, sim.AllToAll(), weight=0.9, delay=1.0, receptor="exc",
                        plasticity=sim.PairSTDP(), delay_is="axonal")  # fmt: skip
    net.run(5.0)
    net.plan.parts["plastic_synapses"].tables[learn.name].args.weights[:] = 10.0
    learnt = learn.weight
    assert learnt.max() > 1.0
    trace = net.record(learn, "weight", every=1.0)
    net.reset(keep_weights=True)
    assert np.array_equal(learn.weight, learnt)
    net.run(1.0)
    assert np.array_equal(trace.result().values[0], learnt)


@pytest.mark.thorough
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("part", ["build", "Simulator"])
def test_a_reset_that_fails_changes_nothing(monkeypatch, part, keep):
    def fails(*args):
        raise MemoryError

    rig, other = lively(), lively()
    for each in (rig, other):
        each.net.run(20.0)
        each.pixels.set(rate=100.0)
    with monkeypatch.context() as patch:
        patch.setattr(f"spikesim.network.simulation.{part}", fails)
        with pytest.raises(sim.SimulationError, match="not enough memory for the network"):
            rig.net.reset(keep_weights=keep)
    for each in (rig, other):
        each.net.run(100.0)
    assert_same(rig.results(), other.results())


def test_a_build_that_fails_changes_nothing():
    net = sim.Network(seed=1)
    a = cells(net)
    every = sim.FixedProbability(1.0, autapses=True)
    learn = net.project(a, a, every, weight=0.5, delay=1.0, receptor="exc",
                        plasticity=sim.PairSTDP(), delay_is="axonal")  # fmt: skip
    net.record(learn, "weight", every=1.0, synapses=[100])
    for _ in range(2):
        with pytest.raises(
            sim.ValidationError, match="below the 100 synapses that there are, got 100"
        ):
            net.run(1.0)
        assert net.t == 0.0


def test_reset_keeps_weights_of_projections_without_synapses():
    net = sim.Network(seed=1)
    a = cells(net)
    none = net.project(a, a, sim.FixedProbability(0.0), weight=1.0, delay=1.0, receptor="exc")
    net.run(1.0)
    net.reset(keep_weights=True)
    net.run(1.0)
    assert net.t == pytest.approx(1.0)
    assert none.weight.shape == (0,)


def test_reset_before_the_first_run():
    net = sim.Network(seed=1)
    cells(net)
    net.reset()
    net.run(1.0)
    assert net.t == pytest.approx(1.0)


def test_reset_state_goes_on_in_time():
    """As presentations need it: membranes and currents start anew, weights and time do not."""
    rig = lively()
    rig.net.run(60.0)
    learnt = rig.learn.weight
    rig.net.reset_state()
    assert rig.net.t == pytest.approx(60.0)
    assert np.array_equal(rig.learn.weight, learnt)
    start = lively()
    start.net.build()
    assert np.array_equal(rig.exc.get("V_m"), start.exc.get("V_m"))
    assert not rig.exc.get("I_exc").any()
    assert not rig.net.plan.ring.any()
    rig.net.run(20.0)
    assert rig.spikes.result().times.max() > 60.0


def test_reset_state_ends_refractoriness():
    net = sim.Network(seed=1)
    cell = net.population("cell", 1, sim.LIF(I_e=1000.0, t_ref=50.0))
    record = net.record(cell, "spikes")
    net.run(10.0)
    net.reset_state()
    net.run(10.0)
    times = record.result().times
    assert times == pytest.approx([times[0], 10.0 + times[0]])
