"""Intermediate results of planning, for the mechanisms that are planned later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.description.description import Description
from spikesim.description.elements import Element
from spikesim.description.populations import View
from spikesim.planning.projections import Built
from spikesim.runtime.blocks import Block, NeuronTable
from spikesim.runtime.part import Part


@dataclass
class Context:
    """Indices of neurons, synapses of projections, and the parts of earlier mechanisms.

    Attributes
    ----------
    description : Description
        The network.
    blocks, tables : dict, list
        Locations of the populations.
    group : numpy.ndarray
        Population of each global id.
    built : dict of str to Built
        Synapses of the projections. A mechanism removes those that it stores.
    appended : dict
        Index in the flat state of the value that a mechanism appended, by `id` of the element.
    parts : dict of str to Part
        Parts of earlier mechanisms, by name.
    """

    description: Description
    blocks: dict[str, Block]
    tables: list[NeuronTable]
    group: np.ndarray
    built: dict[str, Built]
    appended: dict[int, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def dt(self) -> float:
        """Step (ms)."""
        return self.description.dt

    @property
    def seed(self) -> int:
        """Seed of all random numbers."""
        return self.description.seed

    @property
    def weight_type(self) -> Any:
        """Data type of stored weights."""
        return self.description.weight_type

    def place_of(self, element: Element) -> int:
        """Index into the flat state of the value that an element has appended."""
        return self.appended[id(element)]

    def places(self, view: View, variable: str) -> np.ndarray:
        """Indices into the flat state of a variable of some neurons."""
        block = self.blocks[view.population.name]
        return self.tables[block.table].state_place(variable) + block.lo + view.ids

    def gids(self, view: View) -> np.ndarray:
        """Global ids of neurons, which are also their indices in the flat current array."""
        return self.blocks[view.population.name].gid0 + view.ids
