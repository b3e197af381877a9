"""Classes of models that are made from text: no module has them, so they are sent by what they are
made of."""

from __future__ import annotations

import functools
from typing import Any

from spikesim.pickling import check_named


class Recipe:
    """How the class of a model from text is made, once.

    Attributes
    ----------
    base : type
        `Neuron`.
    name : str
        What the class is called.
    members : dict
        Its attributes.
    """

    def __init__(self, base: type, name: str, members: dict[str, Any]):
        self.base, self.name, self.members = base, name, members

    @functools.cached_property
    def kind(self) -> Any:
        """The class."""
        return type(self.name, (self.base,), {**self.members, "_recipe": self})

    def __getstate__(self) -> dict[str, Any]:
        for name, function in self.members["functions"].items():
            check_named(function, f"functions[{name!r}]", self.name)
        return {"base": self.base, "name": self.name, "members": self.members}

    def __copy__(self) -> Recipe:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Recipe:
        return self  # models of one class share a table, copies too


def blank(recipe: Recipe) -> Any:
    """An instance without attributes, which pickle gives them."""
    return recipe.kind.__new__(recipe.kind)
