"""Network description: the populations, projections, inputs and elements added so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from spikesim.description.elements import Element
from spikesim.description.inputs import Input
from spikesim.description.populations import Population, View
from spikesim.description.projections import Projection
from spikesim.equations.neuron_equations import EquationCache
from spikesim.precision import PRECISIONS

_Kind = TypeVar("_Kind")


class Stimulus(Element):
    """An input attached to neurons. Its random draws depend on its name.

    Parameters
    ----------
    name : str
        Unique among the inputs of a network.
    target : View
        The target neurons.
    given : Input
        The input that acts on them.
    """

    def __init__(self, name: str, target: View, given: Input):
        self.name, self.target, self.input = name, target, given

    def _ends(self) -> dict[str, Any]:
        return {"target": self.target}


@dataclass
class Description:
    """All objects that users have added to a network."""

    dt: float
    seed: int
    precision: str
    populations: dict[str, Population] = field(default_factory=dict)
    projections: dict[str, Projection] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    cells: EquationCache = field(default_factory=EquationCache)

    @property
    def weight_type(self) -> Any:
        """The dtype in which weights are stored."""
        return PRECISIONS[self.precision][1]

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        """All elements of a class, in the order in which they were added."""
        return [element for element in self.elements if isinstance(element, kind)]

    def named(self, kind: type[_Kind]) -> dict[str, _Kind]:
        """All elements of a class by name."""
        return {element.name: element for element in self.of(kind)}  # type: ignore[attr-defined]

    @property
    def stimuli(self) -> list[Stimulus]:
        """All inputs attached to neurons."""
        return self.of(Stimulus)

    def all_elements(self) -> Iterator[Any]:
        """All projections, then all elements, in the order in which they were added."""
        yield from self.projections.values()
        yield from self.elements
