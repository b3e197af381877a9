"""Generate the kernels of a plasticity rule whose synapses are updated at spikes."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spikesim.codegen.crossings_source import crossed
from spikesim.codegen.interval_source import Intervals
from spikesim.codegen.release_source import Released, release_source
from spikesim.codegen.rule_source import (
    WEIGHT,
    Floor,
    Names,
    Statements,
    bounded,
    events,
    function,
    generated,
    imports,
    is_arithmetic,
    row,
    statements,
    tuples,
)
from spikesim.codegen.templates import EVENTS, EVENTS_AT_INTERVALS, EXAMPLE
from spikesim.language import expressions as ex


@dataclass(frozen=True)
class Jumps:
    """What the spikes of a neuron do to its traces.

    Attributes
    ----------
    values : dict of str to expression
        Traces just after a spike, from those just before it.
    steps : dict of str to float
        The constant that a spike adds, or to which it sets the trace, where there is one.
    sets : set of str
        Traces that are set to this constant whatever the pairing is.
    """

    values: Statements
    steps: Mapping[str, float]
    sets: frozenset[str]


@dataclass(frozen=True)
class Integral:
    """A product that a variable of the synapse integrates.

    Attributes
    ----------
    variable, decaying : str
        The variable, and the decaying variable of the synapse.
    factor : expression
        The other factor: an expression of modulators and parameters.
    size : bool
        Whether it is the integral of the factor's absolute value, which tells how far the variable
        may go within a span in which the factor changes its sign.
    """

    variable: str
    decaying: str
    factor: ast.expr
    size: bool = False


def event_source(
    names: Names,
    jumps: tuple[Jumps, Jumps],
    on_pre: Statements,
    on_post: Statements,
    decays: Mapping[str, int],
    targets: Statements,
    integrals: Sequence[Integral],
    crossings: Mapping[str, tuple[str, Sequence[ast.expr]]],
    equations: Statements,
    on_event: Mapping[str, Statements],
    intervals: Intervals,
    fixed: Mapping[str, int],
    floor: Floor,
    *,
    logged: bool = False,
    transmits_after: bool = False,
    released: Released | None = None,
    late: bool = False,
) -> str:
    """Python source of the kernels.

    Parameters
    ----------
    names : Names
        Variables, traces, parameters and modulators.
    jumps : tuple of Jumps
        Those of the presynaptic and of the postsynaptic traces.
    on_pre, on_post : mapping
        New values of variables of the synapse.
    decays : mapping of str to int
        Row of the decay tables of each trace and each variable that decays.
    targets : mapping
        What these variables decay to, if not to 0.
    integrals : sequence of Integral
        What variables of the synapse integrate between spikes.
    crossings : mapping
        Variables of the synapse whose equations compare a decaying variable with thresholds: this
        variable, and the thresholds.
    equations : mapping
        Derivatives (per ms) of these variables, and of the decaying ones.
    on_event : mapping
        New values of variables of the synapse when a modulator is released, by modulator.
    intervals : Intervals
        What is executed at intervals.
    fixed : mapping of str to int
        ``pairing`` and ``coincidence`` as compile-time constants, which makes the kernels faster;
        empty if they are read at run time.
    floor : Floor
        Lower bound of the weight.
    logged : bool
        Whether postsynaptic spikes alone change synapses, and only their weights.
    transmits_after : bool
        Whether a spike transmits the weight that it has changed.
    released : Released, optional
        What a model of release adds.
    late : bool
        Whether presynaptic spikes act on the synapse later than they are transmitted.
    """
    trees = [*on_pre.values(), *on_post.values(), *targets.values()]
    trees += [term.factor for term in integrals]
    trees += [tree for changes in on_event.values() for tree in changes.values()]
    trees += [t for jump in jumps for n, t in jump.values.items() if n not in jump.steps]
    trees += [equations[name] for name in crossings]
    evolving = [*(name for name in names.state if name in decays), *integrals, *crossings]
    cheap = all(map(is_arithmetic, trees)) and not (evolving or transmits_after or late)
    sides = ("pre", names.pre, "x"), ("post", names.post, "y")
    shares = [] if released is None else [released.u, released.empty]
    lines = [
        *imports([*trees, *shares, *intervals.trees]),
        "from math import log as _log",
        "from spikesim.kernels.functions import exprel as _exprel",
        f"HAS_ON_PRE = {bool(on_pre)}",
        f"LOGGED = {logged}",
        f"CHEAP = {cheap}",
        f"EVOLVES = {bool(evolving)}",
        f"TRANSMITS_AFTER = {transmits_after}",
        f"LATE = {late}",
        f"WIDTH = np.uint64({width_of(names.post)})\n\n",
        *release_source(released, names, on_pre),
        *tuples(names, () if released is None else released.frozen),
        _advanced(names, decays, targets, integrals, crossings, equations, floor),
        _factors(names, integrals),
        statements("on_pre", on_pre, names, floor),
        statements("on_post", on_post, names, floor),
        events(on_event, names, floor),
        *_kept(names),
    ]
    for (side, own, given), jump in zip(sides, jumps, strict=True):
        lines += [
            function(f"no_{side}", "", f"return {row(['0.0'] * len(own))}"),
            *_decayed(side, own, given, decays),
            *_after(side, own, given, jump, names, fixed),
        ]
    counted = [f"{jumps[0].steps.get(name, 1.0)!r} * n" for name in names.pre]
    either = [f"x[{k}] if first else z[{k}]" for k in range(len(names.pre))]
    lines += [
        function("pre_pairs", "n", f"return {row(counted)}"),
        function("pre_if", "first, x, z", f"return {row(either)}"),
    ]
    lines += [_choice(name, fixed) for name in ("pairing", "coincidence")]
    lines += intervals.lines(names, floor)
    return generated(EXAMPLE, [*EVENTS, *intervals.templates(EVENTS_AT_INTERVALS)], lines)


def width_of(post: Sequence[str]) -> int:
    """How many numbers are kept of a postsynaptic spike: its step and the traces, and padding."""
    return 1 << len(post).bit_length() if post else 1


def _advanced(
    names: Names,
    decays: Mapping[str, int],
    targets: Statements,
    integrals: Sequence[Integral],
    crossings: Mapping[str, tuple[str, Sequence[ast.expr]]],
    equations: Statements,
    floor: Floor,
) -> str:
    own = {term.variable for term in integrals}
    moving = WEIGHT in own or WEIGHT in crossings or WEIGHT in decays
    bounds = [b for b in ("w_min", "w_max") if b in names.parameters] if moving else []
    bounding = [ast.Name(b, ast.Load()) for b in bounds]
    solved = [tree for name in crossings for tree in (equations[name], *crossings[name][1])]
    solved += [equations[decaying] for decaying, _ in crossings.values()]
    body = names.unpacked([*targets.values(), *bounding, *solved])
    body.append("_type = _a.weights.dtype.type")
    parts = []
    for k, name in enumerate(names.state):
        if name in own:
            body += _integrated(name, k, names, decays, integrals, bounded(bounds, floor))
            parts.append(f"_type(_{name})")
        elif name in crossings:
            limits = bounded(bounds, floor) if name == WEIGHT else []
            body += crossed(name, *crossings[name], equations, limits)
            parts.append(f"_type(_{name})")
        elif name in decays:
            factor = f"decay(_a.fine, _a.coarse, {decays[name]}, _steps)"
            rest = ex.source(targets[name]) if name in targets else None
            value = f"_s[{k}] * {factor}"
            value = value if rest is None else f"{rest} + (_s[{k}] - ({rest})) * {factor}"
            body += [f"_{name} = {value}", *(bounded(bounds, floor) if name == WEIGHT else [])]
            parts.append(f"_type(_{name})")
        else:
            parts.append(f"_s[{k}]")
    return function("advanced", "_s, _a, _start, _steps", *body, f"return {row(parts)}")


def _integrated(
    name: str,
    k: int,
    names: Names,
    decays: Mapping[str, int],
    integrals: Sequence[Integral],
    limits: Sequence[str],
) -> list[str]:
    """Lines that add integrals to a variable.

    Its bounds are exact if they are applied at the end of a span in which what is integrated does
    not change its sign. Where it may, and a bound could be reached, each step has its own.
    """
    state = list(names.state)

    def total(size: bool, start: str, steps: str, decay: str) -> str:
        terms = []
        for n, term in enumerate(integrals):
            if term.variable == name and term.size == size:
                value = f"_s[{state.index(term.decaying)}]"
                value = f"abs({value})" if size else value
                rate = decays[term.decaying]
                terms.append(f"{value}{decay.format(rate)} * "
                             f"integral(_a, {n}, {rate}, {start}, {steps})")  # fmt: skip
        return " + ".join(terms)

    once = [f"_{name} = _s[{k}] + {total(False, '_start', '_steps', '')}"]
    limits = limits if name == WEIGHT else ()
    if not limits or not any(term.size for term in integrals if term.variable == name):
        return [*once, *limits]
    step = total(False, "_start + _n", "1", " * decay(_a.fine, _a.coarse, {}, _n)")
    return [
        f"_reach = {total(True, '_start', '_steps', '')}",
        f"_w = _least = _s[{k}] - _reach",
        *limits,
        "_bounded = _w != _least",
        f"_w = _most = _s[{k}] + _reach",
        *limits,
        "_bounded = _bounded or _w != _most",
        *once,
        "if _bounded:",
        f"    _w = 1.0 * _s[{k}]",
        "    for _n in range(_steps):",
        f"        _w += {step}",
        *(f"        {line}" for line in limits),
    ]


def _factors(names: Names, integrals: Sequence[Integral]) -> str:
    level = replace(names, level="mean_level")
    body = level.unpacked([term.factor for term in integrals])
    parts = [f"abs({ex.source(t.factor)})" if t.size else f"1.0 * ({ex.source(t.factor)})"
             for t in integrals] or ["0.0"]  # fmt: skip
    return function("factors", "_a, _step", *body, f"return {row(parts)}")


def _kept(names: Names) -> list[str]:
    pre, post = range(len(names.pre)), range(len(names.post))
    before = [f"values[i, h, {k}]" for k in pre]
    behind = [f"place + np.uint64({k + 1})" for k in post]
    return [
        function("pre_of", "values, i, h", f"return {row(before)}"),
        function("store_pre", "values, i, h, x",
                 *[f"{place} = x[{k}]" for k, place in enumerate(before)] or ["pass"]),
        function("post_of", "values, place",
                 f"return {row([f'load_const(values, {place})' for place in behind])}"),
        function("store_post", "values, place, y",
                 *[f"values[{place}] = y[{k}]" for k, place in enumerate(behind)] or ["pass"]),
    ]  # fmt: skip


def _decayed(
    side: str, own: Sequence[str], given: str, decays: Mapping[str, int]
) -> list[str]:  # fmt: skip
    def parts(kernel: str) -> str:
        return row([f"{given}[{k}] * {kernel}(a.fine, a.coarse, {decays[name]}, steps)"
                    for k, name in enumerate(own)])  # fmt: skip

    return [
        function(f"decayed_{side}", f"{given}, a, steps", f"return {parts('decay')}"),
        function(f"decayed_{side}_without_branch", f"{given}, a, steps",
                 f"return {parts('decay_without_branch')}"),
    ]  # fmt: skip


def _after(
    side: str, own: Sequence[str], given: str, jump: Jumps, names: Names, fixed: Mapping[str, int]
) -> list[str]:
    """Functions of the traces just after a spike, or after several in one step."""
    count = "count" if side == "pre" else "1.0"
    arguments = f"{given}, count, a" if side == "pre" else f"{given}, a"
    if set(own) & set(jump.values) <= set(jump.steps):
        parts = []
        for k, name in enumerate(own):
            step = jump.steps.get(name)
            if step is None:
                parts.append(f"{given}[{k}]")
            elif name in jump.sets:
                parts.append(repr(step))
            else:
                added = count if step == 1.0 else f"{step!r} * {count}"
                parts.append(f"{given}[{k}] + {added} if pairing(a) == ALL_TO_ALL else {step!r}")
        return [function(f"after_{side}", arguments, f"return {row(parts)}")]
    trees = [jump.values[name] for name in own if name in jump.values]
    body = names.unpacked(trees)
    parts = [ex.source(jump.values[name]) if name in jump.values else f"_{given}[{k}]"
             for k, name in enumerate(own)]  # fmt: skip
    for k, name in enumerate(own):  # with other pairings, traces of the rule are set
        if name in jump.steps and "pairing" not in fixed:
            parts[k] += f" if pairing(_a) == ALL_TO_ALL else {jump.steps[name]!r}"
    once = function(f"_one_{side}", f"_{given}, _a", *body, f"return {row(parts)}")
    if side == "post":
        return [once, function("after_post", "y, a", "return _one_post(y, a)")]
    return [once, function("after_pre", "x, count, a", "for _ in range(count):",
                           "    x = _one_pre(x, a)", "return x")]  # fmt: skip


def _choice(name: str, fixed: Mapping[str, int]) -> str:
    return function(name, "a", f"return {fixed.get(name, f'a.{name}')}")
