"""Postsynaptic neurons with a noisy membrane potential, and what rules see of it."""

import spikesim as sim
from tests.synapses.grid import RECEPTORS

TARGET = {"t_ref": 0.0, "E_L": -65.0, "V_reset": -66.0, "V_th": -50.0}


class Dendritic(sim.LIF):
    """A soma and a dendrite, which follows it slowly."""

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dV_dend/dt = (V_m - V_dend) / (3 * ms) : mV
    """
    initial = {"V_m": "E_L", "V_dend": "E_L"}


def noisy(variable="V_m", model=sim.LIF, **others):
    """What a grid is made with; its `level` records a variable in every step."""

    def also(grid):
        grid.net.stimulate(grid.targets, sim.NoiseCurrent(std=400.0, every=2.0))
        grid.level = grid.net.record(grid.targets, variable)

    return {"target": model(C_m=200.0, receptors=RECEPTORS, **TARGET), "also": also, **others}


def seen(grid, j):
    """The recorded variable of a target."""
    return grid.level.result().values[:, j]
