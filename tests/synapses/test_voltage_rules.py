"""Rules that read a membrane potential against the loops of their papers."""

import numpy as np
import pytest

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import STOP, agree
from tests.synapses.noisy import Dendritic, noisy, seen

RS = np.random.default_rng(5)
V = np.concatenate([[-65.0], RS.uniform(-75.0, -40.0, STOP)])  # mV
BOUNDS = {"w_min": 0.0, "w_max": 2.0}
CLOPATH = {"theta_minus": -65.0, "theta_plus": -60.0, "A_LTD": 3e-3, "tau_x": 15.0,
           "tau_minus": 10.0, "tau_plus": 7.0, **BOUNDS}  # fmt: skip
MEAN = {"E_L": -73.0, "u_ref2": 64.0}  # h is 1 at rest
DENDRITE = {"tau_L": 10.0, "tau_s": 3.0, "tau_Delta": 50.0, "k": 0.5, "beta": 0.3, "theta": -58.0,
            **BOUNDS}  # fmt: skip
SDSP = {"a": 0.1, "b": 0.12, "theta_X": 0.5, "theta_V": -60.0, "theta_up_l": 1.0,
        "theta_up_h": 7.0, "theta_down_l": 0.5, "theta_down_h": 6.0, "tau_C": 60.0}  # fmt: skip


VARIANTS = [(False, 0), (True, 3)]  # with homeostasis, and steps by which filters are late


def clopath(homeostasis, late, dt, **values):
    """The rule, and what only some variants of the loop take."""
    rule = sim.ClopathSTDP(**CLOPATH, homeostasis=homeostasis, tau_h=50.0, late=late * dt, **MEAN,
                           **values)  # fmt: skip
    return rule, {"late": late, **({"tau_bar": 50.0, **MEAN} if homeostasis else {})}


@pytest.mark.parametrize(("homeostasis", "late"), VARIANTS)
def test_clopath_is_declared_as_in_the_paper(homeostasis, late):
    rule, own = clopath(homeostasis, late, 0.25, A_LTP=2e-4)
    agree(rule, loops.clopath, **CLOPATH, A_LTP=2e-4, **own, rel=2e-4, signals={"u": V},
          read={"V_m_post": V})  # fmt: skip


@pytest.mark.parametrize(
    ("homeostasis", "late"),
    [pytest.param(*variant, marks=pytest.mark.thorough if variant[1] else pytest.mark.slow)
     for variant in VARIANTS],
)  # fmt: skip
def test_clopath_in_all_layouts(homeostasis, late):
    """Depression is exact; potentiation by steps of 0.1 ms is of first order."""
    for A_LTP, rel in ((0.0, 1e-9), (3e-4, 5e-3)):
        rule, own = clopath(homeostasis, late, 0.1, A_LTP=A_LTP)
        check_all(rule, loops.clopath, made=noisy(), **CLOPATH, A_LTP=A_LTP, **own, rel=rel,
                  signals={"u": seen})  # fmt: skip


@pytest.mark.thorough
def test_clopath_in_a_voltage_clamp():
    """Per presynaptic spike -A_LTD (u - theta_-)+ + A_LTP (u - theta_+)+ (u - theta_-)+."""
    u = np.array([-80.0, -45.0, -39.0, -25.0, -19.0, -15.0, 0.0])
    net = sim.Network(dt=0.1, seed=1, precision="double")
    pre = net.population("pre", 1, sim.SpikeSource([np.arange(500.0, 900.0, 40.0)]))
    cells = net.population("post", u.size, sim.LIF(E_L=u, V_th=50.0, C_m=1e12))
    rule = sim.ClopathSTDP.fitted("hippocampus")
    plastic = net.project(pre, cells, sim.AllToAll(), weight=1.0, delay=1.0, plasticity=rule,
                          delay_is="axonal")  # fmt: skip
    net.run(1500.0)
    change = plastic.weight - 1.0
    low, high = np.maximum(u + 41.0, 0.0), np.maximum(u + 38.0, 0.0)
    assert change == pytest.approx(10 * (-38e-5 * low + 2e-5 * high * low), rel=1e-6, abs=1e-12)
    assert change[1] == 0 > change[3]
    assert change[5] > 0


def urbanczik(pre, post, w, *, V, attenuation, E_L, phi_max, **parameters):
    effect = E_L + attenuation * (np.asarray(V) - E_L)
    return loops.urbanczik_senn(pre, post, w, V=effect, phi_max=phi_max / 1000.0, **parameters)


OWN = {"eta": 0.3, "attenuation": 0.9, "E_L": -65.0, "phi_max": 150.0}


def test_urbanczik_senn_is_declared_as_in_the_paper():
    agree(sim.UrbanczikSenn(**DENDRITE, **OWN), urbanczik, **DENDRITE, **OWN, signals={"V": V},
          read={"V_dend_post": V}, variables=("Delta",), rel=1e-7)  # fmt: skip


@pytest.mark.slow
def test_urbanczik_senn_in_all_layouts():
    check_all(sim.UrbanczikSenn(**DENDRITE, **OWN), urbanczik, made=noisy("V_dend", Dendritic),
              **DENDRITE, **OWN, signals={"V": seen}, variables=("Delta",), rel=2e-3)  # fmt: skip


def sdsp(pre, post, w, X, *, w_min, w_max, alpha, beta, **parameters):
    end = loops.sdsp(pre, post, X, alpha=alpha / 1000.0, beta=beta / 1000.0, **parameters)
    return {"w": w_max if end["strong"] else w_min, "X": end["X"]}


DRIFT = {"alpha": 4.0, "beta": 3.0, **BOUNDS}


def test_sdsp_is_declared_as_in_the_paper():
    rule = sim.SDSP(**SDSP, **DRIFT)
    for X in (0.3, 0.7):
        agree(rule, sdsp, start=(X,), initial={"X": X}, **SDSP, **DRIFT, signals={"V": V},
              read={"V_m_post": V}, variables=("X",))  # fmt: skip


@pytest.mark.slow
def test_sdsp_in_all_layouts():
    rule = sim.SDSP(**SDSP, **DRIFT)
    check_all(rule, sdsp, made=noisy(start={"X": 0.45}), start=(0.45,), **SDSP, **DRIFT,
              signals={"V": seen}, variables=("X",), rel=1e-3)  # fmt: skip


def test_what_is_refused():
    for values, text in (
        ({"theta_X": 1.2}, "theta_X: must be below 1"),
        ({"theta_up_h": 2.0}, "theta_up_h: must be above theta_up_l"),
    ):
        with pytest.raises(sim.ValidationError, match=rf"SDSP\.{text}"):
            sim.SDSP(**values)
    with pytest.raises(sim.ValidationError, match=r"UrbanczikSenn\.tau_s: must be shorter than"):
        sim.UrbanczikSenn(tau_s=20.0)
    with pytest.raises(sim.ValidationError, match=r"ClopathSTDP\.region: .*'hippocampus'"):
        sim.ClopathSTDP.fitted("visual")
    assert sim.ClopathSTDP.fitted("somatosensory cortex").A_LTP == 67e-5
