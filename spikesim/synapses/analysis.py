"""Analysis of a plasticity rule: what belongs to a neuron, and how each variable evolves.

The variables of a rule are declared by equations, as if each synapse had all of them. Most need
not be stored for each synapse. A variable that only the spikes of one neuron change, by amounts
that do not depend on the synapse, has the same value at all synapses of that neuron. It is kept
once for the neuron: a *trace*, if it decays exponentially between spikes, else a *neuron variable*,
which is stepped. What remains, such as the weight, are the variables of the synapse.

A rule is carried out in one of two ways. With the method "events", a synapse is updated only at
spikes, which needs a solution of its equations between two spikes. With the method "steps", all
synapses are updated in every time step.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.language.dimensions import Scope
from spikesim.language.text import Text, parse_statements
from spikesim.units import Unit, is_unit_name, ms, mV, nS, one, pA

WEIGHT = "w"
PRE, POST = "_pre", "_post"  # suffixes of the variables of neurons
Statements = dict[str, ast.expr]


@dataclass(frozen=True)
class Variable:
    """A variable of a synapse or of a neuron.

    Attributes
    ----------
    name : str
        Its name.
    unit : Unit
        Unit of its values; 1 for the weight, if that has the unit of the receptor.
    rhs : ast.expr or None
        Derivative in its unit per ms; None if it changes only at events.
    """

    name: str
    unit: Unit
    rhs: ast.expr | None = None

    @property
    def decay_rate(self) -> ast.expr | None:
        """Coefficient (1/ms) of an equation that is linear in the variable alone; else None."""
        terms = None if self.rhs is None else linear_terms(self.rhs, {self.name})
        if terms is None or self.name not in terms:
            return None
        return terms[self.name]

    @property
    def target(self) -> ast.expr | None:
        """The part of the derivative that does not contain the variable itself."""
        terms = None if self.rhs is None else linear_terms(self.rhs, {self.name})
        return None if terms is None else terms.get(CONSTANT, ast.Constant(0.0))


@dataclass(frozen=True)
class Side:
    """What the pre- or the postsynaptic neuron keeps.

    Attributes
    ----------
    traces : dict of str to Variable
        Variables that decay exponentially to 0.
    stepped : dict of str to Variable
        Other variables that belong to the neuron.
    read : tuple of str
        Names of the state variables of the neuron that are read, such as ``"V_m"``.
    jumps : dict of str to expression
        Values after a spike of the neuron, from the values before it.
    """

    traces: dict[str, Variable]
    stepped: dict[str, Variable]
    read: tuple[str, ...]
    jumps: Statements

    @property
    def names(self) -> list[str]:
        """Names of its own variables, traces first."""
        return [*self.traces, *self.stepped]


@dataclass(frozen=True)
class RuleForm:
    """A rule as the kernels carry it out; expressions are in plain numbers.

    Attributes
    ----------
    pre, post : Side
        What is kept for neurons.
    variables : dict of str to Variable
        Variables of the synapse, the weight first.
    on_pre, on_post : dict of str to expression
        New values of variables of the synapse after a spike, from the values before it.
    parameters : tuple of str
        Names of the parameters.
    modulators : tuple of str
        Names of the modulators.
    reasons : tuple of str
        Why it must be stepped; empty if it can be updated at events.
    """

    pre: Side
    post: Side
    variables: dict[str, Variable]
    on_pre: Statements
    on_post: Statements
    parameters: tuple[str, ...]
    modulators: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    @property
    def evolves(self) -> bool:
        """Whether variables of the synapse change between events."""
        return any(v.rhs is not None for v in self.variables.values())


def analyse(
    owner: str,
    text: Text,
    on_pre: str,
    on_post: str,
    parameters: Mapping[str, Unit],
    modulators: tuple[str, ...],
    initial: Iterable[str] = (),
    signals: Mapping[str, Unit] | None = None,
) -> RuleForm:
    """Find out which variables belong to neurons, check units, and choose the method.

    Parameters
    ----------
    owner : str
        The rule's name, for errors.
    text : Text
        Its parsed equations.
    on_pre, on_post : str
        Statements at spikes.
    parameters : mapping of str to Unit
        Parameters with their units.
    modulators : tuple of str
        Names of modulators.
    initial : iterable of str
        Variables to which the user gives initial values, which thus belong to synapses.
    signals : mapping of str to Unit, optional
        Units of the variables of neurons that are read, such as ``V_m_post``. Default: those that
        their first letters suggest.
    """
    units = {name: eq.unit for name, eq in {**text.odes, **text.subexpressions}.items()}
    units |= {name: unit for name, (unit, _) in text.parameters.items()}
    units = {WEIGHT: one, **units, **parameters, **dict.fromkeys(modulators, one)}
    parts = {name: eq.rhs for name, eq in text.subexpressions.items()}
    at = {
        attribute: _statements(owner, attribute, given, units, parts)
        for attribute, given in (("on_pre", on_pre), ("on_post", on_post))
    }
    rates = {name: _expanded(eq.rhs, parts) for name, eq in text.odes.items()}
    used = set().union(*map(ex.names, [*at["on_pre"].values(), *at["on_post"].values(),
                                       *rates.values()]))  # fmt: skip
    read = {n for n in used - set(units) if n.endswith((PRE, POST))}
    units |= {n: (signals or {}).get(n, suggested_unit(n)) for n in read}
    assigned = dict.fromkeys([*at["on_pre"], *at["on_post"]])
    declared = dict.fromkeys([WEIGHT, *text.odes, *(n for n in assigned if n != WEIGHT)])
    variables: dict[str, Variable] = {}
    for name in declared:
        rhs = None
        if name in rates:
            scope = Scope(units, owner, "equations")
            what = f"d{name}/dt = {ex.source(text.odes[name].rhs)}"
            rhs = scope.convert(rates[name], units[name] / ms, what)
            rhs = None if isinstance(rhs, ast.Constant) and rhs.value == 0 else rhs
        variables[name] = Variable(name, units[name], rhs)
    for attribute, statements in at.items():
        scope = Scope(units, owner, attribute)
        for name, tree in statements.items():
            statements[name] = scope.convert(tree, units[name], f"the new value of {name}")
    fixed = {*parameters}
    pre, post = (
        _side(variables, at[own], at[other], fixed, suffix, {WEIGHT, *initial}, read)
        for own, other, suffix in (("on_pre", "on_post", PRE), ("on_post", "on_pre", POST))
    )
    rest = {n: v for n, v in variables.items() if n not in pre.names and n not in post.names}
    at_pre, at_post = ({n: t for n, t in at[k].items() if n in rest} for k in at)
    reasons = _reasons(pre, post, rest, fixed)
    return RuleForm(pre, post, rest, at_pre, at_post, tuple(parameters), modulators, tuple(reasons))


def suggested_unit(name: str) -> Unit:
    """Unit of a variable of a neuron, from the letter with which such names begin."""
    return {"V": mV, "I": pA, "g": nS}.get(name.partition("_")[0], one)


def _statements(
    owner: str, attribute: str, given: str, units: Mapping[str, Unit], parts: Statements
) -> Statements:
    try:
        statements = parse_statements(given, owner, attribute, parts=parts)
    except ValidationError:
        if (expression := given.strip()) and _is_expression(expression):
            raise ValidationError(
                f"{expression!r} does not say which variable it is the value of; write "
                f"'w = {expression}' for a new weight", attribute, owner,
            ) from None  # fmt: skip
        raise
    for name in statements:
        if name in parts:
            raise ValidationError(f"{name!r} is a subexpression, which cannot be set", attribute,
                                  owner)  # fmt: skip
    read: set[str] = set().union(set(statements), *map(ex.names, statements.values()))
    for name in sorted(read - set(units)):
        if not is_unit_name(name) and not name.endswith((PRE, POST)):
            error = unknown_name(name, sorted(units), attribute, owner)
            raise ValidationError(
                f"{error.message}; the equations declare variables, such as 'd{name}/dt = -{name} "
                "/ tau : 1'", attribute, owner,
            )  # fmt: skip
    return statements


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _expanded(tree: ast.expr, parts: Statements) -> ast.expr:
    for _ in parts:  # subexpressions that read each other form no longer chain
        tree = ex.substitute(tree, parts)
    return tree


def _side(
    variables: Mapping[str, Variable],
    own: Statements,
    other: Statements,
    fixed: set[str],
    suffix: str,
    stays: set[str],
    signals: set[str],
) -> Side:
    """The variables that one neuron changes alone: the largest such set."""
    read = {n for n in signals if n.endswith(suffix)}
    found = {n for n in variables if n not in stays and n not in other}
    while True:
        allowed = found | fixed | read
        kept = {n for n in found if _within(variables[n].rhs, allowed)
                and _within(own.get(n), allowed)}  # fmt: skip
        if kept == found:
            break
        found = kept
    # Only its spikes, or what it reads, tell that a variable belongs to this neuron.
    its = found & set(own)
    while True:
        more = {n for n in found - its if _reads(variables[n], own) & (read | its)}
        if not more:
            break
        its |= more
    found = its
    traces = {n for n in found if _is_trace(variables[n], fixed)}
    while True:  # a trace must not depend on what is stepped
        kept = {n for n in traces if _within(own.get(n), traces | fixed)}
        if kept == traces:
            break
        traces = kept
    order = [n for n in variables if n in found]
    rates = [v.rhs for v in variables.values() if v.rhs is not None]
    used = set().union(*map(ex.names, [*own.values(), *other.values(), *rates]))
    return Side(
        {n: variables[n] for n in order if n in traces},
        {n: variables[n] for n in order if n not in traces},
        tuple(sorted(n.removesuffix(suffix) for n in read & used)),
        {n: own[n] for n in order if n in own},
    )


def _reads(variable: Variable, own: Statements) -> set[str]:
    trees = [t for t in (variable.rhs, own.get(variable.name)) if t is not None]
    return set().union(*map(ex.names, trees)) if trees else set()


def _within(tree: ast.expr | None, names: set[str]) -> bool:
    return tree is None or ex.names(tree) <= names


def _is_trace(variable: Variable, fixed: set[str]) -> bool:
    """Whether a variable decays exponentially to 0 at a constant rate."""
    rate, target = variable.decay_rate, variable.target
    if rate is None or target is None or not ex.names(rate) <= fixed:
        return False
    return not ex.names(target) and float(ex.evaluate(target, {})) == 0.0


def decays_alone(variable: Variable, fixed: set[str]) -> bool:
    """Whether a variable approaches a constant exponentially at a constant rate."""
    rate, target = variable.decay_rate, variable.target
    return rate is not None and target is not None and (
        ex.names(rate) | ex.names(target) <= fixed
    )  # fmt: skip


def _reasons(
    pre: Side, post: Side, variables: Mapping[str, Variable], fixed: set[str]
) -> list[str]:
    """Why a rule must be stepped: what has no solution between two spikes."""
    reasons = []
    for side, whose in ((pre, "presynaptic"), (post, "postsynaptic")):
        reasons += [f"{n}, kept for the {whose} neuron, is no exponential trace"
                    for n in side.stepped]  # fmt: skip
        reasons += [f"it reads {n} of the {whose} neuron" for n in side.read]
    for name, variable in variables.items():
        if variable.rhs is not None and not decays_alone(variable, fixed):
            reasons.append(f"d{name}/dt = {ex.source(variable.rhs)} has no closed solution")
    return reasons
