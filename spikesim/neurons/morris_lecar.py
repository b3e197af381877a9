"""Morris-Lecar neuron: a barnacle muscle fibre.

    C_m dV_m/dt = -g_Ca m (V_m - E_Ca) - g_K w (V_m - E_K) - g_L (V_m - E_L) + I_syn + I_e
    m = (1 + tanh((V_m - V_1) / V_2)) / 2
    dw/dt = phi cosh((V_m - V_3) / (2 V_4)) ((1 + tanh((V_m - V_3) / V_4)) / 2 - w)

A spike is an upward crossing of V_th. Source: Morris & Lecar 1981, Biophys. J. 35:193; the defaults
are those of Rinzel & Ermentrout 1989 (Methods in Neuronal Modeling, ch. 5) for 1,000 um2 at
20 uF/cm2, with which firing begins at a rate above zero (a Hopf bifurcation, class II). For class I
(a saddle-node bifurcation, rates from zero on) use ``g_Ca=40, V_3=12, V_4=17.4, phi=0.067``.
Fourth-order Runge-Kutta.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import Unit, mV, nS, pA, param, pF


class MorrisLecar(Neuron):
    """Morris-Lecar neuron with any receptors."""

    C_m = param(200.0, pF, "positive", "membrane capacitance")
    g_Ca = param(44.0, nS, "non-negative", "largest calcium conductance")
    g_K = param(80.0, nS, "non-negative", "largest potassium conductance")
    g_L = param(20.0, nS, "non-negative", "leak conductance")
    E_Ca = param(120.0, mV, doc="calcium reversal potential")
    E_K = param(-84.0, mV, doc="potassium reversal potential")
    E_L = param(-60.0, mV, doc="leak reversal potential")
    V_1 = param(-1.2, mV, doc="where half of the calcium channels are open")
    V_2 = param(18.0, mV, "positive", "width of their activation")
    V_3 = param(2.0, mV, doc="where half of the potassium channels are open")
    V_4 = param(30.0, mV, "positive", "width of their activation")
    phi = param(0.04, Unit("1/ms"), "positive", "slowest rate of the potassium channels")
    V_th = param(0.0, mV, doc="potential whose upward crossing is a spike")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        m = 0.5 * (1 + tanh((V_m - V_1) / V_2)) : 1
        w_open = 0.5 * (1 + tanh((V_m - V_3) / V_4)) : 1
        I_ion = -g_Ca * m * (V_m - E_Ca) - g_K * w * (V_m - E_K) : pA
        dV_m/dt = (I_ion - g_L * (V_m - E_L) + I_syn + I_in + I_e) / C_m : mV
        dw/dt = phi * cosh((V_m - V_3) / (2 * V_4)) * (w_open - w) : 1
    """
    threshold = "V_m >= V_th"
    rearm = "V_m < V_th"
    initial = {"V_m": "E_L", "w": "0.5 * (1 + tanh((E_L - V_3) / V_4))"}
    method = "rk4"
