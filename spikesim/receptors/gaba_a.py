"""GABA_A receptor: fast inhibition by a chloride conductance.

    dg/dt = -g / tau_syn,   I = g (E_rev - V_m),   a spike adds w to g

Weights are peak conductances in nS. Values: Brunel & Wang 2001, J. Comput. Neurosci. 11:63.
For glycine receptors use ``GABA_A(transmitter="glycine")``.
"""

from spikesim.receptors.exp_conductance import ExpConductance
from spikesim.units import ms, mV, param


class GABA_A(ExpConductance):
    """Conductance that jumps by the weight (nS) and decays with ``tau_syn`` (ms, default 10).

    ``E_rev`` is the reversal potential (mV, default -70).
    """

    tau_syn = param(10.0, ms, "positive", "decay time constant")
    E_rev = param(-70.0, mV, doc="reversal potential of chloride")

    transmitter = "GABA"
