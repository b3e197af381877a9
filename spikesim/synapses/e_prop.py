"""e-prop: eligibility by the spikes that came in, times a learning signal that the neuron provides.

    de_bar/dt = psi(V) * z_bar - e_bar / tau_out,  dw/dt = -eta * L * e_bar
    psi(V) = gamma / (V_th - E_L) * max(0, 1 - |V - V_th| / (V_th - E_L))

with w limited to w_min ... w_max. z_bar are the presynaptic spikes, low-passed with tau_m: the
potential by a spike of weight 1 mV that arrives through `Delta`. psi is the pseudo-derivative: how
the rate of spikes depends on the potential V, the ``V_m`` of the neuron. e_bar is the eligibility,
low-passed with the time constant of the readout. L is the learning signal, a variable ``L`` of the
postsynaptic neuron without a unit, which the user provides: dE/d(readout), times a weight of the
feedback. It may

- have an equation: `L` of the example is the difference between the neuron's own spikes and those
  that a teacher sends to `Jump("L", one)`, both low-passed with tau_out;
- be linked, ``L : 1 (linked)`` and `Network.link`, to a variable of a readout neuron;
- be changed by spikes that report errors, through `Jump("L", one)`, with signed weights.

For neurons that are not connected with each other the rule is gradient descent on
E = integral L^2 / 2, with psi for the derivative of a spike; the effect of resets is left out. In
the authors' time steps of 1 ms, gamma is 0.3 and eta is the learning rate. Source: Bellec et al.
2020, Nat. Commun. 11:3625. eta and the bounds are chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Unit, ms, mV, one, param


class EProp(PlasticityRule):
    """e-prop of LIF neurons; ``w_min`` and ``w_max`` are in the weight's own unit.

    Examples
    --------
    >>> import numpy as np
    >>> import spikesim as sim
    >>> from spikesim.units import one
    >>> class Taught(sim.LIF):
    ...     tau_out = param(20.0, ms, "positive", "time constant of the learning signal")
    ...     equations = sim.LIF.equations + "; dL/dt = -L / tau_out : 1"
    ...     reset = {"V_m": "V_reset", "L": "L + 1"}
    """

    tau_m = param(10.0, ms, "positive", "membrane time constant of the neuron")
    V_th = param(-55.0, mV, doc="threshold of the neuron")
    E_L = param(-70.0, mV, doc="resting potential of the neuron")
    gamma = param(0.3, Unit("1/ms"), "non-negative", "largest psi, times V_th - E_L")
    tau_out = param(20.0, ms, "positive", "time constant of the readout")
    eta = param(1e-4, Unit("mV/ms"), "non-negative", "learning rate")
    w_min = param(-10.0, one, doc="lower bound of the weight")
    w_max = param(10.0, one, "positive", "upper bound of the weight")

    equations = """
        dz_bar/dt = -z_bar / tau_m : 1
        scale = V_th - E_L : mV
        psi = gamma / scale * max(0, 1 - abs(V_m_post - V_th) / scale) : 1/mV/ms
        de_bar/dt = psi * z_bar - e_bar / tau_out : 1/mV
        dw/dt = -eta * L_post * e_bar : 1
    """
    on_pre = "z_bar += 1"

    def check(self) -> None:
        super().check()
        if self.V_th <= self.E_L:
            raise ValidationError(f"must be below V_th = {self.V_th}, got {self.E_L}", "E_L", self)
