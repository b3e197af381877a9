"""Neuron models, one a file."""

from spikesim.neurons.adaptive_lif import AdaptiveLIF
from spikesim.neurons.base import Neuron
from spikesim.neurons.cable import cable
from spikesim.neurons.conductance import ConductanceNeuron
from spikesim.neurons.lif import LIF
from spikesim.neurons.multi_compartment import Compartment, MultiCompartment
from spikesim.neurons.pinsky_rinzel import PinskyRinzel

__all__ = [
    "LIF", "AdaptiveLIF", "Compartment", "ConductanceNeuron", "MultiCompartment", "Neuron",
    "PinskyRinzel", "cable",
]  # fmt: skip
