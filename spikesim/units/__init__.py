"""NEST's unit system: labels on declared parameters and state, and quantities that are converted.

Values are plain floats in their declared unit. The base units ms, mV, pF, um and amol make a
consistent set: nS * mV = pA, pA / pF = mV/ms, pF / nS = ms, amol / um3 = mM. A user may write
``20.0`` for a parameter in ms, or ``20 * ms``, or ``0.02 * Unit("s")``.
"""

from __future__ import annotations

from spikesim.units.checks import Param, check_array, check_count, check_scalar, in_unit, param
from spikesim.units.quantities import Quantity, Unit, one
from spikesim.units.symbols import (
    BASE,
    COMMON,
    PLAIN,
    Dimension,
    as_fraction,
    combined,
    is_common_unit,
    is_unit_name,
    power_of_ten,
    raised,
    symbol_of,
)

__all__ = [
    "BASE", "COMMON", "PLAIN", "Dimension", "Hz", "Param", "Quantity", "Unit", "as_fraction",
    "check_array", "check_count", "check_scalar", "combined", "in_unit", "is_common_unit",
    "is_unit_name", "mM", "mV", "ms", "nS", "one", "pA", "pF", "param", "power_of_ten", "raised",
    "symbol_of", "um",
]  # fmt: skip

ms = Unit("ms")
mV = Unit("mV")
pF = Unit("pF")
nS = Unit("nS")
pA = Unit("pA")
Hz = Unit("Hz")
um = Unit("um")
mM = Unit("mM")


def __getattr__(name: str) -> Unit:
    """Any unit of more than one letter, as in ``from spikesim.units import nA, uF, second``."""
    if is_unit_name(name):
        return Unit(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
