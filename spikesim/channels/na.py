"""Sodium channel of the squid axon.

    I = g m^3 h (E - V_m)
    alpha_m = 0.1 (V_m + 40) / (1 - exp(-(V_m + 40) / 10)),  beta_m = 4 exp(-(V_m + 65) / 18)
    alpha_h = 0.07 exp(-(V_m + 65) / 20),  beta_h = 1 / (1 + exp(-(V_m + 35) / 10))

in mV and 1/ms, at 6.3 degrees Celsius; the resting potential is -65 mV. Source: Hodgkin
& Huxley 1952, J. Physiol. 117:500.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class Na(Channel):
    """Hodgkin and Huxley's sodium channel, for a resting potential of -65 mV."""

    g = G_MAX
    E = param(50.0, mV, doc="reversal potential")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 3**((T - 6.3) / 10)")

    equations = """
        alpha_m = q_T / exprel(-(V_m + 40*mV) / (10*mV)) / ms : 1/ms
        beta_m = 4 * q_T * exp(-(V_m + 65*mV) / (18*mV)) / ms : 1/ms
        alpha_h = 0.07 * q_T * exp(-(V_m + 65*mV) / (20*mV)) / ms : 1/ms
        beta_h = q_T / (1 + exp(-(V_m + 35*mV) / (10*mV))) / ms : 1/ms
        dm/dt = alpha_m * (1 - m) - beta_m * m : 1
        dh/dt = alpha_h * (1 - h) - beta_h * h : 1
    """
    current = "g * m**3 * h * (E - V_m)"
