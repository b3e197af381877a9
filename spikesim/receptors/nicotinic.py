"""Nicotinic receptor: fast excitation by acetylcholine.

    dg/dt = y - g / tau_decay,   dy/dt = -y / tau_rise,   I = g (E_rev - V_m)

Weights are peak conductances in nS, see `DualExpConductance`. The defaults are for receptors with
alpha3 subunits alone: a rise from 10 to 90 % in 1.28 ms and a decay with 6.71 ms. Receptors with
alpha7 subunits are faster, ``tau_rise=0.27, tau_decay=1.66`` (0.32 ms and 1.66 ms). Source: Sargent
2009, J. Neurosci., on miniature currents of the chick's ciliary ganglion (PMC2696354).
"""

from spikesim.receptors.dual_exp_conductance import DualExpConductance
from spikesim.units import ms, param


class Nicotinic(DualExpConductance):
    """Cation conductance that rises with ``tau_rise`` and decays with ``tau_decay`` (ms)."""

    tau_rise = param(1.09, ms, "positive", "time constant of the rise, at most tau_decay")
    tau_decay = param(6.71, ms, "positive", "time constant of the decay")

    transmitter = "acetylcholine"
