"""NEST's text recordings of spikes.

NEST 3 writes ``# NEST version``, a header ``sender  time_ms`` and a row for each spike into
``label-recorder-process.dat``, one file for each process or thread; NEST 2 wrote ``.gdf`` files
without header, ``id  time``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.interchange.columns import Columns, named_columns, plain, spike_arrays, trains
from spikesim.interchange.files import existing, several
from spikesim.interchange.table import Table, read_table
from spikesim.units import check_count

PathLike = str | os.PathLike[str]


@public
def load_nest(
    paths: PathLike | Sequence[PathLike],
    *,
    first_id: int | None = None,
    n: int | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
    name: str | None = None,
) -> SpikeTrains:
    """Load what NEST recorded of one population.

    NEST's files do not say which neurons a population has, nor how long was recorded. What is not
    given here is taken from the spikes, so silent neurons at either end go unnoticed.

    Parameters
    ----------
    paths : path or sequence of paths
        The file, or the files of all processes and threads.
    first_id : int, optional
        NEST's id of the neuron that becomes neuron 0; the smallest sender if not given.
    n : int, optional
        How many neurons there are; up to the largest sender if not given.
    t_start, t_stop : float, optional
        The time observed, in ms; from 0 to the last spike if not given.
    name : str, optional
        What the neurons are called; the recorder's label if not given.

    Returns
    -------
    SpikeTrains
        All spikes of the files.

    Raises
    ------
    ValidationError
        If a file does not exist or is no such recording; names file, line and what was expected.
    """
    if first_id is not None:
        first_id = check_count(first_id, "first_id", "load_nest")
    tables = [read_table(existing(path)) for path in several(paths, "load_nest")]
    return from_tables(tables, first_id=first_id, n=n, t_start=t_start, t_stop=t_stop, name=name)


def from_tables(
    tables: Sequence[Table],
    *,
    first_id: int | None = None,
    n: int | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
    name: str | None = None,
) -> SpikeTrains:
    """What the files of one recorder hold, as `load_nest` says."""
    parts = [spike_arrays(table, _columns(table)) for table in tables]
    times = np.concatenate([part[0] for part in parts])
    senders = np.concatenate([part[1] for part in parts])
    first = int(senders.min(initial=np.iinfo(np.int64).max)) if first_id is None else first_id
    if senders.size and senders.min() < first:
        raise ValidationError(
            f"must not be above the smallest sender, {senders.min()}, got {first}", "first_id",
            str(tables[0].path),
        )  # fmt: skip
    path = tables[0].path
    name = recorder_label(path) if name is None else name
    return trains(times, senders - first, path, n=n, t_start=t_start, t_stop=t_stop, name=name)


def recorder_label(path: Path) -> str:
    """The file's name without the number of the process: the same for all of a recorder's."""
    return re.sub(r"(-\d+)-\d+$", r"\1", path.stem)


def is_nest(table: Table) -> bool:
    """Whether a table is NEST's, by its comments, its names, or ids before times."""
    if any(comment.startswith("NEST version") for comment in table.comments):
        return True
    if table.header is not None:
        return "sender" in (plain(name) for name in table.header)
    if table.path.suffix.lower() in (".gdf", ".dat"):
        return True
    return len(table.first) == 2 and _is_whole(table.first[0]) and not _is_whole(table.first[1])


def _columns(table: Table) -> Columns:
    if table.header is None:
        if table.data.shape[1] != 2:
            raise ValidationError(
                f"expected two columns, id and time in ms, got {table.data.shape[1]}",
                obj=f"{table.path}, line {table.skipped + 1}",
            )
        return Columns(time=1, id=0)
    named = [plain(name) for name in table.header]
    if "time_step" in named:
        raise ValidationError(
            "times are in steps of an unknown length; expected time_ms (record with "
            "time_in_steps=False)", obj=str(table.path),
        )  # fmt: skip
    others = [name for name in table.header if plain(name) not in ("sender", "time_ms")]
    if others:
        raise ValidationError(
            f"records {', '.join(others)}, not spikes; expected the columns sender and time_ms",
            obj=str(table.path),
        )
    return named_columns(table.header, table.path)


def _is_whole(field: str) -> bool:
    return field.isdecimal()
