"""What the loops over time steps share: when spikes act, what is seen of a signal, small maths."""

from math import exp, expm1

import numpy as np


def steps(pre, post, *, dt, stop, delay=0, axonal=False):
    """Yield of each step (its number, the time since the one before, is there a pre, a post spike).

    No time has passed before step 0, so that spikes of step 0 meet the state that was given.
    """
    pre_at = {int(t) + (delay if axonal else 0) for t in pre}
    post_at = {int(t) + (0 if axonal else delay) for t in post}
    for t in range(stop + 1):
        yield t, (dt if t else 0.0), t in pre_at, t in post_at


def seen(signal, delay, axonal):
    """Return what the synapse sees of a postsynaptic signal: its first value until it arrives."""
    signal = np.asarray(signal, float)
    return signal if axonal else np.concatenate([np.full(delay, signal[0]), signal])


def clip(w, w_min, w_max):
    """Return the weight within its hard bounds."""
    return min(max(w, w_min), w_max)


def integral(h, rate):
    """Return the integral of exp(-rate t) over t from 0 to h."""
    return -expm1(-rate * h) / rate if rate else h


def product_integral(h, f, g):
    """Return the integral of f g from 0 to h, sums of exponentials as pairs (value at 0, tau)."""
    return sum(a * b * integral(h, 1 / p + 1 / q) for a, p in f for b, q in g)


def relaxed(value, towards, h, tau):
    """Return the variable after it relaxed exponentially towards a constant for a time h."""
    return towards + (value - towards) * exp(-h / tau)


def rk4(slope, y, h, substeps=1):
    """Return y after a time h of dy/dt = slope(t, y), from t = 0, by Runge-Kutta of order 4."""
    h /= substeps
    for k in range(substeps):
        t = k * h
        k1 = slope(t, y)
        k2 = slope(t + h / 2, y + h / 2 * k1)
        k3 = slope(t + h / 2, y + h / 2 * k2)
        k4 = slope(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y
