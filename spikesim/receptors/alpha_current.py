"""Alpha-shaped current.

    dI/dt = y - I / tau_syn,   dy/dt = -y / tau_syn,   a spike adds w * e / tau_syn to y

so that one spike gives I(t) = w * (t / tau_syn) * exp(1 - t / tau_syn), with its peak w at
t = tau_syn. Weights are peak currents in pA. Source: Rotter & Diesmann 1999, Biol. Cybern. 81:381.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, pA, param


class AlphaCurrent(Receptor):
    """Alpha-function current with time constant ``tau_syn`` (ms, default 2); peak weight (pA)."""

    tau_syn = param(2.0, ms, "positive", "time to peak")

    equations = """
        dI/dt = y - I / tau_syn : pA
        dy/dt = -y / tau_syn : pA/ms
    """
    on_spike = {"y": "exp(1) / tau_syn"}
    current = "I"
    weight_unit = pA
