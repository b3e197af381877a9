"""Pickling of model classes that are created from text, which belong to no module."""

from __future__ import annotations

import functools
from typing import Any

from spikesim.pickling import check_named


class Recipe:
    """Arguments from which the class of a model from text is created, once per process.

    Attributes
    ----------
    base : type
        `Neuron`.
    name : str
        Name of the class.
    members : dict
        Attributes of the class.
    """

    def __init__(self, base: type, name: str, members: dict[str, Any]):
        self.base, self.name, self.members = base, name, members

    @functools.cached_property
    def kind(self) -> Any:
        """The class, created on first use."""
        return type(self.name, (self.base,), {**self.members, "_recipe": self})

    def __getstate__(self) -> dict[str, Any]:
        for name, function in self.members["functions"].items():
            check_named(function, f"functions[{name!r}]", self.name)
        return {"base": self.base, "name": self.name, "members": self.members}

    def __copy__(self) -> Recipe:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Recipe:
        return self  # copies keep their class, so that they share a table


def blank(recipe: Recipe) -> Any:
    """Create an instance without attributes, for pickle to fill."""
    return recipe.kind.__new__(recipe.kind)
