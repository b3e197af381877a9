"""Conductance-based neuron with one compartment and any ion channels.

    C_m dV_m/dt = I_ion + I_syn + I_e

I_ion is the sum of the channel currents. A spike occurs when V_m rises through V_th; there is no
reset. Source: Hodgkin & Huxley 1952, J. Physiol. 117:500; for the channels see there.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import mV, pA, param, pF


class ConductanceNeuron(Neuron):
    """Conductance-based neuron with any channels and receptors.

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
