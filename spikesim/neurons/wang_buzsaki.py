"""Fast-spiking interneuron of Wang & Buzsaki.

    C_m dV_m/dt = -g_Na m^3 h (V_m - E_Na) - g_K n^4 (V_m - E_K) - g_L (V_m - E_L) + I_syn + I_e
    dx/dt = phi (alpha_x (1 - x) - beta_x x)   for x = h, n;   m = alpha_m / (alpha_m + beta_m)

A spike is an upward crossing of V_th. Source: Wang & Buzsaki 1996, J. Neurosci. 16:6402. Their
conductances are 35, 9 and 0.1 mS/cm2 at 1 uF/cm2; the defaults are those of 10,000 um2.
Fourth-order Runge-Kutta; steps up to 0.05 ms.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import mV, nS, one, pA, param, pF


class WangBuzsaki(Neuron):
    """Wang-Buzsaki interneuron with any receptors."""

    C_m = param(100.0, pF, "positive", "membrane capacitance")
    g_Na = param(3500.0, nS, "non-negative", "largest sodium conductance")
    g_K = param(900.0, nS, "non-negative", "largest potassium conductance")
    g_L = param(10.0, nS, "non-negative", "leak conductance")
    E_Na = param(55.0, mV, doc="sodium reversal potential")
    E_K = param(-90.0, mV, doc="potassium reversal potential")
    E_L = param(-65.0, mV, doc="leak reversal potential")
    phi = param(5.0, one, "positive", "by what the gates h and n are faster than at 6.3 C")
    V_th = param(0.0, mV, doc="potential whose upward crossing is a spike")
    I_e = param(0.0, pA, doc="constant current")

    # x / (exp(x) - 1) is written as 1 / exprel(x), which is regular at 0.
    equations = """
        alpha_m = 1 / exprel(-(V_m + 35*mV) / (10*mV)) / ms : 1/ms
        beta_m = 4 * exp(-(V_m + 60*mV) / (18*mV)) / ms : 1/ms
        alpha_h = 0.07 * exp(-(V_m + 58*mV) / (20*mV)) / ms : 1/ms
        beta_h = 1 / (1 + exp(-(V_m + 28*mV) / (10*mV))) / ms : 1/ms
        alpha_n = 0.1 / exprel(-(V_m + 34*mV) / (10*mV)) / ms : 1/ms
        beta_n = 0.125 * exp(-(V_m + 44*mV) / (80*mV)) / ms : 1/ms
        m = alpha_m / (alpha_m + beta_m) : 1
        I_ion = -g_Na * m**3 * h * (V_m - E_Na) - g_K * n**4 * (V_m - E_K) : pA
        dV_m/dt = (I_ion - g_L * (V_m - E_L) + I_syn + I_in + I_e) / C_m : mV
        dh/dt = phi * (alpha_h * (1 - h) - beta_h * h) : 1
        dn/dt = phi * (alpha_n * (1 - n) - beta_n * n) : 1
    """
    threshold = "V_m >= V_th"
    rearm = "V_m < V_th"
    initial = {  # gates at their steady state, 1 / (1 + beta / alpha)
        "V_m": "E_L",
        "h": "1 / (1 + exp((E_L + 58*mV) / (20*mV)) / 0.07"
             " / (1 + exp(-(E_L + 28*mV) / (10*mV))))",
        "n": "1 / (1 + 1.25 * exp(-(E_L + 44*mV) / (80*mV)) * exprel(-(E_L + 34*mV) / (10*mV)))",
    }  # fmt: skip
    method = "rk4"
