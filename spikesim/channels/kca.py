"""Calcium-activated potassium channel, for slow after-hyperpolarisations.

    I = g m^2 (E - V_m),  x = (Ca / Ca_half)^2
    m_inf = x / (1 + x),  tau_m = max(1 / (beta (1 + x) q_T), 0.1 ms)

It needs a pool with ``Ca`` (mM). Source: Destexhe, Contreras, Sejnowski & Steriade 1994,
J. Neurophysiol. 72:803 (22 degrees Celsius).
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import Unit, mM, mV, one, param


class KCa(Channel):
    """Potassium channel activated by the calcium pool of the same membrane."""

    g = G_MAX
    E = param(-90.0, mV, doc="reversal potential")
    Ca_half = param(0.025, mM, "positive", "concentration at which it is half activated")
    beta = param(0.03, Unit("1/ms"), "positive", "backward rate")
    q_T = param(1.0, one, "positive", "temperature factor of the rates: 3**((T - 22) / 10)")

    equations = """
        x = (Ca / Ca_half) ** 2 : 1
        m_inf = x / (1 + x) : 1
        tau_m = max(1 / (beta * (1 + x) * q_T), 0.1*ms) : ms
        dm/dt = (m_inf - m) / tau_m : 1
    """
    current = "g * m**2 * (E - V_m)"
