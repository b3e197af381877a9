"""Graupner & Brunel's rule against the loop of its paper, with the published parameters."""

from math import sqrt

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses.calcium_stdp import FITS
from tests.synapses import paper_loops as loops
from tests.synapses.grid import Grid, check_all
from tests.synapses.interpreter import agree
from tests.synapses.test_paper_loops import FLAT

NAMES = (
    "tau_Ca", "C_pre", "C_post", "theta_d", "theta_p", "gamma_d", "gamma_p", "tau", "D",
)  # fmt: skip
OWN = {"tau": 60e3, "D": 3.5, "w_down": 0.3, "w_up": 1.6}


def efficacy(cubic):
    """The loop, for the weight."""

    def loop(pre, post, w, *, w_down, w_up, **parameters):
        end = loops.graupner_brunel(pre, post, (w - w_down) / (w_up - w_down), cubic=cubic,
                                    **parameters)  # fmt: skip
        return {"w": w_down + end["rho"] * (w_up - w_down), "c": end["c"]}

    return loop


def of(rule):
    return {name: getattr(rule, name) for name in (*NAMES, "w_down", "w_up")}


@pytest.mark.parametrize("cubic", [True, False])
def test_it_is_declared_as_in_the_paper(cubic):
    """Only as precise as the steps with which the interpreter finds the crossings."""
    rule = sim.CalciumSTDP(cubic=cubic, **OWN)
    agree(rule, efficacy(cubic), **of(rule), variables=("c",), rel=1e-3, substeps=8)


@pytest.mark.slow
@pytest.mark.parametrize(("cubic", "rel"), [(True, 5e-4), (False, 1e-5)])
def test_all_layouts(cubic, rel):
    """Steps with the cubic term are of first order; else crossings within a step are exact."""
    rule = sim.CalciumSTDP(cubic=cubic, **OWN)
    check_all(rule, efficacy(cubic), **of(rule), variables=("c",), rel=rel)


@pytest.mark.thorough
def test_all_layouts_at_spikes():
    """Without noise and the cubic term it is exact, although presynaptic calcium comes late."""
    rule = sim.CalciumSTDP(**OWN)
    assert not rule.is_stepped
    Grid(rule).run().check(efficacy(False), **of(rule), variables=("c",), rel=1e-10)


def sixty_pairs(rules, lags, n=1, dt=0.1):
    """Weights that begin DOWN and UP after 60 pairs at 1 Hz, by rule, lag, synapse and start."""
    times = 1000.0 * np.arange(60) + 200.0
    net = sim.Network(dt=dt, seed=1, precision="double")
    sources = net.population("pre", 2 * n, sim.SpikeSource([times] * (2 * n)))
    lags = np.array(lags)
    driver = net.population("driver", lags.size, sim.SpikeSource(times + lags[:, None]))
    receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent(tau_syn=20.0)}
    cells = net.population("post", lags.size, sim.LIF(t_ref=0.0, C_m=1e9, receptors=receptors))
    net.project(driver, cells, sim.OneToOne(), weight=1000.0, delay=dt, receptor="kick")
    plastic = [
        net.project(sources, cells, sim.AllToAll(), delay=dt, receptor="slow", plasticity=rule,
                    weight=np.tile([[rule.w_down], [rule.w_up]], (n, lags.size)),
                    delay_is="axonal")
        for rule in rules
    ]  # fmt: skip
    net.run(60_500.0)
    weights = np.stack([p.weight.reshape(n, 2, lags.size) for p in plastic])
    return weights.transpose(0, 3, 1, 2)


LAGS = [-40.0, -10.0, 0.0, 10.0, 30.0]


@pytest.mark.slow
def test_all_sets_without_noise():
    """The flat rule is a product of exponentials over the times above each threshold."""
    rules = [sim.CalciumSTDP.fitted(name) for name in FITS]
    found = sixty_pairs(rules, LAGS)
    for k, rule in enumerate(rules):
        names = [n for n in NAMES if n not in ("theta_d", "D")]
        parameters = {n: getattr(rule, n) for n in names}
        late = round(rule.D / 0.1)
        for m, lag in enumerate(LAGS):
            one = loops.graupner_brunel(
                [500 + late], [500 + round(lag / 0.1)], np.array([0.0, 1.0]), dt=0.1, stop=9000,
                cubic=False, **parameters,
            )["rho"]  # fmt: skip
            slope, rho = one[1] - one[0], np.array([0.0, 1.0])
            for _ in range(60):
                rho = one[0] + slope * rho
            expected = rule.w_down + rho * (rule.w_up - rule.w_down)
            assert found[k, m, 0] == pytest.approx(expected, abs=1e-4), (list(FITS)[k], lag)


@pytest.mark.slow
@pytest.mark.parametrize("name", FLAT)
def test_published_strength_with_noise(name):
    """Strength after over before, of synapses one half of which start DOWN, one half UP."""
    n, b, lag = 500, 5.0, FLAT[name][-3]
    rule = sim.CalciumSTDP.fitted(name, noise=True)
    down, up = sixty_pairs([rule], [lag], n, dt=0.2 if rule.D else 1.0)[0, 0].T
    middle = (rule.w_down + rule.w_up) / 2
    raised, lowered = np.mean(down > middle), np.mean(up <= middle)
    strength = ((1 - raised) + lowered + b * (raised + (1 - lowered))) / (1 + b)
    sem = (b - 1) / (1 + b) * sqrt((raised * (1 - raised) + lowered * (1 - lowered)) / n)
    assert strength == pytest.approx(FLAT[name][-1], abs=3 * sem)


def test_fits():
    assert sim.CalciumSTDP.fitted("DP").w_down == 0.2
    rule = sim.CalciumSTDP.fitted("cortical slices", w_up=2.0, gamma_d=5.0)
    assert (rule.gamma_d, rule.gamma_p, rule.w_down) == (5.0, 725.085, 2.0 / 5.40988)
    assert sim.CalciumSTDP.fitted("D'", w_down=0.0, noise=True).sigma == 2.8284
    with pytest.raises(sim.ValidationError, match=r"CalciumSTDP\.name: .*'DP'"):
        sim.CalciumSTDP.fitted("PD")
    with pytest.raises(sim.ValidationError, match=r"CalciumSTDP\.rho_star: must be below 1"):
        sim.CalciumSTDP(rho_star=1.0)
    with pytest.raises(sim.ValidationError, match=r"CalciumSTDP\.w_up: must be above w_down = 2"):
        sim.CalciumSTDP(w_down=2.0)
