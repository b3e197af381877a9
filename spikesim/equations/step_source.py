"""The lines of a kernel that carry a cell's states over one step: from `x` to `_new_x`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from spikesim.equations import expressions as ex
from spikesim.equations.algebra import CONSTANT, Terms, linear_terms, multiplied
from spikesim.equations.cell import INPUT, TIME, Cell
from spikesim.equations.methods import SPLITTINGS, TABLEAUX
from spikesim.equations.sites import SYNAPTIC
from spikesim.equations.splitting_source import splitting

RUNAWAY = 1e20  # beyond this a variable is lost, whatever its unit


def propagator(state: str, source: str, node: float = 1.0, *, held: bool = False) -> str:
    """Name of the number by which `source` moves an exact `state` in a step, or a part of one."""
    part = "" if node == 1.0 else f"{node:g}".replace(".", "p")
    return f"_{'H' if held else 'Q'}{part}_{state}__{source or 'const'}"


def nodes(cell: Cell) -> tuple[float, ...]:
    """The parts of a step at whose end exact states are needed; the whole comes first."""
    if not cell.system.stepped or not cell.system.feeding:
        return (1.0,)
    if cell.system.method == "strang":
        return (1.0, 0.5)
    tableau = TABLEAUX.get(cell.system.method)
    return (1.0, *sorted({c for c in tableau.nodes if 0.0 < c < 1.0} if tableau else ()))


def step_lines(cell: Cell) -> list[str]:
    """From `x` to `_new_x` for all states; noise included, arriving spikes not."""
    system = cell.system
    lines = _parts(cell, [n for n in system.subexpressions if n in system.frozen])
    lines += ["_rest = _left[_i] > 0"] if cell.held else []
    lines += [_advance(cell, state, f"_new_{state}") for state in system.exact]
    if system.stepped:
        if system.method == "exponential_euler":
            lines += _exponential_euler(cell)
        elif system.method in SPLITTINGS:
            middle = cell.system.feeding if system.method == "strang" else ()
            lines += [_advance(cell, s, f"_mid_{s}", 0.5) for s in system.exact if s in middle]
            lines += splitting(cell).lines
        else:
            lines += _runge_kutta(cell)
    if cell.step is not None:
        new = ", ".join(f"_new_{state}" for state in cell.step.returned)
        needed = [n for n in cell.step.arguments if n in system.subexpressions]
        lines += _parts(cell, system.needed([ast.Name(n, ast.Load()) for n in needed]))
        lines += [f"{name} = {ex.source(tree)}" for name, tree in currents_given(cell).items()]
        lines.append(f"{new} = _user_step({', '.join(cell.step.arguments)})")
    for state, terms in system.noise.items():
        lines += _noise(cell, state, terms)
    return lines


def currents_given(cell: Cell) -> dict[str, ast.expr]:
    """Currents that a user's step takes, where they are not read from an array."""
    assert cell.step is not None
    total = cell.derived.get(SYNAPTIC)
    given = {SYNAPTIC: total.rhs if total else ast.Constant(0.0)}
    if not cell.has_input:
        given[INPUT] = ast.Constant(0.0)
    return {name: tree for name, tree in given.items() if name in cell.step.arguments}


def _advance(cell: Cell, state: str, new: str, node: float = 1.0) -> str:
    held = cell.held
    moved = f"{state} + ({_increment(cell, state, node, frozenset())})"
    if state in held:
        return f"{new} = {state} if _rest else {moved}"
    if state in cell.readers:
        resting = f"{state} + ({_increment(cell, state, node, held)})"
        return f"{new} = ({resting}) if _rest else ({moved})"
    return f"{new} = {moved}"


def _increment(cell: Cell, state: str, node: float, held: frozenset[str]) -> str:
    names = {
        source: propagator(state, source, node, held=bool(held))
        for source in cell.system.pattern(held)[state]
    }
    return " + ".join(f"{name} * {source}" if source else name for source, name in names.items())


def _parts(cell: Cell, names: Iterable[str]) -> list[str]:
    return [f"{name} = {ex.source(cell.system.subexpressions[name])}" for name in names]


def _exponential_euler(cell: Cell) -> list[str]:
    """Each state with the others held: x += dt phi(rate dt) (rate x + drift)."""
    system, taken = cell.system, {}
    for state in system.stepped:
        tree = system.inlined(system.odes[state], system.depending({state}))
        terms = linear_terms(tree, {state})
        assert terms is not None  # System.of has checked it
        # Dividing is dear; what does not change is divided once, outside of the loop.
        variables = {*system.odes, *system.subexpressions, INPUT, TIME}
        taken[state] = [
            multiplied(terms.get(name, ast.Constant(0.0)), variables) for name in (state, CONSTANT)
        ]
    read = [tree for trees in taken.values() for tree in trees]
    lines = _parts(cell, [n for n in system.needed(read) if n not in system.frozen])
    for state, (rate, drift) in taken.items():
        lines += [
            f"_rate = {ex.source(rate)}",
            f"_drift = {ex.source(drift)}",
            "_span = _rate * dt",
            f"_new_{state} = {state} + dt * _phi(_span) * (_rate * {state} + _drift)",
        ]
    return lines


