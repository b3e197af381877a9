"""The BCM rule: a threshold between depression and potentiation slides with the activity.

    dw/dt = eta * nu_x * nu_y * (nu_y - theta)
    dtheta/dt = (nu_y^2 / nu_0 - theta) / tau_theta

with w limited to w_min ... w_max. nu_x = x / tau_x and nu_y = y / tau_y are the rates of the two
neurons, by traces of their spikes. theta belongs to the postsynaptic neuron and is 0 at the start;
at the rate nu_0 it is nu_0, so that the neuron is held there. tau_theta must be short against
learning. Sources: Bienenstock, Cooper & Munro 1982, J. Neurosci. 2:32; for theta as the mean of the
square Intrator & Cooper 1992, Neural Netw. 5:3. All values are chosen by us.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, Unit, ms, one, param


class BCM(PlasticityRule):
    """BCM on traces; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_x = param(50.0, ms, "positive", "time over which the presynaptic rate is estimated")
    tau_y = param(50.0, ms, "positive", "time over which the postsynaptic rate is estimated")
    tau_theta = param(5000.0, ms, "positive", "time constant of the threshold")
    nu_0 = param(10.0, Hz, "positive", "rate of the postsynaptic neuron to be held")
    eta = param(1e-5, Unit("1/Hz**2"), "non-negative", "learning rate")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = """
        dx/dt = -x / tau_x : 1
        dy/dt = -y / tau_y : 1
        nu_x = x / tau_x : Hz
        nu_y = y / tau_y : Hz
        dtheta/dt = (nu_y**2 / nu_0 - theta) / tau_theta : Hz
        dw/dt = eta * nu_x * nu_y * (nu_y - theta) : 1
    """
    on_pre = "x += 1"
    on_post = "y += 1"
