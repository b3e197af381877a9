"""A small network with a bit of everything, for tests of how networks are run."""

from dataclasses import dataclass

import numpy as np

import spikesim as sim


@dataclass
class Lively:
    """Eighty neurons that learn from Poisson sources, with currents, drives and many delays."""

    net: sim.Network
    exc: sim.description.populations.Population
    inh: sim.description.populations.Population
    pixels: sim.description.populations.Population
    learn: sim.description.projections.Projection
    ee: sim.description.projections.Projection
    spikes: sim.description.recorders.SpikeRecorder
    pixel_spikes: sim.description.recorders.SpikeRecorder
    voltage: sim.description.recorders.StateRecorder
    weights: sim.description.recorders.WeightRecorder

    def results(self):
        """All that was recorded and all that has changed, as arrays by name."""
        spikes, pixels = self.spikes.result(), self.pixel_spikes.result()
        return {
            "times": spikes.times, "ids": spikes.ids,
            "pixel times": pixels.times, "pixel ids": pixels.ids,
            "voltage": self.voltage.result().values, "voltage at": self.voltage.result().times,
            "weights": self.weights.result().values, "weights at": self.weights.result().times,
            **self.state(),
        }  # fmt: skip

    def state(self):
        """Where the network is now."""
        return {
            "t": np.array(self.net.t), "V_m": self.exc.get("V_m"), "I_exc": self.inh.get("I_exc"),
            "learnt": self.learn.weight, "n": np.array([self.net.n_spikes, self.net.n_events]),
        }  # fmt: skip


def lively(*, precision="mixed", seed=5, delay_is="axonal", extra=False, record=True, threads=1):
    """The network; `extra` adds objects that must change nothing in it."""
    net = sim.Network(dt=0.1, seed=seed, precision=precision, threads=threads)
    cell = sim.LIF(
        V_th=-52.0, V_reset=-60.0, E_L=-62.0, tau_m=15.0, I_e=sim.Uniform(60.0, 130.0),
        receptors={"exc": sim.ExpCurrent(tau_syn=3.0), "inh": sim.ExpCurrent(tau_syn=6.0)},
    )  # fmt: skip
    if extra:
        others = net.population("others", 7, cell, initial={"V_m": sim.Uniform(-60.0, -52.0)})
        noise = net.population("noise", 5, sim.PoissonSource(100.0))
        net.project(
            noise, others, sim.FixedProbability(0.5), weight=50.0, delay=1.0, receptor="exc"
        )
        net.stimulate(others, sim.PoissonDrive(500.0, 10.0, "exc"))
    exc = net.population("exc", 60, cell, initial={"V_m": sim.Uniform(-62.0, -52.0)})
    inh = net.population("inh", 20, cell)
    pixels = net.population(
        "pixels", 30, sim.PoissonSource(sim.Schedule([0.0, 40.0, 130.0], [60.0, 140.0, 90.0]))
    )
    net.stimulate(inh, sim.PoissonDrive(sim.Schedule([0.0, 70.0], [400.0, 900.0]), 40.0, "exc"))
    net.stimulate(exc[:20], sim.NoiseCurrent(0.0, 60.0, every=0.5))
    net.stimulate(exc[10:], sim.StepCurrent([0.0, 55.0, 155.0], [0.0, 40.0, -30.0]))
    ee = net.project(exc, exc, sim.FixedInDegree(8), weight=sim.Normal(25.0, 8.0, low=0.0),
                     delay=sim.Uniform(0.5, 12.0), receptor="exc", name="ee")  # fmt: skip
    net.project(exc, inh, sim.FixedProbability(0.3), weight=30.0, delay=1.5, receptor="exc")
    net.project(inh, exc, sim.AllToAll(), weight=-12.0, delay=0.8, receptor="inh")
    net.project(inh, inh, sim.AllToAll(autapses=False), weight=-6.0, delay=0.1, receptor="inh")
    learn = net.project(
        pixels, exc, sim.FixedProbability(0.4), weight=sim.Uniform(20.0, 60.0),
        delay=sim.Uniform(0.1, 5.0), receptor="exc", delay_is=delay_is, name="learn",
        plasticity=sim.PairSTDP(lambda_=0.02, w_max=90.0),
    )  # fmt: skip
    if extra:
        net.project(exc, others, sim.AllToAll(), weight=1.0, delay=2.0, receptor="exc")
        net.record(others, "V_m", every=2.0)
    recorders = (
        net.record(exc, "spikes"), net.record(pixels, "spikes"),
        net.record(exc[5:15], "V_m", every=0.7),
        net.record(learn, "weight", every=11.0, synapses=[0, 9, 100]),
    ) if record else (None,) * 4  # fmt: skip
    return Lively(net, exc, inh, pixels, learn, ee, *recorders)


def assert_same(one, other):
    """Raise unless two dictionaries of arrays are the same, bit by bit."""
    assert one.keys() == other.keys()
    different = [name for name in one if not np.array_equal(one[name], other[name])]
    assert not different, f"differ: {different}"
