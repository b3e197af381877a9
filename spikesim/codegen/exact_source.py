"""The lines of a kernel that carry exact states over a step, or a part of one."""

from __future__ import annotations

from spikesim.equations.neuron_equations import Cell


def propagator(state: str, source: str, node: float = 1.0, *, held: bool = False) -> str:
    """Name of the number by which `source` moves an exact `state` in a step, or a part of one."""
    part = "" if node == 1.0 else f"{node:g}".replace(".", "p")
    return f"_{'H' if held else 'Q'}{part}_{state}__{source or 'const'}"


def advance(cell: Cell, state: str, new: str, node: float = 1.0) -> str:
    """An exact state after a part of the step."""
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
