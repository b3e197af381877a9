"""Better error messages for calls with wrong arguments.

Python's messages name the internal function, ``DescribedNetwork.project()``, and suggest no
alternative. Arguments are checked only after a call has failed.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, TypeVar

from spikesim.errors import InvalidCallError, nearest

F = TypeVar("F", bound=Callable[..., Any])

_TWICE = re.compile(r"got multiple values for (?:keyword )?argument '(\w+)'")
_MODULES = ("plot", "analysis", "interchange", "readout", "units")  # prefixes of public names


def public(function: F) -> F:
    """Decorator of public functions: report wrong arguments under the function's public name."""

    @functools.wraps(function)
    def called(*args: Any, **values: Any) -> Any:
        try:
            return function(*args, **values)
        except TypeError as error:
            refusal = misfit(function, args, values, error)
            if refusal is None:
                raise
        raise refusal

    return called  # type: ignore[return-value]


def misfit(
    function: Callable[..., Any], args: tuple[Any, ...], values: dict[str, Any], error: TypeError
) -> InvalidCallError | None:
    """Error for the arguments of a failed call; None if they match the signature."""
    signature = inspect.signature(function)
    name, own = _called(function, signature, args)
    taken = [p for p in signature.parameters.values() if p.name != own]
    words = {p.name for p in taken if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    try:
        signature.bind(*args, **values)
    except TypeError as reason:
        message = _reason(signature, taken, words, args[1:] if own else args, values) or str(reason)
        return InvalidCallError(f"{name}() {message}")
    twice = _TWICE.search(str(error))  # an argument may be repeated in a nested call
    if twice and twice[1] in values and twice[1] not in words:
        return InvalidCallError(f"{name}() {_unknown(twice[1], taken)}")
    return None


def _called(
    function: Callable[..., Any], signature: Signature, args: tuple[Any, ...]
) -> tuple[str, str]:
    """Public name of a function, and the name of its first argument if that is the object."""
    first = next(iter(signature.parameters), "")
    name = function.__name__
    if first in ("self", "cls") and args:
        owner = args[0] if first == "cls" else type(args[0])
        return (owner.__name__ if name == "__init__" else f"{owner.__name__}.{name}"), first
    module = function.__module__.split(".")[1:2]
    return ".".join([*(m for m in module if m in _MODULES), name]), ""


def _reason(
    signature: Signature,
    taken: list[Parameter],
    words: set[str],
    args: tuple[Any, ...],
    values: dict[str, Any],
) -> str | None:
    kinds = {p.kind for p in taken}
    if Parameter.VAR_KEYWORD not in kinds:
        for name in values:
            if name not in words:
                return _unknown(name, taken)
    placed = [p for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(args) > len(placed) and Parameter.VAR_POSITIONAL not in kinds:
        others = [p.name for p in taken if p.kind == p.KEYWORD_ONLY]
        most = f"at most {len(placed)}" if placed else "no"
        many = "s" * (len(placed) != 1)
        listed = f" ({', '.join(p.name for p in placed)})" if placed else ""
        by_name = f"; give others by name: {', '.join(f'{n}=...' for n in others)}"
        return (
            f"takes {most} positional argument{many}{listed}, got {len(args)}"
            f"{by_name if others else ''}"
        )
    for p in placed[: len(args)]:
        if p.name in values:
            return f"got the argument {p.name!r} twice, positional and by name"
    missing = [
        p.name for p in taken
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        and p.name not in values and p not in placed[: len(args)]
    ]  # fmt: skip
    if missing:
        many = "s" if len(missing) > 1 else ""
        return f"is missing the argument{many} {', '.join(map(repr, missing))}"
    return None


def _unknown(name: str, taken: list[Parameter]) -> str:
    names = [p.name for p in taken if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    takes = f"; it takes {', '.join(names)}" if names else "; it takes none"
    return f"has no argument {name!r}{nearest(name, names)}{takes}"
