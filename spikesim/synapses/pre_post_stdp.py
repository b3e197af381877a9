"""STDP that changes the release of transmitter and the response to it separately.

    on a presynaptic spike:   U += eta * (d_plus * y_2 * x - d_minus * y_1 * y_2)
    on a postsynaptic spike:  A += eta * c_plus * x * y_1
    after both:               w = A * U

with U limited to U_min ... U_max, and A to A_min ... A_max. U is the probability of release, and A
the size of the response to a release. x is a trace of presynaptic spikes, y_1 and y_2 are traces of
postsynaptic ones. The variables of the synapses are U and A, and the weight becomes A * U at the
first spike. So give the projection a weight of 0.5, which belongs to the values of U and A at the
start, or set U and A, too. The mean over all synapses that the paper's program subtracts from
changes of A is left out, and so is short-term plasticity with this U: for that, docs/plasticity.md
has a variant whose weight is A. Source: Costa, Froemke, Sjostrom & van Rossum 2015, eLife 4:e09457.
The values at the start are chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class PrePostSTDP(PlasticityRule):
    """Pre- and postsynaptic STDP of Costa; ``A`` is in the weight's own unit."""

    tau_x = param(66.6, ms, "positive", "time constant of x")
    tau_y_1 = param(32.7, ms, "positive", "time constant of y_1")
    tau_y_2 = param(230.2, ms, "positive", "time constant of y_2")
    eta = param(0.15, one, "non-negative", "learning rate")
    d_plus = param(0.1548, one, "non-negative", "presynaptic potentiation")
    d_minus = param(0.1771, one, "non-negative", "presynaptic depression")
    c_plus = param(0.0618, one, "non-negative", "postsynaptic potentiation")
    U_min = param(0.0, one, "non-negative", "lower bound of U")
    U_max = param(1.0, one, "positive", "upper bound of U")
    A_min = param(0.0, one, "non-negative", "lower bound of A")
    A_max = param(2.0, one, "positive", "upper bound of A")

    _transmits_release = "its weight is A * U; write a rule in which w takes the place of A"

    equations = """
        dx/dt = -x / tau_x       : 1
        dy_1/dt = -y_1 / tau_y_1 : 1
        dy_2/dt = -y_2 / tau_y_2 : 1
        U : 1
        A : 1
    """
    initial = {"U": 0.5, "A": 1.0}
    on_pre = """
        U = clip(U + eta * (d_plus * y_2 * x - d_minus * y_1 * y_2), U_min, U_max)
        w = A * U
        x += 1
    """
    on_post = """
        A = clip(A + eta * c_plus * x * y_1, A_min, A_max)
        w = A * U
        y_1 += 1
        y_2 += 1
    """

    def check(self) -> None:
        for low, high in (("U_min", "U_max"), ("A_min", "A_max")):
            if getattr(self, low) >= getattr(self, high):
                raise ValidationError(
                    f"must be above {low} = {getattr(self, low)}, got {getattr(self, high)}", high,
                    self,
                )  # fmt: skip
        if self.U_max > 1:
            raise ValidationError(f"is a probability, got {self.U_max}", "U_max", self)
