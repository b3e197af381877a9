"""e-prop of neurons with an adaptive threshold: eligibility that lasts as long as the adaptation.

    deps_a/dt = psi * z_bar - (1 / tau_theta + psi * theta_plus) * eps_a
    de_bar/dt = psi * (z_bar - theta_plus * eps_a) - e_bar / tau_out,  dw/dt = -eta * L * e_bar
    psi = gamma / (V_th - E_L) * max(0, 1 - |V - V_th - theta| / (V_th - E_L))

with w limited to w_min ... w_max. theta is the part of the threshold that rises by theta_plus at
each spike of the postsynaptic neuron and decays with tau_theta, a variable ``theta`` as that of
`AdaptiveLIF`. eps_a is the slow eligibility: how a presynaptic spike changes theta / theta_plus.
All else is as in `EProp`, also the learning signal L, which the user provides. Source: Bellec et
al. 2020, Nature Communications 11:3625. Values that the neuron does not have are chosen by us.
"""

from spikesim.synapses.e_prop import EProp
from spikesim.units import ms, mV, param


class AdaptiveEProp(EProp):
    """Learning by e-prop in adaptive LIF neurons; the bounds are in the weight's own unit."""

    theta_plus = param(1.0, mV, "non-negative", "growth of the threshold at a spike")
    tau_theta = param(100.0, ms, "positive", "time constant of the threshold")

    equations = """
        dz_bar/dt = -z_bar / tau_m : 1
        scale = V_th - E_L : mV
        over = abs(V_m_post - V_th - theta_post) : mV
        psi = gamma / scale * max(0, 1 - over / scale) : 1/mV/ms
        deps_a/dt = psi * z_bar - (1 / tau_theta + psi * theta_plus) * eps_a : 1/mV
        de_bar/dt = psi * (z_bar - theta_plus * eps_a) - e_bar / tau_out : 1/mV
        dw/dt = -eta * L_post * e_bar : 1
    """
