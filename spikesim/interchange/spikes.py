"""Load spikes from any supported file format."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.calls import public
from spikesim.errors import ValidationError, unknown_name
from spikesim.interchange.delimited import from_table, own_description
from spikesim.interchange.files import existing, several
from spikesim.interchange.nest import from_tables, is_nest, recorder_label
from spikesim.interchange.results import is_zip, load
from spikesim.interchange.table import read_table
from spikesim.units import check_label, check_scalar, ms

PathLike = str | os.PathLike[str]


@public
def load_spikes(path: PathLike, *, name: str | None = None) -> SpikeTrains:
    """Load the spikes of one population from an `.npz` file, a CSV file or a NEST recording.

    The format is detected from the contents. Use `load_csv` or `load_nest` to give the number of
    neurons and the duration, if they are missing in the file.

    Parameters
    ----------
    path : str or path-like
        The file.
    name : str, optional
        Name of the population, if the file contains several.

    Returns
    -------
    SpikeTrains
        Spikes of the population.

    Raises
    ------
    ValidationError
        If there is no such file or population, or the file does not contain spikes.
    """
    if name is not None:
        check_label(name, "name", "load_spikes")
    found = load_populations([path])
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        raise unknown_name(name, found, "name", str(path))
    return found[name]


@public
def load_populations(
    paths: Sequence[PathLike], *, t_stop: float | None = None
) -> dict[str, SpikeTrains]:
    """Load all spikes of several files, by population name.

    Files of one NEST recorder are combined. Populations whose files do not contain the end of the
    recording get a common one: the last spike of any of them, or `t_stop` if that is later.

    Parameters
    ----------
    paths : sequence of str or path-like
        The files.
    t_stop : float, optional
        Earliest end of the recordings, in ms, where the files do not contain it.

    Returns
    -------
    dict of str to SpikeTrains
        Spikes by population name, in the order of the files.
    """
    if t_stop is not None:
        t_stop = check_scalar(t_stop, "t_stop", "load_populations", unit=ms)
    found: dict[str, SpikeTrains] = {}
    open_ended: list[str] = []
    for files in _recordings(several(paths, "load_populations")):
        parts, has_end = _read(files)
        for trains in parts:
            key = _free(trains.name or files[0].stem, files[0], found)
            found[key] = trains
            if not has_end:
                open_ended.append(key)
    last = max([found[key].t_stop for key in open_ended] + [t_stop or 0.0])
    return {k: replace(v, t_stop=last) if k in open_ended else v for k, v in found.items()}


def _recordings(paths: Sequence[PathLike]) -> list[list[Path]]:
    """Group paths by recording: all files of a NEST recorder form one group."""
    together: dict[Path, list[Path]] = {}
    for path in map(existing, paths):
        label = recorder_label(path) if path.suffix.lower() in (".dat", ".gdf") else path.name
        files = together.setdefault(path.with_name(label), [])
        if path in files:
            raise ValidationError("is given twice", obj=str(path))
        files.append(path)
    return list(together.values())


def _read(files: list[Path]) -> tuple[list[SpikeTrains], bool]:
    """Populations in the files of one recording, and whether the files contain its end."""
    if len(files) == 1 and is_zip(files[0]):
        return _saved(files[0]), True
    tables = [read_table(path) for path in files]
    if len(files) > 1 or is_nest(tables[0]):
        return [from_tables(tables)], False
    trains = from_table(tables[0], {})
    if not isinstance(trains, SpikeTrains):
        raise ValidationError("holds traces, not spikes", obj=str(files[0]))
    return [trains], bool(own_description(tables[0]))


def _saved(path: Path) -> list[SpikeTrains]:
    """All spikes in a file that `save` wrote, with their names in it."""
    held = load(path)
    named = held if isinstance(held, dict) else {held.name: held}
    spikes = [replace(v, name=k) for k, v in named.items() if isinstance(v, SpikeTrains)]
    if not spikes:
        raise ValidationError("holds no spikes", obj=str(path))
    return spikes


def _free(name: str, path: Path, taken: Container[str]) -> str:
    """Unused name of a population: prefixed with the name of its file if it is taken."""
    while name in taken:
        name = f"{path.stem}: {name}"
    return name
