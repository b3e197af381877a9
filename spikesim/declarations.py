"""What the class of a model says: members that its kind does not know are refused.

A member is known if the kind, such as `Neuron`, declares it by a value or an annotation.
Parameters, methods, properties, classes and names that begin with an underscore are free.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from spikesim.errors import ValidationError, nearest
from spikesim.fixed import FixedDict
from spikesim.units import Param, Quantity

_PARAMETERS = "Parameters\n----------"


def members_of(cls: type, root: type) -> dict[str, Any]:
    """Public members of a class's own, and of plain classes that it is the first to mix in."""
    seen = {base for parent in cls.__bases__ if issubclass(parent, root) for base in parent.__mro__}
    mixed = [base for base in cls.__mro__[1:] if not issubclass(base, root) and base not in seen]
    found: dict[str, Any] = {}
    for base in (*reversed(mixed), cls):
        if base is not object:
            found |= {name: value for name, value in vars(base).items() if name[0] != "_"}
    return found


def check_members(cls: type, root: type, members: dict[str, Any]) -> None:
    """Raise for a member, or an annotation without a value, that would be ignored."""
    if root in cls.__bases__:  # a kind of its own, which says what there is
        return
    known, parameters = declarations(cls, root), set(cls.declared)  # type: ignore[attr-defined]
    noted = {n: None for n in inspect.get_annotations(cls) if n[0] != "_" and n not in members}
    for name, value in {**noted, **members}.items():
        free = isinstance(value, (Param, type)) or hasattr(value, "__get__")
        if name in parameters:
            if name in members and not isinstance(value, Param):
                raise _not_declared_so(cls, name, value)
        elif name not in known and not (free and name in members):
            raise _unknown(cls, root, name, sorted(known), parameters)


def fix_members(cls: type) -> None:
    """Dictionaries of a class cannot be changed: all its models share them."""
    for name, value in list(vars(cls).items()):
        if name[0] != "_" and type(value) is dict:
            setattr(cls, name, FixedDict(value))


def documented(cls: type, root: type) -> str | None:
    """The docstring of a class with the parameters that it declares, as ``help`` shows it."""
    declared: dict[str, Param] = cls.declared  # type: ignore[attr-defined]
    text = vars(cls).get("__doc__")
    if not declared or (text is None and not any(n in declared for n in vars(cls))):
        return text  # that of the class it is made from holds for it too
    lines = []
    for name, p in declared.items():
        default = "required" if p.default is None else f"default {p.default:g}"
        lines += [f"{name} : {p.unit}", f"    {p.doc or 'parameter'}; {p.allowed}, {default}"]
    before, head, behind = inspect.cleandoc(text or "").partition(_PARAMETERS)
    others = [] if head else [n for n in keywords_of(cls) if n not in declared]
    if others:
        kind = next((base for base in reversed(cls.__mro__) if root in base.__bases__), cls)
        lines += [f"{', '.join(others)} : optional", f"    see `{kind.__name__}`"]
    return "\n".join([f"{before.rstrip()}\n\n{_PARAMETERS}".lstrip(), *lines, behind.lstrip("\n")])


def declarations(cls: type, root: type) -> set[str]:
    """Names that the kind of a class declares."""
    kinds = [base for base in cls.__mro__[1:] if root in base.__bases__]
    parameters: dict[str, Param] = cls.declared  # type: ignore[attr-defined]
    return set().union(*map(_declared_by, kinds)) - set(parameters)


@functools.cache
def _declared_by(kind: Any) -> frozenset[str]:
    """Names that a kind gives a value, or annotates if they are not given to instances."""
    valued = {name for name, value in vars(kind).items() if not hasattr(value, "__get__")}
    noted = set(inspect.get_annotations(kind)) - set(keywords_of(kind))
    return frozenset(name for name in valued | noted if name[0] != "_" and name != "declared")


def keywords_of(cls: type) -> list[str]:
    """What may be given by name when an instance is made, besides declared parameters."""
    found: dict[str, None] = {}
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            found |= dict.fromkeys(_named(vars(base)["__init__"]))
    return [name for name in found if name != "self"]


def _named(function: Callable[..., Any]) -> tuple[str, ...]:
    """Arguments that may be given by name."""
    taken = inspect.signature(function).parameters.values()
    return tuple(p.name for p in taken if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD))


def _unknown(
    cls: type, root: type, name: str, known: list[str], parameters: set[str]
) -> ValidationError:
    """The error for a member that would be ignored."""
    if name in keywords_of(cls):
        message = f"give it when the model is made, {cls.__name__}({name}=...); a class has none"
        return ValidationError(message, name, cls.__name__)
    kind = next(base for base in reversed(cls.__mro__) if root in base.__bases__)
    return ValidationError(
        f"is nothing that a {kind.__name__} knows{nearest(name, [*known, *parameters])}; it knows "
        f"{', '.join(known) or 'nothing'} and parameters, {name} = param(...); what is your own "
        "begins with an underscore", name, cls.__name__,
    )  # fmt: skip


def _not_declared_so(cls: type, name: str, value: Any) -> ValidationError:
    """The error for a parameter that is written as a plain value."""
    declared: Param = cls.declared[name]  # type: ignore[attr-defined]
    number = value.value if isinstance(value, Quantity) else value
    shown = f"{number!r}" if isinstance(number, (int, float)) else "..."
    return ValidationError(
        f"is a parameter, so that its default is declared, {name} = param({shown}, "
        f"{declared.unit}); got {value!r}", name, cls.__name__,
    )  # fmt: skip
