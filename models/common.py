"""Common functions of the models: expected ranges, statistics, reports and command lines."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
import typer
from matplotlib.figure import Figure
from PIL import Image
from rich.console import Console
from rich.table import Table

from spikesim import SpikesimError, SpikeTrains, ValidationError
from spikesim.files import write_text, written

Seed = Annotated[int, typer.Option(help="Of everything random.")]
Threads = Annotated[int, typer.Option(min=1, help="How many share the work.")]
Out = Annotated[Path | None, typer.Option(help="The picture, as a PNG file.")]
Json = Annotated[Path | None, typer.Option("--json", help="The numbers, as a JSON file.")]

Numbers = dict[str, float]


@dataclass(frozen=True)
class Expected:
    """Expected range of a measured number, with its reference.

    Attributes
    ----------
    low, high : float
        The range; it also holds for other seeds and for shorter runs.
    unit : str
        Unit, such as ``"Hz"``; empty for a dimensionless number.
    source : str
        Reference value: from the paper, a theory or another simulator.
    """

    low: float
    high: float
    unit: str = ""
    source: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value is in the range; False for NaN."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:.4g} to {self.high:.4g} {self.unit}".rstrip()


def irregularity(trains: SpikeTrains, least: int = 3) -> float:
    """Mean CV of inter-spike intervals of neurons with at least `least` spikes; NaN if none."""
    values = trains.cv()[trains.counts() >= max(least, 3)]
    return float(values.mean()) if values.size else float("nan")


def synchrony(trains: SpikeTrains, bin: float) -> float:
    """Fano factor of the summed spike count of all neurons in bins of `bin` ms.

    It is the variance over the mean: 1 for independent Poisson trains, 0 for a constant count,
    large if neurons fire synchronously. NaN without spikes.
    """
    counts = np.diff(np.searchsorted(trains.times, trains.bin_edges(bin), side="right"))
    return float(counts.var() / counts.mean()) if trains.n_spikes else float("nan")


def save(figure: Figure, path: Path) -> None:
    """Save and close a figure; 128 colours suffice for lines and points and keep the file small."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    with written(path, "models") as file:
        Image.open(buffer).convert("RGB").quantize(128).save(file, format="PNG", optimize=True)


HEAD = ("number", "measured", "expected", "reference")


def rows(numbers: Mapping[str, float], expected: Mapping[str, Expected]) -> list[list[str]]:
    """Rows of a table, one for each number: name, value, range, source."""
    return [
        [name, f"{value:.3g}", str(expected[name]), expected[name].source]
        if name in expected else [name, f"{value:.3g}", "", ""]
        for name, value in numbers.items()
    ]  # fmt: skip


def report(
    title: str,
    options: Mapping[str, Any],
    numbers: Numbers,
    expected: Mapping[str, Expected],
    draw: Callable[[Path], None],
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Print the numbers with their expected ranges, and write the requested files.

    Parameters
    ----------
    title : str
        Title of the table.
    options : mapping
        Options on which the numbers depend; written to the JSON file.
    numbers, expected : mapping
        Measured numbers and expected ranges, by name.
    draw : callable
        Function that writes the figure to a file.
    out, json_file : Path, optional
        Files for the figure and the numbers.
    """
    table = Table(*HEAD, title=title)
    for row in rows(numbers, expected):
        far = row[0] in expected and not expected[row[0]].holds(numbers[row[0]])
        table.add_row(*row, style="red" if far else None)
    Console().print(table)
    if json_file is not None:
        known = {name: None if isnan(value) else value for name, value in numbers.items()}
        content = {"options": dict(options), "numbers": known}
        write_text(json_file, json.dumps(content, indent=2) + "\n", "models")
    if out is not None:
        plt.switch_backend("Agg")
        draw(out)


def check_files(*files: Path | None) -> None:
    """Raise, before a long run, if an output file cannot be written."""
    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            raise ValidationError(f"no such folder: {file.absolute().parent}", file.name, "models")


def cli(main: Callable[..., None]) -> None:
    """Run a command line; user errors are printed as one line, without a traceback."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app()
    except SpikesimError as error:
        Console(stderr=True).print(f"[red]Error:[/] {error}", highlight=False)
        sys.exit(2)
