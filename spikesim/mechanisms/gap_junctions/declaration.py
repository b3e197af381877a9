"""Gap junctions (electrical synapses) between two populations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from spikesim.description.elements import Element
from spikesim.description.populations import View
from spikesim.description.selections import check_distinct, check_neurons, self_offset
from spikesim.distributions import Distribution, plain
from spikesim.errors import ValidationError
from spikesim.units import given_values, nS

PAIRWISE_CONNECTORS = (AllToAll, FixedProbability, DistanceDependent)
"""Connectors that decide on each pair independently, so one direction of each pair suffices."""
_DIRECTED = (FixedInDegree, FixedOutDegree, FixedTotalNumber)


@guarded
@dataclass(frozen=True)
class Junctions(Guarded):
    """All gap junctions of one `Network.gap_junctions` call, one entry each.

    Attributes
    ----------
    a, b : numpy.ndarray
        Indices of the neurons within the two populations (or slices), int64.
    g : numpy.ndarray
        Conductance in nS.
    """

    a: np.ndarray
    b: np.ndarray
    g: np.ndarray

    def __len__(self) -> int:
        return self.a.size


class GapJunctions(Element):
    """Electrical synapses between two populations; created by `Network.gap_junctions`.

    Attributes
    ----------
    name : str
        Unique in the network.
    a, b : View
        Neurons on both sides.
    connector : Connector
        Rule that determines which pairs are connected.
    """

    named = True

    def __init__(self, name: str, a: View, b: View, connector: Connector, *, g: Any):
        self.name = name
        self.a, self.b = a, b
        self.connector = connector
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
        """Convert conductances (nS); None if the connector provides them."""
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

    def _ends(self) -> dict[str, Any]:
        return {"a": self.a, "b": self.b}

    @property
    def g(self) -> np.ndarray:
        """Conductances (nS), one for each junction in the order of `junctions`."""
        return self._read("g")

    @g.setter
    def g(self, values: Any) -> None:
        self._write("g", values)

    def junctions(self) -> Junctions:
        """Return both neurons and the conductance of every junction.

        Returns
        -------
        Junctions
            Indices of the neurons, and conductances in nS.
        """
        a, b = self._network.part("gap_junctions").ends(self.name)
        return Junctions(a.copy(), b.copy(), np.array(self.g))

    def __repr__(self) -> str:
        return f"<{self.name}: {self.a.name} -- {self.b.name}>"
