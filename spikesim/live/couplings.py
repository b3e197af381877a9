"""Gap junctions between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.couplings import GapJunctions, Junctions
from spikesim.errors import ValidationError
from spikesim.planning.plan import Junction
from spikesim.runtime.turns import taking_turns
from spikesim.units import check_array, nS

if TYPE_CHECKING:
    from spikesim.network import Network


@taking_turns
class LiveCouplings:
    """What gap junctions ask of their network."""

    def __init__(self, network: Network):
        self.network = network

    def read_junctions(self, gaps: GapJunctions) -> Junctions:
        """Both ends and the conductance (nS) of every junction."""
        found, g = self._junctions(gaps)
        return Junctions(found.a.copy(), found.b.copy(), g.copy())

    def write_conductance(self, gaps: GapJunctions, values: Any) -> None:
        """Set conductances (nS): one number, or one for each junction."""
        found, g = self._junctions(gaps)
        array = check_array(values, "g", gaps, unit=nS, allowed="non-negative")
        if array.ndim and array.shape != found.a.shape:
            raise ValidationError(
                f"must be one value or {found.a.size}, one for each junction; got shape "
                f"{array.shape}", "g", gaps,
            )  # fmt: skip
        self.network.note(f"{gaps.name}.g")
        g[:] = array

    def _junctions(self, gaps: GapJunctions) -> tuple[Junction, np.ndarray]:
        self.network.build()
        plan = self.network.plan
        found = plan.junctions[gaps.name]
        assert plan.gaps is not None
        return found, plan.gaps.g[found.first : found.first + found.a.size]
