"""User-defined Python functions in models: read their source and copy it into generated kernels.

A function either computes plain numbers within an expression, or is the whole step of a neuron. It
may use numbers, its arguments, local variables, `if`, `for`, and the functions available in
equations. Any other value must be passed as an argument.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from spikesim.errors import ValidationError, unknown_name
from spikesim.language.expressions import FUNCTIONS, RAND

_OWN = (
    "exp",
    "expm1",
    "exprel",
    "tanh",
    "sinh",
    "cosh",
    "sign",
    "clip",
    "trunc",
    "mod",
)  # of spikesim.kernels.functions
_MATH = {"arctan": "atan as arctan"}
_PYTHON = ("abs", "min", "max")
_BUILTIN = {"range", "int", "float", "bool", "round", "True", "False"}
_KEPT = "__spikesim_source__"
KNOWN_FUNCTIONS = {*FUNCTIONS, *_BUILTIN, RAND}
"""Names that variables and parameters must not have."""


@dataclass(frozen=True)
class Function:
    """Source of a user-defined Python function.

    Attributes
    ----------
    name : str
        Name by which equations call it.
    arguments : tuple of str
        Names of its arguments.
    returned : tuple of str
        Names in the last ``return`` statement; empty where it returns anything but plain names.
    tree : ast.FunctionDef
        Its syntax tree.
    """

    name: str
    arguments: tuple[str, ...]
    returned: tuple[str, ...]
    tree: ast.FunctionDef

    def lines(self, name: str) -> list[str]:
        """Source lines of the function as a kernel under another name."""
        body = self.tree.body
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        head = f"def {name}({', '.join(self.arguments)}):"
        text = "\n".join(ast.unparse(node) for node in body)
        return ["@kernel(inline=True)", head, *textwrap.indent(text, "    ").splitlines()]

    def for_arrays(self) -> Callable[..., Any]:
        """Version of the function for arrays."""
        known: dict[str, Any] = dict(FUNCTIONS)
        tree = ast.FunctionDef(self.tree.name, self.tree.args, self.tree.body, [], None)
        exec(compile(ast.unparse(ast.fix_missing_locations(tree)), self.name, "exec"), known)
        return np.vectorize(known[self.tree.name], otypes=[float])

    @property
    def calls(self) -> set[str]:
        """Built-in functions of the model language that it calls."""
        return {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)} & set(FUNCTIONS)


def read_function(function: Callable[..., Any], name: str, owner: str, attribute: str) -> Function:
    """Read the source of a user-defined function.

    Raises
    ------
    ValidationError
        If its source is not available, or it uses a name that is neither an argument nor known.
    """
    try:
        source = textwrap.dedent(_source_of(function))
        tree = next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef))
    except (OSError, TypeError, SyntaxError, StopIteration) as error:
        raise ValidationError(
            f"{name!r} must be a Python function whose source can be read (def, in a file): "
            f"{error if str(error) else 'its source contains no def'}", attribute, owner,
        ) from None  # fmt: skip
    given = tree.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.defaults:
        raise ValidationError(
            f"{name!r} must take plain arguments, without defaults or stars", attribute, owner
        )
    arguments = tuple(a.arg for a in [*given.posonlyargs, *given.args])
    local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
             and isinstance(n.ctx, ast.Store)}  # fmt: skip
    known = {*arguments, *local, *FUNCTIONS, *_BUILTIN}
    body = [n for statement in tree.body for n in ast.walk(statement)]
    for node in body:
        if isinstance(node, ast.Name) and node.id not in known:
            raise unknown_name(node.id, sorted({*arguments, *local}), f"{attribute}, {name}", owner)
    last = tree.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        raise ValidationError(f"{name!r} must end with return", attribute, owner)
    values = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    plain = [v.id for v in values if isinstance(v, ast.Name)]
    returned = tuple(plain) if len(plain) == len(values) else ()
    return Function(name, arguments, returned, tree)


def _source_of(function: Callable[..., Any]) -> str:
    """Source of a function, also stored on it: in a joblib worker the file may not exist."""
    kept = getattr(function, _KEPT, None)
    if not isinstance(kept, str):
        kept = inspect.getsource(function)
        if isinstance(function, FunctionType):
            setattr(function, _KEPT, kept)
    return kept


def read_functions(functions: Mapping[str, Any], owner: str) -> dict[str, Function]:
    """Read all functions of a model, by the names used in its equations."""
    for name in functions:
        if name in KNOWN_FUNCTIONS:
            raise ValidationError(f"{name!r} is a function already", "functions", owner)
    return {name: read_function(f, name, owner, "functions") for name, f in functions.items()}


def imports_of(called: Iterable[str]) -> list[str]:
    """Import lines of a generated module for the functions that it calls."""
    known = sorted(set(called) & set(FUNCTIONS) - set(_PYTHON))
    plain = [_MATH.get(name, name) for name in known if name not in _OWN]
    own = [name for name in known if name in _OWN]
    lines = [f"from math import {', '.join(plain)}"] if plain else []
    return lines + ([f"from spikesim.kernels.functions import {', '.join(own)}"] if own else [])
