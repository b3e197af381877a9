"""The four rules with which Diehl & Cook 2015 learned digits: doi:10.3389/fncom.2015.00099."""

from math import exp

from tests.synapses.paper_loops.common import clip, steps


def diehl_cook_triplet(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    nu_pre=1e-4, nu_post=1e-2, tau_pre=20.0, tau_post1=20.0, tau_post2=40.0, w_max=1.0,
):  # fmt: skip
    """The rule of the authors' program, with a second postsynaptic trace.

    pre: w -= nu_pre post1; post: w += nu_post pre post2; all traces are set to 1 at spikes, after
    they were read. Diehl & Cook 2015.
    """
    x = y1 = y2 = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_pre)
        y1 *= exp(-h / tau_post1)
        y2 *= exp(-h / tau_post2)
        if is_pre:
            w = clip(w - nu_pre * y1, 0.0, w_max)
        if is_post:
            w = clip(w + nu_post * x * y2, 0.0, w_max)
        if is_pre:
            x = 1.0
        if is_post:
            y1 = y2 = 1.0
    return w


def diehl_cook_power(
    pre, post, w, *, dt, stop, delay=0, axonal=False, eta, x_tar, mu, tau_pre, w_max=1.0
):
    """Power-law weight dependence, at postsynaptic spikes only.

    post: w += eta (x - x_tar) (w_max - w)^mu; x += 1 at presynaptic spikes. Diehl & Cook 2015.
    Chosen here: the traces of this and the next two rules add up, as the text of the paper says.
    """
    x = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_pre)
        if is_post:
            w = clip(w + eta * (x - x_tar) * (w_max - w) ** mu, 0.0, w_max)
        x += is_pre
    return w


def diehl_cook_exponential(
    pre, post, w, *, dt, stop, delay=0, axonal=False, eta, x_tar, beta, tau_pre, w_max=1.0
):
    """Exponential weight dependence, at postsynaptic spikes only.

    post: w += eta (x exp(-beta w) - x_tar exp(-beta (w_max - w))). Diehl & Cook 2015.
    """
    x = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_pre)
        if is_post:
            change = x * exp(-beta * w) - x_tar * exp(-beta * (w_max - w))
            w = clip(w + eta * change, 0.0, w_max)
        x += is_pre
    return w


def diehl_cook_symmetric(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    eta_pre, eta_post, x_tar, mu, tau_pre, tau_post, w_max=1.0,
):  # fmt: skip
    """Weight dependence and changes at the spikes of both sides.

    pre: w -= eta_pre y w^mu; post: w += eta_post (x - x_tar) (w_max - w)^mu. Diehl & Cook 2015.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_pre)
        y *= exp(-h / tau_post)
        if is_pre:
            w = clip(w - eta_pre * y * w**mu, 0.0, w_max)
        if is_post:
            w = clip(w + eta_post * (x - x_tar) * (w_max - w) ** mu, 0.0, w_max)
        x += is_pre
        y += is_post
    return w
