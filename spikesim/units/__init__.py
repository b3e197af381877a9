"""Units and quantities, parameter declarations, and validation of user input.

Values are stored as plain floats in their declared unit. The base units ms, mV, pF, um and amol are
consistent, as in NEST: nS * mV = pA, pA / pF = mV/ms, pF / nS = ms, amol / um3 = mM. A user may
write ``20.0`` for a parameter in ms, or ``20 * ms``, or ``0.02 * Unit("s")``.
"""

from __future__ import annotations

from spikesim.errors import nearest
from spikesim.units.checks import (
    Param,
    any_array,
    check_array,
    check_count,
    check_flag,
    check_range,
    check_scalar,
    given_array,
    given_values,
    in_unit,
    param,
)
from spikesim.units.names import check_identifier, check_label, check_name
from spikesim.units.places import chosen_places
from spikesim.units.quantities import Quantity, Unit, one, refuse_masked
from spikesim.units.steps import LONGEST_DELAY, MOST_STEPS, delay_steps, nearest_steps, whole_steps
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
    unit_names,
)

ms = Unit("ms")
mV = Unit("mV")
pF = Unit("pF")
nS = Unit("nS")
pA = Unit("pA")
Hz = Unit("Hz")
um = Unit("um")
mM = Unit("mM")

# Public names; other names in this package are internal.
__all__ = [*unit_names(), "Quantity", "Unit", "one", "param"]


def __getattr__(name: str) -> Unit:
    """Units of more than one letter, as in ``from spikesim.units import nA, uF, second``."""
    if is_unit_name(name):
        return Unit(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{nearest(name, __all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
