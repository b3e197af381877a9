"""Oja's rule on traces: Hebbian growth held in check by the weight itself.

    on a postsynaptic spike:  w += eta * (x - w * y)

where y is the postsynaptic trace just before the spike. Weights settle without a bound where
x = w y. Steps that are too large for that (eta * y above 1) would make them negative; weights that
are magnitudes stay at 0 then. Source: Oja 1982, J. Math. Biol. 15:267, with rates replaced by
traces.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class Oja(PlasticityRule):
    """Oja's rule with traces for rates."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    eta = param(0.001, one, "non-negative", "learning rate")

    on_post = "w + eta * (x - w * y)"
