"""STDP with eligibility and dopamine against the loop of its paper, and a closed form."""

from math import exp

import numpy as np
import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import DT, STEPS, check_all
from tests.synapses.interpreter import STOP, agree
from tests.synapses.rig import trains

OWN = {"A_plus": 0.1, "A_minus": 0.12, "tau_plus": 16.8, "tau_minus": 33.7, "tau_c": 300.0,
       "w_min": 0.0, "w_max": 1.6}  # fmt: skip
TAU, BASELINE = 3000.0, 0.3


def test_it_is_declared_as_in_the_paper():
    """With the signal that is in force within a step."""
    level = np.random.default_rng(2).uniform(size=STOP + 1)
    agree(
        sim.DopamineSTDP(**OWN, eta=10.0), loops.dopamine_stdp, read={"dopamine": level},
        signals={"D": 0.01 * level}, **OWN, variables=("c",),
    )  # fmt: skip


def reward(grid):
    steps = trains(9, 1, most=12, steps=STEPS)[0]
    source = grid.net.population("reward", 1, sim.SpikeSource([steps * DT]))
    dopamine = grid.net.modulator("dopamine", tau=TAU, baseline=BASELINE)
    grid.net.release(source, dopamine, amount=0.4, delay=3 * DT)
    grid.level = grid.net.record(dopamine, "concentration")


def means(stop):
    """Of the concentration over each step, by a plain loop."""
    level, found = BASELINE, []
    released = set((trains(9, 1, most=12, steps=STEPS)[0] + 3).tolist())
    share = -np.expm1(-DT / TAU) / (DT / TAU)
    for step in range(stop + 1):
        level += 0.4 * (step in released)
        found.append(BASELINE + (level - BASELINE) * share)
        level = BASELINE + (level - BASELINE) * np.exp(-DT / TAU)
    return np.array(found)


@pytest.mark.slow
def test_all_layouts():
    """Within a step c and dopamine both decay, which their means tell to 1e-9 here."""
    level = 0.01 * means(STEPS + 40)
    check_all(sim.DopamineSTDP(**OWN, eta=10.0), loops.dopamine_stdp, threads=3,
              made={"also": reward}, signals={"D": lambda grid, j: level}, **OWN,
              variables=("c",), rel=1e-9)  # fmt: skip


@pytest.mark.thorough
def test_published_product():
    """A pair, then dopamine at T: c0 d0 exp(-T / tau_c) / (1 / tau_c + 1 / tau_d), to 1e-5."""
    tau_c, tau_d, after = 1000.0, 200.0, 1000.0
    net = sim.Network(dt=0.5, seed=1, precision="double")
    pre = net.population("pre", 1, sim.SpikeSource([[100.0]]))
    driver = net.population("driver", 1, sim.SpikeSource([[105.0]]))
    cells = net.population("post", 1, sim.LIF(C_m=1e6, receptors={
        "kick": sim.Delta(), "slow": sim.ExpCurrent()}))  # fmt: skip
    net.project(driver, cells, sim.AllToAll(), weight=1000.0, delay=0.5, receptor="kick")
    source = net.population("reward", 1, sim.SpikeSource([[105.0 + after]]))
    net.release(source, net.modulator("dopamine", tau=tau_d), amount=0.7, delay=0.5)
    rule = sim.DopamineSTDP(eta=1.0, tau_c=tau_c)
    plastic = net.project(pre, cells, sim.AllToAll(), weight=1.0, delay=0.5, plasticity=rule,
                          delay_is="axonal", receptor="slow")  # fmt: skip
    net.run(105.5)
    c = plastic.get("c")[0]
    assert c == pytest.approx(0.1 * exp(-5.0 / 20.0))
    net.run(13_000.0)
    per_second = 0.001 / (1 / tau_c + 1 / tau_d)
    assert per_second == pytest.approx(0.1667, abs=1e-4)
    change = c * 0.7 * exp(-after / tau_c) * per_second
    assert plastic.weight[0] - 1.0 == pytest.approx(change, rel=1e-5)


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"DopamineSTDP\.w_max: must be above w_min = 5"):
        sim.DopamineSTDP(w_min=5.0)
