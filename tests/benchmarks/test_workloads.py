"""The workloads do what is published, so that a fast but wrong kernel is seen."""

import numpy as np
import pytest

import spikesim as sim
from benchmarks.simulators import SIMULATORS, family
from benchmarks.workloads import WORKLOADS, microcircuit, scaling, song_abbott

# Hz. Brette et al. 2007 as NEST and Brian2 run it; Brunel 2000 with NEST's example.
PUBLISHED = {"cuba": (5.0, 6.3), "coba": (16.0, 22.5), "brunel": (30.5, 33.5)}
# Hz. Of NEST 3.10 at a tenth of the size, in 2 s.
NEST_MICROCIRCUIT = (0.512, 2.093, 3.960, 4.982, 6.331, 7.797, 0.823, 7.032)
TINY = {
    "cuba": 0.1, "coba": 0.1, "brunel": 0.02, "brunel-plastic": 0.02, "song-abbott": 0.05,
    "microcircuit": 0.005,
}  # fmt: skip


def told(name, seconds, point=(), **options):
    workload = WORKLOADS[name]
    net = sim.Network(dt=workload.dt, seed=1, **options)
    return net, workload.tell("spikesim", sim, net, seconds, **dict(point))


def rates(name, seconds, point=(), **options):
    net, tale = told(name, seconds, point, **options)
    (tale.run or net.run)(seconds * 1000.0)
    return {
        name: recorder.counts().sum() / tale.sizes[name] / seconds
        for name, recorder in tale.spikes.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed", "single"])
@pytest.mark.parametrize(("name", "seconds"), [("cuba", 2.0), ("coba", 2.0), ("brunel", 0.4)])
def test_published_rates(name, seconds, precision):
    low, high = PUBLISHED[name]
    for rate in rates(name, seconds, precision=precision).values():
        assert low < rate < high


@pytest.mark.slow
def test_scaled_microcircuit_has_the_rates_that_nest_gives_it():
    found = [*rates("microcircuit-0.1", 2.0).values()]
    np.testing.assert_allclose(found, NEST_MICROCIRCUIT, rtol=0.1, atol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scale"), TINY.items())
def test_workloads_run_at_a_tiny_scale(name, scale):
    found = rates(name, 0.1, {"scale": scale})
    assert np.isfinite([*found.values()]).all()


def test_microcircuit_has_the_published_size():
    full = microcircuit.Scaled(1.0)
    assert sum(full.sizes.values()) == 77_169
    assert full.n_synapses.sum() == pytest.approx(298.88e6, rel=1e-4)
    assert full.weight[1, 0] == pytest.approx(87.81, abs=0.01)
    assert full.weight[0, 2] == 2.0 * full.weight[1, 0]
    assert not full.current.any()


def test_scaled_microcircuit_keeps_the_mean_input():
    full, tenth = microcircuit.Scaled(1.0), microcircuit.Scaled(0.1)
    inputs = []
    for net in (full, tenth):
        sizes = np.array([*net.sizes.values()])[:, None]
        recurrent = (net.weight * net.n_synapses / sizes * microcircuit.PUBLISHED_HZ).sum(axis=1)
        external = net.external_weight * net.external_hz
        inputs.append((recurrent + external) * microcircuit.TAU_SYN / 1000.0 + net.current)
    np.testing.assert_allclose(inputs[1], inputs[0], rtol=0.01)


@pytest.mark.thorough
def test_scaling_fires_as_planned():
    point = {"neurons": 100, "in_degree": 10}
    found = rates("scaling", 0.4, point)
    assert found == {"sources": scaling.RATE_HZ / 2.0, "targets": 0.0}


def test_song_abbott_begins_with_evenly_spread_weights():
    weights = song_abbott.weights(1000)
    assert weights.mean() == pytest.approx(song_abbott.W_MAX / 2.0)


@pytest.mark.slow
def test_mnist_is_lively_and_normalised():
    from benchmarks.workloads import mnist

    _, tale = told("mnist", 0.5)
    tale.run(500.0)
    weights = tale.projections[0][1].weight.reshape(-1, mnist.SIZES["exc"])
    np.testing.assert_allclose(weights.sum(axis=0), mnist.NORM, rtol=1e-5)
    assert tale.spikes["exc"].counts().sum() > 0


def test_every_workload_is_told_to_spikesim_and_most_to_a_peer():
    peers = {family(name) for name in SIMULATORS} - {"spikesim"}
    for workload in WORKLOADS.values():
        assert workload.script("spikesim")
        assert workload.name == "scaling" or any(workload.script(peer) for peer in peers)
