"""How far every model lies from an independent program of the same equations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from benchmarks.readme import markdown
from benchmarks.summary import Row
from tests.validation.references import Reference
from tests.validation.test_channels import LAWS, START, V, clamp
from tests.validation.test_receptors import ENTRIES, KINETIC, deviation


def measured(references: Iterable[Reference]) -> Iterator[Row]:
    """One row for each model, as JSON has it."""
    for case in references:
        found = case.deviation()
        yield {
            "model": case.name, "reference": case.by, "method": case.method, "dt_ms": case.dt,
            "duration_ms": case.duration, "variable": case.variable, "unit": case.unit,
            "largest": found.largest,
            "overall": None if math.isnan(found.overall) else found.overall,
            "spikes": found.spikes, "steps_off": found.steps,
        }  # fmt: skip


def part_rows() -> Iterator[Row]:
    """One row for each receptor and each gate of a channel."""
    for entry in ENTRIES:
        yield {
            "part": entry.name, "what": "time course after spikes",
            "reference": "SciPy" if entry in KINETIC else "closed form",
            "largest": float(deviation(entry.spikesim(), entry.reference())),
        }  # fmt: skip
    steady, moved = clamp()
    for gate, law in LAWS.items():
        level, tau = law(V)
        relaxed = level + (START - level) * np.exp(-2.0 / tau)
        largest = max(deviation(steady[gate], level), deviation(moved[gate], relaxed))
        yield {
            "part": "{1}, gate {0}".format(*gate.split("_")), "reference": "formulas of the paper",
            "what": "steady state, and relaxation in 2 ms", "largest": float(largest),
        }  # fmt: skip


def part_table(rows: list[Row]) -> str:
    """One line for each part."""
    lines = [[row["part"], row["reference"], row["what"], f"{row['largest']:.0e}"] for row in rows]
    return markdown(["part", "reference", "what is compared", "largest deviation"], lines, n_text=3)


def deviation_table(rows: list[Row]) -> str:
    """One line for each model."""
    lines = []
    for row in rows:
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        overall = "-" if row["overall"] is None else f"{row['overall']:.0e}{unit}"
        lines.append([
            row["model"], row["reference"], row["method"].replace("_", " "), f"{row['dt_ms']:g}",
            f"{row['duration_ms']:g}", f"{row['largest']:.0e}{unit}", overall, str(row["spikes"]),
            "other spikes" if row["steps_off"] < 0 else str(row["steps_off"]),
        ])  # fmt: skip
    head = ["model", "reference", "method", "step (ms)", "time (ms)", "up to the first spike",
            "to the end", "spikes", "steps off"]  # fmt: skip
    return markdown(head, lines, n_text=3)
