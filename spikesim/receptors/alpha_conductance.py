"""Alpha-shaped conductance.

    dg/dt = y - g / tau_syn,   dy/dt = -y / tau_syn,   I = g (E_rev - V_m)

A spike adds w * e / tau_syn to y: g peaks at w, tau_syn after it. Weights are in nS.
Source: the alpha function of Rall 1967, J. Neurophysiol. 30:1138.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, mV, nS, param


class AlphaConductance(Receptor):
    """Alpha-function conductance with time constant ``tau_syn`` (ms, default 2); peak weight (nS).

    ``E_rev`` is the reversal potential (mV, default 0).
    """

    tau_syn = param(2.0, ms, "positive", "time to peak")
    E_rev = param(0.0, mV, doc="reversal potential")

    equations = """
        dg/dt = y - g / tau_syn : nS
        dy/dt = -y / tau_syn : nS/ms
    """
    on_spike = {"y": "exp(1) / tau_syn"}
    current = "g * (E_rev - V_m)"
    weight_unit = nS
    signed = False
