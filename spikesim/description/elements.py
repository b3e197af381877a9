"""Elements: what a network has beside populations and projections, such as gap junctions.

Each kind belongs to one mechanism (`spikesim.mechanisms`), which makes arrays of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from spikesim.attributes import Guarded
from spikesim.description.access import Access
from spikesim.fixed import Values
from spikesim.units import Unit


class Element(Guarded):
    """Base of all elements.

    Attributes
    ----------
    name : str
        What messages call it, and what keys its draws.
    access : Access
        The network that it has been added to.
    named : bool
        Whether the name is unique among all that the network has.
    recordable : mapping
        Variables that can be recorded, with their units.
    """

    named: ClassVar[bool] = False
    recordable: ClassVar[Mapping[str, Unit]] = {}

    name: str
    access: Access

    def _ends(self) -> Mapping[str, Any]:
        """The populations and elements that it refers to, by the role that messages name."""
        return {}

    def _read(self, variable: str) -> np.ndarray:
        return Values.of(self.access.read_variable(self, variable))

    def _write(self, variable: str, values: Any) -> None:
        self.access.write_variable(self, variable, values)

    def __copy__(self) -> Element:
        return self  # it is a handle, of which there is one


class Signal(Element):
    """An element with one value for the whole network, which rules read and links take over."""

    named = True
