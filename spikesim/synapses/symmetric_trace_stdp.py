"""STDP with weight-dependent steps at the spikes of both sides.

    on a presynaptic spike:   w -= eta_pre * y * w^mu
    on a postsynaptic spike:  w += eta_post * (x - x_target) * (w_max - w)^mu

limited to w_min ... w_max. One of the four rules of Diehl & Cook 2015, Front. Comput. Neurosci.
9:99, like `TraceSTDP`. mu and tau_minus are chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class SymmetricTraceSTDP(PlasticityRule):
    """Diehl & Cook's symmetric rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    eta_pre = param(1e-4, one, "non-negative", "learning rate at presynaptic spikes")
    eta_post = param(0.01, one, "non-negative", "learning rate at postsynaptic spikes")
    x_target = param(0.4, one, "non-negative", "trace below which inputs shrink")
    mu = param(0.2, one, "non-negative", "weight dependence")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = TRACES

    @property
    def on_pre(self) -> str:  # type: ignore[override]
        """The change at a presynaptic spike."""
        return f"w = max(w_min, w - eta_pre * y * {self.power('w', 'mu', self.mu)}); x += 1"

    @property
    def on_post(self) -> str:  # type: ignore[override]
        """The change at a postsynaptic spike."""
        factor = self.power("w_max - w", "mu", self.mu)
        return f"w = clip(w + eta_post * (x - x_target) * {factor}, w_min, w_max); y += 1"

    def check(self) -> None:
        super().check()
        if self.w_min < 0:
            raise ValidationError(f"must be zero or positive, got {self.w_min}", "w_min", self)
