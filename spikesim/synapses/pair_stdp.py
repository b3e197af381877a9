"""Pair-based spike-timing-dependent plasticity.

    on a presynaptic spike:   w -= lambda_ * alpha * w_max * (w / w_max)^mu_minus * y
    on a postsynaptic spike:  w += lambda_ * w_max * (1 - w / w_max)^mu_plus * x

limited to w_min ... w_max. ``mu = 0`` is the additive rule of Song, Miller & Abbott 2000 (Nat.
Neurosci. 3:919), ``mu = 1`` the multiplicative one of van Rossum, Bi & Turrigiano 2000. Values
between them, and the notation, are from Guetig et al. 2003 (J. Neurosci. 23:3697).
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class PairSTDP(PlasticityRule):
    """Pair STDP with weight-dependent steps, from additive (mu = 0) to multiplicative (mu = 1).

    ``w_min`` and ``w_max`` are in the weight's own unit.
    """

    tau_plus = param(20.0, ms, "positive", "time constant of potentiation")
    tau_minus = param(20.0, ms, "positive", "time constant of depression")
    lambda_ = param(0.01, one, "non-negative", "learning rate, as a fraction of w_max")
    alpha = param(1.0, one, "non-negative", "depression relative to potentiation")
    mu_plus = param(0.0, one, "non-negative", "weight dependence of potentiation")
    mu_minus = param(0.0, one, "non-negative", "weight dependence of depression")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = TRACES

    @property
    def on_pre(self) -> str:  # type: ignore[override]
        """Depression at a presynaptic spike."""
        # The factor that depends on the weight comes last, so that the others do not wait for it.
        scale = {0.0: "w_max", 1.0: "w"}.get(self.mu_minus, "w_max * (w / w_max) ** mu_minus")
        return f"w = max(w_min, w - lambda_ * alpha * y * {scale}); x += 1"

    @property
    def on_post(self) -> str:  # type: ignore[override]
        """Potentiation at a postsynaptic spike."""
        rest = "w_max * (1 - w / w_max) ** mu_plus"
        scale = {0.0: "w_max", 1.0: "(w_max - w)"}.get(self.mu_plus, rest)
        return f"w = min(w_max, w + lambda_ * x * {scale}); y += 1"

    def check(self) -> None:
        super().check()
        if self.w_min < 0:
            raise ValidationError(f"must be zero or positive, got {self.w_min}", "w_min", self)
