"""Leaky integrate-and-fire neuron.

    dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_e) / C_m

A spike occurs when V_m >= V_th; then V_m is clamped to V_reset for t_ref. With current or delta
receptors all equations are linear and integrated exactly. Source: Lapicque 1907; Rotter & Diesmann
1999, Biol. Cybern. 81:381. Names and defaults are those of NEST's iaf_psc_exp.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, mV, pA, param, pF


class LIF(Neuron):
    """Leaky integrate-and-fire neuron with any receptors."""

    C_m = param(250.0, pF, "positive", "membrane capacitance")
    tau_m = param(10.0, ms, "positive", "membrane time constant")
    E_L = param(-70.0, mV, doc="resting potential")
    V_th = param(-55.0, mV, doc="threshold")
    V_reset = param(-70.0, mV, doc="potential after a spike")
    t_ref = param(2.0, ms, "non-negative", "refractory period")
    I_e = param(0.0, pA, doc="constant current")

    equations = "dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV"
    threshold = "V_m >= V_th"
    reset = {"V_m": "V_reset"}
    refractory = ("V_m",)
    initial = {"V_m": "E_L"}
