"""Read and set the variables of elements between runs, as declared by their parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.elements import Element
from spikesim.errors import ValidationError
from spikesim.network.simulation import Simulation
from spikesim.runtime.lock import locked_methods
from spikesim.runtime.part import Part
from spikesim.units import check_array


@locked_methods
class ElementValues:
    """Access of elements to their network."""

    simulation: Simulation

    def read_variable(self, element: Element, name: str) -> np.ndarray:
        """A copy of a variable, with one value for each entry of the element."""
        return self.simulation.build().variable(element, name).array.copy()

    def write_variable(self, element: Element, name: str, values: Any) -> None:
        """Set a variable to one number, or to one value for each entry of the element."""
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
        """The part of a mechanism in the built network."""
        return self.simulation.build().parts[mechanism]
