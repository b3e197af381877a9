"""Triplet STDP with heterosynaptic and transmitter-induced changes, and consolidation.

    on a presynaptic spike:   w += delta - B * o_1
    on a postsynaptic spike:  w += A * r_1 * o_slow - beta * (w - w_tilde) * o_1^3
    between spikes:           dw_tilde/dt = (w - w_tilde - P * w_tilde * (w_P / 2 - w_tilde)
                                             * (w_P - w_tilde)) / tau_c

with w limited to w_min ... w_max. r_1 (tau_plus) is a trace of presynaptic spikes; o_1 (tau_minus)
and o_slow (tau_slow) are traces of postsynaptic ones. Bursts pull the weight to its slow reference
w_tilde, and presynaptic spikes alone strengthen it, so that learning is stable in recurrent
networks; w_tilde follows the weight within half an hour and has stable states near 0 and w_P. B is
constant here, while the paper lets it follow a homeostatic average. Source: Zenke, Agnes & Gerstner
2015, Nature Communications 6:6922.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class OrchestratedSTDP(PlasticityRule):
    """Zenke's orchestrated plasticity; weights and their bounds are in the weight's own unit.

    `w_tilde` is a variable of the synapses, 0 at the start; set it if weights are consolidated.
    """

    tau_plus = param(20.0, ms, "positive", "time constant of r_1")
    tau_minus = param(20.0, ms, "positive", "time constant of o_1")
    tau_slow = param(100.0, ms, "positive", "time constant of o_slow")
    A = param(1e-3, one, "non-negative", "potentiation by triplets")
    B = param(1e-3, one, "non-negative", "depression by pairs")
    beta = param(0.05, one, "non-negative", "heterosynaptic plasticity")
    delta = param(2e-5, one, "non-negative", "potentiation by transmitter alone")
    tau_c = param(1.2e6, ms, "positive", "time constant of consolidation")
    P = param(20.0, one, "non-negative", "strength of the two stable states, per squared weight")
    w_P = param(0.5, one, "positive", "upper stable state of w_tilde")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(5.0, one, "positive", "upper bound of the weight")

    equations = """
        dr_1/dt = -r_1 / tau_plus       : 1
        do_1/dt = -o_1 / tau_minus      : 1
        do_slow/dt = -o_slow / tau_slow : 1
        double_well = P * w_tilde * (w_P / 2 - w_tilde) * (w_P - w_tilde) : 1
        dw_tilde/dt = (w - w_tilde - double_well) / tau_c : 1
    """
    on_pre = "w = clip(w + delta - B * o_1, w_min, w_max); r_1 += 1"
    on_post = """
        w = clip(w + A * r_1 * o_slow - beta * (w - w_tilde) * o_1**3, w_min, w_max)
        o_1 += 1
        o_slow += 1
    """
