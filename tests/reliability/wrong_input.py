"""Each argument of every public callable, replaced by values that do not belong there.

``python -m tests.reliability.wrong_input 1000`` prints how 1000 calls ended.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

import numpy as np

import spikesim as sim
from spikesim.errors import InvalidAttributeError, InvalidCallError
from tests.reliability import public_calls as calls
from tests.reliability.trial import Trial
from tests.reliability.wrong_values import VALUES

EXPECTED = (sim.SpikesimError, InvalidCallError, InvalidAttributeError)
"""What may be raised."""
PATIENCE_S = 20.0  # for one call, which else would never end for those who wait

Case = tuple[str, str, str]  # of a callable, its argument and a value, the names


def cases() -> list[Case]:
    """All cases, in a fixed order."""
    found = [
        (name, argument)
        for group in calls.GROUPS.values()
        for name, make in group.items()
        for argument in make(calls.World())[1]
    ]
    return [(name, argument, value) for name, argument in found for value in VALUES]


def wrong_input(n: int, seed: int, folder: Path) -> Trial:
    """Make `n` wrong calls, or all there are, with files in `folder`."""
    trial = Trial("wrong input")
    with _quiet(folder):
        every, worlds = cases(), Worlds()
        chosen = np.random.default_rng(seed).permutation(len(every))[:n]
        for k in sorted(chosen.tolist()):
            one(every[k], worlds, trial)
    return trial


class Worlds:
    """A world for each call that describes something, and one for all that only look at it."""

    def __init__(self) -> None:
        self.kept: dict[str, calls.World] = {}

    def of(self, group: str) -> calls.World:
        if group == "describing":
            return calls.World()
        if group not in self.kept:
            self.kept[group] = calls.World()
            if group == "live":
                self.kept[group].net.run(0.1)
        return self.kept[group]


def one(case: Case, worlds: Worlds, trial: Trial) -> None:
    """Make one wrong call, and use what it gives."""
    name, argument, value = case
    group = next(g for g, found in calls.GROUPS.items() if name in found)
    world = worlds.of(group)
    began = time.perf_counter()
    try:
        function, right = calls.GROUPS[group][name](world)
        calls.use(function(**{**right, argument: VALUES[value]()}), world)
    except EXPECTED as error:
        trial.right(type(error).__name__)
        if not str(error).strip():
            trial.wrong(f"{' '.join(case)}: an error without words")
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if f"{os.sep}spikesim{os.sep}" in f.filename] or frames
        at = f"{Path(own[-1].filename).name}, line {own[-1].lineno}"
        trial.wrong(f"{name}({argument}={value}): {type(error).__name__} at {at}: {error}"[:300])
    else:
        trial.right("accepted")
    took = time.perf_counter() - began
    if group == "pictures":
        sys.modules["matplotlib.pyplot"].close("all")
    if took > PATIENCE_S:
        trial.wrong(f"{name}({argument}={value}): took {took:.0f} s")


@contextmanager
def _quiet(folder: Path) -> Iterator[None]:
    """In a folder of its own; warnings that are not ours are errors."""
    from matplotlib import pyplot as plt

    before = os.getcwd()
    os.chdir(folder)
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):  # progress bars
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", sim.SpikesimWarning)
            yield
    finally:
        os.chdir(before)
        plt.close("all")


def main(arguments: list[str]) -> Any:
    import matplotlib

    matplotlib.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        trial = wrong_input(int(arguments[0]), int([*arguments, 1][1]), Path(folder))
    print(*sorted(trial.faults), dict(trial.endings), sep="\n")
    return bool(trial.faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
