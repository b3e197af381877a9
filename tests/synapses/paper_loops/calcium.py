"""Rules with calcium: its thresholds decide between potentiation and depression."""

from itertools import pairwise
from math import exp, log, sqrt

import numpy as np

from tests.synapses.paper_loops.common import clip, integral, relaxed, rk4, seen, steps


def graupner_brunel(
    pre, post, rho, *, dt, stop, delay=0, axonal=False,
    tau_Ca, C_pre, C_post, theta_p, theta_d=1.0, gamma_p, gamma_d, tau, D=0.0, rho_star=0.5,
    sigma=0.0, rng=None, cubic=True, c=0.0,
):  # fmt: skip
    """Calcium-based plasticity, with or without noise and the cubic (bistable) term.

    tau drho/dt = -rho (1-rho) (rho_star-rho) + gamma_p (1-rho) [c > theta_p]
    - gamma_d rho [c > theta_d] + sigma sqrt(tau) sqrt([c > theta_d] + [c > theta_p]) xi;
    c jumps by C_pre a time D after presynaptic spikes, by C_post at postsynaptic ones, and decays
    with tau_Ca. `rho` may be an array of synapses that have the same spikes and their own noise.
    Graupner & Brunel 2012, doi:10.1073/pnas.1109359109, with the correction of the noise,
    doi:10.1073/pnas.1220044110.
    Each step is cut where c falls below a threshold. Flat pieces (not `cubic`) are exact, noise
    included; others take a Runge-Kutta step. D is rounded to whole steps, and rho is not bounded.
    """
    pre = np.asarray(pre, int) + round(D / dt)
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        above_p, above_d = (
            min(h, tau_Ca * log(c / theta)) if c > theta else 0.0 for theta in (theta_p, theta_d)
        )
        for start, end in pairwise(sorted({0.0, above_p, above_d, h})):
            up, down = gamma_p * (start < above_p), gamma_d * (start < above_d)
            sources, rate = (start < above_p) + (start < above_d), (up + down) / tau
            if cubic:
                rho = rk4(
                    lambda _, r, up=up, down=down: (
                        (up * (1 - r) - down * r - r * (1 - r) * (rho_star - r)) / tau
                    ),
                    rho,
                    end - start,
                )
            elif rate:
                rho = relaxed(rho, up / (up + down), end - start, 1 / rate)
            if sigma and sources:
                variance = sigma**2 * sources / tau * integral(end - start, 2 * rate)
                rho = rho + sqrt(variance) * rng.standard_normal(np.shape(rho))
        c = c * exp(-h / tau_Ca) + C_pre * is_pre + C_post * is_post
    return {"rho": rho, "c": c}


def sdsp(
    pre, post, X, *, dt, stop, delay=0, axonal=False,
    V, a, b, alpha, beta, theta_X, theta_V, theta_up_l, theta_up_h, theta_down_l, theta_down_h,
    tau_C, J_C=1.0, C=0.0, X_min=0.0, X_max=1.0,
):  # fmt: skip
    """Spike-driven plasticity with an internal variable that drifts to one of two bounds.

    pre: X += a if V > theta_V and theta_up_l < C < theta_up_h,
    X -= b if V <= theta_V and theta_down_l < C < theta_down_h.
    Always dX/dt = alpha if X > theta_X, -beta otherwise, within the bounds.
    dC/dt = -C/tau_C, and C += J_C at postsynaptic spikes. The synapse is strong where X > theta_X.
    Brader, Senn & Fusi 2007, doi:10.1162/neco.2007.19.11.2881.
    `V` has the postsynaptic potential of each step. Chosen here: a presynaptic spike of step t
    reads V of step t (less a dendritic delay), and C without a postsynaptic spike of that step.
    """
    V = seen(V, delay, axonal)
    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        X = clip(X + h * (alpha if theta_X < X else -beta), X_min, X_max)
        C *= exp(-h / tau_C)
        if is_pre:
            if V[t] > theta_V and theta_up_l < C < theta_up_h:
                X = clip(X + a, X_min, X_max)
            elif V[t] <= theta_V and theta_down_l < C < theta_down_h:
                X = clip(X - b, X_min, X_max)
        C += J_C * is_post
    return {"X": X, "C": C, "strong": theta_X < X}
