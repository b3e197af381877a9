"""R-max: a reward strengthens what made the neuron fire more often than was to be expected.

    dc/dt = -c / tau_c + (S - rho(V)) / Delta_V * PSP
    on a reward R:  w += eta * (R - R_mean) * c,  R_mean += alpha_R * (R - R_mean)
    rho(V) = lambda_0 * exp((V - V_T_star) / Delta_V)

with w limited to w_min ... w_max. S are the spikes of the postsynaptic neuron, and rho(V) is the
rate at which it fires by its escape noise, from its potential ``V_m``. PSP is the potential by a
spike of weight 1, (exp(-t / tau_m) - exp(-t / tau_s)) * tau_m / (tau_m - tau_s), in mV; so the
integral of (S - rho) / Delta_V * PSP is the derivative of the log-likelihood of the spikes, and the
rule climbs the expected reward. The mean of c is 0: unlike with `RSTDP`, a reward that does not
depend on the neuron causes no drift. The neuron should have this escape noise and no other, as
`GIF`, whose names and defaults these are, and rho should be next to 0 at its V_reset, where a
refractory neuron is held. Rewards and R_mean are those of `RSTDP`. Sources: Xie & Seung 2004, Phys.
Rev. E 69:041909; Pfister, Toyoizumi, Barber & Gerstner 2006, Neural Comput. 18:1318; Fremaux,
Sprekeler & Gerstner 2010, J. Neurosci. 30:13326. tau_c, eta, alpha_R and the bounds are chosen by
us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, ms, mV, one, param


class RMax(PlasticityRule):
    """Reward maximization; ``w_min`` and ``w_max`` are in the weight's own unit."""

    tau_m = param(20.0, ms, "positive", "membrane time constant of the neuron")
    tau_s = param(2.0, ms, "positive", "time constant of the synaptic current")
    lambda_0 = param(1.0, Hz, "non-negative", "firing rate at V_T_star")
    V_T_star = param(-35.0, mV, doc="threshold")
    Delta_V = param(0.5, mV, "positive", "how blurred the threshold is")
    tau_c = param(500.0, ms, "positive", "time constant of the eligibility")
    eta = param(0.01, one, "non-negative", "learning rate")
    R_0 = param(0.0, one, doc="mean reward at the start")
    alpha_R = param(0.2, one, "non-negative", "how far R_mean moves towards a reward")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    modulators = ("reward",)
    equations = """
        dslow/dt = -slow / tau_m : 1
        dfast/dt = -fast / tau_s : 1
        psp = (slow - fast) * tau_m / (tau_m - tau_s) * mV : mV
        rho = lambda_0 * exp((V_m_post - V_T_star) / Delta_V) : Hz
        dc/dt = -c / tau_c - rho * psp / Delta_V : 1
        R_mean : 1
    """
    on_pre = "slow += 1; fast += 1"
    on_post = "c += psp / Delta_V"
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

    def check(self) -> None:
        super().check()
        if self.tau_s >= self.tau_m:
            raise ValidationError(f"must be shorter than tau_m = {self.tau_m}, got {self.tau_s}",
                                  "tau_s", self)  # fmt: skip
