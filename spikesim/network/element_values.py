"""Variables of elements between runs: what their parts declare, read and set."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.elements import Element
from spikesim.errors import ValidationError
from spikesim.network.simulation import Simulation
from spikesim.runtime.part import Part
from spikesim.runtime.turns import taking_turns
from spikesim.units import check_array


@taking_turns
class ElementValues:
    """What elements ask of their network."""

    simulation: Simulation

    def read_variable(self, element: Element, name: str) -> np.ndarray:
        """A copy of a variable, one value for each of what the element has."""
        return self.simulation.build().variable(element, name).array.copy()

    def write_variable(self, element: Element, name: str, values: Any) -> None:
        """Set a variable: one number, or one for each of what the element has."""
        variable = self.simulation.build().variable(element, name)
        array = check_array(values, name, element, unit=variable.unit, allowed=variable.allowed)
        if array.ndim and array.shape != variable.array.shape:
            raise ValidationError(
                f"must be one value or {variable.array.size}, one for each {variable.each}; got "
                f"shape {array.shape}", name, element,
            )  # fmt: skip
        self.simulation.note(f"{element.name}.{name}")
        variable.array[:] = array
        if variable.place is not None:
            self.simulation.plan.state[variable.place] = variable.array

    def part(self, mechanism: str) -> Part:
        """The part of a mechanism in the running network."""
        return self.simulation.build().parts[mechanism]
