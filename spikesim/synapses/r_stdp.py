"""STDP with an eligibility trace, which a reward turns into a change of the weight at once.

    on a presynaptic spike:   c -= A_minus * y
    on a postsynaptic spike:  c += A_plus * x
    between spikes:           dc/dt = -c / tau_c
    on a reward R:            w += eta * (R - R_mean) * c,  R_mean += alpha_R * (R - R_mean)

with w limited to w_min ... w_max. c is the eligibility of the synapse, and R - R_mean is the
success signal: how far a reward is above the mean of earlier ones, of about 1 / alpha_R. R_mean
starts at R_0, and stays there if alpha_R is 0. A reward is a release of the modulator ``reward`` by
spikes (`Network.release`), and R is the released amount. A release of 0 is none: let failures
release less than successes, not nothing. Each synapse keeps R_mean. Rewards that do not depend on
the neuron change the weight, too, by eta * (R - R_mean) * c with the mean of c; with `RMax` they do
not. Sources: Fremaux, Sprekeler & Gerstner 2010, J. Neurosci. 30:13326; Izhikevich 2007, Cereb.
Cortex 17:2443. All values are chosen by us.
"""

from spikesim.synapses.rule import PlasticityRule
from spikesim.units import ms, one, param


class RSTDP(PlasticityRule):
    """Reward-modulated STDP; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_plus = param(20.0, ms, "positive", "time constant of potentiation")
    tau_minus = param(20.0, ms, "positive", "time constant of depression")
    tau_c = param(500.0, ms, "positive", "time constant of the eligibility")
    A_plus = param(1.0, one, "non-negative", "eligibility by potentiation")
    A_minus = param(1.0, one, "non-negative", "eligibility lost by depression")
    eta = param(0.01, one, "non-negative", "learning rate")
    R_0 = param(0.0, one, doc="mean reward at the start")
    alpha_R = param(0.2, one, "non-negative", "how far R_mean moves towards a reward")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    modulators = ("reward",)
    equations = """
        dx/dt = -x / tau_plus  : 1
        dy/dt = -y / tau_minus : 1
        dc/dt = -c / tau_c     : 1
        R_mean : 1
    """
    on_pre = "c -= A_minus * y; x += 1"
    on_post = "c += A_plus * x; y += 1"
    on_event = {
        "reward": """
            w = clip(w + eta * (amount - R_mean) * c, w_min, w_max)
            R_mean += alpha_R * (amount - R_mean)
        """
    }

    @property
    def initial(self) -> dict[str, float]:  # type: ignore[override]
        """The mean reward at the start."""
        return {"R_mean": self.R_0}
