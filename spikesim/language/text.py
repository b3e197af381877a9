"""Parse model text: differential equations, subexpressions, parameters and statements.

A statement is one of

    dx/dt = expression : unit      an equation; flags: (unless refractory)
    x = expression : unit          a subexpression; flags: (constant over dt)
    x : unit                       a parameter; flags: (constant), (shared), (linked)

and may run over several lines. ``#`` begins a comment.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from spikesim.errors import ValidationError, nearest
from spikesim.language import expressions as ex
from spikesim.language.parsing import parse
from spikesim.units import Param, Unit

_STATEMENT = re.compile(
    r"^(?:d(?P<ode>\w+)\s*/\s*dt|(?P<name>\w+))\s*(?:=\s*(?P<rhs>[^:]+?)\s*)?"
    r":\s*(?P<labels>.*)$",
    re.S,
)
_BEGINS = re.compile(r"^(d\w+\s*/\s*dt|\w+)\s*(=(?!=)|:)")
_FORMS = "expected 'dx/dt = expression : unit', 'x = expression : unit' or 'x : unit'"
FLAGS = {
    "ode": ("unless refractory",),
    "subexpression": ("constant over dt",),
    "parameter": ("constant", "shared", "linked"),
}
_STATEMENTS = {"ode": "an equation", "subexpression": "a subexpression", "parameter": "a parameter"}
_FLAGGED = re.compile(r"^(.*[^\s(/*])\s*(\()([^()]*\)?)$", re.S)
BOOLEAN = "boolean"  # unit of variables that are 0 or 1
_ASSIGNMENT = re.compile(r"^(\w+)\s*(\+|-|\*|/)?=(?!=)\s*(.+)$", re.S)


@dataclass(frozen=True)
class Equation:
    """One statement: its right-hand side, the unit of its name, and its flags."""

    rhs: ast.expr
    unit: Unit
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Text:
    """Parsed text of a model.

    Attributes
    ----------
    odes, subexpressions : dict
        Equations, by variable.
    parameters : dict
        ``{name: (unit, flags)}`` of names without an expression.
    """

    odes: dict[str, Equation] = field(default_factory=dict)
    subexpressions: dict[str, Equation] = field(default_factory=dict)
    parameters: dict[str, tuple[Unit, frozenset[str]]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All names that the text defines."""
        return [*self.odes, *self.subexpressions, *self.parameters]

    @property
    def booleans(self) -> set[str]:
        """Names whose unit is ``boolean``."""
        flags = {name: eq.flags for name, eq in {**self.odes, **self.subexpressions}.items()}
        flags |= {name: own for name, (_, own) in self.parameters.items()}
        return {name for name, own in flags.items() if BOOLEAN in own}


def parse_text(
    text: str,
    owner: str,
    functions: Mapping[str, int] | None = None,
    flags: Mapping[str, tuple[str, ...]] = FLAGS,
) -> Text:
    """Parse the statements of a model's text; `flags` has those that each kind may have.

    Raises
    ------
    ValidationError
        If a statement cannot be read, or a name is defined twice.
    """
    if not isinstance(text, str):
        raise ValidationError(
            f"must be text such as 'dx/dt = -x / tau : mV', got {text!r}", "equations", owner
        )
    result = Text()
    for line in _statements(text, owner):
        match = _STATEMENT.match(line)
        if not match or (match["ode"] and not match["rhs"]):
            raise ValidationError(f"cannot read {line!r}; {_FORMS}", "equations", owner)
        name, rhs = match["ode"] or match["name"], match["rhs"]
        if keyword.iskeyword(name) or not name.isidentifier():
            what = "a word of Python" if keyword.iskeyword(name) else "no name"
            raise ValidationError(f"{name!r} is {what}; choose another", "equations", owner)
        if name in result.names:
            raise ValidationError(f"{name} is defined twice", "equations", owner)
        kind = "ode" if match["ode"] else "subexpression" if rhs else "parameter"
        unit, given = _labels(match["labels"], kind, line, owner, flags)
        if kind == "parameter":
            result.parameters[name] = (unit, given)
        else:
            tree = parse(rhs, owner, "equations", functions)
            into = result.odes if kind == "ode" else result.subexpressions
            into[name] = Equation(tree, unit, given)
    return result


