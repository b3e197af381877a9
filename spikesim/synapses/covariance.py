"""The covariance rule: what counts is how far both neurons are above their mean activity.

    on a presynaptic spike:   w += eta * (y - tau_minus * y_mean)
    on a postsynaptic spike:  w += eta * (x - tau_plus * x_mean)

limited to w_min ... w_max. x and y are traces of the spikes of the two neurons, and x_mean and
y_mean their rates over the longer tau_mean, so that the differences are 0 on average. Unlike
`Hebbian` with fixed x_0 and y_0 it follows the rates. Source: Sejnowski 1977, J. Math. Biol. 4:303.
The form at spikes, the averages and all values are chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class Covariance(PlasticityRule):
    """Covariance rule at spikes; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    tau_mean = param(2000.0, ms, "positive", "time over which rates are averaged")
    eta = param(0.001, one, "non-negative", "learning rate")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = """
        dx/dt = -x / tau_plus           : 1
        dy/dt = -y / tau_minus          : 1
        dx_mean/dt = -x_mean / tau_mean : Hz
        dy_mean/dt = -y_mean / tau_mean : Hz
    """
    on_pre = """
        w = clip(w + eta * (y - tau_minus * y_mean), w_min, w_max)
        x += 1
        x_mean += 1 / tau_mean
    """
    on_post = """
        w = clip(w + eta * (x - tau_plus * x_mean), w_min, w_max)
        y += 1
        y_mean += 1 / tau_mean
    """

    def check(self) -> None:
        super().check()
        for name in ("tau_plus", "tau_minus"):
            if getattr(self, name) >= self.tau_mean:
                raise ValidationError(
                    f"must be shorter than tau_mean = {self.tau_mean}, got {getattr(self, name)}",
                    name, self,
                )  # fmt: skip
