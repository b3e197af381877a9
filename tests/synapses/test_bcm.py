"""The BCM rule against its loop; steps of 0.1 ms differ from the exact solution a little."""

import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

TAUS = {"tau_x": 15.0, "tau_y": 25.0, "tau_theta": 40.0}
BOUNDS = {"w_min": 0.0, "w_max": 1.7}
LOOP = {"eta": 0.1, "y0": 0.04, **TAUS, **BOUNDS}
RULE = {"eta": 1e-7, "nu_0": 40.0, **TAUS, **BOUNDS}  # in Hz


def test_it_is_declared_as_in_the_paper():
    agree(sim.BCM(**RULE), loops.bcm, rel=1e-8, **LOOP)


@pytest.mark.slow
def test_all_layouts():
    check_all(sim.BCM(**RULE), loops.bcm, **LOOP, rel=2e-3)
