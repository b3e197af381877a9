"""Leak: a constant conductance.

    I = g (E - V_m)

Source: Hodgkin & Huxley 1952, J. Physiol. 117:500.
"""

from spikesim.channels.base import G_MAX, Channel
from spikesim.units import mV, param


class Leak(Channel):
    """Leak with conductance ``g`` (nS) and reversal potential ``E`` (mV, default -65)."""

    g = G_MAX
    E = param(-65.0, mV, doc="reversal potential")

    current = "g * (E - V_m)"
