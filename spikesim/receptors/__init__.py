"""Postsynaptic receptors, one model per file."""

from spikesim.receptors.alpha_conductance import AlphaConductance
from spikesim.receptors.alpha_current import AlphaCurrent
from spikesim.receptors.ampa import AMPA
from spikesim.receptors.base import TRANSMITTERS, Receptor
from spikesim.receptors.delta import Delta
from spikesim.receptors.dual_exp_conductance import DualExpConductance
from spikesim.receptors.dual_exp_current import DualExpCurrent
from spikesim.receptors.exp_conductance import ExpConductance
from spikesim.receptors.exp_current import ExpCurrent
from spikesim.receptors.gaba_a import GABA_A
from spikesim.receptors.gaba_b import GABA_B
from spikesim.receptors.jump import Jump
from spikesim.receptors.kinetic_conductance import KineticConductance
from spikesim.receptors.kinetic_nmda import KineticNMDA
from spikesim.receptors.nicotinic import Nicotinic
from spikesim.receptors.nmda import NMDA, SaturatingGate, saturating_gate

__all__ = [
    "AMPA", "GABA_A", "GABA_B", "NMDA", "TRANSMITTERS", "AlphaConductance", "AlphaCurrent", "Delta",
    "DualExpConductance", "DualExpCurrent", "ExpConductance", "ExpCurrent", "Jump",
    "KineticConductance", "KineticNMDA", "Nicotinic", "Receptor", "SaturatingGate",
    "saturating_gate",
]  # fmt: skip
