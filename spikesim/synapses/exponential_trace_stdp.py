"""STDP on postsynaptic spikes with steps that depend exponentially on the weight.

    on a postsynaptic spike:  v += eta * (x * exp(-beta * v) - x_target * exp(-beta * (1 - v)))

where v = w / w_max, limited to w_min ... w_max: the larger the weight, the less it grows and the
more it shrinks. One of the four rules of Diehl & Cook 2015, Front. Comput. Neurosci. 9:99, like
`TraceSTDP`. In the paper w_max is 1. beta is chosen by us.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class ExponentialTraceSTDP(PlasticityRule):
    """Diehl & Cook's exponential rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    eta = param(0.01, one, "non-negative", "learning rate, as a fraction of w_max")
    x_target = param(0.4, one, "non-negative", "trace below which inputs of half of w_max shrink")
    beta = param(1.0, one, "non-negative", "weight dependence")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = """
        dx/dt = -x / tau_plus : 1
        grown = exp(-beta * w / w_max) : 1
        shrunk = exp(-beta * (1 - w / w_max)) : 1
    """
    on_pre = "x += 1"
    on_post = "w = clip(w + eta * w_max * (x * grown - x_target * shrunk), w_min, w_max)"
