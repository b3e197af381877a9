"""Progress bar of a run: simulated time, remaining time, number of spikes."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

APPEARS_AFTER_S = 1.0


def shows(stream: Any) -> bool:
    """Whether a stream is an open terminal; in a service it may be None or closed."""
    return _open(stream) and bool(getattr(stream, "isatty", bool)())


def _open(stream: Any) -> bool:
    return stream is not None and not getattr(stream, "closed", False)


class ProgressBar:
    """A progress bar that appears once a run has taken a second.

    Parameters
    ----------
    steps : int
        Number of steps of the run.
    dt : float
        Step (ms).
    at_once : bool
        Whether to show the bar from the start.
    """

    def __init__(self, steps: int, dt: float, *, at_once: bool):
        self.steps, self.dt = steps, dt
        self._started = time.perf_counter() - (APPEARS_AFTER_S if at_once else 0.0)
        self._bar: Any = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, spikes: int) -> None:
        """Show the number of simulated steps and of spikes so far."""
        if self._bar is None:
            if time.perf_counter() - self._started < APPEARS_AFTER_S or not _open(sys.stderr):
                return
            self._start()
        self._bar.update(self._task, completed=done * self.dt, spikes=f"{spikes:,}")

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.completed:.0f} of {task.total:.0f} ms"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[spikes]} spikes"),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("", total=self.steps * self.dt, spikes="0")
        self._bar.start()
