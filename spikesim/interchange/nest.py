"""Load spike recordings of NEST.

NEST 3 writes ``# NEST version``, a header ``sender  time_ms`` and one row per spike to
``label-recorder-process.dat``, one file per process or thread; NEST 2 wrote ``.gdf`` files
without a header, ``id  time``.
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
    """Load spikes of one population that NEST recorded.

    NEST's files contain neither the neurons of a population nor the duration of the recording.
    Arguments that are not given are derived from the spikes, so silent neurons at either end are
    missed.

    Parameters
    ----------
    paths : path or sequence of paths
        The file, or the files of all processes and threads.
    first_id : int, optional
        NEST's id of the neuron that becomes neuron 0. Default: the smallest sender.
    n : int, optional
        Number of neurons. Default: up to the largest sender.
    t_start, t_stop : float, optional
        Start and end of the recording, in ms. Default: from 0 to the last spike.
    name : str, optional
        Name of the neurons. Default: the label of the recorder.

    Returns
    -------
    SpikeTrains
        All spikes of the files.

    Raises
    ------
    ValidationError
        If a file does not exist or is not a recording of NEST; the message names the file, the
        line and what was expected.
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
    """Combine the tables of one recorder, as `load_nest` describes."""
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
    """File name without the process number: the same for all files of a recorder."""
    return re.sub(r"(-\d+)-\d+$", r"\1", path.stem)


def is_nest(table: Table) -> bool:
    """Whether NEST wrote a table, judged by comments, column names, or ids before times."""
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
