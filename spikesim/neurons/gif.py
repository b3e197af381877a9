"""Generalised integrate-and-fire neuron with escape noise.

    C_m dV_m/dt = -g_L (V_m - E_L) - stc1 - stc2 + I_syn + I_e
    dstc_k/dt = -stc_k / tau_stc_k,   dsfa_k/dt = -sfa_k / tau_sfa_k

The neuron spikes at the rate lambda_0 exp((V_m - V_T_star - sfa1 - sfa2) / Delta_V): in a step with
the probability 1 - exp(-rate dt). Then the currents stc_k increase by q_stc_k and the threshold
components sfa_k by q_sfa_k, and V_m is clamped to V_reset for t_ref.
The membrane is linear and integrated exactly. Source: Mensi et al. 2012, J. Neurophysiol. 107:1756;
Pozzorini et al. 2015, PLoS Comput. Biol. 11:e1004275. Names and defaults are those of NEST's
gif_psc_exp, whose lists of any length are two components here.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import Hz, ms, mV, nS, pA, param, pF


class GIF(Neuron):
    """Generalised integrate-and-fire neuron with any receptors."""

    C_m = param(80.0, pF, "positive", "membrane capacitance")
    g_L = param(4.0, nS, "positive", "leak conductance")
    E_L = param(-70.0, mV, doc="resting potential")
    V_reset = param(-55.0, mV, doc="potential after a spike")
    t_ref = param(4.0, ms, "non-negative", "refractory period")
    V_T_star = param(-35.0, mV, doc="threshold without adaptation")
    Delta_V = param(0.5, mV, "positive", "how blurred the threshold is")
    lambda_0 = param(1.0, Hz, "non-negative", "firing rate at the threshold")
    q_stc1 = param(0.0, pA, doc="growth of the first current at a spike")
    q_stc2 = param(0.0, pA, doc="growth of the second current")
    tau_stc1 = param(10.0, ms, "positive", "time constant of the first current")
    tau_stc2 = param(100.0, ms, "positive", "time constant of the second current")
    q_sfa1 = param(0.0, mV, doc="growth of the threshold's first part at a spike")
    q_sfa2 = param(0.0, mV, doc="growth of its second part")
    tau_sfa1 = param(10.0, ms, "positive", "time constant of the first part")
    tau_sfa2 = param(100.0, ms, "positive", "time constant of the second part")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        dV_m/dt = (-g_L * (V_m - E_L) - stc1 - stc2 + I_syn + I_in + I_e) / C_m : mV
        dstc1/dt = -stc1 / tau_stc1 : pA
        dstc2/dt = -stc2 / tau_stc2 : pA
        dsfa1/dt = -sfa1 / tau_sfa1 : mV
        dsfa2/dt = -sfa2 / tau_sfa2 : mV
        rate = lambda_0 * exp((V_m - V_T_star - sfa1 - sfa2) / Delta_V) : 1/ms
    """
    threshold = "rand() < -expm1(-rate * dt)"
    reset = "V_m = V_reset; stc1 += q_stc1; stc2 += q_stc2; sfa1 += q_sfa1; sfa2 += q_sfa2"
    refractory = ("V_m",)
    initial = {"V_m": "E_L"}
