"""Potassium channel of the squid axon.

    I = g n^4 (E - V_m)
    alpha_n = 0.01 (V_m + 55) / (1 - exp(-(V_m + 55) / 10)),  beta_n = 0.125 exp(-(V_m + 65) / 80)

in mV and 1/ms, at 6.3 degrees Celsius; the resting potential is -65 mV. Source: Hodgkin
& Huxley 1952, J. Physiol. 117:500.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class K(Channel):
    """Hodgkin and Huxley's potassium channel, for a resting potential of -65 mV."""

    g = G_MAX
    E = param(-77.0, mV, doc="reversal potential")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 3**((T - 6.3) / 10)")

    equations = """
        alpha_n = 0.1 * q_T / exprel(-(V_m + 55*mV) / (10*mV)) / ms : 1/ms
        beta_n = 0.125 * q_T * exp(-(V_m + 65*mV) / (80*mV)) / ms : 1/ms
        dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    """
    current = "g * n**4 * (E - V_m)"
