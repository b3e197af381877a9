"""Delta receptor: a spike increments the membrane potential.

    V_m += w

Weights are in mV. Spikes that arrive during the refractory period have no effect.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import mV


class Delta(Receptor):
    """Instantaneous jump of the membrane potential by the weight (mV)."""

    on_spike = {"V_m": "1"}
    weight_unit = mV
