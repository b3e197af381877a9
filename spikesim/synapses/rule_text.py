"""Source of the kernels of a plasticity rule."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.codegen.event_source import Integral, Jumps, event_source
from spikesim.codegen.interval_source import Intervals
from spikesim.codegen.modules import module_name
from spikesim.codegen.rule_source import Floor, Names
from spikesim.codegen.stepped_source import Owned, stepped_source
from spikesim.codegen.weight_floor import least
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.synapses.form import POST, PRE, WEIGHT, XI, RuleForm, Side, Variable
from spikesim.synapses.rule_checks import COINCIDENCES, PAIRINGS, step_of
from spikesim.units import Unit


def rule_module(rule: Any, floor: float | None = None) -> str:
    """Return the module name of a rule's kernels; weights are clipped at `floor`, if given."""
    return module_name("plastic", rule_text(rule, floor))


def rule_text(
    rule: Any, floor: float | None = None, signals: Mapping[str, Unit] | None = None
) -> str:
    """Return the Python source of the kernels of a rule.

    `signals` has the units of the variables of neurons that it reads.

    Raises
    ------
    ValidationError
        If a text of the rule cannot be parsed.
    """
    if rule.is_stepped:
        return stepped_text(rule, floor, signals)[0]
    return _event_text(rule, floor)


def _event_text(rule: Any, floor: float | None) -> str:
    form = rule.form()
    # The most common options get specialized kernels, which are a quarter faster.
    common = rule.pairing == PAIRINGS[0] and rule.coincidence == COINCIDENCES[0]
    fixed = {"pairing": 0, "coincidence": 0} if common else {}
    if rule.pairing == PAIRINGS[0] and not all(_has_step(side) for side in (form.pre, form.post)):
        fixed["pairing"] = 0
    values = {name: float(getattr(rule, name)) for name in rule.declared}
    names = Names(
        list(form.variables), form.pre.names, form.post.names,
        {name: k for k, name in enumerate(rule.declared)}, form.modulators,
    )  # fmt: skip
    return event_source(
        names, (_jumps(form.pre), _jumps(form.post)), form.on_pre,
        form.on_post, {v.name: k for k, v in enumerate(decaying(form))}, _targets(form),
        integrals_of(rule, form), form.crossings,
        {n: v.rhs for n, v in form.variables.items() if v.rhs is not None}, form.on_event,
        _intervals(form), fixed,
        Floor(floor, values, _lows(form, values)), logged=form.is_logged,
        transmits_after=rule.transmits == "after", late=rule.acts_late, released=rule._released,
    )  # fmt: skip


def stepped_text(
    rule: Any, floor: float | None, signals: Mapping[str, Unit] | None = None
) -> tuple[str, list[ast.expr]]:
    """Return the source of the kernels of a stepped rule, and the rates that they need."""
    form = rule.form(signals)
    pre, post = _owned(rule, form.pre, PRE), _owned(rule, form.post, POST)
    names = Names(
        list(form.variables), pre.names, post.names,
        {name: k for k, name in enumerate(rule.declared)}, form.modulators,
    )  # fmt: skip
    equations = {n: _without_noise(v.rhs) for n, v in form.variables.items() if v.rhs is not None}
    values = {name: float(getattr(rule, name)) for name in rule.declared}
    return stepped_source(
        names, pre, post, Owned(names.state, equations),
        form.on_pre, form.on_post, form.on_event, form.noise, _intervals(form),
        Floor(floor, values, _lows(form, values)), transmits_after=rule.transmits == "after",
        released=rule._released,
    )  # fmt: skip


def _intervals(form: RuleForm) -> Intervals:
    return Intervals(
        [(part.statements, part.passes) for part in form.on_interval.values()],
        reads_pre=form.interval_reads(form.pre), reads_post=form.interval_reads(form.post),
    )  # fmt: skip


