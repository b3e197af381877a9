"""Fast sodium channel of pyramidal cells.

    I = g m^3 h (E - V_m),  u = V_m - V_T
    alpha_m = 0.32 (13 - u) / (exp((13 - u) / 4) - 1)
    beta_m = 0.28 (u - 40) / (exp((u - 40) / 5) - 1)
    alpha_h = 0.128 exp((17 - u) / 18),  beta_h = 4 / (1 + exp((40 - u) / 5))

in mV and 1/ms, at 36 degrees Celsius. Source: Traub & Miles 1991, Neuronal Networks of the
Hippocampus, in the form of Pospischil et al. 2008, Biol. Cybern. 99:427.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, one, param


class NaF(Channel):
    """Traub and Miles's sodium channel; ``V_T`` (mV) shifts the threshold."""

    g = G_MAX
    E = param(50.0, mV, doc="reversal potential")
    V_T = param(-56.2, mV, doc="where the spike's threshold lies, about")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 3**((T - 36) / 10)")

    equations = """
        alpha_m = 1.28 * q_T / exprel((V_T + 13*mV - V_m) / (4*mV)) / ms : 1/ms
        beta_m = 1.4 * q_T / exprel((V_m - V_T - 40*mV) / (5*mV)) / ms : 1/ms
        alpha_h = 0.128 * q_T * exp((V_T + 17*mV - V_m) / (18*mV)) / ms : 1/ms
        beta_h = 4 * q_T / (1 + exp((V_T + 40*mV - V_m) / (5*mV))) / ms : 1/ms
        dm/dt = alpha_m * (1 - m) - beta_m * m : 1
        dh/dt = alpha_h * (1 - h) - beta_h * h : 1
    """
    current = "g * m**3 * h * (E - V_m)"
