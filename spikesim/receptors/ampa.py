"""AMPA receptor: fast excitation by glutamate.

    dg/dt = -g / tau_syn,   I = g (E_rev - V_m),   a spike adds w to g

Weights are peak conductances in nS. The rise, well below 1 ms, is instantaneous in this model. If
it matters, use ``DualExpConductance(tau_rise=0.2, tau_decay=2.0, transmitter="glutamate")`` or
`KineticConductance`. Time constant: Brunel & Wang 2001, J. Comput. Neurosci. 11:63.
"""

from spikesim.receptors.exp_conductance import ExpConductance
from spikesim.units import ms, mV, param


class AMPA(ExpConductance):
    """Conductance that jumps by the weight (nS) and decays with ``tau_syn`` (ms, default 2)."""

    tau_syn = param(2.0, ms, "positive", "decay time constant")
    E_rev = param(0.0, mV, doc="reversal potential")

    transmitter = "glutamate"
