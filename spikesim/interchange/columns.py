"""Find the columns of spike times and ids in a table, validate them and convert them to spikes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.errors import ValidationError
from spikesim.interchange.table import Table

_TIMES = ("time", "times", "t", "spike_time", "spike_times", "spiketime", "spiketimes")
_TO_MS = {"": 1.0, "_ms": 1.0, "_s": 1000.0}
_TIME_SCALES = {f"{name}{unit}": scale for name in _TIMES for unit, scale in _TO_MS.items()}
_IDS = ("id", "ids", "sender", "senders", "gid", "gids", "neuron", "neurons", "neuron_id",
        "neuron_ids", "node_id", "cell", "cell_id", "unit", "index", "i")  # fmt: skip
_EXPECTED = (
    "expected a column of times in ms (called time, times, t, time_ms or spike_time; with _s at "
    "the end for seconds) and one of neurons (id, sender, gid, neuron, cell, unit, index or i)"
)


@dataclass(frozen=True)
class Columns:
    """Columns of times and ids in a table, and the factor from times to milliseconds."""

    time: int
    id: int
    scale: float = 1.0


def plain(name: str) -> str:
    """Column name in lower case, with ``_`` in place of all but letters and digits."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def named_columns(header: list[str], where: object) -> Columns:
    """Find the columns of times and ids by their names."""
    plain_names = [plain(name) for name in header]
    times = [k for k, name in enumerate(plain_names) if name in _TIME_SCALES]
    ids = [k for k, name in enumerate(plain_names) if name in _IDS]
    if len(times) != 1 or len(ids) != 1:
        got = ", ".join(map(repr, header))
        raise ValidationError(f"{_EXPECTED}, got the columns {got}", obj=str(where))
    return Columns(times[0], ids[0], _TIME_SCALES[plain_names[times[0]]])


def spike_arrays(table: Table, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Convert columns to times in ms and integer ids; errors name the line in the file."""
    times, ids = table.data[:, columns.time] * columns.scale, table.data[:, columns.id]
    bad_times = np.flatnonzero(~np.isfinite(times))
    if bad_times.size:
        row = int(bad_times[0])
        raise table.error(f"expected a finite time, got {times[row]}", row)
    bad_ids = np.flatnonzero((ids != np.floor(ids)) | (ids < 0) | (ids >= 2.0**53))
    if bad_ids.size:
        row = int(bad_ids[0])
        raise table.error(
            f"expected a neuron's number (0, 1, 2 ...) in column {columns.id + 1}, "
            f"got {ids[row]:g}", row,
        )  # fmt: skip
    return times, ids.astype(np.int64)


def trains(
    times: np.ndarray,
    ids: np.ndarray,
    path: Path,
    *,
    n: int | None,
    t_start: float | None,
    t_stop: float | None,
    name: str,
) -> SpikeTrains:
    """Spike trains from a file; values that are None are derived from the spikes."""
    start = min(0.0, times.min(initial=0.0)) if t_start is None else t_start
    try:
        return SpikeTrains(
            times,
            ids,
            n=int(ids.max(initial=-1)) + 1 if n is None else n,
            t_start=start,
            t_stop=times.max(initial=start) if t_stop is None else t_stop,
            name=name,
        )
    except ValidationError as error:
        raise ValidationError(f"{error}", obj=str(path)) from error
