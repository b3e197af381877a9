"""Kinetic NMDA receptor: slow two-state channels with magnesium block.

    dr/dt = alpha T (1 - r) - beta r,   dT/dt = -T / tau_T
    I = g_max block r (E_rev - V_m),   block = 1 / (1 + Mg / 3.57 mM * exp(-0.062 V_m / mV))

For the meaning of g_max and of weights see `KineticConductance`. With ``alpha=0.5, T_max=1.0,
tau_T=2.0, beta=0.01`` this is the gate of Brunel & Wang 2001 (J. Comput. Neurosci. 11:63) for one
source; for several, see `saturating_gate`. Source: Destexhe, Mainen & Sejnowski 1998, Kinetic
models of synaptic transmission, in: Methods in Neuronal Modeling; Jahr & Stevens 1990, J. Neurosci.
10:3178.
"""

from spikesim.receptors.kinetic_conductance import KineticConductance
from spikesim.units import Unit, mM, param


class KineticNMDA(KineticConductance):
    """Two-state channels of total conductance ``g_max`` (nS), blocked by magnesium (``Mg``, mM)."""

    alpha = param(0.072, Unit("1/mM/ms"), "positive", "rate of opening")
    beta = param(0.0066, Unit("1/ms"), "positive", "rate of closing")
    Mg = param(1.0, mM, "non-negative", "magnesium outside")

    equations = """
        dT/dt = -T / tau_T : mM
        dr/dt = alpha * T * (1 - r) - beta * r : 1
        block = 1 / (1 + Mg / (3.57*mM) * exp(-0.062 * V_m / mV)) : 1 (constant over dt)
    """
    current = "g_max * block * r * (E_rev - V_m)"
    transmitter = "glutamate"
