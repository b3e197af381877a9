"""Synaptic scaling against a loop from the paper, a closed form, and the rate that it promises."""

from math import exp

import numpy as np
import pytest

import spikesim as sim
from tests.synapses.grid import check_all
from tests.synapses.paper_loops.common import clip, steps
from tests.synapses.rig import Rig


def loop(pre, post, w, *, dt, stop, delay, axonal, tau, rho_0, beta, gamma, period, lambda_,
         alpha, tau_plus, tau_minus, w_max):  # fmt: skip
    """Scaling of van Rossum, Bi & Turrigiano 2000, eq. 3, in Euler steps, and STDP beside it.

    tau da/dt = -a + S_post; dw/dt = beta w (a_goal - a) + gamma w int (a_goal - a) dt.
    pre: w -= lambda alpha w y; post: w += lambda w_max x. Times in ms, rates in 1/ms, beta and
    gamma as for seconds and Hz.
    """
    x = y = a = e = 0.0
    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x, y, a = x * exp(-h / tau_plus), y * exp(-h / tau_minus), a * exp(-h / tau)
        if is_pre:
            w = clip(w - lambda_ * alpha * w * y, 0.0, w_max)
        if is_post:
            w = clip(w + lambda_ * w_max * x, 0.0, w_max)
        x, y, a = x + is_pre, y + is_post, a + is_post / tau
        if 0 < t < stop and t % round(period / dt) == 0:
            distance = 1000.0 * (rho_0 / 1000.0 - a)  # Hz
            e += period / 1000.0 * distance
            w = clip(w + period / 1000.0 * w * (beta * distance + gamma * e), 0.0, w_max)
    return w


FAST = {"tau": 150.0, "rho_0": 120.0, "beta": 0.05, "gamma": 0.3, "period": 20.0}


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [3])
def test_all_layouts(threads):
    stdp = {"lambda_": 0.02, "alpha": 1.2, "tau_plus": 16.8, "tau_minus": 33.7, "w_max": 2.0}
    rule = sim.SynapticScaling(**FAST, **stdp, mu_minus=1.0)
    check_all(rule, loop, threads, **FAST, **stdp)


@pytest.mark.slow
def test_a_silent_neuron_against_the_closed_form():
    """With a = 0, w = w(0) exp(beta rho_0 t + gamma rho_0 t^2 / 2), t in s, by short periods."""
    none = [np.empty(0, int)] * 3
    rule = sim.SynapticScaling(**FAST | {"period": 0.1}, w_max=1e9)
    rig = Rig(rule, none, none, layout="dense", side="dendritic").run(300.1)
    grown = np.exp(120.0 * (0.05 * 0.3 + 0.3 * 0.3**2 / 2))
    assert rig.plastic.weight / rig.before.weight == pytest.approx(grown, rel=2e-3)


@pytest.mark.slow
def test_the_rate_returns_and_weights_keep_their_ratios():
    net = sim.Network(seed=1, dt=0.1)
    source = net.population("source", 100, sim.PoissonSource(10.0))
    cells = net.population("cells", 20, sim.LIF())
    rule = sim.SynapticScaling(tau=5000.0, beta=0.02, gamma=0.0, period=100.0, w_max=1000.0)
    learnt = net.project(source, cells, sim.AllToAll(), weight=sim.Uniform(20.0, 60.0), delay=1.0,
                         plasticity=rule, delay_is="axonal")  # fmt: skip
    spikes = net.record(cells, "spikes")
    for rate in (10.0, 20.0, 5.0):
        source.rate = rate
        before = learnt.weight.reshape(100, 20)
        net.run(80_000.0)
        spikes.clear()
        net.run(40_000.0)
        counts = np.array([spikes.result().train(j).size for j in range(20)])
        assert counts.mean() / 40.0 == pytest.approx(5.0, rel=0.05)
        ratios = learnt.weight.reshape(100, 20) / before
        assert ratios == pytest.approx(np.broadcast_to(ratios[0], ratios.shape), rel=1e-3)
        assert np.abs(np.log(ratios)).mean() > 0.1
