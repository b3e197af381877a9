"""Hodgkin-Huxley type neuron of Traub & Miles, for hippocampal pyramidal cells.

    C_m dV_m/dt = -g_Na m^3 h (V_m - E_Na) - g_K n^4 (V_m - E_K) - g_L (V_m - E_L) + I_syn + I_e
    dx/dt = alpha_x (1 - x) - beta_x x   for x = m, h, n

Rates are functions of V_m - V_T. A spike is an upward crossing of V_T + 30 mV. Source: Traub &
Miles 1991, Neuronal Networks of the Hippocampus; in this form Brette et al. 2007, J. Comput.
Neurosci. 23:349 (benchmark 3, COBAHH). Names and defaults are those of NEST's hh_cond_exp_traub:
20,000 um2 at 1 uF/cm2. With the defaults the neuron fires spontaneously at 14 Hz, as in NEST; with
E_L = -65 it is at rest.
The default method is a symmetric splitting of second order: inter-spike intervals are 1 % too long
with steps of 0.1 ms, and 0.3 % with 0.05 ms; with exponential Euler, 9 % with 0.1 ms.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, mV, nS, pA, param, pF


class TraubMiles(Neuron):
    """Traub-Miles neuron with any receptors."""

    C_m = param(200.0, pF, "positive", "membrane capacitance")
    g_Na = param(20000.0, nS, "non-negative", "largest sodium conductance")
    g_K = param(6000.0, nS, "non-negative", "largest potassium conductance")
    g_L = param(10.0, nS, "non-negative", "leak conductance")
    E_Na = param(50.0, mV, doc="sodium reversal potential")
    E_K = param(-90.0, mV, doc="potassium reversal potential")
    E_L = param(-60.0, mV, doc="leak reversal potential")
    V_T = param(-63.0, mV, doc="shift of the rates; the threshold is some 13 mV above")
    t_ref = param(2.0, ms, "non-negative", "shortest time between two spikes")
    I_e = param(0.0, pA, doc="constant current")

    # x / (exp(x) - 1) is written as 1 / exprel(x), which is regular at 0.
    equations = """
        V = V_m - V_T : mV
        alpha_m = 1.28 / exprel((13*mV - V) / (4*mV)) / ms : 1/ms
        beta_m = 1.4 / exprel((V - 40*mV) / (5*mV)) / ms : 1/ms
        alpha_h = 0.128 * exp((17*mV - V) / (18*mV)) / ms : 1/ms
        beta_h = 4 / (1 + exp((40*mV - V) / (5*mV))) / ms : 1/ms
        alpha_n = 0.16 / exprel((15*mV - V) / (5*mV)) / ms : 1/ms
        beta_n = 0.5 * exp((10*mV - V) / (40*mV)) / ms : 1/ms
        I_ion = -g_Na * m**3 * h * (V_m - E_Na) - g_K * n**4 * (V_m - E_K) : pA
        dV_m/dt = (I_ion - g_L * (V_m - E_L) + I_syn + I_in + I_e) / C_m : mV
        dm/dt = alpha_m * (1 - m) - beta_m * m : 1
        dh/dt = alpha_h * (1 - h) - beta_h * h : 1
        dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    """
    threshold = "V_m >= V_T + 30*mV"
    rearm = "V_m < V_T + 30*mV"
    initial = {  # gates at their steady state, 1 / (1 + beta / alpha)
        "V_m": "E_L",
        "m": "1 / (1 + 1.4 / 1.28 * exprel((13*mV - E_L + V_T) / (4*mV))"
             " / exprel((E_L - V_T - 40*mV) / (5*mV)))",
        "h": "1 / (1 + 4 / 0.128 / (1 + exp((40*mV - E_L + V_T) / (5*mV)))"
             " * exp((E_L - V_T - 17*mV) / (18*mV)))",
        "n": "1 / (1 + 0.5 / 0.16 * exp((10*mV - E_L + V_T) / (40*mV))"
             " * exprel((15*mV - E_L + V_T) / (5*mV)))",
    }  # fmt: skip
    method = "strang"
