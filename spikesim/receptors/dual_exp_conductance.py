"""Conductance with an exponential rise and an exponential decay.

    dg/dt = y - g / tau_decay,   dy/dt = -y / tau_rise,   I = g (E_rev - V_m)

A spike adds ``w * exp(1 / exprel(-u)) / tau_decay`` to y, u = log(tau_decay / tau_rise), so that g
peaks at w, tau_rise / exprel(-u) after it; see `DualExpCurrent`. Swapped time constants would
give the same curve, so tau_rise must be the shorter one. Weights are peak conductances in
nS. Source: Roth & van Rossum 2009, Modeling synapses, in: Computational Modeling Methods for
Neuroscientists, MIT Press.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import ms, mV, nS, param


class DualExpConductance(Receptor):
    """Conductance that rises with ``tau_rise`` and decays with ``tau_decay``; peak weight (nS).

    Time constants are in ms (default 0.5 and 5); ``E_rev`` is the reversal potential (mV, 0).
    """

    tau_rise = param(0.5, ms, "positive", "time constant of the rise, at most tau_decay")
    tau_decay = param(5.0, ms, "positive", "time constant of the decay")
    E_rev = param(0.0, mV, doc="reversal potential")

    equations = """
        dg/dt = y - g / tau_decay : nS
        dy/dt = -y / tau_rise : nS/ms
    """
    on_spike = {"y": "exp(1 / exprel(-log(tau_decay / tau_rise))) / tau_decay"}
    current = "g * (E_rev - V_m)"
    weight_unit = nS
    signed = False

    def check(self) -> None:
        self.check_order("tau_rise", "tau_decay")
