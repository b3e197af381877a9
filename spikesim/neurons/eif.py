"""Exponential integrate-and-fire neuron.

    C_m dV_m/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_th) / Delta_T) + I_syn + I_e

with V = min(V_m, V_peak), and an exponent of at most 30, beyond which V_m would diverge within a
picosecond, so that values stay finite. A spike occurs when V_m >= V_peak; then V_m is clamped to
V_reset for t_ref. Source: Fourcaud-Trocme et al. 2003, J. Neurosci. 23:11628; the defaults are
theirs, for a membrane of 1 uF/cm2 and 20,000 um2. Fourth-order Runge-Kutta.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, mV, nS, pA, param, pF


class EIF(Neuron):
    """Exponential integrate-and-fire neuron with any receptors."""

    C_m = param(200.0, pF, "positive", "membrane capacitance")
    g_L = param(20.0, nS, "positive", "leak conductance")
    E_L = param(-65.0, mV, doc="leak reversal potential")
    V_th = param(-59.9, mV, doc="potential at which the spike's current has a slope of g_L")
    Delta_T = param(3.48, mV, "positive", "sharpness of the threshold")
    V_peak = param(0.0, mV, doc="potential at which a spike is counted")
    V_reset = param(-68.0, mV, doc="potential after a spike")
    t_ref = param(1.7, ms, "non-negative", "refractory period")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        V = min(V_m, V_peak) : mV
        I_spike = g_L * Delta_T * exp(min((V - V_th) / Delta_T, 30)) : pA
        dV_m/dt = (-g_L * (V - E_L) + I_spike + I_syn + I_in + I_e) / C_m : mV
    """
    threshold = "V_m >= V_peak"
    reset = {"V_m": "V_reset"}
    refractory = ("V_m",)
    initial = {"V_m": "E_L"}
    method = "rk4"
