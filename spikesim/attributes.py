"""Base class of public objects: unknown attributes raise an error, and others are read-only.

An object is finished when its ``__init__`` returns, including that of a user's subclass. From then
on only properties with a setter can be set, and internal names, which begin with an underscore.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from spikesim.calls import misfit, public
from spikesim.errors import InvalidAttributeError, nearest
from spikesim.fixed import fixed
from spikesim.pickling import check_named

C = TypeVar("C", bound=type)
T = TypeVar("T", bound="Guarded")

PACKAGE = __name__.split(".")[0]


class Guarded:
    """Base class of public objects with protected attributes."""

    _finished = False
    _extensible = False  # whether attributes set in a user's subclass stay writable

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__init__ is not object.__init__ and not hasattr(cls.__init__, "finishes"):
            cls.__init__ = finishing(cls.__init__)  # type: ignore[method-assign]
        if cls.__module__.split(".")[0] == PACKAGE:
            _name_calls(cls)

    def __reduce_ex__(self, protocol: Any) -> Any:
        check_named(type(self), None, type(self).__name__)
        return super().__reduce_ex__(protocol)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state; make arrays read-only, which `copy` and `pickle` do not preserve."""
        vars(self).update(state)
        if self._finished:
            finish(self)

    def _instead(self, name: str) -> str:
        """Reason why an existing attribute cannot be set, and what to do instead."""
        return "is read-only"

    def _absent(self, name: str) -> str:
        """Addition to the message for an attribute that does not exist."""
        return nearest(name, [n for n in dir(self) if n[0] != "_"])

    def _settable(self) -> list[str]:
        """Names of attributes that can be set."""
        kind = type(self)
        return [n for n in dir(kind) if n[0] != "_" and _has_setter(kind, n)]

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __setattr__(self, name: str, value: Any) -> None:
            free = not self._finished or name[:1] == "_" or _has_setter(type(self), name)
            if free or (self._extensible and name in vars(self)):
                object.__setattr__(self, name, value)
            elif name in vars(self) or hasattr(type(self), name):
                raise InvalidAttributeError(self._instead(name), name, self)
            else:
                raise _unknown(self, name, self._settable())

        def __delattr__(self, name: str) -> None:
            if name[:1] != "_" and self._finished:
                raise InvalidAttributeError("cannot be deleted", name, self)
            object.__delattr__(self, name)

        def __getattr__(self, name: str) -> Any:
            if name[:1] == "_" or name == "name":  # messages use `name` themselves
                kind = type(self).__name__
                raise AttributeError(f"{kind!r} object has no attribute {name!r}")
            if hasattr(type(self), name):  # a property raised an error: raise it again
                return object.__getattribute__(self, name)
            raise _unknown(self, name, [])


def _unknown(thing: Guarded, name: str, settable: list[str]) -> InvalidAttributeError:
    """Error for an attribute that an object does not have."""
    can = f"; what can be set: {', '.join(settable)}" if settable else ""
    message = f"there is no such attribute{thing._absent(name)}{can}"
    return InvalidAttributeError(message, name, thing)


def _has_setter(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    return isinstance(found, property) and found.fset is not None


def finishing(init: Callable[..., None]) -> Callable[..., None]:
    """Wrap an ``__init__`` so that it finishes the object, unless it is called by a subclass."""

    @functools.wraps(init)
    def made(self: Any, *args: Any, **values: Any) -> None:
        try:
            init(self, *args, **values)
        except TypeError as error:
            refusal = misfit(init, (self, *args), values, error)
            if refusal is None:
                raise
        else:
            if type(self).__init__ is made:
                finish(self)
            return
        raise refusal

    made.finishes = True  # type: ignore[attr-defined]
    return made


def finish(thing: Any) -> None:
    """Make an object and its contents immutable."""
    held = vars(thing)
    if not thing._extensible:
        held |= {name: fixed(value) for name, value in held.items() if name[0] != "_"}
    if not type(thing)._finished:
        held["_finished"] = True


def guarded(cls: C) -> C:
    """Decorator that gives a frozen dataclass the error messages of `Guarded`; put it first."""
    del cls.__setattr__, cls.__delattr__
    cls._finished = True  # type: ignore[attr-defined]  # on the class, so that it is not in `vars`
    cls.__init__ = finishing(cls.__init__)  # type: ignore[misc]
    return cls


def put(thing: Guarded, /, **values: Any) -> None:
    """Set attributes that are read-only for users."""
    vars(thing).update({name: fixed(value) for name, value in values.items()})


def copy_with(thing: T, /, **values: Any) -> T:
    """Copy a finished object with some values replaced."""
    other = object.__new__(type(thing))  # ten times faster than copy.copy
    vars(other).update(vars(thing))
    put(other, **values)
    return other


def _name_calls(cls: type) -> None:
    """Make errors of wrong calls of a class's methods name the public class."""
    for name, member in list(vars(cls).items()):
        if name[0] == "_":
            continue
        if isinstance(member, FunctionType):
            setattr(cls, name, public(member))
        elif isinstance(member, classmethod):
            setattr(cls, name, classmethod(public(member.__func__)))
