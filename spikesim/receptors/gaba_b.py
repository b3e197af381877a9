"""GABA_B receptor: slow inhibition by potassium channels that are opened by G proteins.

    dT/dt = -T / tau_T                          transmitter
    dr/dt = K1 T (1 - r) - K2 r                 fraction of receptors that are active
    ds/dt = K3 r - K4 s                         G protein (uM)
    I = g_max s^4 / (s^4 + K_d) (E_rev - V_m)

Four G proteins must bind to open a channel, so a single spike has little effect and a burst a large
one. The receptors lie outside the synapses and are activated by spillover from many of them. Their
total conductance is g_max, and a spike of weight w (nS) adds T_max to a fraction w / g_max of them,
as in `KineticConductance`. The conductance never exceeds g_max.

The square pulses of the source, 1 mM for 1 ms, have the same area as the exponential pulses used
here, and r depends only on that area. Source: Destexhe & Sejnowski 1995, PNAS 92:9515; values of
Destexhe, Mainen & Sejnowski 1998, Kinetic models of synaptic transmission, in: Methods in Neuronal
Modeling.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import Param, Unit, mM, ms, mV, nS, param


class GABA_B(Receptor):
    """Potassium channels of total conductance ``g_max`` (nS), opened by a G-protein cascade."""

    g_max = Param(None, nS, "positive", "conductance of the whole pool")
    K1 = param(0.09, Unit("1/mM/ms"), "positive", "rate at which receptors become active")
    K2 = param(0.0012, Unit("1/ms"), "positive", "rate at which they cease to be")
    K3 = param(0.18, Unit("uM/ms"), "positive", "production of G protein")
    K4 = param(0.034, Unit("1/ms"), "positive", "rate at which G protein is lost")
    K_d = param(100.0, Unit("uM**4"), "positive", "dissociation constant of channels and G protein")
    T_max = param(1.0, mM, "positive", "transmitter at a spike")
    tau_T = param(1.0, ms, "positive", "time constant of its clearance")
    E_rev = param(-95.0, mV, doc="reversal potential of potassium")

    equations = """
        dT/dt = -T / tau_T : mM
        dr/dt = K1 * T * (1 - r) - K2 * r : 1
        ds/dt = K3 * r - K4 * s : uM
        g = g_max * s**4 / (s**4 + K_d) : nS
    """
    on_spike = {"T": "T_max * exprel(-dt / tau_T) / g_max"}
    current = "g * (E_rev - V_m)"
    weight_unit = nS
    signed = False
    transmitter = "GABA"
