"""Report of a run: table for the terminal, JSON and CSV."""

from __future__ import annotations

import csv
import io
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from spikesim.files import write_text

from .experiment import Outcome, Row
from .options import Options
from .store import write_json

PACKAGES = ("spikesim", "numpy", "numba", "scikit-learn")


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """All rows, in the order of the outcomes."""
    return [row for outcome in outcomes for row in outcome.rows]


def by_method(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of all seeds, grouped by method."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.name, []).append(row)
    return groups


def table(rows: Sequence[Row], title: str) -> Table:
    """Table with one line per method: means over seeds, accuracy with standard deviation."""
    made = Table(
        title=title,
        caption="Operations are synaptic events, those of the MLP multiply-adds.",
        title_justify="left",
        caption_justify="left",
        box=SIMPLE,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    made.add_column("method", no_wrap=True)
    for name in (
        "accuracy\n(%)", "train\n(s)", "(ms/\nimage)", "para-\nmeters", "spikes/\nimage",
        "oper./\nimage",
    ):  # fmt: skip
        made.add_column(name, justify="right", no_wrap=True)
    for name, group in by_method(rows).items():
        seconds = mean(r.train_seconds for r in group)
        spikes = mean(r.spikes_per_image for r in group)
        made.add_row(
            name,
            accuracy_text([r.accuracy for r in group]),
            f"{seconds:,.1f}",
            f"{1e3 * seconds / group[0].n_train:.2f}",
            f"{group[0].parameters:,}",
            f"{spikes:,.0f}" if spikes else "-",
            f"{mean(r.ops_per_image for r in group):,.0f}",
        )
    return made


def accuracy_text(accuracies: Sequence[float]) -> str:
    """Format accuracies as percent, with the standard deviation if there are several seeds."""
    text = f"{100 * mean(accuracies):.2f}"
    if len(accuracies) == 1:
        return text
    return f"{text} ± {100 * stdev(accuracies):.2f}"


def header(options: Options, data: str) -> dict[str, Any]:
    """Options, data and environment of the run, for the report."""
    return {
        "experiment": "models.mnist",
        "data": data,
        "options": options.as_json(),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": os.cpu_count(),
    }


def write(folder: Path, head: dict[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Write ``results.json`` and ``results.csv``; returns the content of the former.

    Its key ``rows`` has one entry for each method and seed, ``curves`` the learning curves as
    pairs of images seen and accuracy.
    """
    rows = rows_of(outcomes)
    curves = [
        {"kind": o.kind, "neurons": o.neurons, "seed": o.seed, "points": o.curve}
        for o in outcomes
    ]  # fmt: skip
    content = head | {"rows": [asdict(row) for row in rows], "curves": curves}
    text = io.StringIO()
    writer = csv.DictWriter(text, [f.name for f in fields(Row)])
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(folder / "results.csv", text.getvalue(), "mnist")
    write_json(folder / "results.json", content)
    return content
