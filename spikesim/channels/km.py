"""M-type potassium channel: slow and non-inactivating, for spike-frequency adaptation.

    I = g p (E - V_m)
    p_inf = 1 / (1 + exp(-(V_m + 35) / 10))
    tau_p = tau_max / (3.3 exp((V_m + 35) / 20) + exp(-(V_m + 35) / 20))

in mV, at 36 degrees Celsius. Source: Yamada, Koch & Adams 1989, Methods in Neuronal Modeling, in
the form of Pospischil et al. 2008, Biol. Cybern. 99:427.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import ms, mV, one, param


class KM(Channel):
    """M-current; ``tau_max`` (ms) scales its time constant."""

    g = G_MAX
    E = param(-90.0, mV, doc="reversal potential")
    tau_max = param(1000.0, ms, "positive", "scale of the time constant")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 2.3**((T - 36) / 10)")

    equations = """
        u = (V_m + 35*mV) / (20*mV) : 1
        p_inf = 1 / (1 + exp(-2 * u)) : 1
        tau_p = tau_max / (3.3 * exp(u) + exp(-u)) / q_T : ms
        dp/dt = (p_inf - p) / tau_p : 1
    """
    current = "g * p * (E - V_m)"
