"""Source lines that advance all states of a neuron by one step, from `x` to `_new_x`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from spikesim.codegen.exact_source import advance
from spikesim.codegen.explicit_source import Explicit
from spikesim.codegen.splitting_source import splitting
from spikesim.equations.membranes import SYNAPTIC
from spikesim.equations.methods import LONGEST, SPLITTINGS, TABLEAUX
from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, Terms, linear_terms, multiplied


def nodes(cell: NeuronEquations) -> tuple[float, ...]:
    """Fractions of a step at whose end exact states are needed; the whole step comes first."""
    if not cell.system.stepped or not cell.system.feeding:
        return (1.0,)
    if cell.system.method == "strang":
        return (1.0, 0.5)
    tableau = TABLEAUX.get(cell.system.method)
    return (1.0, *sorted({c for c in tableau.nodes if 0.0 < c < 1.0} if tableau else ()))


def step_lines(cell: NeuronEquations, *, branches: bool = True) -> list[str]:
    """Source lines from `x` to `_new_x` for all states, with noise but without arriving spikes.

    `branches`: whether flagged neurons are advanced by a second loop, see `explicit_source`.
    """
    system = cell.system
    lines = _parts(cell, [n for n in system.subexpressions if n in system.frozen])
    lines += ["_rest = _left[_i] > 0"] if cell.held else []
    lines += [advance(cell, state, f"_new_{state}") for state in system.exact]
    if system.stepped:
        if system.method == "exponential_euler":
            lines += _exponential_euler(cell)
        elif system.method in SPLITTINGS:
            middle = cell.system.feeding if system.method == "strang" else ()
            lines += [advance(cell, s, f"_mid_{s}", 0.5) for s in system.exact if s in middle]
            lines += splitting(cell).lines
        else:
            lines += Explicit(cell).lines(branches=branches)
    lines += _user_step(cell)
    for state, terms in system.noise.items():
        lines += _noise(cell, state, terms)
    return lines


def _user_step(cell: NeuronEquations) -> list[str]:
    """Call of the user-defined step; arguments that relax a state too fast are time averages."""
    system = cell.system
    if cell.step is None:
        return []
    needed = [n for n in cell.step.arguments if n in system.subexpressions]
    lines = _parts(cell, system.needed([ast.Name(n, ast.Load()) for n in needed]))
    lines += [f"{name} = {ex.source(tree)}" for name, tree in currents_given(cell).items()]
    for name, tree in cell.relaxing.items():
        lines += [
            f"_span = ({ex.source(tree)}) * dt",
            f"_mean_{name} = {name} * _phi(_span) if _span < {-LONGEST} else {name}",
        ]
    given = [f"_mean_{n}" if n in cell.relaxing else n for n in cell.step.arguments]
    new = ", ".join(f"_new_{state}" for state in cell.step.returned)
    return [*lines, f"{new} = _user_step({', '.join(given)})"]


def currents_given(cell: NeuronEquations) -> dict[str, ast.expr]:
    """Currents that a user-defined step takes and that are not read from an array."""
    assert cell.step is not None
    total = cell.derived.get(SYNAPTIC)
    given = {SYNAPTIC: total.rhs if total else ast.Constant(0.0)}
    if not cell.has_input:
        given[INPUT] = ast.Constant(0.0)
    return {name: tree for name, tree in given.items() if name in cell.step.arguments}


def _parts(cell: NeuronEquations, names: Iterable[str]) -> list[str]:
    return [f"{name} = {ex.source(cell.system.subexpressions[name])}" for name in names]


def _exponential_euler(cell: NeuronEquations) -> list[str]:
    """Advance each state with the others constant: x += dt phi(rate dt) (rate x + drift)."""
    system, taken = cell.system, {}
    for state in system.stepped:
        tree = system.inlined(system.odes[state], system.depending({state}))
        terms = linear_terms(tree, {state})
        assert terms is not None  # System.of has checked it
        # Division is slow: reciprocals of constants are computed once, outside the loop.
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


def noise_gain(cell: NeuronEquations, state: str, source: str) -> ast.expr | None:
    """Factor of a normal random number, if it does not depend on the state; else None.

    An exactly integrated state that depends only on itself gets the exact variance of its process.
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


def noise_sources(cell: NeuronEquations) -> list[str]:
    """Names of all white noises of a neuron, and `rand` last if its threshold calls it."""
    names = sorted({source for terms in cell.system.noise.values() for source in terms})
    return names + ([ex.RAND] if ex.RAND in ex.called(cell.threshold) else [])


def _noise(cell: NeuronEquations, state: str, terms: Terms) -> list[str]:
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
