"""Neuron models, one a file."""

from spikesim.neurons.adaptive_lif import AdaptiveLIF
from spikesim.neurons.base import Neuron
from spikesim.neurons.conductance import ConductanceNeuron
from spikesim.neurons.lif import LIF

__all__ = ["LIF", "AdaptiveLIF", "ConductanceNeuron", "Neuron"]
