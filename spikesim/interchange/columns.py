"""Two columns of a table as spikes: which they are, and what must hold for them."""

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
    """Where times and ids are in a table, and what makes times milliseconds."""

    time: int
    id: int
    scale: float = 1.0


def plain(name: str) -> str:
    """A column's name in lower case, with one ``_`` for all that is no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def named_columns(header: list[str], where: object) -> Columns:
    """The columns of times and ids, by their names."""
    plain_names = [plain(name) for name in header]
    times = [k for k, name in enumerate(plain_names) if name in _TIME_SCALES]
    ids = [k for k, name in enumerate(plain_names) if name in _IDS]
    if len(times) != 1 or len(ids) != 1:
        got = ", ".join(map(repr, header))
        raise ValidationError(f"{_EXPECTED}, got the columns {got}", obj=str(where))
    return Columns(times[0], ids[0], _TIME_SCALES[plain_names[times[0]]])


def spike_arrays(table: Table, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Times in ms and ids as whole numbers; what cannot be such is named with its line."""
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
    """Spikes of a file; what is None is taken from the spikes themselves."""
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
