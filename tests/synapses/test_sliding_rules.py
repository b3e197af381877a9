"""Rules that follow mean rates: triplets with sliding depression, and covariance."""

import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

BOUNDS = {"w_min": 0.0, "w_max": 1.7}
SLIDING = {"A3_plus": 0.0065, "tau_plus": 16.8, "tau_minus": 33.7, "tau_y": 114.0,
           "tau_nu": 200.0, **BOUNDS}  # fmt: skip
MEANS = {"eta": 0.02, "tau_mean": 300.0, **BOUNDS}
TAUS = (15.0, 25.0)
RULES = {  # a rule, its loop, parameters of the loop
    "sliding": (sim.SlidingTripletSTDP(**SLIDING, kappa=40.0), loops.triplet_sliding,
                {**SLIDING, "kappa": 0.04}),
    "covariance": (
        sim.Covariance(**MEANS, **dict(zip(("tau_plus", "tau_minus"), TAUS, strict=True))),
        loops.covariance, {**MEANS, **dict(zip(("tau_x", "tau_y"), TAUS, strict=True))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_they_are_declared_as_in_the_loops(name):
    rule, loop, parameters = RULES[name]
    agree(rule, loop, **parameters)


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_all_layouts(name):
    rule, loop, parameters = RULES[name]
    check_all(rule, loop, **parameters, rel=1e-10)


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"Covariance\.tau_minus: must be shorter than"):
        sim.Covariance(tau_mean=50.0, tau_minus=60.0)
    with pytest.raises(sim.ValidationError, match=r"SlidingTripletSTDP\.kappa: must be positive"):
        sim.SlidingTripletSTDP(kappa=0.0)
