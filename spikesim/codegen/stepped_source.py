"""Generate the kernels of a plasticity rule whose synapses are updated in every time step.

A variable whose equation is linear in itself moves by the exact solution over the interval, with
the other variables constant; others by an explicit Euler step. Exponentially decaying variables
enter the equations of others with their means over the interval, which makes a chain of them exact.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from spikesim.codegen.decays import Constants, approach, decay_rate, with_shares
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
    row,
    statements,
    tuples,
)
from spikesim.codegen.templates import EXAMPLE, STEPS, STEPS_AT_INTERVALS
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms

MEAN_LEVEL = "mean_level"


@dataclass(frozen=True)
class Owned:
    """Variables of one neuron, or of the synapse.

    Attributes
    ----------
    names : list of str
        All of its names, in the order of the tuples.
    equations : dict of str to expression
        Derivatives (per ms) of those that move.
    jumps : dict of str to expression
        Values after a spike of the neuron.
    read : dict of str to int
        Names that are copies of the neuron's state, with their index.
    delayed : dict of str to str
        Names that are earlier values of others.
    """

    names: Sequence[str]
    equations: Statements
    jumps: Statements = field(default_factory=dict)
    read: Mapping[str, int] = field(default_factory=dict)
    delayed: Mapping[str, str] = field(default_factory=dict)


def stepped_source(
    names: Names,
    pre: Owned,
    post: Owned,
    synapse: Owned,
    on_pre: Statements,
    on_post: Statements,
    on_event: Mapping[str, Statements],
    noise: Statements,
    intervals: Intervals,
    floor: Floor,
    *,
    transmits_after: bool = False,
    released: Released | None = None,
) -> tuple[str, list[ast.expr]]:
    """Python source of the kernels, and the rates of which they read exponentials.

    For each rate r, in 1/ms, the array `con` must hold exp(r dt), (exp(r dt) - 1) / r, and the
    latter divided by dt.

    Parameters
    ----------
    names : Names
        Variables, what neurons keep, parameters and modulators.
    pre, post, synapse : Owned
        What they keep, and how it moves.
    on_pre, on_post : mapping
        New values of variables of the synapse.
    on_event : mapping
        New values of variables of the synapse when a modulator is released, by modulator.
    noise : mapping
        Factors of white noise in the equations of variables of the synapse.
    intervals : Intervals
        What is executed at intervals.
    floor : Floor
        Lower bound of the weight.
    transmits_after : bool
        Whether a spike transmits the weight that it has changed.
    released : Released, optional
        What a model of release adds.
    """
    constants = Constants(set(names.parameters))
    decays = {
        name: rate
        for owned in (pre, post, synapse)
        for name, rhs in owned.equations.items()
        if (rate := decay_rate(name, rhs, constants.fixed)) is not None
    }
    approaches = {
        name: found
        for owned in (pre, post, synapse)
        for name, rhs in owned.equations.items()
        if name not in decays and (found := approach(name, rhs, constants.fixed)) is not None
    }
    trees = [*on_pre.values(), *on_post.values(), *noise.values()]
    trees += [tree for statements in on_event.values() for tree in statements.values()]
    trees += [t for o in (pre, post, synapse) for t in (*o.equations.values(), *o.jumps.values())]
    shares = [] if released is None else [released.u, released.empty]
    moved = functools.partial(_moved, decays, approaches, constants)
    lines = [
        *imports([*trees, *shares, *intervals.trees]),
        "import math\n",
        "from spikesim import rng",
        "from spikesim.kernels.functions import exp, exprel\n",
        f"TRANSMITS_AFTER = {transmits_after}\n\n",
        *release_source(released, names, on_pre),
        *tuples(names, () if released is None else released.frozen),
        statements("on_pre", on_pre, names, floor),
        statements("on_post", on_post, names, floor),
        events(on_event, names, floor),
        _noise(noise, names, floor),
        moved("moved", synapse, names, "_s, _x, _y, _a, _step", floor),
    ]
    for side, owned, given in (("pre", pre, "_x"), ("post", post, "_y")):
        own = Names(
            (), names.pre if side == "pre" else (), names.post if side == "post" else (),
            names.parameters, names.modulators, names.level,
        )  # fmt: skip
        lines += [
            *_rings(side, owned),
            _jumped(f"after_{side}", owned, own, given),
            moved(f"moved_{side}", owned, own, f"{given}, _a, _step", None),
        ]
    lines.append(function("coincidence", "a", "return a.coincidence"))
    lines += intervals.lines(names, floor)
    templates = [*STEPS, *intervals.templates(STEPS_AT_INTERVALS)]
    return generated(EXAMPLE, templates, lines), constants.rates


def _noise(noise: Statements, names: Names, floor: Floor) -> str:
    """Function that adds the noise of an interval, an Euler-Maruyama step."""
    bounds = [b for b in ("w_min", "w_max") if b in names.parameters]
    bounding = [ast.Name(b, ast.Load()) for b in bounds] if WEIGHT in noise else []
    level = replace(names, level=MEAN_LEVEL)
    body = level.unpacked([*noise.values(), *bounding])
    body.append("_type = _a.weights.dtype.type")
    parts = []
    for k, name in enumerate(names.state):
        if name not in noise:
            parts.append(f"_s[{k}]")
            continue
        seed = f"rng.subkey(rng.subkey(np.uint64(_a.noise_key) + np.uint64({k}), _step + 1), _k)"
        body.append(f"_{name} = _s[{k}] + math.sqrt(_a.dt) * ({ex.source(noise[name])}) * "
                    f"rng.normal({seed}, 0)")  # fmt: skip
        body += bounded(bounds, floor) if name == WEIGHT else []
        parts.append(f"_type(_{name})")
    return function("moved_by_noise", "_s, _x, _y, _a, _step, _k", *body, f"return {row(parts)}")


def _moved(
    decays: Statements,
    approaches: Mapping[str, tuple[ast.expr, ast.expr]],
    constants: Constants,
    name: str,
    owned: Owned,
    names: Names,
    arguments: str,
    floor: Floor | None,
) -> str:
    level = replace(names, level=MEAN_LEVEL)
    trees = list(owned.equations.values())
    # The bounds of the weight are parameters of these names.
    bounds = [b for b in ("w_min", "w_max") if b in names.parameters] if floor else []
    bounding = [ast.Name(b, ast.Load()) for b in bounds] if WEIGHT in owned.equations else []
    moving = [ast.Name(n, ast.Load()) for n in owned.equations]
    used = set().union(*(ex.names(t) - {n} for n, t in owned.equations.items()))
    rates = [rate for u, rate in decays.items() if u in used]
    rates += [part for u, parts in approaches.items() if u in used for part in parts]
    body = level.unpacked([*trees, *moving, *bounding, *rates])
    if floor is not None:
        body.append("_type = _a.weights.dtype.type")
    means: dict[str, ast.expr] = {
        u: ast.BinOp(ast.Name(u, ast.Load()), ast.Mult(), ast.Name(f"_mean_{u}", ast.Load()))
        for u in decays
    }
    for u, (rate, target) in approaches.items():
        begun = ast.BinOp(ast.Name(u, ast.Load()), ast.Sub(), target)
        share = ast.Name(constants.of(rate)[2], ast.Load())
        means[u] = ast.BinOp(target, ast.Add(), ast.BinOp(begun, ast.Mult(), share))
    body += [f"_now_{u} = {u}" for u in decays if u in used]
    body += [f"_mean_{u} = {constants.of(rate)[2]}" for u, rate in decays.items() if u in used]
    given = arguments.partition(",")[0]
    parts = []
    for k, variable in enumerate(owned.names):
        if variable not in owned.equations:
            parts.append(f"{given}[{k}]")
            continue
        others = {u: mean for u, mean in means.items() if u != variable}
        tree = with_shares(owned.equations[variable], decays, constants.fixed)
        tree = ex.substitute(tree, others)
        body.append(f"_{variable} = {_step(variable, tree, constants)}")
        if variable == WEIGHT and floor is not None:
            body += bounded(bounds, floor)
        parts.append(f"_type(_{variable})" if floor is not None else f"_{variable}")
    return function(name, arguments, *body, f"return {row(parts)}")


def _step(name: str, rhs: ast.expr, constants: Constants) -> str:
    """Source of the value after the interval."""
    terms = linear_terms(rhs, {name})
    if terms is None:
        return f"{name} + _a.dt * ({ex.source(rhs)})"
    rest = ex.source(terms.get(CONSTANT, ast.Constant(0.0)))
    if name not in terms:
        return f"{name} + _a.dt * ({rest})"
    rate = terms[name]
    if ex.names(rate) <= constants.fixed:
        factor, integral, _ = constants.of(rate)
        return f"{name} * {factor} + ({rest}) * {integral}"
    scaled = f"_a.dt * ({ex.source(rate)})"
    return f"{name} * exp({scaled}) + ({rest}) * _a.dt * exprel({scaled})"


def _jumped(name: str, owned: Owned, names: Names, given: str) -> str:
    trees = [owned.jumps[n] for n in owned.names if n in owned.jumps]
    body = names.unpacked(trees)
    parts = [ex.source(owned.jumps[n]) if n in owned.jumps else f"{given}[{k}]"
             for k, n in enumerate(owned.names)]  # fmt: skip
    return function(name, f"{given}, _a", *body, f"return {row([f'1.0 * ({p})' for p in parts])}")


def _rings(side: str, owned: Owned) -> list[str]:
    places = [f"a.{side}[row, n, {k}]" for k in range(len(owned.names))]
    own = {*owned.read, *owned.delayed}
    kept = [k for k, name in enumerate(owned.names) if name not in own]
    copies = {
        **owned.read,
        **{n: owned.read[s] for n, s in owned.delayed.items() if s in owned.read},
    }
    copied = [
        f"a.{side}[row, n, {k}] = state[a.{side}_reads[{owned.read[name]}] + n]"
        for k, name in enumerate(owned.names)
        if name in owned.read
    ]
    mask = f"(a.{side}.shape[0] - 1)"
    earlier = [
        f"a.{side}[step & {mask}, n, {owned.names.index(name)}] = "
        f"a.{side}[(step - a.{side}_delays[{m}]) & {mask}, n, {owned.names.index(source)}]"
        for m, (name, source) in enumerate(owned.delayed.items())
    ]
    return [
        function(f"delay_{side}", "a, step, n", *earlier or ["pass"]),
        function(f"{side}_at", "a, row, n", f"return {row(places)}"),
        function(f"store_{side}", "a, row, n, z",
                 *[f"{places[k]} = z[{k}]" for k in kept] or ["pass"]),
        function(f"fill_{side}", "a, row, n, state", *[
            f"a.{side}[row, n, {owned.names.index(name)}] = state[a.{side}_reads[{m}] + n]"
            for name, m in copies.items()] or ["pass"]),
        function(f"read_{side}", "a, row, n, state", *copied or ["pass"]),
    ]  # fmt: skip
