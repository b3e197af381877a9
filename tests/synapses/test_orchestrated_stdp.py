"""Zenke's orchestrated plasticity against the loop of its paper."""

import numpy as np
import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

FAST = {
    "A": 0.1, "B": 0.08, "beta": 0.05, "delta": 0.002, "tau_plus": 20.0, "tau_minus": 22.0,
    "tau_slow": 100.0, "tau_c": 500.0, "P": 20.0, "w_P": 0.5, "w_min": 0.0, "w_max": 1.6,
}  # fmt: skip
SLOW = {**FAST, "tau_c": 1.2e6}


def test_it_is_declared_as_in_the_paper():
    rule = sim.OrchestratedSTDP(**FAST)
    agree(rule, loops.zenke, start=(0.3,), initial={"w_tilde": 0.3}, variables=("w_tilde",), **FAST)


@pytest.mark.thorough
def test_all_layouts():
    """Steps of 0.1 ms are of first order; with the paper's 20 minutes that is 1e-9."""
    check_all(sim.OrchestratedSTDP(**SLOW), loops.zenke, start=(0.0,), **SLOW, rel=1e-9)
    check_all(sim.OrchestratedSTDP(**FAST), loops.zenke, start=(0.0,), variables=("w_tilde",),
              **FAST, rel=5e-4)  # fmt: skip


@pytest.mark.thorough
def test_heterosynaptic_balance():
    """At a regular high rate w - w_tilde settles where the two changes at a spike cancel."""
    times = np.arange(1.0, 30_000.0, 10.0)
    net = sim.Network(dt=1.0, seed=1, precision="double")
    pre = net.population("pre", 1, sim.SpikeSource([times]))
    driver = net.population("driver", 1, sim.SpikeSource([times + 5.0]))
    receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent()}
    cells = net.population("post", 1, sim.LIF(t_ref=0.0, C_m=1e6, receptors=receptors))
    net.project(driver, cells, sim.AllToAll(), weight=1000.0, delay=1.0, receptor="kick")
    rule = sim.OrchestratedSTDP(B=0.0, delta=0.0, tau_c=1e15)
    plastic = net.project(pre, cells, sim.AllToAll(), weight=0.3, delay=1.0, receptor="slow",
                          plasticity=rule, delay_is="axonal")  # fmt: skip
    plastic.set(w_tilde=0.2)
    net.run(30_000.0)
    r_1, o_1, o_slow = (
        np.exp(-since / tau) / -np.expm1(-10 / tau)
        for since, tau in ((5, 20.0), (10, 20.0), (10, 100.0))
    )
    assert plastic.weight[0] - 0.2 == pytest.approx(1e-3 * r_1 * o_slow / (0.05 * o_1**3), rel=1e-9)


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"OrchestratedSTDP\.w_max: must be above"):
        sim.OrchestratedSTDP(w_min=7.0)
