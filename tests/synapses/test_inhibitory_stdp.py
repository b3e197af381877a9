"""Vogels' inhibitory STDP against the loop of its paper, and the rate that it holds."""

import numpy as np
import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

OWN = {"eta": 0.05, "tau": 20.0, "w_min": 0.0, "w_max": 1.6}
RULE = {**OWN, "rho_0": 5.0}
LOOP = {**OWN, "alpha": 0.2}  # twice 5 Hz times 20 ms


def test_it_is_declared_as_in_the_paper():
    agree(sim.InhibitorySTDP(**RULE), loops.vogels, **LOOP)


@pytest.mark.slow
def test_all_layouts():
    check_all(sim.InhibitorySTDP(**RULE), loops.vogels, **LOOP, rel=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("rho_0", [6.0, 15.0])
def test_a_neuron_is_held_at_its_rate(rho_0):
    """With steady excitation and uncorrelated inhibition the rate becomes rho_0 within 3 %."""
    net = sim.Network(dt=0.1, seed=3)
    excitatory = net.population("e", 1600, sim.PoissonSource(25.0), transmitter="glutamate")
    inhibitory = net.population("i", 1600, sim.PoissonSource(40.0), transmitter="GABA")
    receptors = {
        "e": sim.ExpConductance(transmitter="glutamate", tau_syn=5.0, E_rev=0.0),
        "i": sim.ExpConductance(transmitter="GABA", tau_syn=10.0, E_rev=-80.0),
    }
    cells = net.population("cells", 20, sim.LIF(E_L=-60.0, V_reset=-60.0, V_th=-50.0, t_ref=5.0,
                                                receptors=receptors))  # fmt: skip
    net.project(excitatory, cells, sim.FixedProbability(0.25), weight=0.25, delay=1.0)
    rule = sim.InhibitorySTDP(eta=5e-4, rho_0=rho_0)
    net.project(inhibitory, cells, sim.FixedProbability(0.25), weight=0.02, delay=1.0,
                plasticity=rule, delay_is="axonal")  # fmt: skip
    spikes = net.record(cells, "spikes")
    net.run(90_000.0)
    times = np.concatenate([spikes.result().train(j) for j in range(20)])
    before, after = (np.sum((times > t) & (times < t + s)) / 20 / s * 1e3
                     for t, s in ((0.0, 1000.0), (30_000.0, 60_000.0)))  # fmt: skip
    assert before > 2 * rho_0
    assert after == pytest.approx(rho_0, rel=0.03)
