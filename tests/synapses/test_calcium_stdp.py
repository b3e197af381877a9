"""Graupner & Brunel's rule against the loop of its paper, with the published parameters."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses.calcium_stdp import FITS
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

NAMES = ("tau_Ca", "C_pre", "C_post", "theta_d", "theta_p", "gamma_d", "gamma_p", "tau")


def efficacy(cubic):
    """The loop, for the weight."""

    def loop(pre, post, w, *, w_min, w_max, **parameters):
        end = loops.graupner_brunel(pre, post, (w - w_min) / (w_max - w_min), cubic=cubic,
                                    **parameters)  # fmt: skip
        return {"w": w_min + end["rho"] * (w_max - w_min), "c": end["c"]}

    return loop


def of(rule):
    return {name: getattr(rule, name) for name in (*NAMES, "w_min", "w_max")}


@pytest.mark.parametrize("cubic", [True, False])
def test_it_is_declared_as_in_the_paper(cubic):
    """Only as precise as the steps with which the interpreter finds the crossings."""
    rule = sim.CalciumSTDP(cubic=cubic, tau=60e3, w_min=0.3, w_max=1.3)
    agree(rule, efficacy(cubic), **of(rule), variables=("c",), rel=1e-3, substeps=8)


@pytest.mark.thorough
@pytest.mark.parametrize("cubic", [True, False])
def test_all_layouts(cubic):
    rule = sim.CalciumSTDP(cubic=cubic, tau=60e3, w_min=0.3, w_max=1.6)
    check_all(rule, efficacy(cubic), **of(rule), variables=("c",), rel=5e-4)


def test_fits():
    assert sim.CalciumSTDP.fitted("DP").w_min == 0.2
    rule = sim.CalciumSTDP.fitted("cortical slices", w_max=2.0, gamma_d=5.0)
    assert (rule.gamma_d, rule.gamma_p, rule.w_min) == (5.0, 725.085, 2.0 / 5.40988)
    assert np.isclose(sim.CalciumSTDP.fitted("D'", w_min=0.0).theta_p, 3.5)
    assert all(sim.CalciumSTDP.fitted(name).w_min < 0.25 for name in FITS)
    with pytest.raises(sim.ValidationError, match=r"CalciumSTDP\.name: .*'DP'"):
        sim.CalciumSTDP.fitted("PD")
    with pytest.raises(sim.ValidationError, match=r"CalciumSTDP\.rho_star: must be below 1"):
        sim.CalciumSTDP(rho_star=1.0)
