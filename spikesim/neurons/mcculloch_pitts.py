"""McCulloch-Pitts threshold unit.

    V_m = sum of the weights that arrive in this step + R (I_syn + I_e)

It spikes in every step in which V_m >= V_th, and has no memory: one time step is one step of the
original model. Source: McCulloch & Pitts 1943, Bull. Math. Biophys. 5:115. Unlike there, inhibition
is not absolute: negative weights are summed with the others, as in Rosenblatt's perceptron.
"""

from collections.abc import Mapping
from typing import Any

from spikesim.neurons.base import Neuron
from spikesim.receptors import Delta, Receptor
from spikesim.units import Unit, mV, pA, param


class McCullochPitts(Neuron):
    """Threshold unit; one `Delta` receptor called ``input`` unless others are given."""

    V_th = param(1.0, mV, doc="threshold of the summed weights")
    R = param(1.0, Unit("mV/pA"), doc="by what currents count")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        total = I_syn + I_in + I_e : pA
        V_m : mV
    """
    threshold = "V_m >= V_th"

    @staticmethod
    def step(R, total):
        """Potential due to the currents.

        Parameters
        ----------
        R : float
            Factor from current to potential (mV/pA).
        total : float
            Sum of the currents (pA).

        Returns
        -------
        V_m : float
            Potential at the end of the step (mV), before the weights of arriving spikes are added.
        """
        V_m = R * total  # arriving spikes are added at the step's end
        return V_m  # noqa: RET504

    def __init__(self, *, receptors: Mapping[str, Receptor] | None = None, **values: Any) -> None:
        given = {"input": Delta()} if receptors is None else receptors
        super().__init__(receptors=given, **values)
