"""Save and load spikes and traces as CSV, one spike per line.

Files written by spikesim begin with a comment, ``# spikesim {json}``, which holds all data that is
not in the columns. Other files may have times and ids in any order, with various separators; see
`load_csv`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.calls import public
from spikesim.description.recorders import Recorder
from spikesim.errors import ValidationError
from spikesim.files import written
from spikesim.interchange.columns import Columns, named_columns, spike_arrays, trains
from spikesim.interchange.files import existing
from spikesim.interchange.table import Table, names, read_table

_MARK = "spikesim "
_VERSION = 1
_TEXTS = ("kind", "name", "variable", "unit", "dtype")
_FLOATS = ("float16", "float32", "float64", "longdouble", "float128")


@public
def save_csv(path: str | os.PathLike[str], result: SpikeTrains | Traces | Recorder) -> None:
    """Save spikes as ``time_ms,id``, or traces as ``time_ms`` and one column per neuron.

    Numbers are written so that `load_csv` restores exactly the same values.

    Parameters
    ----------
    path : str or path-like
        The file. An existing file is replaced once the new one is complete.
    result : SpikeTrains, Traces or recorder
        What to save.

    Raises
    ------
    ValidationError
        If `result` has another type, or `path` cannot be a file, or its folder does not exist.
    SpikesimError
        If the file cannot be written, for instance because the disk is full.
    """
    rows: Iterable[str]
    result = result_of(result)
    about: dict[str, Any] = {"version": _VERSION, "name": getattr(result, "name", "")}
    if isinstance(result, SpikeTrains):
        about |= {"kind": "spikes", "n": result.n}
        about |= {"t_start": result.t_start, "t_stop": result.t_stop}
        header = ["time_ms", "id"]
        rows = map("{!r},{}\n".format, result.times.tolist(), result.ids.tolist())
    elif isinstance(result, Traces):
        about |= {"kind": "traces", "variable": result.variable, "unit": result.unit}
        about |= {"ids": result.ids.tolist(), "dtype": result.values.dtype.name}
        header = ["time_ms", *(f"{result.variable}_{neuron}" for neuron in result.ids)]
        samples = zip(result.times.tolist(), result.values.tolist(), strict=True)
        rows = (",".join(map(repr, [time, *values])) + "\n" for time, values in samples)
    else:
        raise ValidationError(
            f"must be SpikeTrains or Traces, got {type(result).__name__}", "result", "save_csv"
        )
    with written(path, "save_csv") as file:
        file.write(f"# {_MARK}{json.dumps(about)}\n{','.join(header)}\n".encode())
        file.writelines(row.encode() for row in rows)


@public
def load_csv(
    path: str | os.PathLike[str],
    *,
    n: int | None = None,
    t_start: float | None = None,
    t_stop: float | None = None,
    name: str | None = None,
) -> SpikeTrains | Traces:
    """Load spikes (or any result of `save_csv`) from a table of numbers in a text file.

    Fields are separated by commas, semicolons, tabs or spaces; lines that begin with ``#`` are
    comments. With a header, which may be a comment, the columns are found by their names, such as
    ``time,id`` or ``sender,time_ms``; other columns are ignored. Without a header there must be two
    columns: times in ms, then ids.

    Parameters
    ----------
    path : str or path-like
        The file.
    n : int, optional
        Number of neurons. Default: from the file, or else the largest id plus one.
    t_start, t_stop : float, optional
        Start and end of the recording, in ms. Default: from the file, or else from 0 to the last
        spike.
    name : str, optional
        Name of the neurons. Default: from the file, or else the name of the file.

    Returns
    -------
    SpikeTrains or Traces
        Spikes, or traces if `save_csv` wrote traces.

    Raises
    ------
    ValidationError
        If the file does not exist or has other contents; the message names the file, the line and
        what was expected.
    """
    table = read_table(existing(path))
    given = {"n": n, "t_start": t_start, "t_stop": t_stop, "name": name}
    return from_table(table, {key: value for key, value in given.items() if value is not None})


def from_table(table: Table, given: dict[str, Any]) -> SpikeTrains | Traces:
    """Convert a table to a result; `given` overrides n, t_start, t_stop and name of the file."""
    about = own_description(table)
    if about.get("kind") == "traces":
        return _traces(table, about)
    asked: dict[str, Any] = {"n": None, "t_start": None, "t_stop": None, "name": table.path.stem}
    asked |= {key: about[key] for key in asked if key in about} | given
    times, ids = spike_arrays(table, _columns(table))
    return trains(times, ids, table.path, **asked)


def own_description(table: Table) -> dict[str, Any]:
    """Description that `save_csv` wrote into the first comment; empty for other files."""
    if not table.comments or not table.comments[0].startswith(_MARK):
        return {}
    try:
        about = json.loads(table.comments[0].removeprefix(_MARK))
        version = int(about["version"])
        if not all(isinstance(about.get(key, ""), str) for key in _TEXTS):
            raise TypeError
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ValidationError(
            "expected '# spikesim {\"version\": 1, ...}'", obj=f"{table.path}, line 1"
        ) from None
    if version > _VERSION:
        raise ValidationError(
            f"has format version {version}; this spikesim reads up to {_VERSION}",
            obj=str(table.path),
        )
    return about


def _columns(table: Table) -> Columns:
    header = table.header or _commented_header(table)
    if header is not None:
        return named_columns(header, table.path)
    if len(table.data) == 0:
        raise ValidationError("expected at least a header 'time_ms,id'", obj=str(table.path))
    if table.data.shape[1] == 2:
        return Columns(0, 1)
    raise ValidationError(
        "expected two columns, times in ms and ids, or a header that names them; got "
        f"{table.data.shape[1]} columns", obj=f"{table.path}, line {table.skipped + 1}",
    )  # fmt: skip


def _commented_header(table: Table) -> list[str] | None:
    """Header in the last comment, as `numpy.savetxt` writes it; None if it is not a header."""
    header = names(table.comments[-1]) if table.comments else []
    try:
        named_columns(header, table.path)
    except ValidationError:
        return None
    return header if len(header) == table.data.shape[1] or not len(table.data) else None


def _traces(table: Table, about: dict[str, Any]) -> Traces:
    try:
        if about["dtype"] not in _FLOATS:
            raise TypeError(f"dtype {about['dtype']!r} is none of {', '.join(_FLOATS)}")
        return Traces(
            table.data[:, 0], table.data[:, 1:].astype(about["dtype"]), ids=about["ids"],
            variable=about["variable"], unit=about["unit"], name=about["name"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValidationError(f"{error}", obj=str(table.path)) from error
