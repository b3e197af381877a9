"""A-type potassium channel: fast activation, and inactivation.

    I = g a^3 b (E - V_m)
    a_inf^3 = 0.0761 exp(0.0314 (V_m + 94.22)) / (1 + exp(0.0346 (V_m + 1.17)))
    tau_a = 0.3632 + 1.158 / (1 + exp(0.0497 (V_m + 55.96)))
    b_inf = (1 + exp(0.0688 (V_m + 53.3)))^-4,  tau_b = 1.24 + 2.678 / (1 + exp(0.0624 (V_m + 50)))

in mV and ms. Source: Connor & Stevens 1971, J. Physiol. 213:31, in the form of Dayan & Abbott
2001, Theoretical Neuroscience, section 6.6.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class KA(Channel):
    """Connor and Stevens's transient potassium channel, which delays the first spike."""

    g = G_MAX
    E = param(-75.0, mV, doc="reversal potential")
    q_T = param(1.0, one, "positive", "temperature factor of the rates")

    equations = """
        a_inf = (0.0761 * exp(0.0314 * (V_m / mV + 94.22))
                 / (1 + exp(0.0346 * (V_m / mV + 1.17)))) ** (1 / 3) : 1
        tau_a = (0.3632 + 1.158 / (1 + exp(0.0497 * (V_m / mV + 55.96)))) * ms : ms
        b_inf = 1 / (1 + exp(0.0688 * (V_m / mV + 53.3))) ** 4 : 1
        tau_b = (1.24 + 2.678 / (1 + exp(0.0624 * (V_m / mV + 50)))) * ms : ms
        da/dt = q_T * (a_inf - a) / tau_a : 1
        db/dt = q_T * (b_inf - b) / tau_b : 1
    """
    current = "g * a**3 * b * (E - V_m)"
