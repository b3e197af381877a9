"""The plain loops of the rules against closed forms, exact numbers and measured data."""

from itertools import pairwise
from math import exp, inf, log, sqrt

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from tests.synapses import paper_loops as loops

STOP = 400
PRE = np.array([0, 7, 20, 21, 90, 133, 140, 200, 260, 261, 262, 330, 371, 400])
POST = np.array([3, 7, 22, 60, 95, 133, 150, 201, 255, 263, 264, 265, 340, 371, 396])
PAIR = {"A_plus": 0.01, "A_minus": 0.012, "tau_plus": 20.0, "tau_minus": 30.0}
BOUNDS = {"w_min": 0.0, "w_max": 1.0}
RATES = {"tau_x": 15.0, "tau_y": 25.0, "eta": 0.05}
DIGITS = {"eta": 0.05, "x_tar": 0.4, "tau_pre": 20.0}
rng = np.random.default_rng(5)
U = rng.uniform(-80.0, 0.0, STOP + 1)  # mV, crosses all thresholds
CALCIUM = {"tau_Ca": 20.0, "C_pre": 1.0, "C_post": 2.0, "theta_p": 1.3, "gamma_d": 200.0,
           "gamma_p": 321.808, "tau": 150e3, "D": 13.0}  # fmt: skip
VISUAL_CORTEX = {"theta_minus": -70.6, "theta_plus": -45.3, "A_LTD": 14e-5, "A_LTP": 8e-5,
                 "tau_x": 15.0, "tau_minus": 10.0, "tau_plus": 7.0}  # fmt: skip
DENDRITE = {"eta": 0.5, "tau_L": 10.0, "tau_s": 3.0, "tau_Delta": 100.0, "phi_max": 0.15, "k": 0.5,
            "beta": 5.0, "theta": 1.0}  # fmt: skip
DRIFT = {"a": 0.1, "b": 0.1, "alpha": 1e-3, "beta": 2e-3, "theta_X": 0.5, "theta_V": -40.0,
         "theta_up_l": 1.0, "theta_up_h": 4.0, "theta_down_l": 0.3, "theta_down_h": 2.0,
         "tau_C": 60.0}  # fmt: skip
ZENKE = {"A": 0.1, "beta": 0.05, "delta": 0.002, "tau_plus": 20.0, "tau_minus": 20.0,
         "tau_slow": 100.0, "tau_c": 2000.0, "P": 20.0, "w_P": 0.5}  # fmt: skip
