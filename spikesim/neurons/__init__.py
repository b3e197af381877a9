"""Neuron models, one per file."""

from spikesim.neurons.adaptive_lif import AdaptiveLIF
from spikesim.neurons.adex import AdEx
from spikesim.neurons.base import Neuron
from spikesim.neurons.cable import cable
from spikesim.neurons.conductance import ConductanceNeuron
from spikesim.neurons.eif import EIF
from spikesim.neurons.fitzhugh_nagumo import FitzHughNagumo
from spikesim.neurons.gif import GIF
from spikesim.neurons.hodgkin_huxley import HodgkinHuxley
from spikesim.neurons.izhikevich import Izhikevich, IzhikevichHalfSteps
from spikesim.neurons.lif import LIF
from spikesim.neurons.mat2 import MAT2
from spikesim.neurons.mcculloch_pitts import McCullochPitts
from spikesim.neurons.morris_lecar import MorrisLecar
from spikesim.neurons.multi_compartment import Compartment, MultiCompartment
from spikesim.neurons.pinsky_rinzel import PinskyRinzel
from spikesim.neurons.qif import QIF
from spikesim.neurons.traub_miles import TraubMiles
from spikesim.neurons.wang_buzsaki import WangBuzsaki

__all__ = [
    "EIF", "GIF", "LIF", "MAT2", "QIF", "AdEx", "AdaptiveLIF", "Compartment", "ConductanceNeuron",
    "FitzHughNagumo", "HodgkinHuxley", "Izhikevich", "IzhikevichHalfSteps", "McCullochPitts",
    "MorrisLecar", "MultiCompartment", "Neuron", "PinskyRinzel", "TraubMiles", "WangBuzsaki",
    "cable",
]  # fmt: skip
