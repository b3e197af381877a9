"""Delta receptor: a spike makes the membrane jump.

    V_m += w

Weights are in mV. What arrives while the neuron is refractory is lost.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import mV


class Delta(Receptor):
    """Instantaneous jump of the membrane by the weight (mV)."""

    on_spike = {"V_m": "1"}
    weight_unit = mV
