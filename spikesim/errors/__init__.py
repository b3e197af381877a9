"""Everything spikesim raises or warns with, in the user's words."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable

from spikesim.errors.words import closest

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


class SpikesimError(Exception):
    """Base of all errors raised by spikesim."""


class ValidationError(SpikesimError, ValueError):
    """A value that the user gave cannot be used.

    Parameters
    ----------
    message : str
        What is wrong and what is allowed, with the value received and its unit.
    attribute : str, optional
        The parameter or argument concerned, such as ``"tau_m"``.
    obj : str or object, optional
        The object concerned: its name, or an object whose ``name`` or class is used.

    Examples
    --------
    >>> raise ValidationError("must be positive, got -3.0 ms", "tau_m", "LIF")
    Traceback (most recent call last):
    spikesim.errors.ValidationError: LIF.tau_m: must be positive, got -3.0 ms
    """

    def __init__(self, message: str, attribute: str | None = None, obj: object = None):
        self.message = message
        self.attribute = attribute
        self.obj = None if obj is None else describe(obj)
        place = ".".join(part for part in (self.obj, attribute) if part)
        super().__init__(f"{place}: {message}" if place else message)

    def __reduce__(self) -> tuple[type, tuple[str, str | None, str | None]]:
        return type(self), (self.message, self.attribute, self.obj)


class InvalidAttributeError(ValidationError, AttributeError):  # type: ignore[misc]  # both have obj
    """An attribute that an object does not have, or that cannot be set."""


class InvalidCallError(SpikesimError, TypeError):
    """A call with arguments that what is called does not take, or without some that it needs."""


class SimulationError(SpikesimError, RuntimeError):
    """A running simulation cannot go on; what was recorded until then is kept."""


class NotBuiltError(SimulationError, AttributeError):
    """Something that a network has only once it is built."""


class SpikesimWarning(UserWarning):
    """Something was changed or assumed that the user should know of."""


def warn(message: str) -> None:
    """Give a `SpikesimWarning` that points at the user's line, the first outside of the package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, SpikesimWarning, stacklevel=level)


def describe(obj: object) -> str:
    """The name under which messages speak of `obj`."""
    if isinstance(obj, str):
        return obj
    name = getattr(obj, "name", None)
    return name if isinstance(name, str) and name else type(obj).__name__


def unknown_name(
    name: object,
    valid: Iterable[str],
    attribute: str | None = None,
    obj: object = None,
    *,
    unlisted: Iterable[str] = (),
) -> ValidationError:
    """A ValidationError for a name that does not exist, listing those that do.

    Names that are `unlisted` may be meant too.
    """
    valid = list(valid)
    listed = ", ".join(map(repr, valid)) if valid else "none"
    message = f"unknown name {name!r}{nearest(name, [*valid, *unlisted])}; valid names: {listed}"
    return ValidationError(message, attribute, obj)


def nearest(name: object, valid: Iterable[str]) -> str:
    """The question whether the most similar of the valid names was meant; empty if none is."""
    found = closest(str(name), list(valid))
    return f" (did you mean {found!r}?)" if found else ""
