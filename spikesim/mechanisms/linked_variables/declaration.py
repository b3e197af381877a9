"""Linked variables: variables that copy another variable in every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.elements import Element, Signal
from spikesim.description.populations import View
from spikesim.description.selections import check_neurons
from spikesim.errors import ValidationError
from spikesim.units import check_array


class Link(Element):
    """A variable that copies the values of another one; created by `Network.link`.

    Attributes
    ----------
    target, variable : View, str
        Target neurons and the variable that is set.
    source, source_variable : View or Signal, str
        Source of the values and the variable that is read.
    index : numpy.ndarray
        Index into the source for each target neuron, int64.
    """

    def __init__(
        self,
        target: View,
        variable: str,
        source: View | Signal,
        source_variable: str,
        index: Any,
    ):
        check_neurons(target, "target", "link")
        self.target, self.variable = target, variable
        self.source, self.source_variable = source, source_variable
        if not isinstance(source, Signal):
            check_neurons(source, "source", self)
        self.index = self._places(index)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Population and variable that is set, e.g. ``"cells.x"``."""
        return f"{self.target.name}.{self.variable}"

    def _ends(self) -> dict[str, Any]:
        return {"target": self.target, "source": self.source}

    def _places(self, index: Any) -> np.ndarray:
        size = 1 if isinstance(self.source, Signal) else len(self.source)
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
