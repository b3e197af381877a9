"""STDP on postsynaptic spikes, driven by the presynaptic trace.

    on a postsynaptic spike:  w += eta * (x - x_target) * (w_max - w)^mu

limited to w_min ... w_max: recently active inputs grow, inactive ones shrink. Source: Diehl
& Cook 2015, Front. Comput. Neurosci. 9:99, equation 3; Querlioz et al. 2013.
"""

from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class TraceSTDP(PlasticityRule):
    """Diehl & Cook's rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace (unused)")
    eta = param(0.01, one, "non-negative", "learning rate")
    x_target = param(0.4, one, "non-negative", "trace below which inputs shrink")
    mu = param(0.0, one, "non-negative", "weight dependence")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = TRACES
    on_pre = "x += 1"

    @property
    def on_post(self) -> str:  # type: ignore[override]
        """The change at a postsynaptic spike."""
        factor = self.power("w_max - w", "mu", self.mu)
        return f"w = clip(w + eta * (x - x_target) * {factor}, w_min, w_max); y += 1"
