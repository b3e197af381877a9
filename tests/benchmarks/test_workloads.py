"""The workloads do what is published, so that a fast but wrong kernel is seen."""

import pytest

import spikesim as sim
from benchmarks.workloads import WORKLOADS, find

# Hz. Brette et al. 2007 as NEST and Brian2 run it; Brunel 2000 with NEST's example.
PUBLISHED = {"cuba": (5.0, 6.3), "coba": (16.0, 22.5), "brunel": (30.5, 33.5)}


def rates(name, seconds, **options):
    workload = find(name)
    net = sim.Network(dt=workload.DT, seed=1, **options)
    told = workload.spikesim(sim, net, seconds)
    net.run(seconds * 1000.0)
    return {name: recorder.result().mean_rate() for name, recorder in told.spikes.items()}


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed", "single"])
@pytest.mark.parametrize(("name", "seconds"), [("cuba", 2.0), ("coba", 2.0), ("brunel", 0.4)])
def test_published_rates(name, seconds, precision):
    low, high = PUBLISHED[name]
    for rate in rates(name, seconds, precision=precision).values():
        assert low < rate < high


def test_mnist_step_is_lively():
    found = rates("mnist-step", 1.4)
    assert found["pixels"] == pytest.approx(6.4, rel=0.1)
    assert 0.02 < found["exc"] < 1.0


def test_every_workload_can_be_told_to_brian2():
    assert all(hasattr(find(name), "brian2") for name in WORKLOADS)