def _runge_kutta(cell: Cell) -> list[str]:
    system = cell.system
    tableau = TABLEAUX[system.method]
    held = set(cell.clamped) & set(system.stepped)
    # What is held does not move within the step either, for others read it.
    lines = ["_free = 0.0 if _left[_i] > 0 else 1.0"] if held else []
    read = cell.system.feeding
    stepped = [system.odes[s] for s in system.stepped]
    needed = [n for n in system.needed(stepped) if n not in system.frozen]
    parts = [n for n in needed if n in system.depending({*system.stepped, *read, TIME})]
    lines += _parts(cell, [n for n in needed if n not in parts])
    for k, (node, row) in enumerate(zip(tableau.nodes, tableau.stages, strict=True)):
        at = {} if k == 0 else {s: f"_x{k}_{s}" for s in (*system.stepped, *parts)}
        if node > 0:
            at |= {s: f"_x{k}_{s}" if node < 1 else f"_new_{s}" for s in read}
            lines += [
                _advance(cell, s, at[s], node) for s in system.exact if s in read and node < 1
            ]
            at[TIME] = f"({TIME} + {node} * dt)"
        slopes = [(a, f"_k{j}") for j, a in enumerate(row) if a]
        if slopes:
            lines += [f"{at[s]} = {s} + dt * ({_weighted(slopes, s)})" for s in system.stepped]
        lines += [
            f"{at.get(n, n)} = {ex.source(_moved(system.subexpressions[n], at))}" for n in parts
        ]
        for s, tree in zip(system.stepped, stepped, strict=True):
            slope = ex.source(_moved(tree, at))
            lines.append(f"_k{k}_{s} = " + (f"_free * ({slope})" if s in cell.clamped else slope))
    weights = [(b, f"_k{j}") for j, b in enumerate(tableau.weights) if b]
    lines += [f"_new_{s} = {s} + dt * ({_weighted(weights, s)})" for s in system.stepped]
    if len(tableau.nodes) > 1:
        # In the upstroke of an exponential a stage may overshoot beyond all numbers, in a step that
        # ends with a reset: Euler's does not.
        total = " + ".join(f"abs(_new_{s})" for s in system.stepped)
        lines.append(f"_wild = not ({total} < {RUNAWAY})")
        lines += [f"_new_{s} = {s} + dt * _k0_{s} if _wild else _new_{s}" for s in system.stepped]
    return lines


def _moved(tree: ast.expr, names: dict[str, str]) -> ast.expr:
    return ex.substitute(
        tree, {old: ast.parse(new, mode="eval").body for old, new in names.items()}
    )


def _weighted(slopes: list[tuple[float, str]], state: str) -> str:
    return " + ".join(f"{k}_{state}" if a == 1 else f"{a!r} * {k}_{state}" for a, k in slopes)


def noise_gain(cell: Cell, state: str, source: str) -> ast.expr | None:
    """What multiplies a normal draw where it does not depend on the state, else None.

    A state of its own that is integrated exactly gets the exact variance of its process.
    """
    system = cell.system
    tree = system.inlined(system.noise[state][source])
    if ex.names(tree) & {*system.odes, *system.frozen, *system.inputs, TIME}:
        return None
    span: ast.expr = ast.Name("dt", ast.Load())
    terms = system.coefficients.get(state, {})
    if state in terms and set(terms) <= {state, CONSTANT, *system.inputs}:
        rate = ex.source(terms[state])
        span = ast.parse(f"dt * exprel(2 * ({rate}) * dt)", mode="eval").body
    root = ast.Call(ast.Name("sqrt", ast.Load()), [span], [])
    return ast.BinOp(tree, ast.Mult(), root)


def noise_sources(cell: Cell) -> list[str]:
    """Names of all white noises of a cell; last the uniform draw, if its threshold takes one."""
    names = sorted({source for terms in cell.system.noise.values() for source in terms})
    return names + ([ex.RAND] if ex.RAND in ex.called(cell.threshold) else [])


def _noise(cell: Cell, state: str, terms: Terms) -> list[str]:
    lines = []
    for source, tree in terms.items():
        if noise_gain(cell, state, source) is not None:
            factor = f"_E_{state}__{source}"
        else:
            needed = cell.system.needed([tree])
            lines += _parts(cell, [n for n in needed if n not in cell.system.frozen])
            factor = f"({ex.source(tree)}) * _root_dt"
        lines.append(f"_new_{state} += {factor} * _N_{source}[_i]")
    return lines
