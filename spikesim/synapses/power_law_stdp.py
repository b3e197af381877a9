"""STDP with power-law potentiation and multiplicative depression.

    on a presynaptic spike:   w -= lambda_ * alpha * w * y
    on a postsynaptic spike:  w += lambda_ * w_0 * (w / w_0)^mu * x

and never below 0. There is no upper bound, since with mu below 1 strong synapses are weakened more
than they are strengthened; a weight of 0 stays. Under independent spikes weights are near
w_0 * (tau_plus / (alpha * tau_minus))^(1 / (1 - mu)). Source: Morrison, Aertsen & Diesmann 2007,
Neural Comput. 19:1437, who measured mu in the data of Bi & Poo 1998.
"""

from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class PowerLawSTDP(PlasticityRule):
    """Morrison's power-law STDP; ``w_0`` is in the weight's own unit."""

    tau_plus = param(15.0, ms, "positive", "time constant of potentiation")
    tau_minus = param(30.0, ms, "positive", "time constant of depression")
    lambda_ = param(0.1, one, "non-negative", "learning rate")
    alpha = param(0.0513, one, "non-negative", "depression relative to potentiation")
    mu = param(0.4, one, "non-negative", "exponent of potentiation")
    w_0 = param(1.0, one, "positive", "reference weight")

    equations = TRACES
    on_pre = "w = max(0, w - lambda_ * alpha * y * w); x += 1"

    @property
    def on_post(self) -> str:  # type: ignore[override]
        """Potentiation at a postsynaptic spike."""
        return f"w += lambda_ * w_0 * x * {self.power('w / w_0', 'mu', self.mu)}; y += 1"
