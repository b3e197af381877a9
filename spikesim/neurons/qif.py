"""Quadratic integrate-and-fire neuron.

    C_m dV_m/dt = g_L (V_m - E_L) (V_m - V_th) / (V_th - E_L) + I_syn + I_e

The normal form of neurons that begin to fire through a saddle-node bifurcation (type I): below V_th
the potential decays to E_L, where the conductance is g_L; above V_th it diverges. A spike occurs
when V_m >= V_peak; then V_m is clamped to V_reset for t_ref. Source: Ermentrout & Kopell 1986, SIAM
J. Appl. Math. 46:233; Latham et al. 2000, J. Neurophysiol. 83:808. Fourth-order Runge-Kutta.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, mV, nS, pA, param, pF


class QIF(Neuron):
    """Quadratic integrate-and-fire neuron with any receptors."""

    C_m = param(250.0, pF, "positive", "membrane capacitance")
    g_L = param(25.0, nS, "positive", "leak conductance at rest")
    E_L = param(-65.0, mV, doc="resting potential")
    V_th = param(-50.0, mV, doc="threshold of the runaway, above E_L")
    V_peak = param(0.0, mV, doc="potential at which a spike is counted")
    V_reset = param(-70.0, mV, doc="potential after a spike")
    t_ref = param(0.0, ms, "non-negative", "refractory period")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        I_spike = g_L * (V_m - E_L) * (V_m - V_th) / (V_th - E_L) : pA
        dV_m/dt = (I_spike + I_syn + I_in + I_e) / C_m : mV
    """
    threshold = "V_m >= V_peak"
    reset = {"V_m": "V_reset"}
    refractory = ("V_m",)
    initial = {"V_m": "E_L"}
    method = "rk4"
