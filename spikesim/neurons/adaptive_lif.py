"""Leaky integrate-and-fire neuron with an adaptive threshold.

    dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_e) / C_m,   dtheta/dt = -theta / tau_theta

A spike occurs when V_m >= V_th + theta. Then theta increases by theta_plus, and V_m is clamped to
V_reset for t_ref. ``adapt=0`` freezes theta, for test phases. Source: Diehl & Cook 2015, Front.
Comput. Neurosci. 9:99 (their homeostasis).
"""

from spikesim.neurons.lif import LIF
from spikesim.units import ms, mV, one, param


class AdaptiveLIF(LIF):
    """LIF neuron whose threshold rises with each of its spikes."""

    theta_plus = param(1.0, mV, "non-negative", "growth of the threshold at a spike")
    tau_theta = param(100.0, ms, "positive", "time constant of the threshold")
    adapt = param(1.0, one, "non-negative", "1: the threshold adapts, 0: it is frozen")

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dtheta/dt = -adapt * theta / tau_theta : mV
    """
    threshold = "V_m >= V_th + theta"
    reset = {"V_m": "V_reset", "theta": "theta + adapt * theta_plus"}
    persistent = ("theta",)
