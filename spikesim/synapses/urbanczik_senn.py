"""Learning by the dendritic prediction of somatic spiking.

    dDelta/dt = (PI - Delta) / tau_Delta,  dw/dt = eta * Delta
    PI = (S - phi(V)) * phi'(V) / phi(V) * PSP
    V = E_L + attenuation * (V_dend - E_L),  phi(V) = phi_max / (1 + k * exp(beta * (theta - V)))

with w limited to w_min ... w_max. S are the spikes of the postsynaptic neuron, and phi(V) is the
rate that the potential of its dendrite predicts. PSP is the postsynaptic potential of a spike,
(exp(-t / tau_L) - exp(-t / tau_s)) / (tau_L - tau_s). The neuron needs a compartment ``dend``, as
in `MultiCompartment`, whose potential ``V_dend`` is read; attenuation is its effect on the soma,
g_D / (g_D + g_L). Source: Urbanczik & Senn 2014, Neuron 81:521. All values are chosen by us.
"""

from spikesim.errors import ValidationError
from spikesim.synapses.rule import PlasticityRule
from spikesim.units import Hz, Unit, ms, mV, one, param


class UrbanczikSenn(PlasticityRule):
    """Urbanczik & Senn's rule; ``w_min`` and ``w_max`` are in the weight's own unit."""

    eta = param(1.0, Unit("mV*ms"), "non-negative", "learning rate")
    tau_Delta = param(100.0, ms, "positive", "time over which changes are averaged")
    tau_L = param(10.0, ms, "positive", "decay time of the postsynaptic potential")
    tau_s = param(3.0, ms, "positive", "rise time of the postsynaptic potential")
    phi_max = param(150.0, Hz, "positive", "largest rate")
    k = param(0.5, one, "positive", "rate at theta: phi_max / (1 + k)")
    beta = param(1 / 3, Unit("1/mV"), "positive", "steepness of the rate")
    theta = param(-55.0, mV, doc="potential at which the rate rises")
    E_L = param(-70.0, mV, doc="resting potential")
    attenuation = param(0.9, one, "positive", "effect of the dendrite's potential on the soma")
    w_min = param(0.0, one, doc="lower bound of the weight")
    w_max = param(1.0, one, "positive", "upper bound of the weight")

    equations = """
        dslow/dt = -slow / tau_L : 1
        dfast/dt = -fast / tau_s : 1
        psp = (slow - fast) / (tau_L - tau_s) : 1/ms
        V = E_L + attenuation * (V_dend_post - E_L) : mV
        phi = phi_max / (1 + k * exp(beta * (theta - V))) : 1/ms
        relative_slope = beta * (1 - phi / phi_max) : 1/mV
        dDelta/dt = (-phi * relative_slope * psp - Delta) / tau_Delta : 1/mV/ms**2
        dw/dt = eta * Delta : 1
    """
    on_pre = "slow += 1; fast += 1"
    on_post = "Delta += relative_slope * psp / tau_Delta"

    def check(self) -> None:
        super().check()
        if self.tau_s >= self.tau_L:
            raise ValidationError(f"must be shorter than tau_L = {self.tau_L}, got {self.tau_s}",
                                  "tau_s", self)  # fmt: skip
