"""STDP of inhibitory synapses that holds the postsynaptic neuron at a rate.

    on a presynaptic spike:   w += eta * (y - alpha),  alpha = 2 * rho_0 * tau
    on a postsynaptic spike:  w += eta * x

limited to w_min ... w_max, where x and y are traces with the same time constant. Spikes that are
close strengthen the synapse in either order, and single presynaptic spikes weaken it. On average
the weight stays where it is if the postsynaptic neuron fires at the rate rho_0. Source: Vogels,
Sprekeler, Zenke, Clopath & Gerstner 2011, Science 334:1569. eta is in the unit of the weight; w_max
is chosen by us.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, ms, one, param


class InhibitorySTDP(PlasticityRule):
    """Vogels' inhibitory rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau = param(20.0, ms, "positive", "time constant of both traces")
    eta = param(0.01, one, "non-negative", "learning rate")
    rho_0 = param(3.0, Hz, "non-negative", "rate of the postsynaptic neuron to be held")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(10.0, one, "positive", "upper bound of the weight")

    equations = """
        dx/dt = -x / tau : 1
        dy/dt = -y / tau : 1
        alpha = 2 * rho_0 * tau : 1
    """
    on_pre = "w = clip(w + eta * (y - alpha), w_min, w_max); x += 1"
    on_post = "w = min(w_max, w + eta * x); y += 1"
