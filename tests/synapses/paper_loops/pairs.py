"""Rules that change the weight at spikes only, by amounts that traces of earlier spikes give."""

from math import exp, inf

from tests.synapses.paper_loops.common import clip, steps


def pair_additive(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    A_plus, A_minus, tau_plus, tau_minus, w_min=0.0, w_max=1.0, nearest=False,
):  # fmt: skip
    """Additive pair-based STDP with hard bounds.

    pre: w -= A_minus y; post: w += A_plus x. Traces jump by 1, or to 1 if `nearest`.
    Song, Miller & Abbott 2000, doi:10.1038/78829.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_plus)
        y *= exp(-h / tau_minus)
        if is_pre:
            w = clip(w - A_minus * y, w_min, w_max)
        if is_post:
            w = clip(w + A_plus * x, w_min, w_max)
        x = 1.0 if is_pre and nearest else x + is_pre
        y = 1.0 if is_post and nearest else y + is_post
    return w


def pair_power_law(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    lambda_, alpha, mu_plus, mu_minus, tau_plus, tau_minus, w_max=1.0, nearest=False,
):  # fmt: skip
    """Pair-based STDP whose steps are powers of the distance from the bounds.

    pre: w -= lambda alpha w_max (w/w_max)^mu_minus y;
    post: w += lambda w_max (1 - w/w_max)^mu_plus x; then 0 <= w <= w_max.
    Guetig, Aharonov, Rotter & Sompolinsky 2003, doi:10.1523/JNEUROSCI.23-09-03697.2003.
    Theirs has one mu and w_max = 1.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_plus)
        y *= exp(-h / tau_minus)
        if is_pre:
            w = clip(w - lambda_ * alpha * w_max * (w / w_max) ** mu_minus * y, 0.0, w_max)
        if is_post:
            w = clip(w + lambda_ * w_max * (1 - w / w_max) ** mu_plus * x, 0.0, w_max)
        x = 1.0 if is_pre and nearest else x + is_pre
        y = 1.0 if is_post and nearest else y + is_post
    return w


