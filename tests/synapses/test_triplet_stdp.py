"""Triplet STDP against the loop of its paper, and against data with the paper's parameters."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses.triplet_stdp import FITS
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import agree
from tests.synapses.test_paper_loops import RHO, SJOSTROM, WANG

AMPLITUDES = {"A2_plus": 5e-3, "A3_plus": 6e-3, "A2_minus": 7e-3, "A3_minus": 2e-3}
TAUS = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0}
BOUNDS = {"w_min": 0.0, "w_max": 2.0}
PARAMETERS = {**AMPLITUDES, **TAUS, **BOUNDS}
ERRORS = dict(zip(FITS, (0.34, 0.36, 0.23, 0.35, 2.83, 3.27, 2.72, 2.71), strict=True))


@pytest.mark.parametrize("pairing", ["all-to-all", "nearest-symmetric"])
def test_it_is_declared_as_in_the_paper(pairing):
    nearest = pairing != "all-to-all"
    rule = sim.TripletSTDP(**PARAMETERS, pairing=pairing)
    agree(rule, loops.triplet, **PARAMETERS, nearest=nearest)
    halved = {**PARAMETERS, **{n: a / 2 for n, a in AMPLITUDES.items()}}
    rule = sim.TripletSTDP(**PARAMETERS, pairing=pairing, w_ref=0.5)
    agree(rule, loops.triplet, **halved, nearest=nearest)


@pytest.mark.slow
def test_all_layouts():
    check_all(sim.TripletSTDP(**PARAMETERS), loops.triplet, **PARAMETERS, rel=1e-11)


@pytest.mark.slow
def test_nearest_spikes_and_threads():
    rule = sim.TripletSTDP(**PARAMETERS, pairing="nearest-symmetric")
    check_all(rule, loops.triplet, threads=3, **PARAMETERS, nearest=True, rel=1e-11)


def fitted(key, **values):
    region, pairing, minimal = key
    return sim.TripletSTDP.fitted(region, pairing=pairing, minimal=minimal, **values)


def changes(keys, protocols, dt):
    """The change of a weight of 5 by 60 repetitions of each of (pre, post, period), all in ms."""
    starts = np.arange(60)[:, None]
    pre, post = ([(starts * period + np.array(own) + 100.0).ravel() for *spikes, period in protocols
                  for own in [spikes[k]]] for k in (0, 1))  # fmt: skip
    net = sim.Network(dt=dt, seed=1, precision="double")
    n = len(protocols)
    sources, driver = (net.population(name, n, sim.SpikeSource(times))
                       for name, times in (("pre", pre), ("driver", post)))  # fmt: skip
    receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent(tau_syn=20.0)}
    targets = net.population("post", n, sim.LIF(t_ref=0.0, C_m=1e6, receptors=receptors))
    net.project(driver, targets, sim.OneToOne(), weight=1000.0, delay=dt, receptor="kick")
    plastic = {
        key: net.project(
            sources, targets, sim.OneToOne(), weight=5.0, delay=dt, receptor="slow",
            plasticity=fitted(key, w_max=10.0), delay_is="axonal",
        )
        for key in keys
    }  # fmt: skip
    net.run(max(times.max() for times in (*pre, *post)) + 200.0)
    return {key: p.weight - 5.0 for key, p in plastic.items()}


@pytest.mark.slow
def test_the_frequency_dependence_of_the_paper():
    """Sixty pairs at five rates, in visual cortex (Sjostrom, Turrigiano & Nelson 2001)."""
    keys = [key for key in FITS if key[0] == "visual cortex"]
    lags = [10.0, -10.0]
    found = changes(
        keys, [([10.0], [10.0 + lag], 1000.0 / rho) for lag in lags for rho in RHO], 5.0
    )
    full = found[keys[0]].reshape(2, 5)
    assert full[0] == pytest.approx([0.000, 0.132, 0.247, 0.534, 0.741], abs=5e-4)
    assert full[1] == pytest.approx([-0.312, -0.334, -0.352, 0.155, 0.727], abs=5e-4)
    data, sem = np.array([point for lag in lags for point in SJOSTROM[lag]]).T
    for key in keys:
        error = np.mean(((found[key] - data) / sem) ** 2)
        assert error == pytest.approx(ERRORS[key], abs=5.1e-3), key


@pytest.mark.thorough
def test_published_triplets_and_quadruplets():
    """Sixty triplets and quadruplets at 1 Hz, in hippocampus (Wang et al. 2005)."""
    keys = [key for key in FITS if key[0] == "hippocampus"]
    found = changes(keys, [(pre, post, 1000.0) for pre, post, *_ in WANG], 0.5)
    data, sem = np.array([point[-2:] for point in WANG]).T
    for key in keys:
        error = np.mean(((found[key] - data) / sem) ** 2)
        assert error == pytest.approx(ERRORS[key], abs=5.1e-3), key


def test_fits():
    assert fitted(("visual cortex", "all-to-all", False)).tau_y == sim.TripletSTDP().tau_y == 125.0
    rule = fitted(("hippocampus", "nearest-symmetric", True), w_max=3.0, tau_y=50.0)
    assert (rule.A3_plus, rule.A3_minus, rule.w_max, rule.tau_y) == (9.1e-3, 0.0, 3.0, 50.0)
    assert rule.pairing == "nearest-symmetric"
    with pytest.raises(sim.ValidationError, match=r"TripletSTDP\.region: .*'visual cortex'"):
        sim.TripletSTDP.fitted("visual")
    with pytest.raises(sim.ValidationError, match=r"TripletSTDP\.pairing: .*'nearest-symmetric'"):
        sim.TripletSTDP.fitted("hippocampus", pairing="nearest")
    with pytest.raises(sim.ValidationError, match=r"w_max: must be above w_min = 3"):
        sim.TripletSTDP(w_min=3.0)
    with pytest.raises(sim.ValidationError, match=r"pairing: .*has 2 and 2"):
        sim.TripletSTDP(pairing="nearest-reduced-symmetric")
