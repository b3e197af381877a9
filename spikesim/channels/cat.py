"""Low-threshold (T-type) calcium channel.

    I = g s_inf^2 u (E - V_m),  v = V_m + V_x
    s_inf = 1 / (1 + exp(-(v + 57) / 6.2)),  u_inf = 1 / (1 + exp((v + 81) / 4))
    tau_u = (30.8 + (211.4 + exp((v + 113.2) / 5)) / (1 + exp((v + 84) / 3.2))) / q_T

in mV and ms; activation is instantaneous. q_T = 3**1.2, from 24 to 36 degrees
Celsius. Source: Huguenard & McCormick 1992, J. Neurophysiol. 68:1373; Destexhe et al. 1996,
J. Neurosci. 16:169, with tau_u as in their program; Pospischil et al. 2008 print the exponentials'
quotient with 30.8 in its numerator.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class CaT(Channel):
    """Low-threshold calcium channel, for rebound bursts; its current enters the calcium pool."""

    g = G_MAX
    E = param(120.0, mV, doc="reversal potential")
    V_x = param(2.0, mV, doc="shift of the voltage dependence")
    q_T = param(3.0**1.2, one, "positive", "temperature factor of the rate: 3**((T - 24) / 10)")

    equations = """
        v = V_m + V_x : mV
        s_inf = 1 / (1 + exp(-(v + 57*mV) / (6.2*mV))) : 1
        u_inf = 1 / (1 + exp((v + 81*mV) / (4*mV))) : 1
        tau_u = (30.8 + (211.4 + exp((v + 113.2*mV) / (5*mV)))
                 / (1 + exp((v + 84*mV) / (3.2*mV)))) / q_T * ms : ms
        du/dt = (u_inf - u) / tau_u : 1
    """
    current = "g * s_inf**2 * u * (E - V_m)"
    ion = "Ca"
