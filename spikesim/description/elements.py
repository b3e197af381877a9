"""Base classes of elements: network objects other than populations and projections.

Examples are gap junctions and neuromodulators. Each element class belongs to one mechanism
(`spikesim.mechanisms`), which builds the arrays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from spikesim.attributes import Guarded
from spikesim.description.access import Access
from spikesim.errors import ValidationError
from spikesim.fixed import Values
from spikesim.units import Unit


class Element(Guarded):
    """Base of all elements.

    Attributes
    ----------
    name : str
        Name of the element in messages. Its random draws depend on this name.
    access : Access
        The network to which it was added.
    named : bool
        Whether the name must be unique among all objects of the network.
    recordable : mapping
        Variables that can be recorded, with their units.
    """

    named: ClassVar[bool] = False
    recordable: ClassVar[Mapping[str, Unit]] = {}

    name: str
    access: Access

    def _ends(self) -> Mapping[str, Any]:
        """The populations and elements that it refers to, by their role in messages."""
        return {}

    @property
    def _network(self) -> Access:
        """The network to which it was added."""
        if "access" not in vars(self):
            raise ValidationError(
                f"is not part of a network yet; net.add({self.name}) adds it", obj=self
            )
        return self.access

    def _read(self, variable: str) -> np.ndarray:
        return Values.of(self._network.read_variable(self, variable))

    def _write(self, variable: str, values: Any) -> None:
        self._network.write_variable(self, variable, values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def __copy__(self) -> Element:
        return self  # a handle: each element exists once


class Signal(Element):
    """An element with one value for the whole network, read by plasticity rules and links."""

    named = True
