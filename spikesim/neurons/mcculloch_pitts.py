"""McCulloch and Pitts's threshold unit.

    V_m = sum of the weights that arrive in this step + R (I_syn + I_e)

It fires in every step in which V_m >= V_th, and remembers nothing: one step is one tick of the
clock. Source: McCulloch & Pitts 1943, Bull. Math. Biophys. 5:115. Without inhibition that vetoes: a
negative weight counts like any other, as in Rosenblatt's perceptron.
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
        """The potential that the currents make.

        Parameters
        ----------
        R : float
            By what currents count (mV/pA).
        total : float
            Sum of the currents (pA).

        Returns
        -------
        V_m : float
            At the end of the step (mV), where the weights of spikes that arrive are added.
        """
        V_m = R * total  # what arrives is added at the step's end
        return V_m  # noqa: RET504

    def __init__(self, *, receptors: Mapping[str, Receptor] | None = None, **values: Any) -> None:
        given = {"input": Delta()} if receptors is None else receptors
        super().__init__(receptors=given, **values)
