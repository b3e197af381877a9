"""Synaptic scaling: all weights onto a neuron grow or shrink by one factor, until it has its rate.

    at a postsynaptic spike:  a += 1 / tau
    between spikes:           da/dt = -a / tau
    every period:             e += period * (rho_0 - a)
                              w += period * (beta * (rho_0 - a) + gamma * e) * w

limited to w_min ... w_max. a is a slow estimate of the postsynaptic rate, and e the integral of its
distance from the rate rho_0. Source: van Rossum, Bi & Turrigiano 2000, J. Neurosci. 20:8812, eq. 3,
dw/dt = beta * w * (rho_0 - a) + gamma * w * e, with their beta, gamma and tau. We chose period,
rho_0 and the bounds. With ``lambda_`` above 0, pair STDP acts beside it, as in `PairSTDP`; the
depression of the paper is proportional to the weight, which is ``mu_minus = 1``.
"""

from collections.abc import Mapping

from spikesim.synapses.pair_stdp import PairSTDP
from spikesim.units import Hz, ms, one, param

SENSOR = """
    dn/dt = -n / tau : 1
    a = n / tau      : Hz
"""
INTEGRAL = "de/dt = 0/ms : 1\n"


class SynapticScaling(PairSTDP):
    """Scaling towards a rate, alone or beside STDP.

    ``w_min`` and ``w_max`` are in the weight's own unit. Changes are Euler steps of a period, which
    are accurate as long as the factor of a period is close to 1.
    """

    tau = param(100_000.0, ms, "positive", "time constant of the estimated rate")
    rho_0 = param(5.0, Hz, "non-negative", "rate of the postsynaptic neuron to be reached")
    beta = param(4e-5, one, "non-negative", "scaling, per second and Hz of distance")
    gamma = param(1e-7, Hz, "non-negative", "scaling by the integral of the distance")
    period = param(1000.0, ms, "positive", "time between changes")
    lambda_ = param(0.0, one, "non-negative", "learning rate of STDP, as a fraction of w_max")

    @property
    def equations(self) -> str:  # type: ignore[override]
        """The estimate of the rate, the integral if it is used, and the traces of STDP."""
        return SENSOR + INTEGRAL * (self.gamma > 0) + PairSTDP.equations * (self.lambda_ > 0)

    @property
    def on_pre(self) -> str:  # type: ignore[override]
        """Depression by STDP."""
        return super().on_pre * (self.lambda_ > 0)

    @property
    def on_post(self) -> str:  # type: ignore[override]
        """Potentiation by STDP; the spike counts."""
        return f"{super().on_post}; n += 1" if self.lambda_ > 0 else "n += 1"

    @property
    def on_interval(self) -> Mapping[str, str]:  # type: ignore[override]
        """Scaling."""
        integral = "e += period * (rho_0 - a); " if self.gamma > 0 else ""
        factor = "beta * (rho_0 - a)" + " + gamma * e" * (self.gamma > 0)
        return {"period": f"{integral}w = clip(w + period * ({factor}) * w, w_min, w_max)"}
