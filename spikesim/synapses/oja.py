"""Oja's rule with spike traces: Hebbian growth with weight-dependent normalisation.

    on a postsynaptic spike:  w += eta * (x - w * y)

where y is the postsynaptic trace just before the spike. Weights converge to x = w y without a hard
bound. Too large steps (eta * y above 1) would make them negative; weights that must be
non-negative are then clipped at 0. Source: Oja 1982, J. Math. Biol. 15:267, with rates replaced by
traces.
"""

from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class Oja(PlasticityRule):
    """Oja's rule with traces for rates."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    eta = param(0.001, one, "non-negative", "learning rate")

    equations = TRACES
    on_pre = "x += 1"
    on_post = "w += eta * (x - w * y); y += 1"
