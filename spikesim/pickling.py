"""Whether pickle can send a function that users put into a description to another process."""

from __future__ import annotations

import sys
from types import FrameType, FunctionType
from typing import Any

from spikesim.errors import ValidationError

# Copies share functions, and these send them as they are: they need no name.
_WHOLE = {"copy", "cloudpickle", "dill"}


def check_named(function: Any, attribute: str, owner: object) -> None:
    """Raise if pickle, which is at work, would not find a function by its name."""
    if not isinstance(function, FunctionType) or _found(function) or _sent_whole():
        return
    raise ValidationError(
        f"cannot be sent to another process: {function.__qualname__!r} is not found by its name in "
        f"the module {function.__module__!r}. Write it with def at the top of a module, not as a "
        "lambda and not within another function",
        attribute, owner,
    )  # fmt: skip


def _found(function: FunctionType) -> bool:
    found: Any = sys.modules.get(function.__module__)
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function


def _sent_whole() -> bool:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if _WHOLE & set(frame.f_globals.get("__name__", "").split(".")):
            return True
        frame = frame.f_back
    return False
