"""A plan's state as a file, and back. What is loaded goes on bit-identically."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from spikesim.build.plan import Plan
from spikesim.errors import SpikesimError, ValidationError
from spikesim.kernels.deliver import SPARSE
from spikesim.kernels.histories import latest_spikes

FORMAT = 3
# Histories grow when needed, so their widths may differ between the file and a fresh plan.
_GROWING = ("pre_t", "pre_v", "pre_m", "post", "log_t", "log_j", "log_v", "sent")


def save(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write all that changes in a run; the file is complete or absent, never half written."""
    path = _path(path, "save_state")
    head = json.dumps({"format": FORMAT, "dt": plan.dt, "seed": plan.seed, "step": plan.step})
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            written = Path(file.name)
            arrays: dict[str, Any] = {"__head__": np.array(head), **plan.mutable()}
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, path)
    except OSError as error:
        raise SpikesimError(f"cannot write {path}: {error}") from error
    finally:
        if written is not None:
            written.unlink(missing_ok=True)


def _path(path: object, owner: str) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise ValidationError(f"must be a file's path, got {path!r}", "path", owner)
    return Path(path)


def load(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Put a saved state into a plan of the same network.

    Raises
    ------
    ValidationError
        If the file is no saved state, or one of another network.
    """
    path = _path(path, "load_state")
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            head = json.loads(str(file["__head__"]))
            arrays = {name: file[name] for name in file.files if name != "__head__"}
        if not isinstance(head, dict):
            raise ValueError("it holds no saved state")
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        RuntimeError,
        zipfile.BadZipFile,
    ) as error:
        raise ValidationError(f"cannot read {path}: {error}", "path", "load_state") from None
    older = head.get("format") == 2
    known = ("format", 2 if older else FORMAT), ("dt", plan.dt), ("seed", plan.seed)
    for name, value in known:
        if head.get(name) != value:
            raise ValidationError(
                f"{path} was saved with {name} = {head.get(name)}, this network has {value}",
                "path", "load_state",
            )  # fmt: skip
    draws = _taken_draws(plan, arrays, str(path))
    _check_same(plan, arrays, str(path))
    if older:
        _reorder(plan, arrays)
    plan.draws = draws
    for name, own in plan.mutable().items():
        if name.startswith("draws."):
            continue
        part = name.rsplit(".", 1)[-1]
        if name.startswith("plastic.") and part in _GROWING:
            table = plan.plastic[name.split(".", 1)[1].rsplit(".", 1)[0]]
            table.args = table.args._replace(**{part: arrays[name]})
        elif name.startswith("parameter."):
            block = plan.blocks[name.split(".", 1)[1].rsplit(".", 1)[0]]
            block.values[part] = arrays[name]
        else:
            own[...] = arrays[name]
    for table in plan.plastic.values():
        latest = latest_spikes(table.args.post, table.args.post_n)
        table.args = table.args._replace(latest=latest)
    plan.step = int(head["step"])


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
            part = arrays[name][first:][:n]
            part[then] = part.copy()


def _taken_draws(plan: Plan, arrays: dict[str, np.ndarray], path: str) -> dict[str, np.ndarray]:
    """Take out of the arrays how often variables have been drawn; only those drawn are there."""
    draws = {}
    for entry in [name for name in arrays if name.startswith("draws.")]:
        variable, count = entry.removeprefix("draws."), arrays.pop(entry)
        block = plan.blocks.get(variable.rpartition(".")[0])
        if block is None or count.dtype != np.int64 or count.shape != (block.size,):
            raise ValidationError(
                f"{entry!r} does not fit this network: {path} is of another one", "path",
                "load_state",
            )  # fmt: skip
        draws[variable] = count
    return draws


def _check_same(plan: Plan, arrays: dict[str, np.ndarray], path: str) -> None:
    own = {name: a for name, a in plan.mutable().items() if not name.startswith("draws.")}
    for name in sorted(set(own) ^ set(arrays)):
        where = "the file" if name in own else "this network"
        raise ValidationError(f"{where} has no {name!r}: {path} is of another network", "path",
                              "load_state")  # fmt: skip
    for name, array in own.items():
        free = name.startswith("parameter.") or name.rsplit(".", 1)[-1] in _GROWING
        if array.dtype != arrays[name].dtype or (not free and array.shape != arrays[name].shape):
            raise ValidationError(
                f"{name!r} is {array.dtype} {array.shape} here and {arrays[name].dtype} "
                f"{arrays[name].shape} in {path}: it is of another network", "path", "load_state",
            )  # fmt: skip
