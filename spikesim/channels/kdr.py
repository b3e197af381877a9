"""Delayed-rectifier potassium channel of pyramidal cells.

    I = g n^4 (E - V_m),  u = V_m - V_T
    alpha_n = 0.032 (15 - u) / (exp((15 - u) / 5) - 1),  beta_n = 0.5 exp((10 - u) / 40)

in mV and 1/ms, at 36 degrees Celsius. Source: Traub & Miles 1991, Neuronal Networks of the
Hippocampus, in the form of Pospischil et al. 2008, Biol. Cybern. 99:427.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class Kdr(Channel):
    """Traub and Miles's delayed rectifier; ``V_T`` (mV) should equal that of the sodium channel."""

    g = G_MAX
    E = param(-90.0, mV, doc="reversal potential")
    V_T = param(-56.2, mV, doc="where the spike's threshold lies, about")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 3**((T - 36) / 10)")

    equations = """
        alpha_n = 0.16 * q_T / exprel((V_T + 15*mV - V_m) / (5*mV)) / ms : 1/ms
        beta_n = 0.5 * q_T * exp((V_T + 10*mV - V_m) / (40*mV)) / ms : 1/ms
        dn/dt = alpha_n * (1 - n) - beta_n * n : 1
    """
    current = "g * n**4 * (E - V_m)"
