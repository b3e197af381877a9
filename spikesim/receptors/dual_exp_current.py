"""Current with an exponential rise and an exponential decay.

    dI/dt = y - I / tau_decay,   dy/dt = -y / tau_rise

A spike evokes a difference of two exponentials, which peaks after tau_rise / exprel(-u), with
u = log(tau_decay / tau_rise) and exprel(x) = (exp(x) - 1) / x. A spike adds
``w * exp(1 / exprel(-u)) / tau_decay`` to y, so that the peak is w. The factor is smooth where
tau_rise equals tau_decay: it becomes e / tau, and the current an alpha function. Weights are peak
currents in pA. Source: Roth & van Rossum 2009, Modeling synapses, in: Computational Modeling
Methods for Neuroscientists, MIT Press.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, pA, param


class DualExpCurrent(Receptor):
    """Current that rises with ``tau_rise`` and decays with ``tau_decay``; its peak is the weight.

    Both are in ms (default 0.5 and 5), the weight is in pA.
    """

    tau_rise = param(0.5, ms, "positive", "time constant of the rise, at most tau_decay")
    tau_decay = param(5.0, ms, "positive", "time constant of the decay")

    equations = """
        dI/dt = y - I / tau_decay : pA
        dy/dt = -y / tau_rise : pA/ms
    """
    on_spike = {"y": "exp(1 / exprel(-log(tau_decay / tau_rise))) / tau_decay"}
    current = "I"
    weight_unit = pA

    def check(self) -> None:
        self.check_order("tau_rise", "tau_decay")