def _statements(text: str, owner: str) -> list[str]:
    """Split text into statements, and join those that run over several lines."""
    found: list[str] = []
    begun = ""
    for raw in text.splitlines():
        line = raw.split("#")[0].strip()
        if not line:
            continue
        if begun and _BEGINS.match(line):
            raise ValidationError(f"{begun!r} has no unit; {_FORMS}", "equations", owner)
        begun = f"{begun} {line}".strip()
        if ":" in line:
            found.append(begun)
            begun = ""
    if begun:
        reason = "has no unit" if _BEGINS.match(begun) else "cannot be read"
        raise ValidationError(f"{begun!r} {reason}; {_FORMS}", "equations", owner)
    return found


def _labels(
    text: str, kind: str, line: str, owner: str, allowed_flags: Mapping[str, tuple[str, ...]]
) -> tuple[Unit, frozenset[str]]:
    """Unit and flags after the colon of a statement."""
    unit, behind, flags = text, "", ""
    if match := _FLAGGED.match(text):  # parentheses within a unit follow an operator
        unit, behind, flags = match.groups()
    found = _unit(unit, line, owner)
    known = allowed_flags[kind]
    if behind and not flags.endswith(")"):
        raise ValidationError(f"the flags of {line!r} have no end ')'", "equations", owner)
    given = frozenset(flag.strip() for flag in flags.rstrip(")").split(",") if flag.strip())
    for flag in sorted(given - set(known)):
        allowed = " or ".join(f"({name})" for name in known)
        raise ValidationError(
            f"{line!r} has an unknown flag {flag!r}{nearest(flag, known)}; flags of "
            f"{_STATEMENTS[kind]}: {allowed}", "equations", owner,
        )  # fmt: skip
    return found, given | {BOOLEAN} if unit == BOOLEAN else given


def _unit(text: str, line: str, owner: str) -> Unit:
    try:
        return Unit({BOOLEAN: "1", "integer": "1"}.get(text, text))
    except ValidationError as error:
        raise ValidationError(f"{error.message}, in {line!r}", "equations", owner) from None


def parse_statements(
    text: str | Mapping[str, str],
    owner: str,
    attribute: str,
    functions: Mapping[str, int] | None = None,
    parts: Mapping[str, ast.expr] | None = None,
    each: Callable[[str, ast.expr], ast.expr] | None = None,
) -> dict[str, ast.expr]:
    """Parse assignments: a mapping, or statements such as ``"v = c; u += d"``.

    Statements are executed in order, and the subexpressions `parts` see the assigned values. The
    returned expressions are in terms of the values before the first statement. The assignments of
    a mapping are simultaneous. `each` makes the value of a statement from its name and expression,
    before the assigned values are put in.
    """
    if isinstance(text, Mapping):
        return {
            name: parse(expression, owner, attribute, functions)
            for name, expression in text.items()
        }
    if not isinstance(text, str):
        raise ValidationError(
            f"must be statements such as 'v = c; u += d', or a mapping of them, got {text!r}",
            attribute, owner,
        )  # fmt: skip
    result: dict[str, ast.expr] = {}
    for line in (s.split("#")[0].strip() for s in re.split(r"[;\n]", text)):
        if not line:
            continue
        match = _ASSIGNMENT.match(line)
        if not match:
            raise ValidationError(
                f"cannot read {line!r}; expected 'x = expression' or 'x += expression'",
                attribute, owner,
            )  # fmt: skip
        name, operator, rhs = match.groups()
        tree = parse(f"{name} {operator} ({rhs})" if operator else rhs, owner, attribute,
                        functions)  # fmt: skip
        for _ in parts or {}:  # subexpressions that read each other form no longer chain
            tree = ex.substitute(tree, parts or {})
        tree = each(name, tree) if each else tree
        result[name] = ex.substitute(tree, result)
    return result


def text_parameters(
    text: Text, assigned: set[str], declared: Mapping[str, Param], owner: str
) -> dict[str, Param]:
    """Parameters that a text declares; assigned or linked names are variables instead.

    A class may declare a default for such a parameter, in the same unit.
    """
    for name in assigned & set(text.subexpressions):
        raise ValidationError(f"{name!r} is a subexpression, which cannot be set", "reset", owner)
    return {
        name: Param(None, unit, BOOLEAN if BOOLEAN in flags else "finite", shared="shared" in flags)
        for name, (unit, flags) in text.parameters.items()
        if name not in assigned and name not in declared and "linked" not in flags
    }
