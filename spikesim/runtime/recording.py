"""Collect recorded spikes, states and weights, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.kernels.args import RecordArgs
from spikesim.runtime.blocks import Block
from spikesim.runtime.plan import Plan

SPIKE_BUFFER = 1 << 16


@dataclass
class SpikeStore:
    """Recorded spikes of some neurons.

    `ids` are their indices in the population, `gid0` is the population's first global id.
    """

    gid0: int
    ids: np.ndarray
    start: int = 0
    steps: list[np.ndarray] = field(default_factory=list)
    neurons: list[np.ndarray] = field(default_factory=list)

    def collect(self, step: np.ndarray, gid: np.ndarray) -> None:
        """Append the spikes of these neurons from the spikes of a chunk."""
        low, high = self.gid0 + self.ids.min(), self.gid0 + self.ids.max()
        mine = (gid >= low) & (gid <= high)
        if high - low + 1 != self.ids.size:
            mine &= np.isin(gid, self.gid0 + self.ids)
        if mine.all():
            self.steps.append(step.copy())
            self.neurons.append(gid - self.gid0)
        elif mine.any():
            self.steps.append(step[mine])
            self.neurons.append(gid[mine] - self.gid0)

    def clear(self, now: int) -> None:
        """Delete all spikes; the record then starts at step `now`."""
        self.start = now
        self.steps, self.neurons = [], []

    def contents(self) -> dict[str, Any]:
        """What it holds, by attribute; it shares no list."""
        return {"start": self.start, "steps": [*self.steps], "neurons": [*self.neurons]}

    def spikes(self) -> tuple[np.ndarray, np.ndarray]:
        """Return steps and indices into `ids`, both int64, ordered by step, then index."""
        step = np.concatenate([*self.steps, np.empty(0, np.int64)])
        neuron = np.concatenate([*self.neurons, np.empty(0, np.int64)]).astype(np.int64)
        if (np.diff(self.ids) > 0).all():
            return step, np.searchsorted(self.ids, neuron)
        ascending = np.argsort(self.ids)
        place = ascending[np.searchsorted(self.ids, neuron, sorter=ascending)]
        order = np.lexsort((place, step))
        return step[order], place[order]

    def counts(self) -> np.ndarray:
        """Number of spikes of each of `ids`."""
        return np.bincount(self.spikes()[1], minlength=self.ids.size)


Parameters = Mapping[str, np.ndarray]


@dataclass
class SampleStore:
    """Samples of state or weights (at indices `places`), after every `every`-th step.

    For a population (`block`) the parameters at that time are stored too, since subexpressions are
    computed from both. They are the block's own mapping, which is never modified: setting a
    parameter replaces it.
    """

    every: int
    places: np.ndarray
    block: Block | None = None
    steps: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    parameters: list[Parameters] = field(default_factory=list)

    def room(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps of the samples from `start` to `stop`, and an array for their values."""
        steps = np.arange(start // self.every + 1, stop // self.every + 1) * self.every
        return steps, np.empty((steps.size, self.places.size))

    def add(self, steps: np.ndarray, rows: np.ndarray) -> None:
        """Append samples: steps simulated, shape (k,), and values, shape (k, n)."""
        if steps.size:
            self.steps.append(steps)
            self.rows.append(rows)
            self.parameters.append({} if self.block is None else self.block.values)

    def begin(self, values: np.ndarray) -> None:
        """Clear the store and append the initial values as the sample at step 0."""
        self.clear()
        self.add(np.zeros(1, np.int64), values.astype(float)[None])

    def clear(self, now: int = 0) -> None:
        """Delete all samples."""
        self.steps, self.rows, self.parameters = [], [], []

    def contents(self) -> dict[str, Any]:
        """What it holds, by attribute; it shares no list."""
        return {name: [*getattr(self, name)] for name in ("steps", "rows", "parameters")}

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all samples: steps and values."""
        return self._joined(0, len(self.steps))

    def segments(self) -> list[tuple[Parameters, np.ndarray, np.ndarray]]:
        """Return all samples grouped by equal parameters: (parameters, steps, values)."""
        given = self.parameters
        starts = [k for k in range(len(given)) if k == 0 or given[k] is not given[k - 1]]
        ends = [*starts[1:], len(given)]
        return [(given[a], *self._joined(a, b)) for a, b in zip(starts, ends, strict=False)]

    def _joined(self, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        steps = np.concatenate([*self.steps[a:b], np.empty(0, np.int64)])
        return steps, np.concatenate([*self.rows[a:b], np.empty((0, self.places.size))])


@dataclass
class Recording:
    """All stores of a simulation, and the buffers that kernels write into.

    Attributes
    ----------
    spikes, states : list
        Stores of what kernels record: spikes, and samples of the flat state.
    between_chunks : list
        Values sampled between chunks: a function that reads them, and their store.
    """

    spikes: list[SpikeStore] = field(default_factory=list)
    states: list[SampleStore] = field(default_factory=list)
    between_chunks: list[tuple[Callable[[], np.ndarray], SampleStore]] = field(default_factory=list)

    def prepare(self, plan: Plan, room: int) -> None:
        """Allocate buffers; `room` is the maximal number of spikes in one step."""
        size = max(4 * room, SPIKE_BUFFER)
        wanted = np.zeros(plan.n_ids, np.bool_)
        for store in self.spikes:
            wanted[store.gid0 + store.ids] = True
        self.args = RecordArgs(
            wanted=wanted, spike_step=np.empty(size, np.int64), spike_id=np.empty(size, np.int32),
            every=np.array([s.every for s in self.states], np.int64),
            first=np.cumsum([0] + [s.places.size for s in self.states]).astype(np.int64),
            place=np.concatenate([np.empty(0, np.int64), *(s.places for s in self.states)]),
            buffer0=np.zeros(len(self.states), np.int64), buffer=np.empty(0, plan.state_type),
        )  # fmt: skip

    def width(self) -> float:
        """Average number of state samples per step."""
        return sum(s.places.size / s.every for s in self.states)

    def widen(self, room: int) -> None:
        """Enlarge the spike buffers for steps of up to `room` spikes."""
        size = max(4 * room, SPIKE_BUFFER)
        if size > self.args.spike_step.size:
            self.args = self.args._replace(
                spike_step=np.empty(size, np.int64), spike_id=np.empty(size, np.int32)
            )

    def begin(self, plan: Plan, start: int, stop: int) -> None:
        """Allocate the sample buffers for the chunk from `start` to `stop`."""
        if start == 0:
            self._set_out(plan)
        self.rooms = [store.room(start, stop) for store in self.states]
        sizes = [rows.size for _, rows in self.rooms]
        self.args.buffer0[:] = np.cumsum([0, *sizes])[:-1]
        if sum(sizes) > self.args.buffer.size:
            self.args = self.args._replace(buffer=np.empty(sum(sizes), plan.state_type))

    def _set_out(self, plan: Plan) -> None:
        """Record the values at the beginning of the first step as samples."""
        plan.start_step()
        for store in self.states:
            store.begin(plan.state[store.places])
        for read, store in self.between_chunks:
            store.begin(read()[store.places])

    def intervals(self) -> Iterator[int]:
        """Yield the sampling intervals, in steps, at whose multiples a chunk must end."""
        return (store.every for _, store in self.between_chunks)

    def sample(self, step: int) -> None:
        """Sample, at the end of a chunk, the values that no kernel records."""
        for read, store in self.between_chunks:
            if step % store.every == 0:
                row = read()[store.places].astype(float)
                store.add(np.array([step]), row[None])

    def collect_spikes(self, n: int) -> None:
        """Move the `n` spikes of the buffer to the stores."""
        if n:
            step, gid = self.args.spike_step[:n], self.args.spike_id[:n]
            for store in self.spikes:
                store.collect(step, gid)

    def collect_states(self, stop: int) -> None:
        """Move the state samples of the chunk, which ended at step `stop`, to the stores."""
        at = 0
        for store, (steps, rows) in zip(self.states, self.rooms, strict=True):
            n = steps.size  # fewer if the chunk was interrupted
            while n and steps[n - 1] > stop:
                n -= 1
            np.copyto(rows, self.args.buffer[at : at + rows.size].reshape(rows.shape))
            store.add(steps[:n], rows[:n])
            at += rows.size
