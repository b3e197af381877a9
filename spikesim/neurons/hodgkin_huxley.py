"""Hodgkin and Huxley's neuron: the giant axon of the squid at 6.3 C.

    C_m dV_m/dt = -g_Na m^3 h (V_m - E_Na) - g_K n^4 (V_m - E_K) - g_L (V_m - E_L) + I_syn + I_e
    dx/dt = alpha_x (1 - x) - beta_x x   for x = m, h, n

with a resting potential of -65 mV. A spike is an upward crossing of V_th.
Source: Hodgkin & Huxley 1952, J. Physiol. 117:500. Their conductances are 120, 36 and 0.3 mS/cm2 at
1 uF/cm2; the defaults are those of 10,000 um2, as in NEST's hh_psc_alpha.

The default method is a symmetric splitting, stable and of second order: inter-spike intervals are
0.6 % too long with steps of 0.1 ms, and 0.1 % with 0.05 ms. With ``method="exponential_euler"``, of
first order at the same cost, they are 5 % too long with 0.1 ms; ``method="rk4"`` is accurate to
0.1 % up to 0.05 ms, and unstable at 0.1 ms.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import mV, nS, pA, param, pF


class HodgkinHuxley(Neuron):
    """Hodgkin and Huxley's neuron with any receptors."""

    C_m = param(100.0, pF, "positive", "membrane capacitance")
    g_Na = param(12000.0, nS, "non-negative", "largest sodium conductance")
    g_K = param(3600.0, nS, "non-negative", "largest potassium conductance")
    g_L = param(30.0, nS, "non-negative", "leak conductance")
    E_Na = param(50.0, mV, doc="sodium reversal potential")
    E_K = param(-77.0, mV, doc="potassium reversal potential")
    E_L = param(-54.402, mV, doc="leak reversal potential")
    V_th = param(0.0, mV, doc="potential whose upward crossing is a spike")
    I_e = param(0.0, pA, doc="constant current")

    # x / (exp(x) - 1) is written as 1 / exprel(x), which is regular at 0.
    equations = """
        alpha_m = 1 / exprel(-(V_m + 40*mV) / (10*mV)) / ms : 1/ms
        beta_m = 4 * exp(-(V_m + 65*mV) / (18*mV)) / ms : 1/ms
        alpha_h = 0.07 * exp(-(V_m + 65*mV) / (20*mV)) / ms : 1/ms
        beta_h = 1 / (1 + exp(-(V_m + 35*mV) / (10*mV))) / ms : 1/ms
        alpha_n = 0.1 / exprel(-(V_m + 55*mV) / (10*mV)) / ms : 1/ms
        beta_n = 0.125 * exp(-(V_m + 65*mV) / (80*mV)) / ms : 1/ms
        I_ion = -g_Na * m**3 * h * (V_m - E_Na) - g_K * n**4 * (V_m - E_K) : pA
        dV_m/dt = (I_ion - g_L * (V_m - E_L) + I_syn + I_in + I_e) / C_m : mV
        dm/dt = alpha_m * (1 - m) - beta_m * m : 1
        dh/dt = alpha_h * (1 - h) - beta_h * h : 1
        dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    """
    threshold = "V_m >= V_th"
    rearm = "V_m < V_th"
    initial = {  # at rest
        "V_m": "-65*mV",
        "m": "1 / (1 + 4 * exprel(2.5))",
        "h": "0.07 / (0.07 + 1 / (1 + exp(3)))",
        "n": "1 / (1 + 1.25 * exprel(1))",
    }
    method = "strang"
