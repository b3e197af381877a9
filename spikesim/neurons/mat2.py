"""Non-resetting leaky integrator with a multi-timescale adaptive threshold (MAT).

    dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_e) / C_m,   dtheta_k/dt = -theta_k / tau_k

A spike occurs when V_m >= omega + theta_1 + theta_2. Then theta_k increases by alpha_k, and no
other spike occurs for t_ref; V_m is not reset. With current or delta receptors all equations are
linear and integrated exactly. Source: Kobayashi, Tsubo & Shinomoto 2009, Front. Comput. Neurosci.
3:9. Names and defaults are those of NEST's mat2_psc_exp, a regularly spiking neuron; omega is a
potential.
"""

from spikesim.neurons.base import Neuron
from spikesim.units import ms, mV, pA, param, pF


class MAT2(Neuron):
    """Neuron with a multi-timescale adaptive threshold and any receptors."""

    C_m = param(100.0, pF, "positive", "membrane capacitance")
    tau_m = param(5.0, ms, "positive", "membrane time constant")
    E_L = param(-70.0, mV, doc="resting potential")
    t_ref = param(2.0, ms, "non-negative", "shortest interval without a spike")
    omega = param(-51.0, mV, doc="threshold without adaptation")
    alpha_1 = param(37.0, mV, doc="growth of the fast part of the threshold at a spike")
    alpha_2 = param(2.0, mV, doc="growth of its slow part")
    tau_1 = param(10.0, ms, "positive", "time constant of the fast part")
    tau_2 = param(200.0, ms, "positive", "time constant of the slow part")
    I_e = param(0.0, pA, doc="constant current")

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dtheta_1/dt = -theta_1 / tau_1 : mV
        dtheta_2/dt = -theta_2 / tau_2 : mV
    """
    threshold = "V_m >= omega + theta_1 + theta_2"
    reset = "theta_1 += alpha_1; theta_2 += alpha_2"
    initial = {"V_m": "E_L"}
