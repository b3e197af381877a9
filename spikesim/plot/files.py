"""Save plots to files without pyplot, for programs without a display."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.files import checked_path, written
from spikesim.plot.raster import Spikes, raster
from spikesim.plot.style import style
from spikesim.units import check_label


@public
def save_raster(
    trains: Spikes | Mapping[str, Spikes],
    path: str | os.PathLike[str],
    *,
    bin: float | None = None,
    title: str = "",
) -> None:
    """Save a raster plot with population rates, as `raster` draws it, to a file.

    Parameters
    ----------
    trains : SpikeTrains or spike recorder, or mapping of str to these
        One population, or several by name.
    path : str or path-like
        The file; its extension determines the format.
    bin : float, optional
        Width in ms of the bins of the rates.
    title : str
        Title of the figure.

    Raises
    ------
    ValidationError
        If matplotlib does not support the format, or the folder does not exist.
    SpikesimError
        If the file cannot be written.
    """
    check_label(title, "title", "save_raster")
    target = Path(checked_path(path, "save_raster"))
    with style():
        figure = Figure(figsize=(8.0, 5.0), layout="constrained")
        formats = sorted(figure.canvas.get_supported_filetypes())
        ending = target.suffix.lower().lstrip(".")
        if ending not in formats:
            raise ValidationError(
                f"must end in one of .{', .'.join(formats)}, got {target.name!r}", "path"
            )
        ax = raster(trains, figure.subplots(), bin=bin)
        ax.set_title(title)
        with written(path, "save_raster") as file:
            figure.savefig(file, format=ending)