CASES = {  # the state at step 0, parameters, signals of the postsynaptic neuron, other signals
    "pair_additive": ([0.5], PAIR, {}, {}),
    "pair_power_law": (
        [0.5],
        {"lambda_": 0.05, "alpha": 1.05, "mu_plus": 0.4, "mu_minus": 0.6, "tau_plus": 20.0,
         "tau_minus": 30.0, "nearest": True}, {}, {},
    ),
    "power_law": (
        [0.5],
        {"lambda_": 0.1, "alpha": 0.5, "mu": 0.4, "tau_plus": 15.0, "tau_minus": 30.0, "w_0": 2.0},
        {}, {},
    ),
    "triplet": (
        [0.5],
        {"A2_plus": 5e-3, "A3_plus": 6e-3, "A2_minus": 7e-3, "A3_minus": 2e-3, "tau_plus": 16.8,
         "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 125.0}, {}, {},
    ),
    "triplet_sliding": (
        [0.5],
        {"A3_plus": 0.0065, "tau_plus": 16.8, "tau_minus": 33.7, "tau_y": 114.0, "kappa": 0.02,
         "tau_nu": 200.0, "nu": 0.01}, {}, {},
    ),
    "vogels": ([0.5], {"eta": 0.05, "alpha": 0.2, "tau": 20.0}, {}, {}),
    "costa": ([0.9, 0.5], {"eta": 0.5, "tau_y1": 32.7, "tau_y2": 230.2, "tau_x": 66.6}, {}, {}),
    "diehl_cook_triplet": ([0.5], {"nu_pre": 0.02, "nu_post": 0.05}, {}, {}),
    "diehl_cook_power": ([0.5], {**DIGITS, "mu": 0.3}, {}, {}),
    "diehl_cook_exponential": ([0.5], {**DIGITS, "beta": 1.5}, {}, {}),
    "diehl_cook_symmetric": (
        [0.5],
        {"eta_pre": 0.01, "eta_post": 0.05, "x_tar": 0.4, "mu": 0.3, "tau_pre": 20.0,
         "tau_post": 30.0}, {}, {},
    ),
    "dopamine_stdp": (
        [0.5], {**PAIR, "tau_c": 300.0}, {}, {"D": 0.01 * rng.uniform(size=STOP + 1)}
    ),
    "graupner_brunel": ([0.4], {**CALCIUM, "cubic": False}, {}, {}),
    "sdsp": ([0.45], DRIFT, {"V": U}, {}),
    "clopath": (
        [0.5], {**VISUAL_CORTEX, "tau_bar": 200.0, "E_L": -70.6, "u_ref2": 60.0}, {"u": U}, {},
    ),
    "urbanczik_senn": ([0.5], DENDRITE, {"V": 1 + U / 40}, {}),
    "hebb": ([0.5], RATES, {}, {}),
    "covariance": ([0.5], {**RATES, "tau_mean": 300.0}, {}, {}),
    "oja": ([0.5], RATES, {}, {}),
    "hebb_rates": ([0.5], RATES, {}, {}),
    "covariance_rates": ([0.5], {**RATES, "tau_mean": 300.0}, {}, {}),
    "oja_rates": ([0.5], {**RATES, "eta": 5.0}, {}, {}),
    "bcm": ([0.5], {**RATES, "eta": 300.0, "tau_theta": 40.0, "y0": 0.04}, {}, {}),
    "zenke": ([0.5, 0.3], ZENKE, {}, {}),
    "e_prop": (
        [0.5], {"eta": 0.01, "tau_m": 20.0, "tau_out": 30.0}, {"psi": U / 80, "L": U / 40 + 1}, {},
    ),
    "e_prop_flow": (
        [0.5], {"eta": 0.01, "tau_m": 20.0, "tau_out": 30.0, "beta": 0.5, "tau_a": 60.0},
        {"psi": -U / 80, "L": U / 40 + 1}, {},
    ),
}  # fmt: skip


def state(name, pre=PRE, post=POST, repeat=1, post_signals_late=0, **timing):
    start, parameters, post_signals, signals = CASES[name]
    late = {
        k: np.concatenate([np.full(post_signals_late, v[0]), v]) for k, v in post_signals.items()
    }
    held = {k: np.repeat(v, repeat) for k, v in {**late, **signals}.items()}
    timing = {"dt": 1.0 / repeat, "stop": STOP * repeat, **timing}
    end = getattr(loops, name)(pre * repeat, post * repeat, *start, **timing, **held, **parameters)
    return {"w": end} if np.isscalar(end) else end


BY_STEPS = {"oja_rates", "zenke", "e_prop_flow"}  # are integrated by Runge-Kutta


@pytest.mark.parametrize("name", [name for name in CASES if name != "e_prop"])  # is discrete
def test_the_length_of_the_step_does_not_matter(name):
    """Everything is exact between spikes, so that quarter steps give the same state."""
    fine, coarse = state(name, repeat=4), state(name)
    assert fine == pytest.approx(coarse, rel=1e-7 if name in BY_STEPS else 1e-10)
    started = dict(zip(coarse, CASES[name][0], strict=False))
    assert all(abs(coarse[k] - v) > 1e-4 for k, v in started.items())


@pytest.mark.parametrize("name", CASES)
def test_delays_shift_one_side(name):
    axonal = state(name, delay=4, axonal=True)
    assert axonal == pytest.approx(state(name, pre=PRE + 4))
    dendritic = state(name, delay=4)
    assert dendritic == pytest.approx(state(name, post=POST + 4, post_signals_late=4))
    assert state(name, post=np.append(POST, STOP - 3), delay=4) == dendritic  # too late to act


# ---- Pairs and triplets of spikes ----


@pytest.mark.parametrize("lag", [-80, -10, 10, 35])
def test_pair_window(lag):
    pre, post = np.arange(60) * 1000 + 100, np.arange(60) * 1000 + 100 + lag
    bi_poo = {"A_plus": 0.777 / 60, "A_minus": 0.273 / 60, "tau_plus": 16.8, "tau_minus": 33.7}
    w = loops.pair_additive(pre, post, 5.0, dt=1.0, stop=60_000, **bi_poo, w_max=10.0)
    window = 0.777 * exp(-lag / 16.8) if lag > 0 else -0.273 * exp(lag / 33.7)
    assert w - 5.0 == pytest.approx(window, rel=1e-9)
    if abs(lag) == 10:
        assert w - 5.0 == pytest.approx({10: 0.428, -10: -0.203}[lag], abs=5e-4)


@pytest.mark.parametrize(
    ("mu", "fixed"), [(0.02, 0.08), (0.05, 0.274), (0.1, 0.38), (0.5, 0.476), (1, 0.488)]
)
def test_power_law_balance(mu, fixed):
    """Pairs of equal gaps in both orders balance at w = 1 / (1 + alpha^(1/mu))."""
    w = 1 / (1 + 1.05 ** (1 / mu))
    assert w == pytest.approx(fixed, abs=6e-4)
    rule = {"lambda_": 1e-3, "alpha": 1.05, "mu_plus": mu, "mu_minus": mu, "w_max": 2.0}
    up, down = (
        loops.pair_power_law(
            [pre], [post], 2 * w, dt=1.0, stop=20, tau_plus=20.0, tau_minus=20.0, **rule
        ) - 2 * w
        for pre, post in ((0, 10), (10, 0))
    )  # fmt: skip
    assert up == pytest.approx(2e-3 * (1 - w) ** mu * exp(-0.5), rel=1e-9)
    assert up == pytest.approx(-down, rel=1e-9)


def test_power_law_without_bounds():
    """Pairs of equal gaps in both orders balance at w = w_0 alpha^(-1 / (1 - mu))."""
    rule = {
        "lambda_": 0.1,
        "alpha": 0.3,
        "mu": 0.4,
        "tau_plus": 20.0,
        "tau_minus": 20.0,
        "w_0": 3.0,
    }
    w = 3.0 * 0.3 ** (-1 / 0.6)
    up, down = (
        loops.power_law([pre], [post], w, dt=1.0, stop=20, **rule) - w
        for pre, post in ((0, 10), (10, 0))
    )
    assert up == pytest.approx(0.1 * 3.0**0.6 * w**0.4 * exp(-0.5), rel=1e-9)
    assert up == pytest.approx(-down, rel=1e-9)


def test_coincident_spikes_share_the_weight_only():
    both = {"pre": [5], "post": [5], "dt": 1.0, "stop": 5}
    assert loops.pair_additive(**both, w=0.5, **PAIR) == 0.5
    # w falls by a half at the presynaptic spike; then the rest up to 1 shrinks by 0.4
    w = loops.diehl_cook_symmetric(
        [0, 5], [0, 5], 0.5, dt=1.0, stop=5, eta_pre=0.5, eta_post=0.4, x_tar=0.0, mu=1.0,
        tau_pre=inf, tau_post=inf,
    )  # fmt: skip
    assert w == pytest.approx(0.25 + 0.4 * (1 - 0.25))


TRIPLETS = {  # A2+, A3+, A2-, A3-, tau_x, tau_y, nearest, error of the fit
    "visual all full": (5e-10, 6.2e-3, 7.0e-3, 2.3e-4, 101.0, 125.0, False, 0.34),
    "visual all min": (0.0, 6.5e-3, 7.1e-3, 0.0, inf, 114.0, False, 0.36),
    "visual nearest full": (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0, True, 0.23),
    "visual nearest min": (0.0, 5.0e-2, 8.0e-3, 0.0, inf, 40.0, True, 0.35),
    "hippo all full": (6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946.0, 27.0, False, 2.83),
    "hippo all min": (5.3e-3, 8.0e-3, 3.5e-3, 0.0, inf, 40.0, False, 3.27),
    "hippo nearest full": (4.6e-3, 9.1e-3, 3.0e-3, 7.5e-9, 575.0, 47.0, True, 2.72),
    "hippo nearest min": (4.6e-3, 9.1e-3, 3.0e-3, 0.0, inf, 48.0, True, 2.71),
}
RHO = [0.1, 10.0, 20.0, 40.0, 50.0]  # Hz, of the pairs of Sjostrom, Turrigiano & Nelson 2001
SJOSTROM = {  # change and its standard error, doi:10.1016/S0896-6273(01)00542-6
    10.0: [(-0.04, 0.05), (0.14, 0.10), (0.29, 0.14), (0.53, 0.11), (0.56, 0.26)],
    -10.0: [(-0.29, 0.08), (-0.41, 0.11), (-0.34, 0.10), (0.56, 0.32), (0.75, 0.19)],
}
WANG = [  # pre, post, dt; change and its standard error: Wang et al. 2005, doi:10.1038/nn1387
    ([0], [10], 5.0, 0.25, 0.05), ([10], [0], 5.0, -0.17, 0.05),
    ([0, 10], [5], 5.0, -0.01, 0.04), ([0, 20], [10], 5.0, 0.03, 0.04),
    ([0, 20], [15], 5.0, 0.01, 0.03), ([0, 20], [5], 5.0, 0.24, 0.06),
    ([5], [0, 10], 5.0, 0.33, 0.04), ([10], [0, 20], 5.0, 0.34, 0.04),
    ([5], [0, 20], 5.0, 0.22, 0.08), ([15], [0, 20], 5.0, 0.29, 0.05),
    ([0, 93.5], [5, 88.5], 0.5, -0.003, 0.03), ([5, 84], [0, 89], 1.0, 0.06, 0.04),
    ([5, 20], [0, 25], 5.0, 0.21, 0.04),
]  # fmt: skip


def triplet_change(name, pre, post, period, dt):
    """The change of a weight over 60 repetitions of spikes (ms)."""
    names = ("A2_plus", "A3_plus", "A2_minus", "A3_minus", "tau_x", "tau_y", "nearest")
    rule = dict(zip(names, TRIPLETS[name], strict=False), tau_plus=16.8, tau_minus=33.7)
    starts = np.arange(60)[:, None] * period
    pre, post = (np.rint((starts + np.array(own)).ravel() / dt).astype(int) for own in (pre, post))
    return loops.triplet(pre, post, 0.0, dt=dt, stop=max(pre[-1], post[-1]), **rule)


@pytest.mark.parametrize("name", [name for name in TRIPLETS if "visual" in name])
def test_triplet_frequency(name):
    change = {
        lag: [triplet_change(name, [10.0], [10.0 + lag], 1000.0 / rho, 5.0) for rho in RHO]
        for lag in SJOSTROM
    }
    if name == "visual all full":
        assert change[10.0] == pytest.approx([0.000, 0.132, 0.247, 0.534, 0.741], abs=5e-4)
        assert change[-10.0] == pytest.approx([-0.312, -0.334, -0.352, 0.155, 0.727], abs=5e-4)
    errors = [
        ((model - data) / sem) ** 2
        for lag, points in SJOSTROM.items()
        for model, (data, sem) in zip(change[lag], points, strict=True)
    ]
    assert np.mean(errors) == pytest.approx(TRIPLETS[name][-1], abs=5.1e-3)


@pytest.mark.parametrize("name", [name for name in TRIPLETS if "hippo" in name])
def test_triplets_and_quadruplets(name):
    errors = [
        ((triplet_change(name, pre, post, 1000.0, dt) - data) / sem) ** 2
        for pre, post, dt, data, sem in WANG
    ]
    assert np.mean(errors) == pytest.approx(TRIPLETS[name][-1], abs=5.1e-3)


def poisson(rate, n, seed):
    """Return the steps of a train with a chance of `rate` in each of n steps."""
    return np.flatnonzero(np.random.default_rng(seed).random(n) < rate)


@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_triplet_threshold(rate):
    """Independent trains: x y (A3+ tau+ tau_y y - A2- tau-), in sums over whole steps."""
    n, rule = 200_000, {"A2_minus": 7.1e-3, "A3_plus": 6.5e-3, "tau_minus": 33.7, "tau_plus": 16.8}
    pre, post = poisson(0.02, n, 1), poisson(rate, n, 2)
    w = loops.triplet(pre, post, 0.0, dt=1.0, stop=n, **rule, A2_plus=0.0, tau_y=114.0)
    plus, minus, y = (1 / np.expm1(1 / tau) for tau in (16.8, 33.7, 114.0))
    drift = 0.02 * rate * (6.5e-3 * plus * y * rate - 7.1e-3 * minus)
    assert w == pytest.approx(drift * n, rel=0.15)
    assert (w > 0) == (rate > 0.0192)


def test_sliding_depression():
    """With a frozen rate it is the triplet rule, and an output at kappa divides LTD from LTP."""
    minimal = {"A3_plus": 6.5e-3, "tau_plus": 16.8, "tau_minus": 33.7, "tau_y": 114.0}
    sliding = loops.triplet_sliding(
        PRE, POST, 1.0, dt=1.0, stop=STOP, **minimal, kappa=0.02, tau_nu=inf, nu=0.03
    )
    A2_minus = 6.5e-3 * 16.8 * 114.0 * 0.03**2 / (33.7 * 0.02)
    triplet = loops.triplet(
        PRE, POST, 1.0, dt=1.0, stop=STOP, **minimal, A2_plus=0.0, A2_minus=A2_minus
    )
    assert sliding["w"] == pytest.approx(triplet)
    assert sliding["nu"] == 0.03
    for rate in (0.01, 0.04):
        w = loops.triplet_sliding(
            poisson(0.02, 100_000, 1), poisson(rate, 100_000, 2), 0.0, dt=1.0, stop=100_000,
            **minimal, kappa=0.02, tau_nu=inf, nu=0.02, w_min=-inf,
        )["w"]  # fmt: skip
        assert (w > 0) == (rate > 0.02)


@pytest.mark.parametrize("rate", [0.003, 0.005, 0.008])
def test_vogels_holds_a_rate(rate):
    """Independent trains: eta x (2 y tau - alpha), zero at 5 Hz, in sums over whole steps."""
    n, alpha, trace = 300_000, 2 * 0.005 / np.expm1(1 / 20.0), 1 / np.expm1(1 / 20.0)
    changes = [
        loops.vogels(poisson(0.02, n, seed), poisson(rate, n, seed + 9), 0.0, dt=1.0, stop=n,
                     eta=1e-3, alpha=alpha, tau=20.0, w_min=-inf)
        for seed in range(2)
    ]  # fmt: skip
    drift = 1e-3 * 0.02 * (2 * rate * trace - alpha) * n
    assert np.mean(changes) == pytest.approx(drift, abs=0.08)
    assert loops.vogels([5], [9], 0.5, dt=1.0, stop=9, eta=0.1, alpha=0.3, tau=20.0) == (
        pytest.approx(0.5 + 0.1 * (exp(-0.2) - 0.3))
    )


def test_costa_window():
    """Depression of U if the presynaptic spike is last, potentiation of A if it is first."""
    rule = {"dt": 1.0, "eta": 0.15, "tau_y1": 32.7, "tau_y2": 230.2, "tau_x": 66.6}
    late = loops.costa([20], [10], 1.0, 0.5, stop=20, **rule)
    change = -0.15 * 0.1771 * exp(-10 / 32.7) * exp(-10 / 230.2)
    assert late == pytest.approx({"U": 0.5 + change, "A": 1.0, "w": 0.5 + change})
    early = loops.costa([10], [0, 20], 1.0, 0.5, stop=20, **rule)
    A = 1 + 0.15 * 0.0618 * exp(-10 / 66.6) * exp(-20 / 32.7)
    assert early["A"] == pytest.approx(A)
    thrice = loops.costa([10, 30], [20], 1.0, 0.5, stop=30, **rule)
    x, y1, y2 = exp(-20 / 66.6), exp(-10 / 32.7), exp(-10 / 230.2)
    assert thrice["U"] == pytest.approx(0.5 + 0.15 * (0.1548 * y2 * x - 0.1771 * y1 * y2))


def test_digits():
    """One postsynaptic spike 10 ms after a presynaptic one, 30 ms after another postsynaptic."""
    trains, x = {"pre": [20], "post": [0, 30], "dt": 1.0, "stop": 30}, exp(-10 / 20)
    w = loops.diehl_cook_triplet(**trains, w=0.5)
    assert w == pytest.approx(0.5 - 1e-4 * exp(-20 / 20) + 0.01 * x * exp(-30 / 40))
    trains["post"] = [30]
    rule = {"eta": 0.1, "x_tar": 0.4, "tau_pre": 20.0}
    w = loops.diehl_cook_power(**trains, w=0.5, **rule, mu=0.2)
    assert w == pytest.approx(0.5 + 0.1 * (x - 0.4) * 0.5**0.2)
    w = loops.diehl_cook_exponential(**trains, w=0.3, **rule, beta=2.0)
    assert w == pytest.approx(0.3 + 0.1 * (x * exp(-0.6) - 0.4 * exp(-1.4)))


# ---- Eligibility and a third signal ----


def test_dopamine_reads_eligibility():
    """A pair, then dopamine at T: c0 d0 exp(-T/tau_c) / (1/tau_c + 1/tau_d)."""
    T, tau_c, tau_d, dt = 1000.0, 1000.0, 200.0, 0.5
    time = np.arange(int(6000 / dt) + 1) * dt
    D = np.where(time >= T, 0.002 * np.exp(-(time - T) / tau_d), 0.0)
    end = loops.dopamine_stdp(
        [0], [0], 0.0, dt=dt, stop=len(D) - 1, D=D, **PAIR, tau_c=tau_c, c=0.1
    )
    rate = 1 / tau_c + 1 / tau_d
    assert end["w"] == pytest.approx(0.1 * 0.002 * exp(-T / tau_c) / rate, rel=2e-3)
    assert end["c"] == pytest.approx(0.1 * exp(-6.0))
    held = dt * -(np.expm1(-dt * rate) ** -1) * -np.expm1(-dt / tau_c) / (dt / tau_c)
    assert end["w"] == pytest.approx(0.1 * 0.002 * exp(-T / tau_c) * held, rel=1e-9)


def test_rewards_read_eligibility():
    pair = {"pre": [10], "post": [20], "dt": 1.0, "tau_c": 500.0, **PAIR}
    rewards = [(20, 1.0), (120, 3.0), (900, 9.0)]
    end = loops.r_stdp(**pair, w=0.5, stop=200, rewards=rewards, eta=0.1, b=2.0)
    c = 0.01 * exp(-10 / 20)
    assert end["w"] == pytest.approx(0.5 + 0.1 * c * (-1 + exp(-100 / 500)))
    assert end["c"] == pytest.approx(c * exp(-180 / 500))


@pytest.mark.parametrize("beta", [0.0, 0.7])
def test_e_prop_is_the_gradient(beta):
    """Of a neuron with a smooth nonlinearity for the spike, by finite differences."""
    n, alpha, kappa, rho = 200, exp(-1 / 30), exp(-1 / 20), exp(-1 / 100)
    pre = poisson(0.1, n, 3)
    z, target = np.zeros(n), np.sin(np.arange(n) / 20)
    z[pre] = 1.0

    def run(w):
        v = y = a = loss = 0.0
        psi, L = np.zeros(n), np.zeros(n)
        for t in range(n):
            v = alpha * v + (w * z[t - 1] if t else 0.0)
            spike = np.tanh(v - beta * a)
            a, y = rho * a + spike, kappa * y + spike
            psi[t], L[t] = 1 - spike**2, y - target[t]
            loss += L[t] ** 2 / 2
        return loss, psi, L

    _, psi, L = run(0.3)
    end = loops.e_prop(
        pre,
        [],
        0.3,
        dt=1.0,
        stop=n - 1,
        psi=psi,
        L=L,
        eta=0.01,
        tau_m=30.0,
        tau_out=20.0,
        beta=beta,
        tau_a=100.0,
    )
    gradient = (run(0.3 + 1e-5)[0] - run(0.3 - 1e-5)[0]) / 2e-5
    assert end["w"] == pytest.approx(0.3 - 0.01 * gradient, rel=1e-7)


# ---- Calcium ----


FLAT = {  # tau_Ca, C_pre, C_post, theta_p, gamma_d, gamma_p, sigma, D; lag, dt, strength
    "DPD": (20.0, 0.9, 0.9, 1.3, 250.0, 550.0, 2.8284, 4.6, -10, 0.2, 0.859),
    "P": (20.0, 2.0, 2.0, 1.3, 160.0, 257.447, 2.8284, 0.0, 0, 10.0, 1.238),
    "D": (20.0, 0.6, 0.6, 1.3, 500.0, 550.0, 5.6568, 0.0, 0, 10.0, 0.637),
    "D'": (20.0, 1.0, 2.0, 3.5, 60.0, 600.0, 2.8284, 0.0, -10, 10.0, 0.719),
}


def sixty_pairs(name, rho, noise, cubic=False):
    names = ("tau_Ca", "C_pre", "C_post", "theta_p", "gamma_d", "gamma_p", "sigma", "D")
    rule = dict(zip(names, FLAT[name], strict=False), tau=150e3, cubic=cubic)
    lag, dt, _ = FLAT[name][-3:]
    rule["sigma"] *= noise
    starts = np.arange(60) * 1000.0 + 100
    pre, post = (np.rint(train / dt).astype(int) for train in (starts, starts + lag))
    return loops.graupner_brunel(
        pre, post, rho, dt=dt, stop=int(60_500 / dt), **rule, rng=np.random.default_rng(4)
    )["rho"]  # fmt: skip


@pytest.mark.parametrize("name", FLAT)
def test_calcium_is_above_thresholds_for_a_time(name):
    """The flat rule is a product of exponentials over the times above each threshold."""
    tau_Ca, C_pre, C_post, theta_p, gamma_d, gamma_p, _, D, lag = FLAT[name][:-2]
    events, pieces, c = sorted([(D, C_pre), (lag, C_post)]), [], 0.0
    for (start, jump), (end, _) in pairwise([*events, (900.0, 0.0)]):
        c += jump
        cuts = {tau_Ca * log(c / theta) for theta in (1.0, theta_p) if c > theta}
        for a, b in pairwise(sorted({0.0, end - start, *(x for x in cuts if x < end - start)})):
            middle = c * exp(-(a + b) / 2 / tau_Ca)
            pieces.append((b - a, gamma_p * (middle > theta_p), gamma_d * (middle > 1.0)))
        c *= exp(-(end - start) / tau_Ca)
    rho = np.array([0.0, 1.0])
    for length, up, down in pieces * 60:
        if up + down:
            rest = up / (up + down)
            rho = rest + (rho - rest) * exp(-(up + down) * length / 150e3)
    assert sixty_pairs(name, np.array([0.0, 1.0]), noise=0.0) == pytest.approx(rho, abs=1e-10)


@pytest.mark.parametrize("name", FLAT)
def test_noisy_calcium(name):
    """Strength after over before, of synapses one half of which start DOWN, one half UP."""
    n, b = 1000, 5.0
    end = sixty_pairs(name, np.repeat([0.0, 1.0], n), noise=1.0)
    up, down = np.mean(end[:n] > 0.5), np.mean(end[n:] <= 0.5)
    strength = ((1 - up) + down + b * (up + (1 - down))) / (1 + b)
    sem = (b - 1) / (1 + b) * sqrt((up * (1 - up) + down * (1 - down)) / n)
    assert strength == pytest.approx(FLAT[name][-1], abs=3 * sem)


def test_noise_has_the_variance_of_the_equation():
    """Calcium of 1.2 stays above theta_d for all the time: an Ornstein-Uhlenbeck process."""
    n, length = 20_000, 300
    end = loops.graupner_brunel(
        [], [], np.zeros(n), dt=1.0, stop=length, tau_Ca=inf, c=1.2, C_pre=1.0, C_post=1.0,
        theta_p=1.3, gamma_p=0.0, gamma_d=300.0, tau=150e3, sigma=2.8, cubic=False,
        rng=np.random.default_rng(1),
    )["rho"]  # fmt: skip
    variance = 2.8**2 / (2 * 300.0) * -np.expm1(-2 * 300.0 * length / 150e3)
    assert end.mean() == pytest.approx(0.0, abs=4 * sqrt(variance / n))
    assert end.var() == pytest.approx(variance, rel=4 * sqrt(2 / n))


def test_cubic_term_without_calcium():
    """rho falls to 0 from below rho_star, and rises to 1 from above."""
    rule = {"C_pre": 1.0, "C_post": 1.0, "theta_p": 1.3, "gamma_p": 1.0, "gamma_d": 1.0}
    end = loops.graupner_brunel(
        [], [], np.array([0.4, 0.5, 0.7]), dt=1.0, stop=2000, tau_Ca=20.0, **rule, tau=150.0
    )["rho"]  # fmt: skip
    # (rho (1 - rho)) / (rho - 1/2)^2 decays with tau / (1/2)
    start = np.array([0.4, 0.7])
    q = start * (1 - start) / (start - 0.5) ** 2 * exp(-2000 / 150 / 2)
    expected = 0.5 + np.array([-1, 1]) * 0.5 / np.sqrt(1 + q)
    assert end == pytest.approx([expected[0], 0.5, expected[1]], abs=1e-9)


@pytest.mark.parametrize("c", [1.2, 2.0])
def test_cubic_term_with_calcium(c):
    """Against an adaptive integrator, with calcium above one threshold, or both."""
    end = loops.graupner_brunel(
        [], [], 0.6, dt=1.0, stop=200, tau_Ca=inf, c=c, C_pre=1.0, C_post=1.0, theta_p=1.3,
        gamma_p=2.0, gamma_d=1.5, tau=150.0,
    )["rho"]  # fmt: skip
    up = 2.0 * (c > 1.3)
    exact = solve_ivp(
        lambda _, r: (-r * (1 - r) * (0.5 - r) + up * (1 - r) - 1.5 * r) / 150.0,
        (0, 200), [0.6], rtol=1e-10, atol=1e-12,
    ).y[0, -1]  # fmt: skip
    assert end == pytest.approx(exact, abs=1e-9)


def test_spike_driven_plasticity():
    """Jumps that depend on V and C, drift that depends on X, and the bounds."""
    V, rule = np.full(301, -50.0), {**DRIFT, "theta_down_h": 1.5, "tau_C": inf}
    V[100:] = -30.0  # above theta_V

    def X(pre, post, start, stop):
        return loops.sdsp(pre, post, start, dt=1.0, stop=stop, V=V, **rule)["X"]

    assert X([50, 150], [60, 61], 0.4, 150) == pytest.approx(0.4 - 2e-3 * 150 + 0.1)  # C is 0, 2
    assert X([50, 150], [60, 61], 0.4, 300) == 0.0
    assert X([80], [60], 0.65, 90) == pytest.approx(0.65 + 1e-3 * 80 - 0.1 + 1e-3 * 10)
    assert X([80], [60, 61], 0.65, 90) == pytest.approx(0.65 + 1e-3 * 90)  # too much calcium
    assert X([150], [60, 61], 0.65, 200) == pytest.approx(0.65 + 1e-3 * 200 + 0.1)
    assert X([150], [60, 61], 0.65, 300) == 1.0


# ---- Membrane potentials ----


def test_voltage_clamp():
    """Per presynaptic spike -A_LTD (u - theta_-)+ + A_LTP (u - theta_+)+ (u - theta_-)+."""
    clamp = {"theta_minus": -41.0, "theta_plus": -38.0, "A_LTD": 38e-5, "A_LTP": 2e-5,
             "tau_x": 16.0, "tau_minus": 10.0, "tau_plus": 7.0}  # fmt: skip
    changes = {}
    for u in (-80.0, -45.0, -39.0, -25.0, -19.0, -15.0, 0.0):
        changes[u] = loops.clopath(
            np.arange(10) * 40, [], 0.0, dt=1.0, stop=1000, u=np.full(1001, u), **clamp
        )["w"]  # fmt: skip
        low, high = max(u + 41.0, 0.0), max(u + 38.0, 0.0)
        expected = 10 * (-38e-5 * low + 2e-5 * high * low)
        assert changes[u] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert changes[-45.0] == 0 > changes[-25.0]
    assert changes[-19.0] == pytest.approx(0.0, abs=1e-12)
    assert changes[-15.0] > 0


@pytest.mark.parametrize("late", [0, 3])
def test_voltage_rule_integrates_its_equations(late):
    """Against an adaptive integrator, over a potential that jumps between steps."""
    u, p = U[:41], {**VISUAL_CORTEX, "tau_bar": 200.0, "E_L": -70.6, "u_ref2": 60.0}
    y = np.array([0.0, 0.0, u[0], u[0], 60.0])  # w, x, u_minus, u_plus, u_bar2

    def slope(_, y, v, old):
        _, x, u_minus, u_plus, u_bar2 = y
        grows = p["A_LTP"] * x * max(v - p["theta_plus"], 0.0) * max(u_plus - p["theta_minus"], 0.0)
        return [grows, -x / p["tau_x"], (old - u_minus) / p["tau_minus"],
                (old - u_plus) / p["tau_plus"], ((v + 70.6) ** 2 - u_bar2) / 200.0]  # fmt: skip

    for t in range(41):
        if t:
            held = (u[t - 1], u[max(t - 1 - late, 0)])
            y = solve_ivp(
                slope, (0, 1), y, args=held, rtol=1e-9, atol=1e-12, max_step=0.1
            ).y[:, -1]  # fmt: skip
        if t in PRE:
            y[0] -= p["A_LTD"] * y[4] / 60.0 * max(y[2] - p["theta_minus"], 0.0)
            y[1] += 1 / p["tau_x"]
    end = loops.clopath(PRE, [], 0.0, dt=1.0, stop=40, u=u, late=late, **p)
    assert list(end.values()) == pytest.approx(y, rel=1e-5)


def test_dendritic_prediction():
    """Against the integral of the equations, with Delta as the filter of PI."""
    V, p = 1 + U / 40, DENDRITE
    phi = 0.15 / (1 + 0.5 * np.exp(5.0 * (1 - V)))
    factor = 5.0 * (1 - phi / 0.15)

    def psp(t):
        ages = t - PRE[t > PRE]
        return np.sum(np.exp(-ages / 10.0) - np.exp(-ages / 3.0)) / 7.0

    stop, w = 60, 0.0

    def share(s):
        """How much of PI at the time s has reached w / eta at the end."""
        return -np.expm1(-(stop - s) / 100.0)

    for t in range(stop):
        w -= phi[t] * factor[t] * quad(lambda s: psp(s) * share(s), t, t + 1)[0]
    w += sum(factor[t] * psp(t) * share(t) for t in POST if t <= stop)
    end = loops.urbanczik_senn(PRE, POST, 0.0, dt=1.0, stop=stop, V=V, **p)
    assert end["w"] == pytest.approx(0.5 * w, rel=1e-7)
    # without presynaptic spikes nothing is learned
    assert loops.urbanczik_senn([], POST, 0.1, dt=1.0, stop=stop, V=V, **p)["w"] == 0.1


# ---- Rates ----


def test_hebb_and_covariance():
    trains = {"pre": [10], "post": [20], "dt": 1.0, "stop": 1000}
    w = loops.hebb(**trains, w=0.0, eta=0.1, tau_x=15.0, tau_y=25.0)
    assert w == pytest.approx(0.1 * exp(-10 / 15))
    w = loops.hebb_rates(**trains, w=0.0, eta=0.1, tau_x=15.0, tau_y=25.0)
    assert w == pytest.approx(0.1 * exp(-10 / 15) / (15.0 + 25.0))
    trains["stop"] = 20
    w = loops.covariance(**trains, w=0.0, eta=0.1, tau_x=15.0, tau_y=25.0, tau_mean=500.0)
    assert w == pytest.approx(0.1 * (exp(-10 / 15) - 15 / 500 * exp(-10 / 500)))


@pytest.mark.parametrize("rule", [loops.covariance, loops.covariance_rates])
def test_independent_trains_do_not_covary(rule):
    """Unlike trains of which a tenth of the spikes are shared, 3 ms later."""
    n = 100_000
    pre, post = poisson(0.02, n, 1), poisson(0.02, n, 2)
    related = np.union1d(post[post % 10 > 0], pre[pre % 10 == 0] + 3)
    common = {"w": 0.0, "dt": 1.0, "stop": n, "eta": 1.0, "tau_x": 20.0, "tau_y": 20.0,
              "tau_mean": 2000.0}  # fmt: skip
    assert abs(rule(pre, post, **common)) < 0.4 * rule(pre, related, **common)


def test_oja_divides_averages():
    """Regular trains: w converges to x / y at postsynaptic spikes."""
    period, x, y = 50.0, exp(-10 / 15), exp(-50 / 25)
    x, y = x / -np.expm1(-period / 15), y / -np.expm1(-period / 25)
    pre = np.arange(800) * 50
    w = loops.oja(pre, pre + 10, 0.1, dt=1.0, stop=40_000, eta=0.3, tau_x=15.0, tau_y=25.0)
    assert w == pytest.approx(x / y, rel=1e-9)
    pre = np.arange(4000) * 2  # nearly constant rates of 1/2 and 1/4
    w = loops.oja_rates(pre, pre[::2], 0.1, dt=1.0, stop=7999, eta=0.3, tau_x=50.0, tau_y=50.0)
    assert w == pytest.approx(2.0, rel=1e-3)


def test_rates_integrate_their_equations():
    """BCM and Oja against an adaptive integrator."""
    tau_x, tau_y, tau_theta, y0, eta = 15.0, 25.0, 40.0, 0.04, 300.0

    def slope(_, s):
        x, y, theta, _, w_oja = s
        return [-x / tau_x, -y / tau_y, (y**2 / y0 - theta) / tau_theta,
                eta * x * y * (y - theta), 5.0 * (x * y - y * y * w_oja)]  # fmt: skip

    s = np.array([0.0, 0.0, 0.0, 0.5, 0.5])
    events = sorted({*PRE.tolist(), *POST.tolist(), STOP})
    for t, following in pairwise([*events, STOP]):
        s[0] += (t in PRE) / tau_x
        s[1] += (t in POST) / tau_y
        if following > t:
            s = solve_ivp(slope, (t, following), s, rtol=1e-10, atol=1e-13).y[:, -1]
    trains = {"pre": PRE, "post": POST, "w": 0.5, "dt": 1.0, "stop": STOP}
    end = loops.bcm(**trains, eta=eta, tau_x=tau_x, tau_y=tau_y, tau_theta=tau_theta, y0=y0)
    assert end == pytest.approx({"w": s[3], "theta": s[2]}, rel=1e-6)
    w = loops.oja_rates(**trains, eta=5.0, tau_x=tau_x, tau_y=tau_y)
    assert w == pytest.approx(s[4], rel=1e-6)


@pytest.mark.parametrize("period", [5, 20])
def test_bcm_threshold(period):
    """Nearly constant rates: eta x y^2 (1 - y / y0) with theta = y^2 / y0."""
    n, y, y0 = 20_000, 1 / period, 0.1
    pre, post = np.arange(0, n, 10), np.arange(0, n, period)
    rule = {"eta": 1.0, "tau_x": 400.0, "tau_y": 400.0, "tau_theta": 300.0, "y0": y0}
    early = loops.bcm(pre, post, 0.0, dt=1.0, stop=n // 2, **rule)["w"]
    late = loops.bcm(pre, post, 0.0, dt=1.0, stop=n, **rule)
    assert late["theta"] == pytest.approx(y**2 / y0, rel=0.05)
    assert late["w"] - early == pytest.approx(n / 2 * 0.1 * y**2 * (1 - y / y0), rel=0.05)


# ---- Consolidation ----


def test_heterosynaptic_balance():
    """At a regular high rate w - w_tilde settles where the two changes at a spike cancel."""
    rule = {**ZENKE, "A": 1e-3, "B": 0.0, "delta": 0.0, "tau_c": inf}
    pre = np.arange(4000) * 10
    w = loops.zenke(pre, pre + 5, 0.3, 0.2, dt=5.0 / 5, stop=40_000, **rule)["w"]
    r1, o1, o_slow = exp(-5 / 20), exp(-10 / 20), exp(-10 / 100)
    r1, o1, o_slow = (a / -np.expm1(-10 / tau) for a, tau in ((r1, 20), (o1, 20), (o_slow, 100)))
    assert w - 0.2 == pytest.approx(1e-3 * r1 * o_slow / (0.05 * o1**3), rel=1e-9)


def test_consolidation_is_bistable():
    """Without spikes w stays, and w_tilde follows the cubic equation."""
    for w, start in ((0.0, 0.2), (0.5, 0.35), (0.25, 0.25), (0.0, 0.5)):
        end = loops.zenke([], [], w, start, dt=1.0, stop=3000, **ZENKE)
        exact = solve_ivp(
            lambda _, s, w=w: (w - s - 20.0 * s * (0.25 - s) * (0.5 - s)) / 2000.0,
            (0, 3000), [start], rtol=1e-10, atol=1e-12,
        ).y[0, -1]  # fmt: skip
        assert end == pytest.approx({"w": w, "w_tilde": exact}, abs=1e-9)


def test_transmitter_and_triplet_terms():
    end = loops.zenke([10], [0, 20], 0.4, 0.4, dt=1.0, stop=20, **{**ZENKE, "tau_c": inf})
    w = 0.4 + 0.002 - 0.1 * exp(-10 / 20)
    w += 0.1 * exp(-10 / 20) * exp(-20 / 100) - 0.05 * (w - 0.4) * exp(-20 / 20) ** 3
    assert end["w"] == pytest.approx(w)
