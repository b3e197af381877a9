"""Adaptive exponential integrate-and-fire neuron.

    C_m dV_m/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_th) / Delta_T) - w + I_syn + I_e
    tau_w dw/dt = a (V - E_L) - w

with V = min(V_m, V_peak), as in NEST, and an exponent of at most 30, as in `EIF`: if V_m diverges
within a step, the exponential and w stay finite. A spike occurs when V_m >= V_peak. Then w
increases by b, and V_m is clamped to V_reset for t_ref.
Source: Brette & Gerstner 2005, J. Neurophysiol. 94:3637. Names and defaults are those of NEST's
aeif_psc_exp; the paper resets to E_L. Fourth-order Runge-Kutta.
"""

from spikesim.neurons.eif import EIF
from spikesim.units import ms, mV, nS, pA, param, pF


class AdEx(EIF):
    """Adaptive exponential integrate-and-fire neuron with any receptors."""

    C_m = param(281.0, pF, "positive", "membrane capacitance")
    g_L = param(30.0, nS, "positive", "leak conductance")
    E_L = param(-70.6, mV, doc="leak reversal potential")
    V_th = param(-50.4, mV, doc="potential at which the spike's current has a slope of g_L")
    Delta_T = param(2.0, mV, "positive", "sharpness of the threshold")
    V_reset = param(-60.0, mV, doc="potential after a spike")
    t_ref = param(0.0, ms, "non-negative", "refractory period")
    tau_w = param(144.0, ms, "positive", "time constant of the adaptation")
    a = param(4.0, nS, doc="adaptation to the potential")
    b = param(80.5, pA, doc="growth of the adaptation at a spike")

    equations = """
        V = min(V_m, V_peak) : mV
        I_spike = g_L * Delta_T * exp(min((V - V_th) / Delta_T, 30)) : pA
        dV_m/dt = (-g_L * (V - E_L) + I_spike - w + I_syn + I_in + I_e) / C_m : mV
        dw/dt = (a * (V - E_L) - w) / tau_w : pA
    """
    reset = {"V_m": "V_reset", "w": "w + b"}
