"""The state of a plan by name: what there is, of which network it is, and putting it back.

A state is a head, which says what it is of, and arrays: those that a run changes, and what users
switch and set. It is taken and put back by files (`spikesim.runtime.checkpoint`) and by copies of a
network. Putting back is all or nothing: what does not fit is found before anything is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.kernels.deliver import SPARSE
from spikesim.kernels.histories import latest_spikes
from spikesim.planning.plan import Plan
from spikesim.planning.tables import table_constants
from spikesim.runtime.checks import problem
from spikesim.runtime.origin import (
    FORMAT,
    OLDER,
    check_origin,
    check_precision,
    origin,
    refusal,
    warn_of_settings,
)

KIND = "state of a spikesim network"
# Histories grow when needed, so their widths may differ between a state and a fresh plan.
GROWING = ("pre_t", "pre_v", "pre_m", "post", "log_t", "log_j", "log_v", "sent")


@dataclass(frozen=True)
class State:
    """A state: the head, plain data, and the arrays by name."""

    head: dict[str, Any]
    arrays: dict[str, np.ndarray]


def take(plan: Plan) -> State:
    """The state of a plan. The arrays are the plan's own, not copies."""
    head = {
        "kind": KIND, "format": FORMAT, "dt": plan.dt, "seed": plan.seed,
        "step": plan.step, **origin(plan),
    }  # fmt: skip
    return State(head, plan.mutable())


def put(plan: Plan, state: State, where: str, *, believed: bool = False) -> None:
    """Put a state into a plan of the same network.

    Parameters
    ----------
    plan : Plan
        The network, which may have run. It keeps no array of the state's.
    state : State
        What `take` has returned, or a file has held.
    where : str
        What errors call the state: its file.
    believed : bool
        Whether its numbers need no check, as those of another network of this process.

    Raises
    ------
    ValidationError
        If it is of another network, or holds values that cannot be; nothing is changed then.

    Warns
    -----
    SpikesimWarning
        If the network has other settings than the state's had, of those that no state brings.
    """
    check_origin(plan, state.head, where)
    arrays = dict(state.arrays)
    check_precision(plan, arrays, where)
    draws = _taken_draws(plan, arrays, where)
    if state.head["format"] in OLDER:
        arrays |= older_state(plan, arrays)
    _check_arrays(plan, arrays, where)
    wrong = None if believed else problem(plan, arrays, state.head.get("step"))
    if wrong:
        raise refusal(f"{where} holds what cannot be: {wrong}")
    if state.head["format"] == 2:
        _reorder(plan, arrays)
    values = {
        name: {p: arrays[f"parameter.{name}.{p}"].copy() for p in block.values}
        for name, block in plan.blocks.items()
    }
    try:  # what cannot be computed from the values
        for table in plan.tables:
            blocks = [replace(block, values=values[block.name]) for block in table.blocks]
            table_constants(table.cell, blocks, plan.dt, table.args.state.dtype)
        settings = plan.feed.read(plan, arrays)
    except ValidationError as error:
        raise refusal(f"{where} holds what cannot be: {error}") from error
    if not believed:
        warn_of_settings(plan, state.head, where)  # now, for users may make it an error
    # From here on nothing can be wrong.
    plan.feed.restore(settings)
    plan.draws = draws
    for name, block in plan.blocks.items():
        block.values = values[name]
    for name, source in plan.sources.items():
        source.step = arrays[f"source.{name}.step"].copy()
        source.source = arrays[f"source.{name}.source"].copy()
    for name, plastic in plan.plastic.items():
        grown: dict[str, Any] = {p: arrays[f"plastic.{name}.{p}"].copy() for p in GROWING}
        plastic.args = plastic.args._replace(**grown)
    for name, own in plan.mutable().items():
        if name in arrays and not is_free(name):
            own[...] = arrays[name]
    for plastic in plan.plastic.values():
        latest = latest_spikes(plastic.args.post, plastic.args.post_n)
        plastic.args = plastic.args._replace(latest=latest)
    plan.step = int(state.head["step"])


def older_state(plan: Plan, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What states of older formats lack: schedules of rates are as they are now in the network."""
    lacking = {name: a for name, a in plan.mutable().items() if name.startswith("schedule.")}
    for name in plan.sources:
        times, rate = f"schedule.{name}.times", arrays.get(f"source.{name}.rate")
        if times in lacking and not lacking[times].size and rate is not None:
            lacking[f"schedule.{name}.values"] = np.round(rate * (1000.0 / plan.dt), 9)
    return lacking


def is_free(name: str) -> bool:
    """Whether the entry may have another shape in a state than in the plan, which then takes it."""
    kind, part = name.split(".")[0], name.rsplit(".", 1)[-1]
    return (
        kind in ("parameter", "schedule")
        or (kind == "source" and part in ("step", "source"))
        or (kind == "plastic" and part in GROWING)
    )


def _check_arrays(plan: Plan, arrays: dict[str, np.ndarray], where: str) -> None:
    own = {name: a for name, a in plan.mutable().items() if not name.startswith("draws.")}
    for name in sorted(set(own) ^ set(arrays)):
        holder = "the file" if name in own else "this network"
        raise refusal(f"{holder} has no {name!r}: {where} is of another network")
    for name, array in own.items():
        given = arrays[name]
        if given.dtype != array.dtype or (not is_free(name) and given.shape != array.shape):
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
    """Take out of the arrays how often variables have been drawn; only those drawn are there."""
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


def _reorder(plan: Plan, arrays: dict[str, np.ndarray]) -> None:
    """Bring what format 2 has of each synapse into today's order.

    Rows with different delays were sorted by (delay, target) then, without blocks.
    """
    s, release = plan.static, plan.release
    for p in np.flatnonzero((s.kind == SPARSE) & (s.delay0 >= 0)):
        rows = s.indptr[s.row0[p] :][: s.hi[p] - s.lo[p] + 1]
        n = int(rows[-1])
        row = np.repeat(np.arange(rows.size - 1), np.diff(rows))
        then = np.lexsort((s.targets[s.syn0[p] :][:n], s.delays[s.delay0[p] :][:n], row))
        pools = [("static.weights", s.weight0[p])] if s.weight0[p] >= 0 else []
        pools += [
            ("release.full", release.site0[q])
            for q in np.flatnonzero((release.projection == p) & (release.sites > 0))
        ]
        for name, first in pools:
            arrays[name] = arrays[name].copy()
            part = arrays[name][first:][:n]
            part[then] = part.copy()
