"""Calcium pool: concentration in a shell under the membrane, with calcium currents and decay.

    dCa/dt = I_Ca / (2 F area depth) - (Ca - Ca_inf) / tau

F = 96.485 fC/amol is Faraday's constant, I_Ca (pA, into the cell) the sum of the membrane's calcium
currents. Source: Destexhe, Contreras, Sejnowski & Steriade 1994, J. Neurophysiol. 72:803, without
their limit of the pump.
"""

from spikesim.channels.base import Channel
from spikesim.units import Param, mM, ms, param, um


class CalciumPool(Channel):
    """Concentration ``Ca`` (mM) for the channels of the same membrane."""

    area = Param(None, um**2, "positive", "area of the membrane")
    depth = param(1.0, um, "positive", "depth of the shell")
    tau = param(5.0, ms, "positive", "time constant of removal")
    Ca_inf = param(2.4e-4, mM, "non-negative", "concentration at rest")

    equations = """
        dCa/dt = I_Ca / (2 * 96.48533212*fC/amol * area * depth) - (Ca - Ca_inf) / tau : mM
    """
    offers = ("Ca",)
    initial = {"Ca": "Ca_inf"}
    extensive = ("area",)
