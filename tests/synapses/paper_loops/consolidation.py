"""A rule with a second, slow weight."""

from math import exp

from tests.synapses.paper_loops.common import clip, rk4, steps


def zenke(
    pre, post, w, w_tilde, *, dt, stop, delay=0, axonal=False,
    A, B=None, beta, delta, tau_plus, tau_minus, tau_slow, tau_c, P, w_P, w_min=0.0, w_max=5.0,
):  # fmt: skip
    """Triplet STDP with heterosynaptic and transmitter-induced changes and consolidation.

    pre: w += delta - B o1; post: w += A r1 o_slow - beta (w - w_tilde) o1^3;
    tau_c dw_tilde/dt = w - w_tilde - P w_tilde (w_P/2 - w_tilde) (w_P - w_tilde), by Runge-Kutta.
    r1 (tau_plus), o1 (tau_minus) and o_slow (tau_slow) jump by 1 after they were read.
    Zenke, Agnes & Gerstner 2015, doi:10.1038/ncomms7922.
    Chosen here: B is constant, A if it is not given; the homeostasis of the paper would change it.
    """
    B = A if B is None else B
    r1 = o1 = o_slow = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        w_tilde = rk4(
            lambda _, s, w=w: (w - s - P * s * (w_P / 2 - s) * (w_P - s)) / tau_c, w_tilde, h
        )
        r1 *= exp(-h / tau_plus)
        o1 *= exp(-h / tau_minus)
        o_slow *= exp(-h / tau_slow)
        if is_pre:
            w = clip(w + delta - B * o1, w_min, w_max)
        if is_post:
            w = clip(w + A * r1 * o_slow - beta * (w - w_tilde) * o1**3, w_min, w_max)
        r1 += is_pre
        o1 += is_post
        o_slow += is_post
    return {"w": w, "w_tilde": w_tilde}
