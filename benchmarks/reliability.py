"""The trials of tests/reliability as a table."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.measure import processor
from benchmarks.readme import markdown

WHOLE = {"wrong input": 10_000, "damaged files": 1_000, "training": 100, "saving": 100}
"""Cases of each trial."""


def trials(share: float, seed: int, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """Run a share of each trial; a row for each.

    Parameters
    ----------
    share : float
        Of the cases in `WHOLE`.
    seed : int
        Keys the draws.
    say : callable
        Told what is being done.
    """
    from tests.reliability.damage import damaged_files
    from tests.reliability.kills import saving, training
    from tests.reliability.wrong_input import wrong_input

    runs = {
        "wrong input": wrong_input, "damaged files": damaged_files, "training": training,
        "saving": saving,
    }  # fmt: skip
    for name, run in runs.items():
        cases = max(1, round(share * WHOLE[name]))
        say(f"{name}: {cases} cases")
        with tempfile.TemporaryDirectory() as folder:
            trial = run(cases, seed, Path(folder))
        yield {
            "name": trial.name, "cases": trial.cases, "endings": dict(trial.endings),
            "faults": trial.faults,
        }  # fmt: skip


def about() -> dict[str, str]:
    """Versions and the processor."""
    return {
        "python": platform.python_version(), "numpy": np.__version__,
        "numba": numba.__version__, "cpu": processor(), "system": platform.system(),
    }  # fmt: skip


def reliability_table(rows: list[dict[str, Any]], about: dict[str, str]) -> str:
    """A line for each ending of each trial."""
    lines = [
        (row["name"], ending, f"{count:,}")
        for row in rows
        for ending, count in sorted(row["endings"].items())
    ]
    faults = sum(len(row["faults"]) for row in rows)
    note = (
        f"{sum(row['cases'] for row in rows):,} cases, {faults} faults. Python {about['python']}, "
        f"NumPy {about['numpy']}, Numba {about['numba']}, {about['system']}, {about['cpu']}."
    )
    return f"{markdown(('trial', 'ending', 'cases'), lines, 2)}\n\n{note}"
