"""Precomputed constants of the neuron update kernel: propagators, gains and parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import numpy as np

from spikesim.codegen.exact_source import propagator
from spikesim.codegen.step_source import currents_given, nodes, noise_gain
from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.language import expressions as ex


@dataclass(frozen=True)
class Constants:
    """Names of the constants that a neuron kernel reads, and how they are computed.

    ``propagators`` maps a name to ``(state, source, part of a step, held states)``, ``gains`` to an
    expression of parameters, and ``parameters`` are read unchanged.
    """

    propagators: dict[str, tuple[str, str, float, frozenset[str]]]
    gains: dict[str, ast.expr]
    parameters: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the kernel's table."""
        return (*self.propagators, *self.gains, *self.parameters)


def constants_of(cell: NeuronEquations) -> Constants:
    """Constants that the kernel of a neuron model needs."""
    system = cell.system
    none: frozenset[str] = frozenset()
    propagators = {
        propagator(state, source, node, held=bool(held)): (state, source, node, held)
        for node in nodes(cell)
        for held, moving in ((none, system.exact), (cell.held, cell.readers))
        for state in moving
        for source in system.pattern(held)[state]
    }
    gains = {
        f"_G_{port}__{state}": gain
        for port, targets in cell.ports.items()
        for state, gain in targets.items()
        if not is_one(gain)
    }
    read = [cell.threshold, *cell.reset.values(), *([cell.rearm] if cell.rearm else [])]
    read += [system.odes[state] for state in system.stepped]
    read += [system.subexpressions[name] for name in system.frozen]
    for state, terms in system.noise.items():
        for source, tree in terms.items():
            gain = noise_gain(cell, state, source)
            if gain is None:
                read.append(tree)
                gains["_root_dt"] = ast.parse("sqrt(dt)", mode="eval").body
            else:
                gains[f"_E_{state}__{source}"] = gain
    if cell.step is not None:
        read += [ast.Name(name, ast.Load()) for name in cell.step.arguments]
        read += [*currents_given(cell).values(), *cell.relaxing.values()]
    read += [system.subexpressions[name] for name in system.needed(read)]
    local = {*cell.states, *system.subexpressions, INPUT, "I_syn", TIME}
    used = set().union(set(), *(ex.names(tree) for tree in read))
    if system.stepped or cell.relaxing or TIME in used:
        used.add("dt")
    return Constants(propagators, gains, tuple(sorted(used - local)))


def is_one(tree: ast.expr) -> bool:
    """Whether an expression is the number 1."""
    return isinstance(tree, ast.Constant) and tree.value == 1


def constant_values(
    cell: NeuronEquations, parameters: dict[str, np.ndarray], dt: float
) -> dict[str, np.ndarray]:
    """Compute the constants of one population, each of shape (1,) or (n,).

    Parameters
    ----------
    cell : NeuronEquations
        The model.
    parameters : dict
        Values of the neuron's and its receptors' parameters, of shape () or (n,).
    dt : float
        Step (ms).
    """
    needed = constants_of(cell)
    known = {**parameters, "dt": np.asarray(dt)}
    values: dict[str, np.ndarray] = {}
    if needed.propagators:
        for node, held in {(node, held) for *_, node, held in needed.propagators.values()}:
            increments = cell.system.propagators(known, node * dt, held)
            values |= {
                name: increments[state, source]
                for name, (state, source, *which) in needed.propagators.items()
                if which == [node, held]
            }
    functions = {name: f.for_arrays() for name, f in cell.functions.items()}
    values |= {name: ex.evaluate(tree, known, functions) for name, tree in needed.gains.items()}
    values |= {name: known[name] for name in needed.parameters}
    return {name: np.atleast_1d(value) for name, value in values.items()}
