"""Receptors: what a synapse does to the neuron that it reaches. One kind a file."""

from spikesim.receptors.alpha_conductance import AlphaConductance
from spikesim.receptors.alpha_current import AlphaCurrent
from spikesim.receptors.base import TRANSMITTERS, Receptor
from spikesim.receptors.delta import Delta
from spikesim.receptors.exp_conductance import ExpConductance
from spikesim.receptors.exp_current import ExpCurrent

__all__ = [
    "TRANSMITTERS", "AlphaConductance", "AlphaCurrent", "Delta", "ExpConductance", "ExpCurrent",
    "Receptor",
]  # fmt: skip
