"""Rules of rates on traces of spikes: at spikes, or (`_rates`) at all times.

Traces of the rules at spikes jump by 1. Those of the rules at all times jump by 1/tau, so that they
estimate rates; within a step the products of their exponentials are integrated exactly.
"""

from math import exp, inf

from tests.synapses.paper_loops.common import clip, integral, product_integral, rk4, steps


def hebb(
    pre, post, w, *, dt, stop, delay=0, axonal=False, eta, tau_x, tau_y, w_min=-inf, w_max=inf
):
    """Plain Hebbian learning at the spikes of both sides.

    pre: w += eta y; post: w += eta x. Hebb 1949; Gerstner & Kistler 2002,
    doi:10.1007/s00422-002-0353-y.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_x)
        y *= exp(-h / tau_y)
        if is_pre:
            w = clip(w + eta * y, w_min, w_max)
        if is_post:
            w = clip(w + eta * x, w_min, w_max)
        x += is_pre
        y += is_post
    return w


def covariance(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    eta, tau_x, tau_y, tau_mean, w_min=-inf, w_max=inf,
):  # fmt: skip
    """The covariance rule at the spikes of both sides.

    pre: w += eta (y - tau_y ybar); post: w += eta (x - tau_x xbar); xbar and ybar are slow rates:
    they jump by 1/tau_mean and decay with tau_mean. Sejnowski 1977, doi:10.1007/BF00275079.
    Chosen here: the slow averages, and the form at spikes.
    """
    x = y = xbar = ybar = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_x)
        y *= exp(-h / tau_y)
        xbar *= exp(-h / tau_mean)
        ybar *= exp(-h / tau_mean)
        if is_pre:
            w = clip(w + eta * (y - tau_y * ybar), w_min, w_max)
        if is_post:
            w = clip(w + eta * (x - tau_x * xbar), w_min, w_max)
        x += is_pre
        y += is_post
        xbar += is_pre / tau_mean
        ybar += is_post / tau_mean
    return w


def oja(pre, post, w, *, dt, stop, delay=0, axonal=False, eta, tau_x, tau_y, w_min=-inf, w_max=inf):
    """Oja's rule at postsynaptic spikes.

    post: w += eta (x - w y), where y has earlier postsynaptic spikes only. Oja 1982,
    doi:10.1007/BF00275687, whose dw = eta (x y - y^2 w) has y for the spike.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        x *= exp(-h / tau_x)
        y *= exp(-h / tau_y)
        if is_post:
            w = clip(w + eta * (x - w * y), w_min, w_max)
        x += is_pre
        y += is_post
    return w


def hebb_rates(
    pre, post, w, *, dt, stop, delay=0, axonal=False, eta, tau_x, tau_y, w_min=-inf, w_max=inf
):
    """Plain Hebbian learning at all times: dw/dt = eta x y. Hebb 1949."""
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        w = clip(w + eta * product_integral(h, [(x, tau_x)], [(y, tau_y)]), w_min, w_max)
        x = x * exp(-h / tau_x) + is_pre / tau_x
        y = y * exp(-h / tau_y) + is_post / tau_y
    return w


def covariance_rates(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    eta, tau_x, tau_y, tau_mean, w_min=-inf, w_max=inf,
):  # fmt: skip
    """The covariance rule at all times: dw/dt = eta (x - xbar) (y - ybar).

    xbar and ybar are rates as x and y are, with tau_mean. Sejnowski 1977, doi:10.1007/BF00275079.
    """
    x = y = xbar = ybar = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        f, g = [(x, tau_x), (-xbar, tau_mean)], [(y, tau_y), (-ybar, tau_mean)]
        w = clip(w + eta * product_integral(h, f, g), w_min, w_max)
        x = x * exp(-h / tau_x) + is_pre / tau_x
        y = y * exp(-h / tau_y) + is_post / tau_y
        xbar = xbar * exp(-h / tau_mean) + is_pre / tau_mean
        ybar = ybar * exp(-h / tau_mean) + is_post / tau_mean
    return w


def oja_rates(
    pre, post, w, *, dt, stop, delay=0, axonal=False, eta, tau_x, tau_y, w_min=-inf, w_max=inf
):
    """Oja's rule at all times: dw/dt = eta (x y - y^2 w). Oja 1982, doi:10.1007/BF00275687.

    Within a step by four Runge-Kutta steps, with the exponentials of x and y.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):

        def slope(s, w, x=x, y=y):
            x, y = x * exp(-s / tau_x), y * exp(-s / tau_y)
            return eta * (x * y - y * y * w)

        w = clip(rk4(slope, w, h, substeps=4), w_min, w_max)
        x = x * exp(-h / tau_x) + is_pre / tau_x
        y = y * exp(-h / tau_y) + is_post / tau_y
    return w


def bcm(
    pre, post, w, *, dt, stop, delay=0, axonal=False,
    eta, tau_x, tau_y, tau_theta, y0=1.0, theta=0.0, w_min=-inf, w_max=inf,
):  # fmt: skip
    """BCM at all times: the threshold slides with the square of the postsynaptic rate.

    dw/dt = eta x y (y - theta); tau_theta dtheta/dt = y^2/y0 - theta. Bienenstock, Cooper & Munro
    1982, doi:10.1523/JNEUROSCI.02-01-00032.1982; Intrator & Cooper 1992,
    doi:10.1016/S0893-6080(05)80003-6, for theta as the mean of the square.
    tau_y differs from 2 tau_theta.
    """
    x = y = 0.0
    for _, h, is_pre, is_post in steps(pre, post, dt=dt, stop=stop, delay=delay, axonal=axonal):
        driven = y**2 / y0 / (1 - 2 * tau_theta / tau_y)  # the part of theta that decays as y^2
        free = theta - driven
        xy = 1 / tau_x + 1 / tau_y
        potentiation = x * y * y * integral(h, xy + 1 / tau_y)
        depression = x * y * free * integral(h, xy + 1 / tau_theta)
        depression += x * y * driven * integral(h, xy + 2 / tau_y)
        w = clip(w + eta * (potentiation - depression), w_min, w_max)
        theta = free * exp(-h / tau_theta) + driven * exp(-2 * h / tau_y)
        x = x * exp(-h / tau_x) + is_pre / tau_x
        y = y * exp(-h / tau_y) + is_post / tau_y
    return {"w": w, "theta": theta}