def power_law(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    lambda_, alpha, mu, tau_plus, tau_minus, w_0=1.0, nearest=False,
):  # fmt: skip
    """Power-law potentiation and multiplicative depression, with no upper bound.

    pre: w -= lambda alpha w y; post: w += lambda w_0 (w/w_0)^mu x; then 0 <= w.
    Morrison, Aertsen & Diesmann 2007, doi:10.1162/neco.2007.19.6.1437.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_plus)
        y *= exp(-h / tau_minus)
        if is_pre:
            w = max(w - lambda_ * alpha * w * y, 0.0)
        if is_post:
            w += lambda_ * w_0 ** (1 - mu) * w**mu * x
        x = 1.0 if is_pre and nearest else x + is_pre
        y = 1.0 if is_post and nearest else y + is_post
    return w


def triplet(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    A2_plus, A3_plus, A2_minus, A3_minus=0.0, tau_plus, tau_minus, tau_x=inf, tau_y,
    nearest=False, w_min=-inf, w_max=inf,
):  # fmt: skip
    """Triplet STDP, all-to-all or (`nearest`) nearest spikes.

    pre: w -= o1 (A2_minus + A3_minus r2); post: w += r1 (A2_plus + A3_plus o2). r1 (tau_plus) and
    r2 (tau_x) are traces of presynaptic spikes, o1 (tau_minus) and o2 (tau_y) of postsynaptic ones;
    all jump by 1, or to 1 if `nearest`, after they were read.
    Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006.
    """
    r1 = r2 = o1 = o2 = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        r1 *= exp(-h / tau_plus)
        r2 *= exp(-h / tau_x)
        o1 *= exp(-h / tau_minus)
        o2 *= exp(-h / tau_y)
        if is_pre:
            w = clip(w - o1 * (A2_minus + A3_minus * r2), w_min, w_max)
        if is_post:
            w = clip(w + r1 * (A2_plus + A3_plus * o2), w_min, w_max)
        if is_pre:
            r1, r2 = (1.0, 1.0) if nearest else (r1 + 1, r2 + 1)
        if is_post:
            o1, o2 = (1.0, 1.0) if nearest else (o1 + 1, o2 + 1)
    return w


def triplet_sliding(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    A3_plus, tau_plus, tau_minus, tau_y, kappa, tau_nu, nu=0.0, w_min=0.0, w_max=inf,
):  # fmt: skip
    """Minimal all-to-all triplet STDP whose depression follows the postsynaptic rate, as in BCM.

    pre: w -= A2_minus o1 with A2_minus = A3_plus tau_plus tau_y nu^2 / (tau_minus kappa);
    post: w += A3_plus r1 o2; dnu/dt = -nu / tau_nu, and nu += 1/tau_nu at postsynaptic spikes.
    Independent Poisson trains leave w where it is if the postsynaptic rate is kappa.
    Pfister & Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006; Zenke, Hennequin & Gerstner 2013,
    doi:10.1371/journal.pcbi.1003330. Chosen here: nu is one exponential trace, and starts at `nu`.
    """
    r1 = o1 = o2 = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        r1 *= exp(-h / tau_plus)
        o1 *= exp(-h / tau_minus)
        o2 *= exp(-h / tau_y)
        nu *= exp(-h / tau_nu)
        if is_pre:
            A2_minus = A3_plus * tau_plus * tau_y * nu**2 / (tau_minus * kappa)
            w = clip(w - A2_minus * o1, w_min, w_max)
        if is_post:
            w = clip(w + A3_plus * r1 * o2, w_min, w_max)
        r1 += is_pre
        o1 += is_post
        o2 += is_post
        nu += is_post / tau_nu
    return {"w": w, "nu": nu}


def vogels(pre, post, w, *, dt, stop, delay=0, axonal=False, eta, alpha, tau, w_min=0.0, w_max=inf):
    """Inhibitory STDP, symmetric in time, that holds the postsynaptic neuron at a rate.

    pre: w += eta (y - alpha); post: w += eta x; alpha = 2 rho0 tau for the rate rho0.
    Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, doi:10.1126/science.1211095.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau)
        y *= exp(-h / tau)
        if is_pre:
            w = clip(w + eta * (y - alpha), w_min, w_max)
        if is_post:
            w = clip(w + eta * x, w_min, w_max)
        x += is_pre
        y += is_post
    return w


def costa(
    pre, post, A, U, *, dt, stop, delay=0, axonal=False,
    eta, d_minus=0.1771, d_plus=0.1548, c_plus=0.0618, tau_y1, tau_y2, tau_x,
    U_min=0.0, U_max=1.0, A_min=0.0, A_max=2.0,
):  # fmt: skip
    """Presynaptic plasticity of the release probability U and postsynaptic one of the size A.

    pre: U += eta (-d_minus y1 y2 + d_plus y2 x); post: A += eta c_plus x y1; the weight is U A.
    x is a trace of presynaptic spikes, y1 and y2 are of postsynaptic ones; all jump by 1 after they
    were read. Short-term plasticity and the mean that the paper's simulation subtracts from the
    changes of A are left out.
    Costa, Froemke, Sjostrom & van Rossum 2015, doi:10.7554/eLife.09457.
    """
    x = y1 = y2 = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_x)
        y1 *= exp(-h / tau_y1)
        y2 *= exp(-h / tau_y2)
        if is_pre:
            U = clip(U + eta * (-d_minus * y1 * y2 + d_plus * y2 * x), U_min, U_max)
        if is_post:
            A = clip(A + eta * c_plus * x * y1, A_min, A_max)
        x += is_pre
        y1 += is_post
        y2 += is_post
    return {"w": U * A, "U": U, "A": A}
