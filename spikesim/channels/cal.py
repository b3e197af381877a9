"""High-threshold (L-type) calcium channel.

    I = g q^2 r (E - V_m)
    alpha_q = 0.055 (-27 - V_m) / (exp((-27 - V_m) / 3.8) - 1),  beta_q = 0.94 exp((-75 - V_m) / 17)
    alpha_r = 0.000457 exp((-13 - V_m) / 50),  beta_r = 0.0065 / (exp((-15 - V_m) / 28) + 1)

in mV and 1/ms. Source: Reuveni et al. 1993, J. Neurosci. 13:4609, in the form of Pospischil et
al. 2008, Biol. Cybern. 99:427.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class CaL(Channel):
    """High-threshold calcium channel; its current enters the calcium pool."""

    g = G_MAX
    E = param(120.0, mV, doc="reversal potential")
    q_T = param(1.0, one, "positive", "temperature factor of the rates")

    equations = """
        alpha_q = 0.209 * q_T / exprel((-27*mV - V_m) / (3.8*mV)) / ms : 1/ms
        beta_q = 0.94 * q_T * exp((-75*mV - V_m) / (17*mV)) / ms : 1/ms
        alpha_r = 0.000457 * q_T * exp((-13*mV - V_m) / (50*mV)) / ms : 1/ms
        beta_r = 0.0065 * q_T / (exp((-15*mV - V_m) / (28*mV)) + 1) / ms : 1/ms
        dq/dt = alpha_q * (1 - q) - beta_q * q : 1
        dr/dt = alpha_r * (1 - r) - beta_r * r : 1
    """
    current = "g * q**2 * r * (E - V_m)"
    ion = "Ca"
