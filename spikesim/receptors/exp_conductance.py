"""Exponential conductance.

    dg/dt = -g / tau_syn,   I = g (E_rev - V_m),   a spike adds w to g

Weights are peak conductances in nS. Source: Brette et al. 2007, J. Comput. Neurosci. 23:349.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, mV, nS, param


class ExpConductance(Receptor):
    """Conductance that jumps by the weight (nS) and decays with ``tau_syn`` (ms, default 2).

    ``E_rev`` is the reversal potential (mV, default 0).
    """

    tau_syn = param(2.0, ms, "positive", "decay time constant")
    E_rev = param(0.0, mV, doc="reversal potential")

    equations = "dg/dt = -g / tau_syn : nS"
    on_spike = {"g": "1"}
    current = "g * (E_rev - V_m)"
    weight_unit = nS
    signed = False
