"""Runs a plan: chunk by chunk, so that progress, Ctrl-C, schedules and recorders get their turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from spikesim.codegen.explicit_source import RUNAWAY
from spikesim.codegen.loop import PLASTIC_EVENTS, RECORDED, SPIKES, Parts, loop_source
from spikesim.codegen.modules import load, module_name
from spikesim.errors import SimulationError
from spikesim.jit import COMPILED
from spikesim.kernels import histories
from spikesim.kernels.args import LoopArgs, PlasticArgs
from spikesim.kernels.deliver import BROADCAST
from spikesim.planning.plan import Plan, PlasticTable
from spikesim.runtime.events import Events
from spikesim.runtime.interrupt import unbroken
from spikesim.runtime.recording import Recording
from spikesim.runtime.threads import Team

CHUNK_S = 0.2  # wall time of a chunk: how soon Ctrl-C and the progress bar are served
MAX_SAMPLES = 1 << 22  # state samples of a chunk

Progress = Callable[[int, int], None]


class Simulator:
    """Carries one plan through time.

    Parameters
    ----------
    plan : Plan
        The network; its arrays change in place.
    recording : Recording
        What is kept.
    threads : int
        How many share the work; without compilation there is one.
    """

    def __init__(self, plan: Plan, recording: Recording, threads: int = 1):
        self.plan = plan
        self.team = Team(plan, threads if COMPILED else 1)
        self.recording = recording
        self.events = Events(plan)
        self._chunk = 256
        self.fault = ""  # why it cannot go on
        self.refresh()

    def __reduce__(self) -> Any:
        raise TypeError("a simulator works on a plan; copy or pickle its network")

    def refresh(self) -> None:
        """Load the kernels anew and size the buffers, after models or recorders have changed."""
        plan = self.plan
        noise = plan.noises.key.size > 0
        parts = Parts(
            [t.module for t in plan.tables], [t.module for t in plan.plastic.values()],
            drives=plan.drives.key.size > 0, sums=bool((plan.static.kind == BROADCAST).any()),
            noise=noise, release=plan.release.U.size > 0, minis=plan.minis.key.size > 0,
            threads=self.team.threads > 1, gaps=plan.gaps is not None,
            links=plan.links is not None, modulators=plan.modulation is not None,
        )  # fmt: skip
        self._run = load(module_name("loop", loop_source(parts))).run
        self.reschedule()
        current = plan.base
        if noise or plan.gaps is not None:
            current = np.zeros_like(plan.base)
            for table in plan.tables:
                a = table.args
                table.args = a._replace(current=current[a.gid0 : a.gid0 + table.n])
        self._current = current
        self._spikes = np.empty(plan.n_neurons + 16, np.int32)
        self.recording.prepare(plan, self._spikes.size)

    def reschedule(self) -> None:
        """Ask the feed anew when it changes."""
        self._changes = self.plan.feed.changes()

    def run(self, steps: int, progress: Progress | None = None) -> None:
        """Go on for a number of steps.

        Parameters
        ----------
        steps : int
            How many.
        progress : callable, optional
            Called after each chunk with the steps done and the spikes so far.

        Raises
        ------
        SimulationError
            If a state variable is no longer a number, or beyond all bounds; what was recorded
            until then is kept. Or if there is not enough memory, and after a run that stopped
            within a chunk.
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
        """Raise if a run has stopped within a chunk."""
        if self.fault:
            raise SimulationError(
                f"{self.fault}; the network cannot go on from there: go back by reset() or "
                "load_state()"
            )

    def _run_whole(self, stop: int) -> None:
        """Do a chunk as a whole; if that fails nothing can follow."""
        try:
            self._advance(stop)
            self._keep_concentrations()
            self._check_finite()
            self._sample_weights()
        except SimulationError:  # said at a chunk's end, where all is in order
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
        """Make room for what the chunk will record. Nothing has moved yet."""
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
        modulation = self.plan.modulation
        if modulation is not None and self._modulated():
            stop = min(stop, int(modulation.since[0]) + modulation.history.shape[0])
        for stores in self.recording.weights.values():
            for store in stores:
                stop = min(stop, (step // store.every + 1) * store.every)
        return stop

    def _advance(self, stop: int) -> None:
        plan, start = self.plan, self.plan.step
        if self._changes.size and np.searchsorted(self._changes, start, side="right") != (
            np.searchsorted(self._changes, start)
        ):
            plan.feed.apply(plan)
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
                **self.team.meeting(self._spikes),
            )  # fmt: skip
            plan.step = self.team.run(self._run, stop, loop, record)
            self.recording.collect_spikes(int(plan.counters[RECORDED]))
            for table in plan.plastic.values():
                self._make_room(table)
            if self._lost():
                break
        self.recording.collect_states(plan.step)

    def _lost(self) -> bool:
        """Whether a kernel has stopped because a variable ran away."""
        return any(table.args.fault[0] >= 0 for table in self.plan.tables)

    def _reserve(self, events: int) -> None:
        """Room for the spikes of one step: every neuron and the sources' busiest step."""
        if self._spikes.size < self.plan.n_neurons + events:
            self._spikes = np.empty(self.plan.n_neurons + 2 * events, np.int32)
            self.recording.widen(self._spikes.size)
        for table in self.plan.plastic.values():
            a = table.args
            if a.axonal and a.sent.shape[1] < a.pre_hi - a.pre_lo + events:
                wider = np.zeros((a.sent.shape[0], a.pre_hi - a.pre_lo + 2 * events), np.int32)
                wider[:, : a.sent.shape[1]] = a.sent
                table.args = a._replace(sent=wider)

    def _make_room(self, table: PlasticTable) -> None:
        control = table.args.control
        if control[histories.POST_FULL]:
            self.flush(table)
            table.args = _grow_post(table.args)
        if control[histories.PRE_FULL]:
            table.args = _grow_pre(table.args)
            control[histories.PRE_FULL] = 0

    def _modulated(self) -> list[PlasticTable]:
        """The projections whose rules read concentrations."""
        return [table for table in self.plan.plastic.values() if table.args.sees.size]

    def _keep_concentrations(self) -> None:
        """Before their history is written over: bring up to date all weights that ask for it."""
        modulation = self.plan.modulation
        if modulation is None:
            return
        if self.plan.step - modulation.since[0] > modulation.history.shape[0] // 2:
            for table in self._modulated():
                self.flush(table)
            modulation.since[0] = self.plan.step

    def flush(self, table: PlasticTable) -> None:
        """Bring a plastic projection's weights up to date."""
        load(table.module).flush(self.plan.step - 1, table.args)

    def _check_finite(self) -> None:
        lost = self._lost()
        if not lost and np.isfinite(self.plan.state).all():
            return
        self._check_weights()
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(self.plan.state) < (RUNAWAY if lost else np.inf))
        for table in self.plan.tables:
            table.args.fault[:] = -1
        for table in self.plan.tables:
            rows, columns = np.nonzero(bad[table.state0 :][: table.args.state.size].reshape(
                table.args.state.shape))  # fmt: skip
            for row, column in zip(rows, columns, strict=True):
                name, block = next(
                    (n, b) for n, b in self.plan.blocks.items()
                    if b in table.blocks and b.lo <= column < b.hi
                )  # fmt: skip
                state = table.cell.states[row]
                method = f" for method {table.cell.system.method!r}" if lost else ""
                raise SimulationError(
                    f"{name}[{column - block.lo}].{state} is {table.args.state[row, column]:g} "
                    f"{table.cell.units[state]} at {self._now:g} ms; what was recorded "
                    f"until then is kept. Steps of dt = {self.plan.dt} ms are too long"
                    f"{method}, or inputs too strong; take a smaller dt or another method"
                )
        k = int(np.argmax(bad[self.plan.state.size - len(self.plan.modulators) :]))
        raise SimulationError(
            f"{self.plan.modulators[k]}.concentration is no longer a finite number at "
            f"{self._now:g} ms; what was recorded until then is kept"
        )

    def _check_weights(self) -> None:
        """Raise if a rule has made weights that are no numbers, before neurons are blamed."""
        for name, table in self.plan.plastic.items():
            places = np.flatnonzero(~np.isfinite(table.args.weights))
            if places.size:
                k = int(places[0])
                raise SimulationError(
                    f"{name}.weight is {table.args.weights[k]:g} at synapse {k}, and at "
                    f"{places.size} of {table.args.weights.size}, at "
                    f"{self._now:g} ms: its plasticity rule does not give a "
                    "number there; what was recorded until then is kept"
                )

    def _sample_weights(self) -> None:
        step = self.plan.step
        for name, stores in self.recording.weights.items():
            due = [s for s in stores if step % s.every == 0]
            if due:
                table = self.plan.plastic[name]
                self.flush(table)
                for store in due:
                    row = table.args.weights[store.places].astype(float)
                    store.add(np.array([step]), row[None])

    @property
    def events_delivered(self) -> int:
        """Synaptic events so far, static and plastic."""
        return int(self.plan.counters[PLASTIC_EVENTS - 1 :].sum())


