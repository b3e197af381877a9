"""Interface of a mechanism. The mechanisms themselves are in `spikesim.mechanisms`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spikesim.description.description import Description
from spikesim.description.populations import View
from spikesim.planning.context import Context
from spikesim.planning.settings import IdentityEntry
from spikesim.planning.use import Use
from spikesim.runtime.part import Part


def nothing(*_: Any) -> Any:
    """Return an empty list: the default of optional callables."""
    return []


@dataclass(frozen=True)
class Mechanism:
    """How the described objects of one kind become a `Part` that takes part in each step.

    Attributes
    ----------
    name : str
        Name of its part.
    claims : callable
        Whether this mechanism handles a projection or an element.
    plan : callable
        Builds the part from all of these objects and the `Context`; None if there is nothing to do.
    check : callable
        Raises if an object that is about to be added is invalid, so that errors are raised at the
        user's line; takes the object and the `Description`.
    identity : callable
        Describes one of its objects for saved states; takes the object, the context and the part.
        Projections are described in `spikesim.planning.identity`.
    memory : callable
        Memory use of its objects; takes the objects and the description.
    currents : callable
        Neurons to which an object gives a current (pA), so that their equations include one.
    appends : callable
        List with the value that an object appends to the flat state; empty for none.
    """

    name: str
    claims: Callable[[Any], bool]
    plan: Callable[[list[Any], Context], Part | None]
    check: Callable[[Any, Description], None] = nothing
    identity: Callable[[Any, Context, Any], IdentityEntry] | None = None
    memory: Callable[[list[Any], Description], Iterable[Use]] = nothing
    currents: Callable[[Any], Sequence[View]] = nothing
    appends: Callable[[Any], Sequence[float]] = nothing


def is_a(*kinds: type) -> Callable[[Any], bool]:
    """Return a function that claims elements of these classes."""
    return lambda element: isinstance(element, kinds)
