"""Rules with an eligibility trace, which a third signal turns into changes of the weight."""

from math import exp, inf

import numpy as np

from tests.synapses.paper_loops.common import clip, integral, rk4, seen, steps


def dopamine_stdp(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    D, A_plus, A_minus, tau_plus, tau_minus, tau_c, c=0.0, w_min=0.0, w_max=inf,
):  # fmt: skip
    """STDP that feeds an eligibility trace, which the concentration of dopamine reads out.

    pre: c -= A_minus y; post: c += A_plus x; dc/dt = -c/tau_c; dw/dt = c D(t), within hard bounds.
    `D` has one value for each step, in force until the next; no delay of the synapse shifts it.
    Izhikevich 2007, doi:10.1093/cercor/bhl152. The bounds act at the end of each step.
    """
    x = y = 0.0
    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        w = clip(w + D[max(t - 1, 0)] * c * integral(h, 1 / tau_c), w_min, w_max)
        c *= exp(-h / tau_c)
        x *= exp(-h / tau_plus)
        y *= exp(-h / tau_minus)
        c += A_plus * x * is_post - A_minus * y * is_pre
        x += is_pre
        y += is_post
    return {"w": w, "c": c}


def r_stdp(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    rewards, eta, b, A_plus, A_minus, tau_plus, tau_minus, tau_c, alpha=0.0, c=0.0, w_min=0.0,
    w_max=inf,
):  # fmt: skip
    """STDP that feeds an eligibility trace, which rewards read out.

    pre: c -= A_minus y; post: c += A_plus x; dc/dt = -c/tau_c; at a reward R: w += eta (R - b) c,
    then b += alpha (R - b), the running mean.
    `rewards` are pairs (step, R), and no delay of the synapse shifts them.
    Fremaux, Sprekeler & Gerstner 2010, doi:10.1523/JNEUROSCI.6249-09.2010.
    Chosen here: a reward reads c after the spikes that act in the same step, and leaves it.
    """
    x = y = 0.0
    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        c *= exp(-h / tau_c)
        x *= exp(-h / tau_plus)
        y *= exp(-h / tau_minus)
        c += A_plus * x * is_post - A_minus * y * is_pre
        for step, R in rewards:
            if step == t:
                w = clip(w + eta * (R - b) * c, w_min, w_max)
                b += alpha * (R - b)
        x += is_pre
        y += is_post
    return {"w": w, "c": c, "b": b}


def r_max(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    V, rewards, eta, b, alpha, tau_m, tau_s, tau_c, rho_0, theta, Delta_u, c=0.0,
    w_min=-inf, w_max=inf,
):  # fmt: skip
    """Policy gradient of a neuron with escape noise.

    dc/dt = -c/tau_c + (S - rho(V)) PSP / Delta_u; at a reward R: w += eta (R - b) c, then
    b += alpha (R - b). S are the postsynaptic spikes, rho(V) = rho_0 exp((V - theta) / Delta_u),
    and PSP sums (exp(-s/tau_m) - exp(-s/tau_s)) / (1 - tau_s/tau_m) over presynaptic spikes of
    age s. Xie & Seung 2004, doi:10.1103/PhysRevE.69.041909; Pfister et al. 2006,
    doi:10.1162/neco.2006.18.6.1318; Fremaux et al. 2010, doi:10.1523/JNEUROSCI.6249-09.2010.
    `V` has one value for each step, in force until the next; `rewards` are as in `r_stdp`.
    """
    V = seen(V, delay, axonal)
    parts = [[0.0, tau_m], [0.0, tau_s]]  # the two exponentials of PSP, the second one negative
    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        rho = rho_0 * exp((V[max(t - 1, 0)] - theta) / Delta_u)
        c *= exp(-h / tau_c)
        for part in parts:
            value, tau = part
            rate = 1 / tau_c - 1 / tau
            c -= rho / Delta_u * value * (exp(-h / tau) - exp(-h / tau_c)) / rate
            part[0] = value * exp(-h / tau)
        c += sum(value for value, _ in parts) / Delta_u * is_post
        for step, R in rewards:
            if step == t:
                w = clip(w + eta * (R - b) * c, w_min, w_max)
                b += alpha * (R - b)
        parts[0][0] += is_pre / (1 - tau_s / tau_m)
        parts[1][0] -= is_pre / (1 - tau_s / tau_m)
    return {"w": w, "c": c, "b": b}


def e_prop(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    psi, L, eta, tau_m, tau_out, beta=0.0, tau_a=inf,
):  # fmt: skip
    """Return the weight of a LIF neuron, adaptive if beta > 0, after e-prop.

    Discrete in time: zbar[t] = alpha zbar[t-1] + z[t], e[t] = psi[t] (zbar[t-1] - beta eps_a[t]),
    eps_a[t+1] = psi[t] zbar[t-1] + (rho - psi[t] beta) eps_a[t], ebar[t] = kappa ebar[t-1] + e[t],
    w -= eta L[t] ebar[t]; alpha = exp(-dt/tau_m), kappa = exp(-dt/tau_out), rho = exp(-dt/tau_a).
    `psi` (pseudo-derivative) and `L` have one value for each step.
    Bellec et al. 2020, doi:10.1038/s41467-020-17236-y.
    Chosen here: filters without the factor 1 - kappa, a dendritic delay shifts both signals, and a
    presynaptic spike of step t drives the membrane potential of step t + 1, as in the paper.
    Postsynaptic spikes have a say only through the two signals.
    """
    psi, L = seen(psi, delay, axonal), seen(L, delay, axonal)
    zbar = ebar = eps_a = 0.0
    for t, _, is_pre, _ in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        ebar = exp(-dt / tau_out) * ebar + psi[t] * (zbar - beta * eps_a)
        eps_a = psi[t] * zbar + (exp(-dt / tau_a) - psi[t] * beta) * eps_a
        w -= eta * L[t] * ebar
        zbar = exp(-dt / tau_m) * zbar + is_pre
    return {"w": w, "zbar": zbar, "ebar": ebar, "eps_a": eps_a}


def e_prop_flow(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    psi, L, eta, tau_m, tau_out, beta=0.0, tau_a=inf, w_min=-inf, w_max=inf,
):  # fmt: skip
    """Return what `e_prop` tends to if its steps become short, by Runge-Kutta; times are in ms.

    dzbar/dt = -zbar/tau_m, and 1 more at each presynaptic spike; deps_a/dt = psi zbar - (1/tau_a +
    psi beta) eps_a; debar/dt = psi (zbar - beta eps_a) - ebar/tau_out; dw/dt = -eta L ebar.
    `psi` and `eta` are those of `e_prop` divided by its step, in force until the next value.
    """
    psi, L = seen(psi, delay, axonal), seen(L, delay, axonal)
    y = np.array([0.0, 0.0, 0.0, w])  # zbar, eps_a, ebar, w

    def slope(_, y, psi, L):
        zbar, eps_a, ebar, _ = y
        return np.array([
            -zbar / tau_m, psi * zbar - (1 / tau_a + psi * beta) * eps_a,
            psi * (zbar - beta * eps_a) - ebar / tau_out, -eta * L * ebar,
        ])  # fmt: skip

    for t, h, is_pre, _ in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        held = psi[max(t - 1, 0)], L[max(t - 1, 0)]
        y = rk4(lambda s, y, held=held: slope(s, y, *held), y, h, substeps=max(1, round(16 * h)))
        y[0] += is_pre
        y[3] = clip(y[3], w_min, w_max)
    return dict(zip(("z_bar", "eps_a", "e_bar", "w"), y.tolist(), strict=True))
