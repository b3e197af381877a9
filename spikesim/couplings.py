"""Couplings that need no spikes: gap junctions and linked variables. Plain description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from spikesim.attributes import Guarded, guarded
from spikesim.connectors import (
    AllToAll,
    Connector,
    DistanceDependent,
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
)
from spikesim.description.populations import View, check_distinct, self_offset
from spikesim.distributions import Distribution, plain
from spikesim.errors import ValidationError
from spikesim.fixed import Values
from spikesim.modulators import Modulator
from spikesim.units import check_array, given_values, nS

HALVED = (AllToAll, FixedProbability, DistanceDependent)
"""Connectors that look at every pair by itself: of the two directions one is enough."""
_DIRECTED = (FixedInDegree, FixedOutDegree, FixedTotalNumber)


class JunctionAccess(Protocol):
    """What the network offers to its gap junctions: conductances between runs."""

    def read_junctions(self, gaps: GapJunctions) -> Junctions: ...
    def write_conductance(self, gaps: GapJunctions, values: Any) -> None: ...


@guarded
@dataclass(frozen=True)
class Junctions(Guarded):
    """All gap junctions of one call, one entry each.

    Attributes
    ----------
    a, b : numpy.ndarray
        Indices within the two populations (or slices) that they join, int64.
    g : numpy.ndarray
        Conductance in nS.
    """

    a: np.ndarray
    b: np.ndarray
    g: np.ndarray

    def __len__(self) -> int:
        return self.a.size


class GapJunctions(Guarded):
    """Electrical synapses between two populations; made by `Network.gap_junctions`.

    Attributes
    ----------
    name : str
        Unique in the network.
    a, b : View
        Whose membranes they join.
    connector : Connector
        Which pairs there are.
    """

    def __init__(
        self, name: str, a: View, b: View, connector: Connector, *, g: Any, access: JunctionAccess
    ):
        self.name = name
        self.a, self.b = a, b
        self.connector = connector
        self.access = access
        for role, view in (("a", a), ("b", b)):
            check_neurons(view, role, self)
            check_distinct(view, role, self)
        if not isinstance(connector, Connector):
            raise ValidationError(
                f"must be a connector such as AllToAll(), got {connector!r}", "connector", self
            )
        self._check_direction()
        self.self_offset = self_offset(a, b, self, matters=not getattr(connector, "autapses", True))
        self.initial_g = self._given(g)

    def _given(self, g: Any) -> Any:
        """Conductances (nS) as they will be used; None if they come with the connections."""
        if self.connector.holds_weights:
            if g is not None:
                raise ValidationError(
                    "must be None, since the connector's entries are the values", "g", self
                )
            return None
        g = plain(g, nS, "g", self)
        if isinstance(g, Distribution):
            return g
        return given_values(g, "g", self, unit=nS, allowed="non-negative")

    def _check_direction(self) -> None:
        if self.a.population is not self.b.population:
            return
        if not np.intersect1d(self.a.ids, self.b.ids).size:
            return
        kind = type(self.connector).__name__
        if isinstance(self.connector, _DIRECTED):
            raise ValidationError(
                f"{kind} counts directed connections, and a junction within a population has no "
                "direction; use FixedProbability, AllToAll, DistanceDependent or FromArrays",
                "connector", self,
            )  # fmt: skip
        if getattr(self.connector, "autapses", False):
            raise ValidationError(
                f"a neuron has no junction with itself; use {kind}(..., autapses=False)",
                "connector", self,
            )  # fmt: skip

    @property
    def g(self) -> np.ndarray:
        """Conductances (nS), one for each junction in the order of `junctions`."""
        return Values.of(self.junctions().g)

    @g.setter
    def g(self, values: Any) -> None:
        self.access.write_conductance(self, values)

    def junctions(self) -> Junctions:
        """Both ends and the conductance of every junction.

        Returns
        -------
        Junctions
            Indices of the neurons, and conductances in nS.
        """
        return self.access.read_junctions(self)

    def __copy__(self) -> GapJunctions:
        return self  # it is a handle, of which there is one

    def __repr__(self) -> str:
        return f"<{self.name}: {self.a.name} -- {self.b.name}>"


class Link:
    """A variable that takes the values of another one; made by `Network.link`.

    Attributes
    ----------
    target, variable : View, str
        Whose variable is filled.
    source, source_variable : View or Modulator, str
        Where its values come from.
    index : numpy.ndarray
        For each neuron of the target a place in the source, int64.
    """

    def __init__(
        self,
        target: View,
        variable: str,
        source: View | Modulator,
        source_variable: str,
        index: Any,
    ):
        check_neurons(target, "target", "link")
        self.target, self.variable = target, variable
        self.source, self.source_variable = source, source_variable
        if not isinstance(source, Modulator):
            check_neurons(source, "source", self)
        self.index = self._places(index)

    @property
    def name(self) -> str:
        """Whose variable it is, e.g. ``"cells.x"``."""
        return f"{self.target.name}.{self.variable}"

    def _places(self, index: Any) -> np.ndarray:
        size = 1 if isinstance(self.source, Modulator) else len(self.source)
        n = len(self.target)
        if index is None:
            if size not in (1, n):
                raise ValidationError(
                    f"{self.source.name!r} has {size} neurons and {self.target.name!r} {n}; give "
                    "for each target the index of its source", "index", self,
                )  # fmt: skip
            return np.zeros(n, np.int64) if size == 1 else np.arange(n)
        given = check_array(index, "index", self, allowed="non-negative")
        if given.shape != (n,) or (given != np.floor(given)).any() or given.max() >= size:
            raise ValidationError(
                f"must be {n} whole numbers below the {size} of {self.source.name!r}, one for each "
                f"target, got {index!r}", "index", self,
            )  # fmt: skip
        return given.astype(np.int64)


def check_neurons(view: Any, role: str, owner: object) -> None:
    """Raise unless `view` is neurons, which have states."""
    if not isinstance(view, View):
        raise ValidationError(f"must be a population, got {view!r}", role, owner)
    if view.population.is_source:
        raise ValidationError(
            f"{view.name!r} is a source of spikes; it has no membrane and no variables", role, owner
        )
