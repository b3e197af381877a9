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
import copy
from collections.abc import Callable, Iterable, Mapping

from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.algebra import linear_terms
from spikesim.language.dimensions import Scope
from spikesim.language.text import Text, parse_statements
from spikesim.synapses.across import at_intervals, kept_at_zero, refuse_sums
from spikesim.synapses.form import (
    AMOUNT,
    DELAYED,
    FUNCTIONS,
    POST,
    PRE,
    WEIGHT,
    XI,
    Earlier,
    RuleForm,
    Side,
    Statements,
    Variable,
)
from spikesim.synapses.solutions import crossing, is_trace, products, reasons_to_step
from spikesim.units import Unit, is_unit_name, ms, mV, nS, one, pA


def analyse(
    owner: str,
    text: Text,
    on_pre: str,
    on_post: str,
    parameters: Mapping[str, Unit],
    modulators: tuple[str, ...],
    initial: Iterable[str] = (),
    drawn: Iterable[str] = (),
    signals: Mapping[str, Unit] | None = None,
    on_event: Mapping[str, str] | None = None,
    on_interval: Mapping[str, str] | None = None,
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
    initial, drawn : iterable of str
        Variables with initial values, and those of them that are drawn: these belong to synapses.
    signals : mapping of str to Unit, optional
        Units of the variables of neurons that are read, such as ``V_m_post``. Default: those that
        their first letters suggest.
    on_event : mapping of str to str, optional
        Statements at the release of modulators.
    on_interval : mapping of str to str, optional
        Statements at intervals, by the parameter that is the interval.
    """
    units = {name: eq.unit for name, eq in {**text.odes, **text.subexpressions}.items()}
    units |= {name: unit for name, (unit, _) in text.parameters.items()}
    units = {WEIGHT: one, **units, **parameters, **dict.fromkeys(modulators, one)}
    parts = {name: eq.rhs for name, eq in text.subexpressions.items()}
    delays: dict[str, Earlier] = {}
    parts = {name: _with_delays(tree, owner, units, delays) for name, tree in parts.items()}
    at = {
        attribute: _statements(owner, attribute, given, units, parts, delays)
        for attribute, given in (("on_pre", on_pre), ("on_post", on_post))
    }
    read_after = tuple(
        name
        for statements in at.values()
        for name, changed in statements.items()
        for other, tree in statements.items()
        if other != name and any(node is changed for node in ast.walk(tree))
    )
    events = {
        name: _statements(owner, f"on_event[{name!r}]", given, {**units, AMOUNT: one}, parts, {})
        for name, given in (on_event or {}).items()
    }
    written, regular = (
        {name: _statements(owner, f"on_interval[{name!r}]", given, units, parts, delays, each)
         for name, given in (on_interval or {}).items()}
        for each in (None, kept_at_zero)
    )  # fmt: skip
    rates = {
        name: _with_delays(_expanded(eq.rhs, parts), owner, units, delays)
        for name, eq in text.odes.items()
    }
    refuse_sums(rates.values(), "equations", owner)
    changes = [*at.values(), *regular.values()]
    every = [*(tree for some in changes for tree in some.values()), *rates.values()]
    used = set().union(*map(ex.names, every)) | {source for source, _ in delays.values()}
    read = {n for n in used - set(units) if n.endswith((PRE, POST))}
    units |= {n: (signals or {}).get(n, suggested_unit(n)) for n in read}
    for name, (source, _) in delays.items():
        if source not in units:
            raise unknown_name(source, sorted(units), "delayed", owner)
        units[name] = units[source]
    units[XI] = Unit("1/ms**0.5")
    by_others = [n for some in (*events.values(), *regular.values()) for n in some]
    assigned = dict.fromkeys([*at["on_pre"], *at["on_post"], *by_others])
    given = [n for n in text.parameters if n in set(initial)]
    declared = dict.fromkeys([WEIGHT, *text.odes, *given, *assigned])
    variables: dict[str, Variable] = {}
    for name in declared:
        rhs = None
        if name in rates:
            scope = Scope(units, owner, "equations")
            what = f"d{name}/dt = {ex.source(text.odes[name].rhs)}"
            rhs = scope.convert(rates[name], units[name] / ms, what)
            rhs = None if isinstance(rhs, ast.Constant) and rhs.value == 0 else rhs
        variables[name] = Variable(name, units[name], rhs)
    for attribute, statements in [
        *at.items(),
        # First as they are written, for errors.
        *((f"on_interval[{n!r}]", s) for some in (written, regular) for n, s in some.items()),
        *((f"on_event[{n!r}]", s) for n, s in events.items()),
    ]:
        units = {**units, AMOUNT: one} if attribute.startswith("on_event") else units
        scope = Scope(units, owner, attribute)
        for name, tree in statements.items():
            if name in parameters:
                raise ValidationError(
                    f"{name!r} is a parameter, which statements cannot set; a variable such as "
                    f"'d{name}/dt = 0/ms : 1', with an initial value, can be", attribute, owner,
                )  # fmt: skip
            statements[name] = scope.convert(tree, units[name], f"the new value of {name}")
    fixed = {*parameters}
    stays = {WEIGHT, *drawn, *by_others}
    while True:
        pre, post = (
            _side(variables, at[own], at[other], fixed, suffix, stays, read, delays)
            for own, other, suffix in (("on_pre", "on_post", PRE), ("on_post", "on_pre", POST))
        )
        begun = set(initial) & {*pre.traces, *post.traces}
        if not begun:  # traces begin with 0: what does not is a variable of the synapse
            break
        stays |= begun
    rest = {n: v for n, v in variables.items() if n not in pre.names and n not in post.names}
    for modulator, statements in events.items():
        seen = set().union(*map(ex.names, statements.values())) & {*pre.names, *post.names}
        if seen:
            raise ValidationError(
                f"a release reaches all synapses, and {min(seen)} is kept for one neuron; let "
                "spikes keep it in a variable of the synapse", f"on_event[{modulator!r}]", owner,
            )  # fmt: skip
    at_pre, at_post = ({n: t for n, t in at[k].items() if n in rest} for k in at)
    integrals = {
        name: terms
        for name in rest
        if (terms := products(name, rest, fixed, set(modulators))) is not None
    }
    noise = {}
    for name, variable in rest.items():
        terms = None if variable.rhs is None else linear_terms(variable.rhs, {XI})
        if terms is not None and XI in terms:
            noise[name] = terms[XI]
    crossings = {
        name: found
        for name in rest
        if name not in integrals and (found := crossing(name, rest, fixed)) is not None
    }
    solved = {*integrals, *crossings}
    reasons = reasons_to_step(pre, post, {n: v for n, v in rest.items() if n not in solved}, fixed)
    orphans = set(delays) - {*pre.delayed, *post.delayed}
    for name in orphans:
        raise ValidationError(
            f"delayed() takes a variable that is kept for one neuron, and {delays[name][0]!r} "
            "differs between its synapses", "equations", owner,
        )  # fmt: skip
    return RuleForm(
        pre, post, rest, at_pre, at_post, tuple(parameters), modulators, integrals, crossings,
        events, at_intervals(regular), noise, read_after, tuple(reasons),
    )  # fmt: skip


def suggested_unit(name: str) -> Unit:
    """Unit of a variable of a neuron, from that with which such names begin."""
    return {"V": mV, "v": mV, "theta": mV, "I": pA, "g": nS}.get(name.partition("_")[0], one)


class _Delays(ast.NodeTransformer):
    """Replace calls of delayed() by names."""

    def __init__(self, owner: str, units: Mapping[str, Unit], delays: dict[str, Earlier]):
        self.owner, self.units, self.delays = owner, units, delays

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if getattr(node.func, "id", "") != DELAYED:
            return self.generic_visit(node)  # type: ignore[return-value]
        source, span = node.args
        if not isinstance(source, ast.Name):
            raise ValidationError(
                f"delayed() takes the name of a variable, got {ex.source(source)!r}", "equations",
                self.owner,
            )  # fmt: skip
        scope = Scope(self.units, self.owner, "equations")
        span = scope.convert(span, ms, f"the delay of {source.id}")
        key = (source.id, ex.source(span))
        for name, (known, given) in self.delays.items():
            if (known, ex.source(given)) == key:
                return ast.Name(name, ast.Load())
        name = f"{source.id}_delayed{len(self.delays)}"
        self.delays[name] = (source.id, span)
        return ast.Name(name, ast.Load())


def _with_delays(
    tree: ast.expr, owner: str, units: Mapping[str, Unit], delays: dict[str, Earlier]
) -> ast.expr:
    if DELAYED not in ex.called(tree):
        return tree
    replaced: ast.expr = _Delays(owner, units, delays).visit(copy.deepcopy(tree))
    return replaced


def _statements(
    owner: str,
    attribute: str,
    given: str,
    units: Mapping[str, Unit],
    parts: Statements,
    delays: dict[str, Earlier],
    each: Callable[[str, ast.expr], ast.expr] | None = None,
) -> Statements:
    try:
        statements = parse_statements(given, owner, attribute, FUNCTIONS, parts=parts, each=each)
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
    statements = {n: _with_delays(t, owner, units, delays) for n, t in statements.items()}
    if not attribute.startswith("on_interval"):
        refuse_sums(statements.values(), attribute, owner)
    read: set[str] = set().union(set(statements), *map(ex.names, statements.values()))
    for name in sorted(read - set(units) - set(delays)):
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
    delays: Mapping[str, Earlier],
) -> Side:
    """The variables that one neuron changes alone: the largest such set."""
    read = {n for n in signals if n.endswith(suffix)}
    found = {n for n in variables if n not in stays and n not in other}
    while True:
        allowed = found | fixed | read
        allowed |= {n for n, (source, _) in delays.items() if source in allowed}
        kept = {n for n in found if _within(variables[n].rhs, allowed)
                and _within(own.get(n), allowed)}  # fmt: skip
        if kept == found:
            break
        found = kept
    # Only its spikes, or what it reads, tell that a variable belongs to this neuron.
    its = found & set(own)
    while True:
        known = read | its | {n for n, (source, _) in delays.items() if source in read | its}
        more = {n for n in found - its if _reads(variables[n], own) & known}
        if not more:
            break
        its |= more
    found = its
    traces = {n for n in found if is_trace(variables[n], fixed)}
    while True:  # a trace must not depend on what is stepped
        kept = {n for n in traces if _within(own.get(n), traces | fixed)}
        if kept == traces:
            break
        traces = kept
    order = [n for n in variables if n in found]
    return Side(
        {n: variables[n] for n in order if n in traces},
        {n: variables[n] for n in order if n not in traces},
        tuple(sorted(n.removesuffix(suffix) for n in read)),
        {n: own[n] for n in order if n in own},
        {n: d for n, d in delays.items() if d[0] in found or d[0] in read},
    )


def _reads(variable: Variable, own: Statements) -> set[str]:
    trees = [t for t in (variable.rhs, own.get(variable.name)) if t is not None]
    return set().union(*map(ex.names, trees)) if trees else set()


def _within(tree: ast.expr | None, names: set[str]) -> bool:
    return tree is None or ex.names(tree) <= names
