"""Take the state of a plan as named arrays, and put it back.

A state is a head, which says what it is of, and arrays: those that a run changes, and what users
switch and set. It is taken and put back by files (`spikesim.runtime.checkpoint`) and by copies of a
network. Putting back is all or nothing: what does not fit is found before anything is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.runtime.checks import problem
from spikesim.runtime.origin import (
    FORMAT,
    check_origin,
    check_precision,
    origin,
    refusal,
    warn_of_settings,
)
from spikesim.runtime.plan import Plan

KIND = "state of a spikesim network"


@dataclass(frozen=True)
class State:
    """A state: the header (plain data) and the arrays by name."""

    head: dict[str, Any]
    arrays: dict[str, np.ndarray]


def take(plan: Plan) -> State:
    """Return the state of a plan. The arrays are the plan's own, not copies."""
    head = {
        "kind": KIND, "format": FORMAT, "dt": plan.dt, "seed": plan.seed,
        "step": plan.step, **origin(plan),
    }  # fmt: skip
    return State(head, plan.mutable())


def put(plan: Plan, state: State, where: str, *, trusted: bool = False) -> None:
    """Restore a state into a plan of the same network.

    Parameters
    ----------
    plan : Plan
        The network, which may have run. Arrays are copied into it.
    state : State
        A state returned by `take`, or read from a file.
    where : str
        Name of the state in errors, such as its file.
    trusted : bool
        Whether to skip validation of the values, as for a state of a network in this process.

    Raises
    ------
    ValidationError
        If the state is of another network or has invalid values; nothing is changed then.

    Warns
    -----
    SpikesimWarning
        If the network's settings differ from those the state was saved with. A state does not
        contain these settings.
    """
    check_origin(plan, state.head, where)
    arrays = dict(state.arrays)
    check_precision(plan, arrays, where)
    draws = _taken_draws(plan, arrays, where)
    for part in plan.parts.values():
        part.upgrade(arrays, state.head["format"], plan)
    _check_arrays(plan, arrays, where)
    wrong = None if trusted else problem(plan, arrays, state.head.get("step"))
    if wrong:
        raise refusal(f"{where} holds what cannot be: {wrong}")
    values = {
        name: {p: arrays[f"parameter.{name}.{p}"].copy() for p in block.values}
        for name, block in plan.blocks.items()
    }
    try:  # raises if values cannot be used for computation
        settings = {name: part.read(arrays, plan) for name, part in plan.parts.items()}
    except ValidationError as error:
        raise refusal(f"{where} holds what cannot be: {error}") from error
    if not trusted:
        warn_of_settings(plan, state.head, where)  # first, as it may be an error
    # Everything is validated: nothing below can fail.
    plan.draws = draws
    for name, block in plan.blocks.items():
        block.values = values[name]
    for name, own in plan.mutable().items():
        if name in arrays and not is_free(plan, name):
            own[...] = arrays[name]
    for name, part in plan.parts.items():
        part.load(arrays, settings[name])
    plan.step = int(state.head["step"])


def is_free(plan: Plan, name: str) -> bool:
    """Whether an entry may have another shape in a state; the plan then takes that shape."""
    return name.startswith("parameter.") or any(part.is_free(name) for part in plan.parts.values())


def _check_arrays(plan: Plan, arrays: dict[str, np.ndarray], where: str) -> None:
    own = {name: a for name, a in plan.mutable().items() if not name.startswith("draws.")}
    for name in sorted(set(own) ^ set(arrays)):
        holder = "the file" if name in own else "this network"
        raise refusal(f"{holder} has no {name!r}: {where} is of another network")
    for name, array in own.items():
        given = arrays[name]
        if given.dtype != array.dtype or (not is_free(plan, name) and given.shape != array.shape):
            raise refusal(
                f"{name!r} is {array.dtype} {array.shape} here and {given.dtype} {given.shape} in "
                f"{where}: it is of another network"
            )
    for name, block in plan.blocks.items():
        for parameter in block.values:
            shape = arrays[f"parameter.{name}.{parameter}"].shape
            if shape not in ((), (block.size,)):
                raise refusal(f"{name}.{parameter} has the shape {shape} in {where}")


def _taken_draws(plan: Plan, arrays: dict[str, np.ndarray], where: str) -> dict[str, np.ndarray]:
    """Remove the draw counts from the arrays and return them; only drawn variables have one."""
    draws = {}
    for entry in [name for name in arrays if name.startswith("draws.")]:
        variable, count = entry.removeprefix("draws."), arrays.pop(entry)
        block = plan.blocks.get(variable.rpartition(".")[0])
        if (
            block is None
            or count.dtype != np.int64
            or count.shape != (block.size,)
            or (count.min() < 0)
        ):
            raise refusal(f"{entry!r} does not fit this network: {where} is of another one")
        draws[variable] = count.copy()
    return draws
