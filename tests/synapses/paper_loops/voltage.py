"""Rules that read a membrane potential."""

from math import exp, inf, log

from tests.synapses.paper_loops.common import (
    clip,
    integral,
    product_integral,
    relaxed,
    seen,
    steps,
)


def clopath(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    u, theta_minus, theta_plus, A_LTD, A_LTP, tau_x, tau_minus, tau_plus,
    late=0, tau_bar=None, E_L=0.0, u_ref2=1.0, u_bar2=None, w_min=-inf, w_max=inf,
):  # fmt: skip
    """Voltage-based STDP with homeostasis.

    dw/dt = -A_LTD(u_bar) X (u_minus - theta_minus)+
    + A_LTP x (u - theta_plus)+ (u_plus - theta_minus)+, within hard bounds; X are the presynaptic
    spikes, x jumps by 1/tau_x at each, u_minus and u_plus are low-passed u.
    Clopath, Busing, Vasilaki & Gerstner 2010, doi:10.1038/nn.2479.
    `u` has one value for each step, in force until the next. Within a step the filters and x are
    exponentials, whose product is integrated where u_plus is above theta_minus.
    Chosen here: the filters start at the first value of u. A_LTD is constant without tau_bar; with
    it, A_LTD u_bar2 / u_ref2 takes its place, as in the authors' program: u_bar2 is the low-passed
    (u - E_L)^2, and starts at u_ref2 if it is not given. u_minus and u_plus are read `late` steps
    late: 3 of 1 ms in that program, so that a spike of 2 ms does not see itself; 0 in the paper.
    """
    u = seen(u, delay, axonal)
    x, u_minus, u_plus = 0.0, u[0], u[0]
    u_bar2 = u_ref2 if u_bar2 is None else u_bar2
    for t, h, is_pre, _ in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        v, old = u[max(t - 1, 0)], u[max(t - 1 - late, 0)]
        first, goal = u_plus - theta_minus, old - theta_minus
        begin, end = (0.0, h) if first + goal > 0 else (h, h)  # u_plus is above theta_minus
        if first * goal < 0:
            crossing = min(h, tau_plus * log(1 - first / goal))
            begin, end = (0.0, crossing) if first > 0 else (crossing, h)
        x_then, u_then = x * exp(-begin / tau_x), relaxed(u_plus, old, begin, tau_plus)
        above = [(goal, inf), (u_then - old, tau_plus)]
        change = max(v - theta_plus, 0.0) * product_integral(end - begin, [(x_then, tau_x)], above)
        w = clip(w + A_LTP * change, w_min, w_max)
        x *= exp(-h / tau_x)
        u_minus = relaxed(u_minus, old, h, tau_minus)
        u_plus = relaxed(u_plus, old, h, tau_plus)
        if tau_bar is not None:
            u_bar2 = relaxed(u_bar2, (v - E_L) ** 2, h, tau_bar)
        if is_pre:
            change = u_bar2 / u_ref2 * max(u_minus - theta_minus, 0.0)
            w = clip(w - A_LTD * change, w_min, w_max)
            x += 1 / tau_x
    return {"w": w, "x": x, "u_minus": u_minus, "u_plus": u_plus, "u_bar2": u_bar2}


def urbanczik_senn(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    V, eta, tau_L, tau_s, tau_Delta, phi_max, k, beta, theta, Delta=0.0, w_min=-inf, w_max=inf,
):  # fmt: skip
    """Dendritic prediction of somatic spikes.

    PI = (S - phi(V)) h(V) PSP; tau_Delta dDelta/dt = PI - Delta; dw/dt = eta Delta. S are the
    postsynaptic spikes, phi(V) = phi_max / (1 + k exp(beta (theta - V))), h = phi'/phi, and
    PSP sums (exp(-s/tau_L) - exp(-s/tau_s)) / (tau_L - tau_s) over presynaptic spikes of age s.
    Urbanczik & Senn 2014, doi:10.1016/j.neuron.2013.11.030.
    `V` is the attenuated dendritic potential V_w*, one value for each step, in force to the next.
    Chosen here: a postsynaptic spike of step t reads V of step t. The three time constants differ.
    """
    V = seen(V, delay, axonal)
    slow = fast = 0.0  # the two exponentials of PSP

    def prediction(v):
        rate = phi_max / (1 + k * exp(beta * (theta - v)))
        return rate, beta * (1 - rate / phi_max)  # phi and phi'/phi

    for t, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        phi, factor = prediction(V[max(t - 1, 0)])
        old, Delta = Delta, Delta * exp(-h / tau_Delta)
        total = 0.0  # of PI over the step
        for psp, tau in ((slow, tau_L), (-fast, tau_s)):
            PI = -phi * factor * psp / (tau_L - tau_s)
            total += PI * integral(h, 1 / tau)
            Delta += PI * (exp(-h / tau) - exp(-h / tau_Delta)) / (1 - tau_Delta / tau)
        w = clip(w + eta * (total - tau_Delta * (Delta - old)), w_min, w_max)
        slow *= exp(-h / tau_L)
        fast *= exp(-h / tau_s)
        if is_post:
            Delta += prediction(V[t])[1] * (slow - fast) / (tau_L - tau_s) / tau_Delta
        slow += is_pre
        fast += is_pre
    return {"w": w, "Delta": Delta}
