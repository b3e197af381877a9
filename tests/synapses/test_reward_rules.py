"""R-STDP and R-max against the loops of their papers, and what their eligibilities mean."""

from collections import Counter

import numpy as np
import pytest
from scipy.integrate import quad

import spikesim as sim
from tests.synapses import paper_loops as loops
from tests.synapses.grid import DT, STEPS, check_all
from tests.synapses.interpreter import STOP, agree
from tests.synapses.noisy import noisy, seen
from tests.synapses.rig import trains

BOUNDS = {"w_min": 0.0, "w_max": 1.6}
PAIRS = {"A_plus": 0.1, "A_minus": 0.12, "tau_plus": 16.8, "tau_minus": 33.7, "tau_c": 300.0,
         **BOUNDS}  # fmt: skip
LEARNING = {"R_0": 0.3, "alpha_R": 0.2}
LOOP = {"b": 0.3, "alpha": 0.2}
ESCAPE = {"tau_m": 20.0, "tau_s": 5.0, "tau_c": 100.0, **BOUNDS}
NOISE = {"lambda_0": 20.0, "V_T_star": -58.0, "Delta_V": 4.0}  # 20 Hz is 0.02 / ms
LOOP_NOISE = {"rho_0": 0.02, "theta": -58.0, "Delta_u": 4.0}
V = np.concatenate([[-65.0], np.random.default_rng(5).uniform(-75.0, -50.0, STOP)])
REWARDS = [(60, 0.5), (61, 1.0), (300, 0.25), (700, 1.5)]


def reward(grid):
    """Two sources of rewards, some at once."""
    steps = trains(9, 2, most=12, steps=STEPS)
    source = grid.net.population("rewarding", 2, sim.SpikeSource([s * DT for s in steps]))
    grid.net.release(source, grid.net.modulator("reward", tau=30.0), amount=0.5, delay=3 * DT)


def rewards():
    """The same as steps and amounts."""
    steps = Counter(int(t) + 3 for train in trains(9, 2, most=12, steps=STEPS) for t in train)
    return [(step, 0.5 * n) for step, n in sorted(steps.items())]


def test_r_stdp_is_declared_as_in_the_paper():
    found = agree(
        sim.RSTDP(**PAIRS, **LEARNING, eta=0.3), loops.r_stdp, rewards=REWARDS, eta=0.3, **PAIRS,
        **LOOP, released={"reward": REWARDS}, variables=("c",),
    )  # fmt: skip
    b = 0.3
    for _, R in REWARDS:
        b += 0.2 * (R - b)
    assert found["R_mean"] == pytest.approx(b)


@pytest.mark.slow
def test_r_stdp_in_all_layouts():
    check_all(sim.RSTDP(**PAIRS, **LEARNING, eta=0.3), loops.r_stdp,
              made={"also": reward}, rewards=rewards(), eta=0.3, **PAIRS, **LOOP,
              variables=("c",))  # fmt: skip


def test_r_max_is_declared_as_in_the_papers():
    agree(
        sim.RMax(**ESCAPE, **NOISE, **LEARNING, eta=0.3), loops.r_max, rewards=REWARDS, eta=0.3,
        **ESCAPE, **LOOP_NOISE, **LOOP, released={"reward": REWARDS}, signals={"V": V},
        read={"V_m_post": V}, variables=("c",), rel=1e-7,
    )  # fmt: skip


@pytest.mark.slow
def test_r_max_in_all_layouts():
    """A trace enters with its mean over a step, so that c is nearly exact."""
    made = noisy()

    def also(grid, membrane=made["also"]):
        membrane(grid)
        reward(grid)

    check_all(sim.RMax(**ESCAPE, **NOISE, **LEARNING, eta=0.3), loops.r_max,
              made={**made, "also": also}, rewards=rewards(), eta=0.3, **ESCAPE, **LOOP_NOISE,
              **LOOP, signals={"V": seen}, variables=("c",), rel=1e-7)  # fmt: skip


