"""Rate-based Hebbian plasticity, with rates estimated by spike traces.

    on a postsynaptic spike:  w += eta * (x - x_0)
    on a presynaptic spike:   w += eta * (y - y_0) - eta * decay * w

limited to w_min ... w_max. The traces estimate rates: on average x is rate * tau_plus. With
x_0 = y_0 = 0 only joint activity strengthens a synapse, and ``decay`` weakens it (Hebb 1949;
Gerstner & Kistler 2002, Biol. Cybern. 87:404); with x_0, y_0 the mean traces it is the covariance
rule of Sejnowski 1977.
"""

from spikesim.synapses.rule import TRACES, PlasticityRule
from spikesim.units import ms, one, param


class Hebbian(PlasticityRule):
    """Trace-based Hebbian rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of the presynaptic trace")
    tau_minus = param(20.0, ms, "positive", "time constant of the postsynaptic trace")
    eta = param(0.001, one, "non-negative", "learning rate")
    x_0 = param(0.0, one, "non-negative", "presynaptic trace that changes nothing")
    y_0 = param(0.0, one, "non-negative", "postsynaptic trace that changes nothing")
    decay = param(0.0, one, "non-negative", "forgetting at each presynaptic spike")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = TRACES
    on_pre = "w = clip(w + eta * (y - y_0) - eta * decay * w, w_min, w_max); x += 1"
    on_post = "w = clip(w + eta * (x - x_0), w_min, w_max); y += 1"
