"""Source lines that advance exactly integrated states over a step or part of a step."""

from __future__ import annotations

from spikesim.equations.neuron_equations import NeuronEquations


def propagator(state: str, source: str, node: float = 1.0, *, held: bool = False) -> str:
    """Name of the propagator from `source` to an exact `state`, over a step or part of one."""
    part = "" if node == 1.0 else f"{node:g}".replace(".", "p")
    return f"_{'H' if held else 'Q'}{part}_{state}__{source or 'const'}"


def advance(cell: NeuronEquations, state: str, new: str, node: float = 1.0) -> str:
    """Source line that computes an exact state after a part of the step."""
    held = cell.held
    moved = f"{state} + ({_increment(cell, state, node, frozenset())})"
    if state in held:
        return f"{new} = {state} if _rest else {moved}"
    if state in cell.readers:
        resting = f"{state} + ({_increment(cell, state, node, held)})"
        return f"{new} = ({resting}) if _rest else ({moved})"
    return f"{new} = {moved}"


def _increment(cell: NeuronEquations, state: str, node: float, held: frozenset[str]) -> str:
    names = {
        source: propagator(state, source, node, held=bool(held))
        for source in cell.system.pattern(held)[state]
    }
    return " + ".join(f"{name} * {source}" if source else name for source, name in names.items())
