"""Hyperpolarisation-activated cation channel (HCN), for voltage sags and rebounds.

    I = g m (E - V_m)
    m_inf = 1 / (1 + exp((V_m + 75) / 5.5))
    tau_m = 1 / (exp(-14.59 - 0.086 V_m) + exp(-1.87 + 0.0701 V_m))

in mV and ms, near 35 degrees Celsius. Source: Huguenard & McCormick 1992, J. Neurophysiol. 68:1373.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class H(Channel):
    """Thalamic h-current."""

    g = G_MAX
    E = param(-43.0, mV, doc="reversal potential")
    q_T = param(1.0, one, "positive", "temperature factor of the rates")

    equations = """
        m_inf = 1 / (1 + exp((V_m + 75*mV) / (5.5*mV))) : 1
        tau_m = ms / (exp(-14.59 - 0.086 * V_m / mV) + exp(-1.87 + 0.0701 * V_m / mV)) / q_T : ms
        dm/dt = (m_inf - m) / tau_m : 1
    """
    current = "g * m * (E - V_m)"
