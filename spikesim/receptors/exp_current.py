"""Exponential current.

    dI/dt = -I / tau_syn,    a spike adds w to I

Weights are peak currents in pA. Source: Rotter & Diesmann 1999, Biol. Cybern. 81:381.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, pA, param


class ExpCurrent(Receptor):
    """Current that jumps by the weight (pA) and decays with ``tau_syn`` (ms, default 2)."""

    tau_syn = param(2.0, ms, "positive", "decay time constant")

    equations = "dI/dt = -I / tau_syn : pA"
    on_spike = {"I": "1"}
    current = "I"
    weight_unit = pA
