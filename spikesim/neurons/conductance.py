"""A membrane with ion channels.

    C_m dV_m/dt = I_ion + I_syn + I_e

I_ion is the sum of the channels' currents. A spike when V_m rises through V_th; nothing is reset.
Source: Hodgkin & Huxley 1952, J. Physiol. 117:500; the channels name their own.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import mV, pA, param, pF


class ConductanceNeuron(Neuron):
    """One membrane with any channels and receptors.

    Examples
    --------
    >>> channels = {"leak": Leak(g=30.0, E=-54.4), "Na": Na(g=12000.0), "K": K(g=3600.0)}
    >>> model = ConductanceNeuron(C_m=100.0, channels=channels)
    """

    C_m = param(100.0, pF, "positive", "membrane capacitance")
    I_e = param(0.0, pA, doc="constant current")
    V_th = param(0.0, mV, doc="potential whose crossing upwards is a spike")
    V_init = param(-65.0, mV, doc="potential at the start; gates start in their steady state")

    equations = "dV_m/dt = (I_ion + I_syn + I_in + I_e) / C_m : mV"
    threshold = "V_m >= V_th"
    rearm = "V_m < V_th"
    method = "strang"
    initial = {"V_m": "V_init"}
