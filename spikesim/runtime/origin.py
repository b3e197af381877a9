"""Identify the network of a state, and compare it with that of a plan."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spikesim.errors import ValidationError, warn
from spikesim.precision import PRECISIONS
from spikesim.runtime.plan import Plan

NONE = "none"  # name in messages for something absent
FORMAT = 5
FORMER = 4  # the same but for the spike histories of plastic synapses
OLDER = (2, 3)  # still readable; they contain no schedules and no description of the network


def checksum(*arrays: np.ndarray, start: int = 0) -> int:
    """Checksum of arrays; `start` is the checksum of preceding arrays."""
    for array in arrays:
        start = zlib.crc32(np.ascontiguousarray(array).data, start)
    return start


def origin(plan: Plan) -> dict[str, Any]:
    """Describe the network of a plan for the header of a state, as plain data."""
    return {
        "populations": populations(plan), "projections": projections(plan),
        "network": {"same": plan.identity.same, "settings": plan.identity.settings},
    }  # fmt: skip


def populations(plan: Plan) -> dict[str, Any]:
    """Describe the populations: their sizes and state variables."""
    return {
        name: [block.size, *(plan.tables[block.table].cell.states if block.table >= 0 else ())]
        for name, block in plan.blocks.items()
    }


def projections(plan: Plan) -> dict[str, int]:
    """Checksum of the synapses and delays of each projection."""
    return {n: sum_ for part in plan.parts.values() for n, sum_ in part.structure().items()}


def check_origin(plan: Plan, head: Mapping[str, Any], where: str) -> None:
    """Raise a ValidationError unless a header belongs to a state of this network."""
    if head.get("format") not in (*OLDER, FORMER, FORMAT):
        raise refusal(
            f"{where} was saved with format = {head.get('format')}, this network has {FORMAT}"
        )
    for name, value in (("dt", plan.dt), ("seed", plan.seed)):
        if head.get(name) != value:
            raise refusal(f"{where} was saved with {name} = {head.get(name)}, this network has "
                          f"{value}")  # fmt: skip
    if head["format"] in OLDER:
        return
    own = populations(plan)
    saved = _saved(head, "populations", where)
    _check_names("population", own, saved, where)
    for name, value in own.items():
        if saved[name] != value:
            raise refusal(f"{name!r} has {saved[name][0]} neurons with the variables "
                          f"{saved[name][1:]} in {where}: it is of another network")  # fmt: skip
    same = _told(head, "same", where)
    if same is not None:
        for kind in {**plan.identity.same, **same}:
            _check_names(kind, plan.identity.same.get(kind, {}), same.get(kind, {}), where)
        for name, before, now in _differing(same, plan.identity.same):
            raise refusal(f"{name}: the file has {before!r}, this network has {now!r}; {where} is "
                          "of another network")  # fmt: skip
    sums, saved = projections(plan), _saved(head, "projections", where)
    _check_names("projection", sums, saved, where)
    for name, sum_ in sums.items():
        if saved[name] != sum_:
            raise refusal(
                f"{name!r} has other synapses or delays in {where}: it is of another network"
            )


def check_precision(plan: Plan, arrays: Mapping[str, np.ndarray], where: str) -> None:
    """Raise if a state has another precision than the network, judged by its array types."""
    names = {tuple(map(np.dtype, types)): name for name, types in PRECISIONS.items()}
    own = names[np.dtype(plan.state_type), np.dtype(plan.weight_type)]
    if "state" in arrays and "ring" in arrays:
        saved = names.get((arrays["state"].dtype, arrays["ring"].dtype), own)
        if saved != own:
            raise refusal(f"{where} was saved with precision = {saved!r}, this network has {own!r}")


def warn_of_settings(plan: Plan, head: Mapping[str, Any], where: str) -> None:
    """Warn of settings that differ from the saved ones and that a state does not contain."""
    saved = _told(head, "settings", where)
    different = [] if saved is None else [
        f"{name} = {now} (in the file {before})"
        for name, before, now in _differing(saved, plan.identity.settings)
    ]  # fmt: skip
    if different:
        warn(
            f"{where} was saved with other settings, which are not restored; this network's "
            f"values are used: {', '.join(different)}"
        )


def refusal(message: str) -> ValidationError:
    """Return the error for a state that cannot be loaded."""
    return ValidationError(message, "path", "load_state")


def _check_names(kind: str, own: Mapping[str, Any], saved: Mapping[str, Any], where: str) -> None:
    for name in sorted(set(own) ^ set(saved)):
        holder = where if name in saved else "this network"
        raise refusal(f"only {holder} has the {kind} {name!r}: {where} is of another network")


def _saved(head: Mapping[str, Any], entry: str, where: str) -> dict[str, Any]:
    saved = head.get(entry)
    if not isinstance(saved, dict):
        raise refusal(f"{where} does not say of which {entry} it is")
    return saved


def _told(head: Mapping[str, Any], part: str, where: str) -> dict[str, dict[str, Any]] | None:
    """Return an entry of the network description in a header; None for earlier versions."""
    if "network" not in head:
        return None
    told = _saved(head, "network", where).get(part)
    sound = isinstance(told, dict) and all(
        isinstance(aspects, dict)
        for kind in told.values()
        for aspects in (kind.values() if isinstance(kind, dict) else [None])
    )
    if not sound:
        raise refusal(f"{where} does not say of which network it is")
    return told


def _differing(
    saved: Mapping[str, Mapping[str, Any]], own: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the values that differ: name, value in the state, value in the network."""
    for kind, parts in own.items():
        for name, aspects in parts.items():
            before = saved.get(kind, {}).get(name, {})
            for aspect in sorted({*aspects, *before}):
                pair = before.get(aspect, NONE), aspects.get(aspect, NONE)
                if pair[0] != pair[1]:
                    yield f"{name!r}.{aspect}", *pair
