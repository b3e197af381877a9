"""Firing rate and CV of a leaky integrate-and-fire neuron with Gaussian white noise input.

    tau_m dV/dt = mean - V + deviation sqrt(tau_m) xi(t);   V >= V_th: V = V_reset for t_ref

Siegert 1951, Phys. Rev. 81:617; as in Brunel 2000, J. Comput. Neurosci. 8:183, eq. 21 and appendix
A.1. The membrane without a threshold has a standard deviation of deviation / sqrt(2).
"""

from __future__ import annotations

import numpy as np
from scipy import integrate, special

FAR = 6.0
"""Distance of the mean to threshold, in deviations, beyond which spikes are too rare."""


def lif_rate(
    mean: float, deviation: float, *, tau_m: float, V_th: float, V_reset: float, t_ref: float
) -> float:
    """Stationary firing rate in Hz; potentials in mV, times in ms."""
    low, high = (V_reset - mean) / deviation, (V_th - mean) / deviation
    if high > FAR:
        return 0.0
    area = integrate.quad(lambda u: special.erfcx(-u), low, high)[0]
    return float(1000.0 / (t_ref + tau_m * np.sqrt(np.pi) * area))


def lif_cv(
    mean: float, deviation: float, *, tau_m: float, V_th: float, V_reset: float, t_ref: float
) -> float:
    """Coefficient of variation of the inter-spike intervals; potentials in mV, times in ms."""

    def inner(x: float) -> float:
        # Both exponentials are combined, so that the product stays small far below threshold.
        return float(integrate.quad(
            lambda u: np.exp(x * x - u * u) * special.erfcx(-u) ** 2, min(x, 0.0) - 8.0, x
        )[0])  # fmt: skip

    low, high = (V_reset - mean) / deviation, (V_th - mean) / deviation
    variance = 2.0 * np.pi * tau_m**2 * integrate.quad(inner, low, high)[0]
    rate = lif_rate(mean, deviation, tau_m=tau_m, V_th=V_th, V_reset=V_reset, t_ref=t_ref)
    return float(np.sqrt(variance) * rate / 1000.0)
