"""Validate the values of a state, which kernels would use without a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spikesim.runtime.limits import COUNT, FINITE, Entry
from spikesim.runtime.plan import Plan
from spikesim.units import MOST_STEPS


def entries(plan: Plan, step: int) -> Iterator[Entry]:
    """Yield the limits of all arrays of a state after `step` steps.

    Parameters are not included: they have limits of their own. A test compares the names with those
    of `Plan.mutable`.
    """
    for name in ("state", "ring", "broadcast"):
        yield Entry(name, FINITE)
    yield Entry("counters", COUNT)
    for part in plan.parts.values():
        yield from part.limits(step)
    for variable in plan.draws:
        yield Entry(f"draws.{variable}", COUNT)


def problem(plan: Plan, arrays: Mapping[str, np.ndarray], step: Any) -> str | None:
    """Describe the first invalid value of a state that has all entries of a plan, or return None.

    Parameters
    ----------
    plan : Plan
        The network.
    arrays : mapping
        Entries of the state by name, with the correct types.
    step : int
        Number of steps simulated, according to the state.
    """
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= MOST_STEPS:
        return f"the number of steps must be a whole number from 0 to {MOST_STEPS}, got {step!r}"
    parts = plan.parts.values()
    for name in (name for part in parts for name in part.misshapen(arrays)):
        return f"{name!r} cannot have the shape {arrays[name].shape}"
    lost = np.flatnonzero(~np.isfinite(arrays["state"]))
    if lost.size:
        return f"{label(plan, int(lost[0]))} must be finite, got {arrays['state'][lost[0]]}"
    for entry in entries(plan, step):
        fault = entry.fault(arrays[entry.name]) if entry.name in arrays else None
        if fault:
            return fault
    return next((wrong for part in parts for wrong in part.relations(arrays, step)), None)


def label(plan: Plan, place: int) -> str:
    """Name of the variable at an index of the flat state."""
    return next(label for part in plan.parts.values() if (label := part.label(place)) is not None)
