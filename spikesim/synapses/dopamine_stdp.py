"""STDP that dopamine turns into changes of the weight, later.

    on a presynaptic spike:   c -= A_minus * y
    on a postsynaptic spike:  c += A_plus * x
    between spikes:           dc/dt = -c / tau_c
                              dw/dt = eta * c * dopamine

with w limited to w_min ... w_max. c is the eligibility of the synapse: pairs of spikes leave it,
and dopamine that comes within seconds reads it, which solves the problem of distal reward. Source:
Izhikevich 2007, Cereb. Cortex 17:2443. The defaults are those of the paper's program, where the
modulator has tau = 200 ms and a baseline of 0.002, and a reward adds 0.5.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, ms, one, param


class DopamineSTDP(PlasticityRule):
    """STDP with an eligibility trace; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of potentiation")
    tau_minus = param(20.0, ms, "positive", "time constant of depression")
    tau_c = param(1000.0, ms, "positive", "time constant of the eligibility")
    A_plus = param(0.1, one, "non-negative", "eligibility by potentiation")
    A_minus = param(0.15, one, "non-negative", "eligibility lost by depression")
    eta = param(100.0, Hz, "non-negative", "speed of change, for c and dopamine of 1")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(4.0, one, "positive", "upper bound of the weight")

    modulators = ("dopamine",)
    equations = """
        dx/dt = -x / tau_plus  : 1
        dy/dt = -y / tau_minus : 1
        dc/dt = -c / tau_c     : 1
        dw/dt = eta * c * dopamine : 1
    """
    on_pre = "c -= A_minus * y; x += 1"
    on_post = "c += A_plus * x; y += 1"
