"""Pickling: functions and classes that are found by name, and classes created from text."""

from __future__ import annotations

import functools
import sys
from types import FrameType, FunctionType
from typing import Any

from spikesim.errors import ValidationError

# `copy` shares functions, and cloudpickle and dill serialise them: no name is needed.
_WHOLE = {"copy", "cloudpickle", "dill"}


def check_named(thing: Any, attribute: str | None, owner: object) -> None:
    """Raise an error if pickle, the caller, cannot find a function or class by its name."""
    if not isinstance(thing, (FunctionType, type)) or _found(thing) or _sent_whole():
        return
    how = "with class" if isinstance(thing, type) else "with def"
    other = "" if isinstance(thing, type) else "not as a lambda and "
    raise ValidationError(
        f"cannot be sent to another process: {thing.__qualname__!r} is not found by its name in "
        f"the module {thing.__module__!r}. Write it {how} at the top of a module, {other}not "
        "within a function",
        attribute, owner,
    )  # fmt: skip


def _found(thing: FunctionType | type) -> bool:
    found: Any = sys.modules.get(thing.__module__)
    for name in thing.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is thing


def _sent_whole() -> bool:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if _WHOLE & set(frame.f_globals.get("__name__", "").split(".")):
            return True
        frame = frame.f_back
    return False


class Recipe:
    """Arguments from which the class of a model from text is created, once per process.

    Attributes
    ----------
    base : type
        The base class, such as `Neuron`.
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
        for name, function in self.members.get("functions", {}).items():
            check_named(function, f"functions[{name!r}]", self.name)
        return {"base": self.base, "name": self.name, "members": self.members}

    def __copy__(self) -> Recipe:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Recipe:
        return self  # copies keep their class, so that they share a table


def blank(recipe: Recipe) -> Any:
    """Create an instance without attributes, for pickle to fill."""
    return recipe.kind.__new__(recipe.kind)
