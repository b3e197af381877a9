"""Exceptions and warnings of spikesim."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable

from spikesim.errors.words import closest

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


class SpikesimError(Exception):
    """Base class of all errors raised by spikesim."""


class ValidationError(SpikesimError, ValueError):
    """Invalid value or argument.

    Parameters
    ----------
    message : str
        The fault and what is allowed, with the value received and its unit.
    attribute : str, optional
        Parameter or argument, such as ``"tau_m"``.
    obj : str or object, optional
        Object: its name, or an object whose ``name`` or class is used.

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
    """Attribute that does not exist or cannot be set."""


class InvalidCallError(SpikesimError, TypeError):
    """Call with unexpected, missing or repeated arguments."""


class SimulationError(SpikesimError, RuntimeError):
    """A simulation cannot continue; data recorded until then is kept."""


class NotBuiltError(SimulationError, AttributeError):
    """Attribute or method that requires a built network."""


class SpikesimWarning(UserWarning):
    """Warning about a changed or assumed value."""


def warn(message: str) -> None:
    """Issue a `SpikesimWarning` that points at the user's code, outside the package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, SpikesimWarning, stacklevel=level)


def describe(obj: object) -> str:
    """Name of `obj` in messages."""
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
    """ValidationError for an unknown name, with a list of the valid names.

    Names in `unlisted` are suggested too, but not listed.
    """
    valid = list(valid)
    listed = ", ".join(map(repr, valid)) if valid else "none"
    message = f"unknown name {name!r}{nearest(name, [*valid, *unlisted])}; valid names: {listed}"
    return ValidationError(message, attribute, obj)


def check_known(
    name: object, valid: Iterable[str], attribute: str | None = None, obj: object = None
) -> str:
    """Return a name that is among the valid ones; raise an error for everything else."""
    valid = list(valid)
    if not isinstance(name, str) or name not in valid:
        raise unknown_name(name, valid, attribute, obj)
    return name


def nearest(name: object, valid: Iterable[str]) -> str:
    """Question for the message whether the most similar valid name was meant; empty if none."""
    found = closest(str(name), list(valid))
    return f" (did you mean {found!r}?)" if found else ""
