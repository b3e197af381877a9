"""The four rules of Diehl & Cook 2015 against their loops."""

import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree

X_TARGET = {"x_target": 0.4, "tau_plus": 20.0}
X_TAR = {"x_tar": 0.4, "tau_pre": 20.0}
RULES = {  # rule and its parameters, parameters of the loop
    "power": (sim.TraceSTDP, {"eta": 0.05, "mu": 0.3, **X_TARGET},
              {"eta": 0.05, "mu": 0.3, **X_TAR}),
    "exponential": (sim.ExponentialTraceSTDP, {"eta": 0.05, "beta": 1.5, **X_TARGET},
                    {"eta": 0.05, "beta": 1.5, **X_TAR}),
    "symmetric": (
        sim.SymmetricTraceSTDP,
        {"eta_pre": 0.01, "eta_post": 0.05, "mu": 0.3, "tau_minus": 30.0, **X_TARGET},
        {"eta_pre": 0.01, "eta_post": 0.05, "mu": 0.3, "tau_post": 30.0, **X_TAR},
    ),
    "triplet": (
        sim.DiehlCookSTDP,
        {"eta_pre": 0.02, "eta_post": 0.05, "tau_x": 15.0, "tau_y_1": 25.0, "tau_y_2": 45.0},
        {"nu_pre": 0.02, "nu_post": 0.05, "tau_pre": 15.0, "tau_post1": 25.0, "tau_post2": 45.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_they_are_declared_as_in_the_paper(name):
    rule, own, parameters = RULES[name]
    agree(rule(**own), getattr(loops, f"diehl_cook_{name}"), **parameters)


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_all_layouts(name):
    rule, own, parameters = RULES[name]
    if name == "exponential":  # which measures weights in units of w_max
        parameters = {**parameters, "eta": 0.05 * 1.6, "beta": 1.5 / 1.6}
    loop = getattr(loops, f"diehl_cook_{name}")
    check_all(rule(**own, w_max=1.6), loop, **parameters, w_max=1.6, rel=1e-11)


def test_bounds():
    for rule in (sim.SymmetricTraceSTDP, sim.DiehlCookSTDP, sim.ExponentialTraceSTDP):
        with pytest.raises(sim.ValidationError, match=rf"{rule.__name__}\.w_max: must be above"):
            rule(w_min=1.5)
    with pytest.raises(sim.ValidationError, match=r"SymmetricTraceSTDP\.w_min: must be zero or"):
        sim.SymmetricTraceSTDP(w_min=-0.5)
