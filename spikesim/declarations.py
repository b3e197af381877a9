"""Checks of the class body of a user-defined model: unknown members raise an error.

A member is known if the base class, such as `Neuron`, declares it by a value or an annotation.
Parameters, methods, properties, classes and names that begin with an underscore are allowed.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import re
from typing import Any

from spikesim.errors import ValidationError, nearest
from spikesim.fixed import FixedDict
from spikesim.units import Param, Quantity, one

_PARAMETERS = "Parameters\n----------"
_SECTION = re.compile(r"^(?=[A-Z][A-Za-z ]+\n-{3,}$)", re.MULTILINE)  # start of a section


def members_of(cls: type, root: type) -> dict[str, Any]:
    """Public members of a class, and of mixins that no other base class has."""
    seen = {base for parent in cls.__bases__ if issubclass(parent, root) for base in parent.__mro__}
    mixed = [base for base in cls.__mro__[1:] if not issubclass(base, root) and base not in seen]
    found: dict[str, Any] = {}
    for base in (*reversed(mixed), cls):
        if base is not object:
            found |= {name: value for name, value in vars(base).items() if name[0] != "_"}
    return found


def check_members(cls: type, root: type, members: dict[str, Any]) -> None:
    """Raise an error for a member, or an annotation without a value, that would be ignored."""
    if root in cls.__bases__:  # a base class such as Neuron, which declares the members
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
    """Make the dictionaries of a class immutable, because all instances share them."""
    for name, value in list(vars(cls).items()):
        if name[0] != "_" and type(value) is dict:
            setattr(cls, name, FixedDict(value))


def documented(cls: type, root: type) -> str | None:
    """Docstring of a class with its declared parameters added, as ``help`` shows it."""
    declared: dict[str, Param] = cls.declared  # type: ignore[attr-defined]
    text = vars(cls).get("__doc__")
    if not declared or (text is None and not any(n in declared for n in vars(cls))):
        return text  # it inherits the docstring of its base class
    summary, entries, sections = _pieces(text)
    others = [] if entries else [n for n in keywords_of(cls) if n not in declared]
    for name, p in declared.items():
        kind = "float" if p.unit == one else f"float ({p.unit})"
        default = "required" if p.default is None else f"default {p.default:g}"
        entries.append(f"{name} : {kind}\n    {p.doc or 'parameter'}; {p.allowed}, {default}")
    for base in cls.__mro__:  # each class documents the arguments that it takes
        told = [e for e in _pieces(vars(base).get("__doc__"))[1] if set(_names(e)) & set(others)]
        others = [n for n in others if not any(n in _names(entry) for entry in told)]
        entries += told
    entries += [f"{', '.join(others)} : optional\n    See its ``__init__``."] if others else []
    entries.sort(key=lambda entry: entry.startswith("**"))
    parts = [summary, "\n".join([_PARAMETERS, *entries]), *sections]
    return "\n\n".join(filter(None, parts)) + "\n"


def _pieces(text: str | None) -> tuple[str, list[str], list[str]]:
    """Split a docstring into its summary, the entries of its parameters, and other sections."""
    summary, *sections = (part.strip() for part in _SECTION.split(inspect.cleandoc(text or "")))
    written = next((s for s in sections if s.startswith(_PARAMETERS)), "")
    entries = re.split(r"\n(?=\S)", written.removeprefix(_PARAMETERS).strip())
    return summary, [e for e in entries if e], [s for s in sections if s != written]


def _names(entry: str) -> list[str]:
    """Names of the parameters that an entry of a docstring documents."""
    return entry.partition("\n")[0].partition(" : ")[0].split(", ")


def signature_of(cls: type) -> inspect.Signature:
    """Signature of a class with its declared parameters, as ``help`` shows it.

    An ``__init__`` with ``**values`` accepts the declared parameters, and other arguments that the
    docstring documents. ``**values`` itself is shown only if the docstring documents it.
    """
    own = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    shown = {p.name: p for p in own if p.kind is not p.VAR_KEYWORD}
    if len(shown) == len(own):
        return inspect.Signature(own)
    declared: dict[str, Param] = cls.declared  # type: ignore[attr-defined]
    told = [name for entry in _pieces(inspect.getdoc(cls))[1] for name in _names(entry)]
    by_name = inspect.Parameter.KEYWORD_ONLY
    for name, p in declared.items():
        default = inspect.Parameter.empty if p.default is None else p.default
        if name not in shown and not keyword.iskeyword(name):
            shown[name] = inspect.Parameter(name, by_name, default=default)
    for name, given in _keywords(cls).items():
        if name in told and name not in shown:
            shown[name] = given.replace(kind=by_name)
    rest = [p for p in own[-1:] if f"**{p.name}" in told]
    place = {name: k for k, name in enumerate(told)}  # the order of keyword arguments is free
    order = sorted(
        shown.values(), key=lambda p: (p.kind, place.get(p.name, 0) if p.kind == by_name else 0)
    )
    return inspect.Signature([*order, *rest])


def declarations(cls: type, root: type) -> set[str]:
    """Names of members that the base classes of a class declare."""
    kinds = [base for base in cls.__mro__[1:] if root in base.__bases__]
    parameters: dict[str, Param] = cls.declared  # type: ignore[attr-defined]
    return set().union(*map(_declared_by, kinds)) - set(parameters)


@functools.cache
def _declared_by(kind: Any) -> frozenset[str]:
    """Names that a base class assigns, or annotates without being arguments of instances."""
    valued = {name for name, value in vars(kind).items() if not hasattr(value, "__get__")}
    noted = set(inspect.get_annotations(kind)) - set(keywords_of(kind))
    return frozenset(name for name in valued | noted if name[0] != "_" and name != "declared")


def keywords_of(cls: type) -> list[str]:
    """Keyword arguments of a class other than declared parameters."""
    return list(_keywords(cls))


def _keywords(cls: type) -> dict[str, inspect.Parameter]:
    """Keyword arguments of the ``__init__`` of a class and its base classes."""
    found: dict[str, inspect.Parameter] = {}
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            for p in inspect.signature(vars(base)["__init__"]).parameters.values():
                if p.name != "self" and p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD):
                    found.setdefault(p.name, p)
    return found


def _unknown(
    cls: type, root: type, name: str, known: list[str], parameters: set[str]
) -> ValidationError:
    """Error for a member that would be ignored."""
    if name in keywords_of(cls):
        message = f"give it when the model is made, {cls.__name__}({name}=...); a class has none"
        return ValidationError(message, name, cls.__name__)
    kind = next(base for base in reversed(cls.__mro__) if root in base.__bases__)
    return ValidationError(
        f"{kind.__name__} has no attribute {name!r}{nearest(name, [*known, *parameters])}; a class "
        f"may set {', '.join([*known, f'parameters ({name} = param(...))'])}; prefix private "
        "attributes with an underscore", name, cls.__name__,
    )  # fmt: skip


def _not_declared_so(cls: type, name: str, value: Any) -> ValidationError:
    """Error for a parameter that is assigned a plain value in the class body."""
    declared: Param = cls.declared[name]  # type: ignore[attr-defined]
    number = value.value if isinstance(value, Quantity) else value
    shown = f"{number!r}" if isinstance(number, (int, float)) else "..."
    return ValidationError(
        f"is a parameter, so that its default is declared, {name} = param({shown}, "
        f"{declared.unit}); got {value!r}", name, cls.__name__,
    )  # fmt: skip