def _grow_post(a: PlasticArgs) -> PlasticArgs:
    """Wider histories if, after a flush, spikes that are still needed fill half of them."""
    fields: dict[str, Any] = {}
    capacity = a.post.shape[1] // 2
    if (a.post_n - a.post_kept).max(initial=0) > capacity // 2:
        pairs = _unroll(a.post.reshape(-1, capacity, 2), a.post_n)
        fields["post"] = pairs.reshape(-1, 4 * capacity)
    used = a.control[histories.LOG_N] - a.control[histories.LOG_KEPT]
    if a.log_t.size and used + a.n_targets > a.log_t.size // 2:
        n = np.array([a.control[histories.LOG_N]])
        fields |= {k: _unroll(getattr(a, k)[None], n)[0] for k in ("log_t", "log_j", "log_v")}
    return a._replace(**fields)


def _grow_pre(a: PlasticArgs) -> PlasticArgs:
    fields: dict[str, Any] = {}
    for name in ("pre_t", "pre_v", "pre_m"):
        fields[name] = _unroll(getattr(a, name), a.pre_n)
    return a._replace(**fields)


def _unroll(ring: np.ndarray, count: np.ndarray) -> np.ndarray:
    """A ring of twice the capacity that holds the same entries under the same running numbers."""
    rows, capacity = ring.shape[:2]
    wider = np.zeros((rows, 2 * capacity, *ring.shape[2:]), ring.dtype)
    for row in range(rows):
        numbers = np.arange(max(0, count[row] - capacity), count[row])
        wider[row, numbers % (2 * capacity)] = ring[row, numbers % capacity]
    return wider
