"""Rules with an eligibility trace, which a third signal turns into changes of the weight."""

from math import exp, inf

from tests.synapses.paper_loops.common import clip, integral, seen, steps


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
    rewards, eta, b, A_plus, A_minus, tau_plus, tau_minus, tau_c, c=0.0, w_min=0.0, w_max=inf,
):  # fmt: skip
    """STDP that feeds an eligibility trace, which rewards read out.

    pre: c -= A_minus y; post: c += A_plus x; dc/dt = -c/tau_c; at a reward R: w += eta (R - b) c.
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
        x += is_pre
        y += is_post
    return {"w": w, "c": c}


def e_prop(
    pre, post, w, *, dt, stop, delay=0, axonal=False, psi, L, eta, tau_m, tau_out,
):  # fmt: skip
    """Return the weight of an LIF neuron after e-prop: eligibility times learning signal.

    Discrete in time: zbar[t] = alpha zbar[t-1] + z[t], e[t] = psi[t] zbar[t-1],
    ebar[t] = kappa ebar[t-1] + e[t], w -= eta L[t] ebar[t]; alpha = exp(-dt/tau_m),
    kappa = exp(-dt/tau_out). `psi` (pseudo-derivative) and `L` have one value for each step.
    Bellec et al. 2020, doi:10.1038/s41467-020-17236-y.
    Chosen here: filters without the factor 1 - kappa, a dendritic delay shifts both signals, and a
    presynaptic spike of step t drives the membrane potential of step t + 1, as in the paper.
    Postsynaptic spikes have a say only through the two signals.
    """
    psi, L = seen(psi, delay, axonal), seen(L, delay, axonal)
    zbar = ebar = 0.0
    for t, _, is_pre, _ in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        ebar = exp(-dt / tau_out) * ebar + psi[t] * zbar
        w -= eta * L[t] * ebar
        zbar = exp(-dt / tau_m) * zbar + is_pre
    return {"w": w, "zbar": zbar, "ebar": ebar}
