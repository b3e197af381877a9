"""Triplet STDP whose depression follows the mean rate of the postsynaptic neuron.

    on a presynaptic spike:   w -= w_ref * A2_minus * o_1
    on a postsynaptic spike:  w += w_ref * A3_plus * r_1 * o_2
    A2_minus = A3_plus * tau_plus * tau_y * nu^2 / (tau_minus * kappa)

limited to w_min ... w_max. r_1 is a trace of presynaptic spikes, o_1 and o_2 are traces of
postsynaptic spikes, and nu is their mean rate over tau_nu, which is 0 at the start. Under
independent spikes the weight grows if the rate is above a threshold that slides with nu^2 / kappa,
as in BCM, so that the neuron is held at the rate kappa if tau_nu is short enough. Sources: Pfister
& Gerstner 2006, J. Neurosci. 26:9673; Zenke, Hennequin & Gerstner 2013, PLoS Comput. Biol.
9:e1003330. kappa, tau_nu and the bounds are chosen by us.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, ms, one, param


class SlidingTripletSTDP(PlasticityRule):
    """Minimal triplet STDP with homeostasis; ``w_min`` and ``w_max`` are in the weight's unit."""

    tau_plus = param(16.8, ms, "positive", "time constant of r_1")
    tau_minus = param(33.7, ms, "positive", "time constant of o_1")
    tau_y = param(114.0, ms, "positive", "time constant of o_2")
    tau_nu = param(5000.0, ms, "positive", "time over which the rate is averaged")
    A3_plus = param(6.5e-3, one, "non-negative", "potentiation by triplets")
    kappa = param(5.0, Hz, "positive", "rate of the postsynaptic neuron to be held")
    w_ref = param(1.0, one, "positive", "weight to which the amplitudes are relative")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(2.0, one, "positive", "upper bound of the weight")

    equations = """
        dr_1/dt = -r_1 / tau_plus  : 1
        do_1/dt = -o_1 / tau_minus : 1
        do_2/dt = -o_2 / tau_y     : 1
        dnu/dt = -nu / tau_nu      : Hz
        A2_minus = A3_plus * tau_plus * tau_y * nu**2 / (tau_minus * kappa) : 1
    """
    on_pre = "w = max(w_min, w - w_ref * A2_minus * o_1); r_1 += 1"
    on_post = """
        w = min(w_max, w + w_ref * A3_plus * r_1 * o_2)
        o_1 += 1
        o_2 += 1
        nu += 1 / tau_nu
    """
