"""Run a plan in chunks of steps; between them serve progress, Ctrl-C, schedules and recorders."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from spikesim.codegen.explicit_source import RUNAWAY
from spikesim.codegen.loop import PLASTIC_EVENTS, RECORDED, SPIKES, loop_source
from spikesim.codegen.modules import load, module_name
from spikesim.codegen.step import Stage
from spikesim.errors import SimulationError
from spikesim.jit import COMPILED
from spikesim.kernels.args import LoopArgs
from spikesim.runtime.events import Events
from spikesim.runtime.interrupt import unbroken
from spikesim.runtime.plan import Plan
from spikesim.runtime.recording import Recording
from spikesim.runtime.threads import Threads

CHUNK_S = 0.2  # target wall time of a chunk, and so the latency of Ctrl-C and the progress bar
HOOKS = ("changes", "apply", "next_stop", "reserve", "make_room", "end_chunk", "stopped")
MAX_SAMPLES = 1 << 22  # maximal number of state samples in a chunk

Progress = Callable[[int, int], None]


class Simulator:
    """Runs one plan.

    Parameters
    ----------
    plan : Plan
        The network; its arrays change in place.
    recording : Recording
        Stores of recorded spikes and samples.
    threads : int
        Number of threads; one if compilation is disabled.
    """

    def __init__(self, plan: Plan, recording: Recording, threads: int = 1):
        self.plan = plan
        self.threads = Threads(plan, threads if COMPILED else 1)
        self.recording = recording
        self.events = Events(plan)
        self._chunk = 256
        self.fault = ""  # why the run cannot continue
        self.refresh()

    def __reduce__(self) -> Any:
        raise TypeError("a simulator works on a plan; copy or pickle its network")

    def refresh(self) -> None:
        """Reload kernels and resize buffers after models or recorders have changed."""
        plan, parts = self.plan, self.plan.parts.values()
        self._hooks = {
            hook: [getattr(part, hook) for part in parts if part.overrides(hook)] for hook in HOOKS
        }
        calls = [call for part in parts for call in part.calls()]
        bundles = [name for part in parts for name in part.bundles()]
        full = [condition for part in parts for condition in part.full()]
        text = loop_source(calls, bundles, full, threads=self.threads.count > 1)
        self._run = load(module_name("loop", text)).run
        self.reschedule()
        current = plan.base
        if any(call.stage == Stage.CURRENT for call in calls):
            current = np.zeros_like(plan.base)
            for table in plan.tables:
                a = table.args
                table.args = a._replace(current=current[a.gid0 : a.gid0 + table.n])
        self._current = current
        self._spikes = np.empty(plan.n_neurons + 16, np.int32)
        self.recording.prepare(plan, self._spikes.size)

    def reschedule(self) -> None:
        """Collect the steps at which schedules change."""
        steps = [changes() for changes in self._hooks["changes"]]
        self._changes = np.unique(np.concatenate(steps)) if steps else np.empty(0, np.int64)

    def run(self, steps: int, progress: Progress | None = None) -> None:
        """Simulate a number of steps.

        Parameters
        ----------
        steps : int
            Number of steps.
        progress : callable, optional
            Called after each chunk with the number of steps of this run and of spikes so far.

        Raises
        ------
        SimulationError
            If a state variable is not finite or diverges; what was recorded until then is kept.
            Also if there is not enough memory, or if a previous run stopped within a chunk.
        """
        self.check_whole()
        plan, begin = self.plan, self.plan.step
        end = begin + steps
        while plan.step < end:
            stop = self._next_stop(end)
            started = time.perf_counter()
            size = stop - plan.step
            with unbroken():
                self._get_ready(stop)
                self._run_whole(stop)
            took = time.perf_counter() - started
            if size == self._chunk or took > CHUNK_S:
                self._chunk = int(np.clip(size * CHUNK_S / max(took, 1e-9), 16, 4 * self._chunk))
            if progress is not None:
                progress(plan.step - begin, int(plan.counters[SPIKES]))

    def check_whole(self) -> None:
        """Raise if a previous run stopped within a chunk."""
        if self.fault:
            raise SimulationError(
                f"{self.fault}; the network cannot go on from there: go back by reset() or "
                "load_state()"
            )

    def _run_whole(self, stop: int) -> None:
        """Run a chunk completely; if that fails, the simulator refuses to continue."""
        try:
            self._advance(stop)
            for end_chunk in self._hooks["end_chunk"]:
                end_chunk(self.plan.step)
            self._check_finite()
            self.recording.sample(self.plan.step)
        except SimulationError:  # raised at the end of a chunk, where the state is consistent
            raise
        except BaseException as error:
            why = "there was not enough memory" if isinstance(error, MemoryError) else repr(error)
            self.fault = f"the run stopped half way at {self._now:g} ms: {why}"
            if isinstance(error, MemoryError):
                self.check_whole()
            raise

    @property
    def _now(self) -> float:
        return self.plan.step * self.plan.dt

    def _get_ready(self, stop: int) -> None:
        """Allocate the buffers of the chunk's recordings, before any state changes."""
        try:
            self.recording.begin(self.plan, self.plan.step, stop)
        except MemoryError as error:
            raise SimulationError(
                f"there is not enough memory to record on from {self._now:g} ms; the network is "
                "as it was then: take what recorders hold and clear() them, or record less"
            ) from error

    def _next_stop(self, end: int) -> int:
        step = self.plan.step
        stop = min(end, step + self._chunk)
        width = self.recording.width()
        if width:
            stop = min(stop, step + max(1, int(MAX_SAMPLES / width)))
        later = self._changes[np.searchsorted(self._changes, step, side="right") :]
        if later.size:
            stop = min(stop, int(later[0]))
        for next_stop in self._hooks["next_stop"]:
            limit = next_stop(step)
            stop = stop if limit is None else min(stop, limit)
        for every in self.recording.intervals():
            stop = min(stop, (step // every + 1) * every)
        return stop

    def _advance(self, stop: int) -> None:
        plan, start = self.plan, self.plan.step
        if self._changes.size and np.searchsorted(self._changes, start, side="right") != (
            np.searchsorted(self._changes, start)
        ):
            for apply in self._hooks["apply"]:
                apply(plan)
        first, ids = self.events.fill(start, stop)
        self._reserve(int(np.diff(first).max(initial=0)))
        record = self.recording.args
        if self._current is not plan.base:
            self._current[:] = plan.base
        while plan.step < stop:
            loop = LoopArgs(
                ring=plan.ring, broadcast=plan.broadcast, state=plan.state, base=plan.base,
                current=self._current, spikes=self._spikes, event_first=first[plan.step - start :],
                event_id=ids, counters=plan.counters,
                **self.threads.meeting(self._spikes),
            )  # fmt: skip
            plan.step = self.threads.run(self._run, stop, loop, record)
            self.recording.collect_spikes(int(plan.counters[RECORDED]))
            for make_room in self._hooks["make_room"]:
                make_room(plan.step)
            if self._stopped():
                break
        self.recording.collect_states(plan.step)

    def _stopped(self) -> bool:
        """Whether a kernel has stopped because a variable diverged."""
        return any(stopped() for stopped in self._hooks["stopped"])

    def _reserve(self, events: int) -> None:
        """Make room for the spikes of one step: all neurons and `events` spikes of sources."""
        if self._spikes.size < self.plan.n_neurons + events:
            self._spikes = np.empty(self.plan.n_neurons + 2 * events, np.int32)
            self.recording.widen(self._spikes.size)
        for reserve in self._hooks["reserve"]:
            reserve(events)

    def _check_finite(self) -> None:
        stopped = self._stopped()
        if not stopped and np.isfinite(self.plan.state).all():
            return
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(self.plan.state) < (RUNAWAY if stopped else np.inf))
        for part in reversed(self.plan.parts.values()):  # synapses before the neurons they reach
            message = part.fault(self.plan, bad, stopped)
            if message:
                raise SimulationError(message)

    @property
    def events_delivered(self) -> int:
        """Number of synaptic events so far, static and plastic."""
        return int(self.plan.counters[PLASTIC_EVENTS - 1 :].sum())
