"""Neuron models as users meet them: defaults, names, and steps that are too long."""

import numpy as np
import pytest

import spikesim as sim

NEST = {
    sim.AdEx: {  # aeif_psc_exp
        "C_m": 281.0, "t_ref": 0.0, "V_reset": -60.0, "g_L": 30.0, "E_L": -70.6, "I_e": 0.0,
        "a": 4.0, "b": 80.5, "Delta_T": 2.0, "tau_w": 144.0, "V_th": -50.4, "V_peak": 0.0,
    },
    sim.Izhikevich: {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0, "V_th": 30.0, "I_e": 0.0},
    sim.MAT2: {  # mat2_psc_exp
        "C_m": 100.0, "tau_m": 5.0, "E_L": -70.0, "t_ref": 2.0, "I_e": 0.0, "alpha_1": 37.0,
        "alpha_2": 2.0, "tau_1": 10.0, "tau_2": 200.0, "omega": -51.0,
    },
    sim.GIF: {  # gif_psc_exp; q of no components
        "C_m": 80.0, "g_L": 4.0, "E_L": -70.0, "V_reset": -55.0, "t_ref": 4.0, "V_T_star": -35.0,
        "Delta_V": 0.5, "lambda_0": 1.0, "I_e": 0.0, "q_stc1": 0.0, "q_stc2": 0.0, "q_sfa1": 0.0,
        "q_sfa2": 0.0, "tau_stc1": 10.0, "tau_stc2": 100.0, "tau_sfa1": 10.0, "tau_sfa2": 100.0,
    },
    sim.TraubMiles: {  # hh_cond_exp_traub
        "g_Na": 20000.0, "g_K": 6000.0, "g_L": 10.0, "C_m": 200.0, "E_Na": 50.0, "E_K": -90.0,
        "E_L": -60.0, "V_T": -63.0, "I_e": 0.0, "t_ref": 2.0,
    },
}  # fmt: skip
SPIKING = {
    sim.QIF: 400.0, sim.EIF: 300.0, sim.AdEx: 1000.0, sim.Izhikevich: 10.0,
    sim.IzhikevichHalfSteps: 10.0, sim.GIF: 200.0, sim.MAT2: 500.0, sim.HodgkinHuxley: 1000.0,
    sim.TraubMiles: 500.0, sim.WangBuzsaki: 200.0, sim.MorrisLecar: 1000.0,
}  # fmt: skip
QUIET = {sim.TraubMiles: {"E_L": -65.0}}  # its defaults, NEST's, fire by themselves


@pytest.mark.parametrize("model", NEST, ids=lambda model: model.__name__)
def test_defaults_are_those_of_nest(model):
    assert model().values == NEST[model]


@pytest.mark.thorough
@pytest.mark.parametrize("model", SPIKING, ids=lambda model: model.__name__)
def test_models_rest_and_spike(model):
    """Silent until a stimulating current begins."""
    net = sim.Network(dt=0.05, seed=1)
    cells = net.population("cells", 2, model(**QUIET.get(model, {})))
    net.stimulate(cells[1:], sim.DCCurrent(SPIKING[model], start=20.0))
    spikes = net.record(cells, "spikes")
    net.run(120.0)
    assert spikes.result().train(0).size == 0
    train = spikes.result().train(1)
    assert train.size >= 1
    assert train[0] > 20.0


@pytest.mark.thorough
@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_runaway_stays_finite(precision):
    """Sharp thresholds, high peaks, long steps: w grows by b and hardly more."""
    net = sim.Network(dt=0.5, seed=1, precision=precision)
    sharp = net.population("sharp", 1, sim.AdEx(Delta_T=0.3, V_peak=30.0, I_e=900.0, a=10.0))
    simple = net.population("simple", 1, sim.Izhikevich(I_e=10.0))
    spikes = [net.record(p, "spikes") for p in (sharp, simple)]
    w, U_m = net.record(sharp, "w"), net.record(simple, "U_m")
    net.run(200.0)
    assert all(s.result().n_spikes > 3 for s in spikes)
    assert np.diff(w.result().values[:, 0]).max() < 80.5 + 10.0 * 100.0 * 0.5 / 144.0
    assert np.diff(U_m.result().values[:, 0]).max() < 8.0 + 2.0


@pytest.mark.thorough
def test_half_steps_need_no_stimulus():
    """Receptors act on models that are a step in Python."""
    net = sim.Network(dt=1.0, seed=1)
    cell = net.population("cell", 1, sim.IzhikevichHalfSteps(receptors={"x": sim.ExpCurrent()}))
    net.stimulate(cell, sim.PoissonDrive(1000.0, 20.0))
    spikes = net.record(cell, "spikes")
    net.run(200.0)
    assert spikes.result().n_spikes > 3
