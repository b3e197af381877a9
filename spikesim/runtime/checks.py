"""Whether the values of a state can be: what kernels do not look at, for they trust the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.planning.plan import Plan
from spikesim.planning.state_limits import entries, shapes
from spikesim.planning.state_relations import relations
from spikesim.units import MOST_STEPS


def problem(plan: Plan, arrays: Mapping[str, np.ndarray], step: Any) -> str | None:
    """What is wrong with the values of a state that has all entries of a plan; None if all is well.

    Parameters
    ----------
    plan : Plan
        The network.
    arrays : mapping
        The entries of the state, of the right types, by name.
    step : int
        How many steps have been done, as the state says.
    """
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= MOST_STEPS:
        return f"the number of steps must be a whole number from 0 to {MOST_STEPS}, got {step!r}"
    for name in shapes(plan, arrays):
        return f"{name!r} cannot have the shape {arrays[name].shape}"
    lost = np.flatnonzero(~np.isfinite(arrays["state"]))
    if lost.size:
        return f"{_said(plan, int(lost[0]))} must be finite, got {arrays['state'][lost[0]]}"
    for entry in entries(plan, step):
        fault = entry.fault(arrays[entry.name]) if entry.name in arrays else None
        if fault:
            return fault
    return _parameters(plan, arrays) or next(relations(plan, arrays, step), None)


def _said(plan: Plan, place: int) -> str:
    """What users call the variable at a place of the flat state."""
    for table in plan.tables:
        row, neuron = divmod(place - table.state0, table.n)
        if 0 <= row < len(table.cell.states):
            block = next(b for b in table.blocks if b.lo <= neuron < b.hi)
            return f"{block.name}[{neuron - block.lo}].{table.cell.states[row]}"
    return f"{plan.modulators[place - plan.state.size]}.concentration"


def _parameters(plan: Plan, arrays: Mapping[str, np.ndarray]) -> str | None:
    for block in plan.blocks.values():
        for name, declared in block.declared.items():
            array = arrays[f"parameter.{block.name}.{name}"]
            if declared.shared and array.ndim:
                return f"{block.name}.{name} must be one number, got the shape {array.shape}"
            try:
                declared.check(array, name, block.name)
            except ValidationError as error:
                return str(error)
    return None
