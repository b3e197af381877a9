"""The rule of Diehl & Cook's program: STDP with a second postsynaptic trace.

    on a presynaptic spike:   w -= eta_pre * y_1
    on a postsynaptic spike:  w += eta_post * x * y_2

limited to w_min ... w_max. A spike sets its traces to 1 after they were read, so that a first
postsynaptic spike does not strengthen, as in triplet STDP. Source: Diehl & Cook 2015, Front.
Comput. Neurosci. 9:99, in whose program w_max is 1 and the inputs of a neuron sum to 78.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class DiehlCookSTDP(PlasticityRule):
    """Diehl & Cook's triplet-like rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_x = param(20.0, ms, "positive", "time constant of the presynaptic trace x")
    tau_y_1 = param(20.0, ms, "positive", "time constant of y_1, for depression")
    tau_y_2 = param(40.0, ms, "positive", "time constant of y_2, for potentiation")
    eta_pre = param(1e-4, one, "non-negative", "learning rate at presynaptic spikes")
    eta_post = param(0.01, one, "non-negative", "learning rate at postsynaptic spikes")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = """
        dx/dt = -x / tau_x       : 1
        dy_1/dt = -y_1 / tau_y_1 : 1
        dy_2/dt = -y_2 / tau_y_2 : 1
    """
    on_pre = "w = max(w_min, w - eta_pre * y_1); x = 1"
    on_post = "w = min(w_max, w + eta_post * x * y_2); y_1 = 1; y_2 = 1"
