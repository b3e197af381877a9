"""Cable: a cylinder of membrane, divided into equal compartments.

    g_leak = area / R_m,  C = C_m area,  g_axial = pi d^2 / (4 R_i (length / n))

with area = pi d length / n. The steady state of the continuous cable decays with the length
constant ``sqrt(d R_m / (4 R_i))``; the error of n compartments decreases as n^-2. Source: Rall
1977, Core conductor theory, in Handbook of Physiology; Bhalla, Bilitch & Bower 1992, Trends
Neurosci. 15:453 (Rallpacks).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from spikesim.calls import public
from spikesim.channels import Channel, Leak
from spikesim.errors import unknown_name
from spikesim.neurons.given import checked_parts
from spikesim.neurons.multi_compartment import Compartment, MultiCompartment
from spikesim.receptors import Receptor
from spikesim.units import Unit, check_count, check_scalar, um

OHM_M, OHM_M2, F_PER_M2 = Unit("ohm*m"), Unit("ohm*m2"), Unit("F/m2")
CABLE = "cable"
MOST = 100_000  # compartments
OWN = ("length", "diameter", "R_i", "R_m", "C_m", "E_L", "channels", "receptors")
OPTIONS = ("V_th", "current_into", "method")


@public
def cable(
    n: int,
    *,
    length: Any = 1000.0,
    diameter: Any = 1.0,
    R_i: Any = 1.0,
    R_m: Any = 4.0,
    C_m: Any = 0.01,
    E_L: float = -65.0,
    channels: Mapping[str, Channel] | None = None,
    receptors: Mapping[str, Receptor] | None = None,
    **options: Any,
) -> MultiCompartment:
    """Create a cable of `n` compartments ``c0``, ``c1``, ...; the potential of ``c0`` is ``V_m``.

    Parameters
    ----------
    n : int
        Number of compartments.
    length, diameter : float or quantity
        In um.
    R_i : float or quantity
        Axial resistivity in ohm m; 1 ohm m is 100 ohm cm.
    R_m : float or quantity
        Specific membrane resistance in ohm m2; 1 ohm m2 is 10,000 ohm cm2. Infinity means no leak
        other than that of the channels.
    C_m : float or quantity
        Specific membrane capacitance in F/m2; 0.01 F/m2 is 1 uF/cm2.
    E_L : float
        Reversal potential of the leak and initial potential, in mV.
    channels : mapping, optional
        Active channels by name, with conductances in nS per um2: 1 mS/cm2 is 0.01 nS/um2.
    receptors : mapping, optional
        Receptors of each compartment.
    **options
        ``V_th``, ``current_into`` and ``method`` of `MultiCompartment`.

    Returns
    -------
    MultiCompartment
        Model of `n` compartments in a row.

    Examples
    --------
    >>> model = cable(3, length=300.0, diameter=2.0)
    >>> list(model.compartments)
    ['c0', 'c1', 'c2']
    """
    check_count(n, "n", CABLE, least=1, most=MOST)
    for name in options:
        if name not in OPTIONS:
            raise unknown_name(name, [*OWN, *OPTIONS], obj=CABLE)

    def given(value: Any, name: str, unit: Unit) -> float:
        return check_scalar(value, name, CABLE, unit=unit, allowed="positive") * unit.scale

    across, along = given(diameter, "diameter", um), given(length, "length", um) / n
    area = math.pi * across * along
    own = checked_parts(
        {} if channels is None else channels, Channel, "channels", "Na(g=1.0)", CABLE
    )
    parts = {name: channel.scaled(area) for name, channel in own.items()}
    if not (isinstance(R_m, float) and R_m == math.inf):
        parts["leak"] = Leak(g=area / given(R_m, "R_m", OHM_M2), E=E_L)
    capacitance = given(C_m, "C_m", F_PER_M2) * area
    axial = math.pi * across**2 / (4 * given(R_i, "R_i", OHM_M) * along)
    compartments = {
        f"c{k}": Compartment(C_m=capacitance, V_init=E_L, channels=parts, receptors=receptors)
        for k in range(n)
    }
    links = {(f"c{k}", f"c{k + 1}"): axial for k in range(n - 1)}
    return MultiCompartment(compartments=compartments, axial=links, **options)