def _owned(rule: Any, side: Side, suffix: str) -> Owned:
    """What a neuron keeps for a stepped rule; nearest pairings set traces instead of adding."""
    own = {**side.traces, **side.stepped}
    jumps = dict(side.jumps)
    if rule.pairing == PAIRINGS[1]:
        jumps = {n: tree if step_of(n, tree) is None else ast.Constant(step_of(n, tree))
                 for n, tree in jumps.items()}  # fmt: skip
    read = {f"{n}{suffix}": k for k, n in enumerate(side.read)}
    equations = {n: v.rhs for n, v in own.items() if v.rhs is not None}
    delayed = {n: source for n, (source, _) in side.delayed.items()}
    return Owned([*own, *read, *delayed], equations, jumps, read, delayed)


def _without_noise(rhs: ast.expr) -> ast.expr:
    terms = linear_terms(rhs, {XI})
    return rhs if terms is None else terms.get(CONSTANT, ast.Constant(0.0))


def decaying(form: RuleForm) -> list[Variable]:
    """Traces and variables that decay exponentially, in the order of the rows of their tables."""
    found = [*form.pre.traces.values(), *form.post.traces.values()]
    solved = {*form.integrals, *form.crossings}
    own = (v for v in form.variables.values() if v.name not in solved)
    return found + [v for v in own if v.rhs is not None]


def decay_rates(form: RuleForm, values: Mapping[str, float]) -> np.ndarray:
    """Decay rates (1/ms) in this order."""
    rates = []
    for variable in decaying(form):
        rate = variable.decay_rate
        assert rate is not None
        rates.append(-float(ex.evaluate(rate, values)))
    return np.array(rates)


def _lows(form: RuleForm, values: Mapping[str, float]) -> dict[str, float]:
    """Names of traces that are never negative, with this lower bound, and of modulators."""
    found = {n for side in (form.pre, form.post) for n in side.traces}
    jumps = {**form.pre.jumps, **form.post.jumps}
    while True:
        lows = dict.fromkeys([*found, *form.modulators], 0.0)
        kept = {n for n in found if n not in jumps or least(jumps[n], values, lows) >= 0.0}
        if kept == found:
            return lows
        found = kept


def integrals_of(rule: Any, form: RuleForm) -> list[Integral]:
    """Integrals that the kernels keep, in the order of their numbers.

    Where a factor of an integral of the weight may have both signs, its absolute value is
    integrated, too.
    """
    values = {name: float(getattr(rule, name)) for name in rule.declared}
    lows = dict.fromkeys(form.modulators, 0.0)
    found = []
    for variable, terms in form.integrals.items():
        signs = set()
        for decaying_one, factor in terms.items():
            found.append(Integral(variable, decaying_one, factor))
            negative = ast.BinOp(ast.Constant(0.0), ast.Sub(), factor)
            signs.add(1 if least(factor, values, lows) >= 0.0 else
                      -1 if least(negative, values, lows) >= 0.0 else 0)  # fmt: skip
        if variable == WEIGHT and (0 in signs or len(terms) > 1):
            found += [Integral(variable, c, factor, size=True) for c, factor in terms.items()]
    return found


def _targets(form: RuleForm) -> dict[str, ast.expr]:
    """Values to which variables of the synapse decay, where that is not 0."""
    targets: dict[str, ast.expr] = {}
    for name, variable in form.variables.items():
        if variable.rhs is None or name in {*form.integrals, *form.crossings}:
            continue
        rate, rest = variable.decay_rate, variable.target
        assert rate is not None
        assert rest is not None
        if ex.names(rest) or float(ex.evaluate(rest, {})) != 0.0:
            targets[name] = ast.BinOp(rest, ast.Div(), ast.UnaryOp(ast.USub(), rate))
    return targets


def _has_step(side: Side) -> bool:
    return all(step_of(n, side.jumps[n]) is not None for n in side.names if n in side.jumps)


def _jumps(side: Side) -> Jumps:
    steps = {n: step_of(n, side.jumps[n]) for n in side.names if n in side.jumps}
    sets = {n for n in steps if set(linear_terms(side.jumps[n], {n}) or {}) == {CONSTANT}}
    return Jumps(
        side.jumps, {n: s for n, s in steps.items() if s is not None},
        frozenset(n for n in sets if steps[n] is not None),
    )  # fmt: skip
