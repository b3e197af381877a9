"""What recorders hold: which samples, at which times, of whom."""

import numpy as np
import pytest

import spikesim as sim
from tests.networks import assert_same, lively


def cells(**options):
    net = sim.Network(dt=0.1, seed=1, **options)
    cell = sim.LIF(I_e=sim.Uniform(370.0, 600.0), receptors={"x": sim.ExpCurrent()})
    return net, net.population("cells", 12, cell, initial={"V_m": sim.Uniform(-70.0, -56.0)})


@pytest.mark.thorough
def test_the_first_sample_is_the_initial_value():
    net, pop = cells()
    record = net.record(pop, "V_m")
    net.run(1.0)
    result = record.result()
    assert result.times == pytest.approx(np.arange(11) * 0.1)
    assert result.values[0].min() >= -70.0
    assert len(np.unique(result.values[0])) == 12
    assert np.array_equal(result.values[-1], pop.get("V_m"))


def test_an_initial_value_that_was_set_is_the_first_sample():
    net, pop = cells()
    record = net.record(pop, "V_m", every=0.5)
    pop.set(V_m=-60.0)
    net.run(1.0)
    assert (record.result().values[0] == -60.0).all()


def test_each_recorder_has_its_own_interval_and_neurons():
    net, pop = cells()
    full = net.record(pop, "V_m")
    some = net.record(pop[[1, 5, 11]], "V_m", every=0.3)
    slow = net.record(pop[3], "I_x", every=2.0)
    for duration in (0.7, 0.1, 3.2):
        net.run(duration)
    every = full.result()
    third = some.result()
    assert third.times == pytest.approx(np.arange(0, 4.0, 0.3))
    assert np.array_equal(third.values, every.values[::3, [1, 5, 11]])
    assert np.array_equal(third.ids, [1, 5, 11])
    assert (third.variable, third.unit, third.name) == ("V_m", "mV", "cells[[1, 5, 11]]")
    assert slow.result().times == pytest.approx([0.0, 2.0, 4.0])
    assert slow.result().unit == "pA"


def test_samples_lie_on_the_grid_of_the_network_not_of_the_run():
    """A recorder added late samples at multiples of its interval from time 0."""
    net, pop = cells()
    net.run(0.5)
    record = net.record(pop, "V_m", every=0.4)
    net.run(1.0)
    assert record.result().times == pytest.approx([0.8, 1.2])


def test_a_sample_is_the_value_at_the_end_of_a_step():
    net, pop = cells()
    record = net.record(pop, "V_m", every=0.7)
    seen = []
    for _ in range(20):
        net.run(0.7)
        seen.append(pop.get("V_m"))
    assert np.array_equal(record.result().values[1:], np.array(seen))


def test_spikes_of_some_are_the_spikes_of_all_chosen():
    net, pop = cells()
    every, odd, block, one = (
        net.record(view, "spikes") for view in (pop, pop[1::2], pop[4:9], pop[7])
    )
    net.run(150.0)
    spikes = every.result()
    assert spikes.n_spikes > 50
    assert odd.result().equals(spikes[1::2])
    assert block.result().equals(spikes[4:9])
    assert one.result().equals(spikes[7])
    assert np.array_equal(every.counts(), spikes.counts())
    assert np.array_equal(odd.counts(), spikes.counts()[1::2])
    assert every.counts().dtype == np.int64


def test_spikes_are_stamped_with_the_end_of_their_step():
    net = sim.Network(dt=0.1, seed=1)
    source = net.population("source", 2, sim.SpikeSource([[0.1, 3.7], [2.0]]))
    record = net.record(source, "spikes")
    net.run(4.0)
    assert record.result().times == pytest.approx([0.1, 2.0, 3.7])
    assert np.array_equal(record.result().ids, [0, 1, 0])


def test_two_recorders_of_the_same_hold_the_same():
    net, pop = cells()
    one, two = net.record(pop, "spikes"), net.record(pop, "spikes")
    net.run(100.0)
    assert one.result().equals(two.result())


def test_a_recorder_that_is_added_late_knows_what_it_saw():
    net, pop = cells()
    early = net.record(pop, "spikes")
    net.run(80.0)
    late = net.record(pop, "spikes")
    net.run(70.0)
    assert late.result().t_start == pytest.approx(80.0)
    assert late.result().n_spikes > 10
    after = early.result().window(80.0, 150.0)
    assert np.array_equal(late.result().times, after.times)


def test_clear_forgets_and_goes_on():
    net, pop = cells()
    spikes, voltage = net.record(pop, "spikes"), net.record(pop, "V_m", every=1.0)
    net.run(50.0)
    whole = spikes.result()
    spikes.clear()
    voltage.clear()
    assert spikes.result().n_spikes == spikes.counts().sum() == 0
    assert spikes.result().t_start == pytest.approx(50.0)
    assert voltage.result().values.shape == (0, 12)
    net.run(50.0)
    assert whole.n_spikes > 10, "what was taken before stays"
    assert spikes.result().times.min() > 50.0
    assert voltage.result().times == pytest.approx(np.arange(51.0, 101.0))


def test_results_before_the_first_run():
    net, pop = cells()
    spikes, voltage = net.record(pop, "spikes"), net.record(pop, "V_m")
    assert spikes.result().n_spikes == 0
    assert spikes.result().n == 12
    assert voltage.result().values.shape[1] == 12


def test_recording_changes_nothing():
    loud, quiet = lively(), lively(record=False)
    loud.net.run(120.0)
    quiet.net.run(120.0)
    assert_same(loud.state(), quiet.state())


def test_weights_at_the_start_and_on_the_way():
    rig = lively()
    before = rig.learn.weight[[0, 9, 100]]
    rig.net.run(34.0)
    result = rig.weights.result()
    assert result.times == pytest.approx([0.0, 11.0, 22.0, 33.0])
    assert np.array_equal(result.values[0], before)
    assert (result.variable, result.unit, result.name) == ("weight", "pA", "learn")
    assert np.array_equal(result.ids, [0, 9, 100])


def test_more_spikes_than_the_buffer_holds():
    """Thousands of spikes in every step: the buffer is emptied on the way."""
    net = sim.Network(dt=0.1, seed=1)
    source = net.population("source", 4000, sim.PoissonSource(9000.0))
    record = net.record(source, "spikes")
    net.run(10.0)
    assert record.result().n_spikes == net.n_spikes == record.counts().sum()
    assert net.n_spikes > 5 * (1 << 16)


@pytest.mark.thorough
def test_what_was_recorded_before_an_error_is_what_was():
    """Several recorders share a buffer, which a run that stops leaves half empty."""
    text = "dv/dt = k*v*v/(mV*ms) + 0.1*mV/ms : mV\n k : 1"

    def network(k):
        net = sim.Network(dt=0.1, seed=1)
        cells = net.population("cells", 4, sim.Neuron.from_text(
            text, threshold="never", k=k, initial={"v": "1*mV"}))  # fmt: skip
        records = [net.record(cells, "v", every=every) for every in (0.1, 0.3, 0.1)]
        return net, cells, [*records, net.record(cells[2], "v")]

    broken, cells, found = network(0.0)
    broken.run(5.0)
    cells[3:].set(k=1.0)
    with pytest.raises(sim.SimulationError, match=r"cells\[3\]\.v is"):
        broken.run(100.0)
    whole, _, expected = network(0.0)
    whole.run(broken.t)
    for a, b in zip(found, expected, strict=True):
        a, b = a.result(), b.result()
        assert np.array_equal(a.times, b.times)
        untouched = slice(0, 3)
        assert np.array_equal(a.values[:, untouched], b.values[:, untouched])