def test_eligibility_of_r_max_is_the_derivative_of_the_likelihood():
    """Of given spikes of a neuron whose potential is w PSP, by finite differences."""
    pre, post, stop, w = np.array([5, 20, 22]), np.array([24, 40]), 60, 0.3
    tau_m, tau_s = 20.0, 5.0

    def psp(t):
        ages = t - pre[pre < t]
        return np.sum(np.exp(-ages / tau_m) - np.exp(-ages / tau_s)) / (1 - tau_s / tau_m)

    def likelihood(w):
        def rate(t):
            return 0.02 * np.exp((w * psp(t) - 1.0) / 0.5)

        expected = sum(quad(rate, t, t + 1, epsabs=1e-13)[0] for t in range(stop))
        return sum(np.log(rate(t)) for t in post) - expected

    derivative = (likelihood(w + 1e-4) - likelihood(w - 1e-4)) / 2e-4
    fine = 100  # steps of the loop, which holds the potential, per ms
    V = np.array([w * psp((t + 0.5) / fine) for t in range(stop * fine + 1)])
    end = loops.r_max(
        pre * fine, post * fine, w, dt=1 / fine, stop=stop * fine, V=V, rewards=[], eta=0.0, b=0.0,
        alpha=0.0, tau_m=tau_m, tau_s=tau_s, tau_c=1e12, rho_0=0.02, theta=1.0, Delta_u=0.5,
    )  # fmt: skip
    assert end["c"] == pytest.approx(derivative, rel=1e-5)


@pytest.mark.slow
def test_only_r_stdp_drifts_if_rewards_do_not_depend_on_the_neuron():
    """The mean eligibility is 0 with R-max, and with R-STDP not: rewards above b are then bias."""
    n, duration, every = 400, 20_000.0, 1000.0
    net = sim.Network(dt=0.1, seed=3)
    receptors = {"exc": sim.ExpCurrent(tau_syn=2.0)}
    cells = net.population("cells", n, sim.GIF(
        lambda_0=10.0, V_T_star=-60.0, Delta_V=2.0, V_reset=-70.0, t_ref=0.0, receptors=receptors,
    ))  # fmt: skip
    sources = net.population("sources", n, sim.PoissonSource(20.0))
    net.stimulate(cells, sim.NoiseCurrent(mean=30.0, std=40.0, every=2.0))
    times = np.arange(every, duration, every)
    lucky = net.population("lucky", 1, sim.SpikeSource([times]))
    net.release(lucky, net.modulator("reward", tau=10.0), amount=1.0, delay=0.1)
    rules = {
        "r_max": sim.RMax(lambda_0=10.0, V_T_star=-60.0, Delta_V=2.0, alpha_R=0.0, eta=1e-3,
                          w_min=0.0, w_max=100.0),
        "r_stdp": sim.RSTDP(alpha_R=0.0, eta=1e-3, A_minus=0.8, w_max=100.0),
    }  # fmt: skip
    made = {
        name: net.project(sources, cells, sim.OneToOne(), weight=40.0, delay=1.0, plasticity=rule,
                          delay_is="axonal")
        for name, rule in rules.items()
    }  # fmt: skip
    eligibility = {name: net.record(p, "c", every=every) for name, p in made.items()}
    net.run(duration)
    drift = {name: p.weight - 40.0 for name, p in made.items()}
    error = {name: d.std() / np.sqrt(n) for name, d in drift.items()}
    assert abs(drift["r_max"].mean()) < 3 * error["r_max"]
    assert drift["r_stdp"].mean() > 10 * error["r_stdp"]
    c = eligibility["r_stdp"].result().window(every / 2, duration - every / 2).values
    mean = 1e-3 * c.mean() * times.size
    assert drift["r_stdp"].mean() == pytest.approx(mean, abs=3 * error["r_stdp"])


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"RMax\.tau_s: must be shorter than tau_m = 20"):
        sim.RMax(tau_s=20.0)
    with pytest.raises(sim.ValidationError, match=r"RSTDP\.w_max: must be above w_min = 5"):
        sim.RSTDP(w_min=5.0)
