"""FitzHugh-Nagumo neuron, with dimensionless variables.

    tau dv/dt = v - v^3 / 3 - w + I,   tau dw/dt = epsilon (v + a - b w)

where I = (I_syn + I_e) / I_one is dimensionless. A spike is an upward crossing of v_th.
Source: FitzHugh 1961, Biophys. J. 1:445; Nagumo et al. 1962, Proc. IRE 50:2061. a and b are
FitzHugh's, whose potential and current have the opposite sign; his epsilon is 1 / c^2 = 0.11, with
c = 3, and the usual value today is 0.08. Fourth-order Runge-Kutta.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, one, pA, param


class FitzHughNagumo(Neuron):
    """FitzHugh-Nagumo neuron with any current-based receptors."""

    tau = param(1.0, ms, "positive", "unit of time")
    a = param(0.7, one, doc="where the recovery's line meets w = 0")
    b = param(0.8, one, doc="steepness of the recovery's line")
    epsilon = param(0.08, one, "positive", "by what the recovery is slower")
    v_th = param(1.0, one, doc="value whose upward crossing is a spike")
    I_one = param(1.0, pA, "positive", "current that counts as 1")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        dv/dt = (v - v**3 / 3 - w + (I_syn + I_in + I_e) / I_one) / tau : 1
        dw/dt = epsilon * (v + a - b * w) / tau : 1
    """
    threshold = "v >= v_th"
    rearm = "v < v_th"
    initial = {"v": "-1.19941", "w": "-0.62426"}  # resting state without current, for a, b as above
    method = "rk4"
