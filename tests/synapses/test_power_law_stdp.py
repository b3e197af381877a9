"""Power-law STDP against the loop of its paper, and the balance of weights."""

import numpy as np
import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

RULE = {"lambda_": 0.05, "alpha": 1.5, "mu": 0.4, "tau_plus": 15.0, "tau_minus": 30.0, "w_0": 2.0}


@pytest.mark.parametrize("mu", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("pairing", ["all-to-all", "nearest-symmetric"])
def test_it_is_declared_as_in_the_paper(mu, pairing):
    rule, nearest = {**RULE, "mu": mu}, pairing != "all-to-all"
    agree(sim.PowerLawSTDP(**rule, pairing=pairing), loops.power_law, **rule, nearest=nearest)


@pytest.mark.slow
def test_all_layouts():
    check_all(sim.PowerLawSTDP(**RULE), loops.power_law, **RULE, rel=1e-11)


@pytest.mark.slow
def test_independent_spikes_balance_where_the_formula_says():
    """Published parameters: 44.5 times w_0, within 3 %."""
    net = sim.Network(dt=0.1, seed=1)
    sources = net.population("pre", 200, sim.PoissonSource(20.0))
    cells = net.population("post", 10, sim.LIF(I_e=600.0))
    rule = sim.PowerLawSTDP(lambda_=0.01)
    plastic = net.project(sources, cells, sim.AllToAll(), weight=30.0, delay=1.0, plasticity=rule,
                          delay_is="axonal", receptor=None)  # fmt: skip
    net.run(1.0)
    assert plastic.weight.mean() == pytest.approx(30.0, rel=0.01)
    net.run(100_000.0)
    balance = (15.0 / (0.0513 * 30.0)) ** (1 / 0.6)
    assert balance == pytest.approx(44.5, abs=0.1)
    assert np.mean(plastic.weight) == pytest.approx(balance, rel=0.03)
