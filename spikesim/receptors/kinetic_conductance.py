"""Kinetic receptor: two-state channels opened by transmitter, with saturation.

    dr/dt = alpha T (1 - r) - beta r,   dT/dt = -T / tau_T,   I = g_max r (E_rev - V_m)

r is the open fraction of channels with total conductance g_max, and T the transmitter concentration
(mM), averaged over the channels. A spike of weight w (nS) adds T_max to a fraction w / g_max of the
channels: with w = g_max one synapse acts on all channels, and ten synapses with a tenth of that
weight have the same effect together. The conductance never exceeds g_max.

All synapses share the channels of the receptor: a channel opened by one synapse is not available to
the others. For synapses that saturate only by their own earlier spikes, see `saturating_gate`.

Transmitter decays exponentially (Clements et al. 1992, Science 258:1498: 1.1 mM, 1.2 ms), so that
pulses add up. The square pulses of the source, 1 mM for 1 ms, have the same area, and slow channels
depend only on the area. One spike with w = g_max opens 0.067 of the NMDA channels below instead of
0.069, but 0.90 instead of 0.96 of GABA_A, and 0.50 instead of 0.62 of AMPA; the charge is 1 % less,
18 % more and 5 % more. T is the mean over the coming step, so that the area is correct for any dt.

| | alpha (1/(mM ms)) | beta (1/ms) | E_rev (mV) |
| --- | --- | --- | --- |
| AMPA (default) | 1.1 | 0.19 | 0 |
| NMDA, with the block: `KineticNMDA` | 0.072 | 0.0066 | 0 |
| GABA_A | 5.0 | 0.18 | -80 |

Source: Destexhe, Mainen & Sejnowski 1994, Neural Comput. 6:14; 1998, Kinetic models of synaptic
transmission, in: Methods in Neuronal Modeling, MIT Press.
"""

from spikesim.receptors.base import Receptor
from spikesim.units import Param, Unit, mM, ms, mV, nS, param


class KineticConductance(Receptor):
    """Two-state channels of total conductance ``g_max`` (nS), opened by pulses of transmitter."""

    g_max = Param(None, nS, "positive", "conductance of the whole pool")
    alpha = param(1.1, Unit("1/mM/ms"), "positive", "rate of opening")
    beta = param(0.19, Unit("1/ms"), "positive", "rate of closing")
    T_max = param(1.0, mM, "positive", "transmitter at a spike")
    tau_T = param(1.0, ms, "positive", "time constant of its clearance")
    E_rev = param(0.0, mV, doc="reversal potential")

    equations = """
        dT/dt = -T / tau_T : mM
        dr/dt = alpha * T * (1 - r) - beta * r : 1
    """
    on_spike = {"T": "T_max * exprel(-dt / tau_T) / g_max"}
    current = "g_max * r * (E_rev - V_m)"
    weight_unit = nS
    signed = False
