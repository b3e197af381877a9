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
    """Spikes of some neurons. `ids` are their places in the population, `gid0` its first id."""

    gid0: int
    ids: np.ndarray
    start: int = 0
    steps: list[np.ndarray] = field(default_factory=list)
    neurons: list[np.ndarray] = field(default_factory=list)

    def collect(self, step: np.ndarray, gid: np.ndarray) -> None:
        """Take what is ours from the spikes of a chunk."""
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
        """Forget everything; the record starts at step `now`."""
        self.start = now
        self.steps, self.neurons = [], []

    def contents(self) -> dict[str, Any]:
        """What it holds, by attribute; it shares no list."""
        return {"start": self.start, "steps": [*self.steps], "neurons": [*self.neurons]}

    def spikes(self) -> tuple[np.ndarray, np.ndarray]:
        """Steps, int64, and places among `ids`, int64, ordered by step, then place."""
        step = np.concatenate([*self.steps, np.empty(0, np.int64)])
        neuron = np.concatenate([*self.neurons, np.empty(0, np.int64)]).astype(np.int64)
        if (np.diff(self.ids) > 0).all():
            return step, np.searchsorted(self.ids, neuron)
        ascending = np.argsort(self.ids)
        place = ascending[np.searchsorted(self.ids, neuron, sorter=ascending)]
        order = np.lexsort((place, step))
        return step[order], place[order]

    def counts(self) -> np.ndarray:
        """Spikes of each of `ids`."""
        return np.bincount(self.spikes()[1], minlength=self.ids.size)


Parameters = Mapping[str, np.ndarray]


@dataclass
class SampleStore:
    """Samples at the end of every `every`-th step: of state (`places`) or of weights.

    Of a population's samples (`block`) the parameters of that time are kept too: subexpressions
    are worked out from both. They are the block's own mapping, which nobody changes: setting a
    parameter gives the block another one.
    """

    every: int
    places: np.ndarray
    block: Block | None = None
    steps: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    parameters: list[Parameters] = field(default_factory=list)

    def room(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """The steps of the samples from `start` to `stop`, and an array for their values."""
        steps = np.arange(start // self.every + 1, stop // self.every + 1) * self.every
        return steps, np.empty((steps.size, self.places.size))

    def add(self, steps: np.ndarray, rows: np.ndarray) -> None:
        """Append samples: (k,) numbers of steps done, (k, n) values."""
        if steps.size:
            self.steps.append(steps)
            self.rows.append(rows)
            self.parameters.append({} if self.block is None else self.block.values)

    def begin(self, values: np.ndarray) -> None:
        """The values with which a network sets out are the sample at 0, and the only one yet."""
        self.clear()
        self.add(np.zeros(1, np.int64), values.astype(float)[None])

    def clear(self, now: int = 0) -> None:
        """Forget everything."""
        self.steps, self.rows, self.parameters = [], [], []

    def contents(self) -> dict[str, Any]:
        """What it holds, by attribute; it shares no list."""
        return {name: [*getattr(self, name)] for name in ("steps", "rows", "parameters")}

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """All samples."""
        return self._joined(0, len(self.steps))

    def segments(self) -> list[tuple[Parameters, np.ndarray, np.ndarray]]:
        """All samples, those with the same parameters together: parameters, steps, values."""
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
        What kernels record: spikes, and places of the flat state.
    seldom : list
        What is sampled between chunks: how it is read, and its store.
    """

    spikes: list[SpikeStore] = field(default_factory=list)
    states: list[SampleStore] = field(default_factory=list)
    seldom: list[tuple[Callable[[], np.ndarray], SampleStore]] = field(default_factory=list)

    def prepare(self, plan: Plan, room: int) -> None:
        """Allocate buffers; `room` is the most spikes that one step can have."""
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
        """State samples a step, on average."""
        return sum(s.places.size / s.every for s in self.states)

    def widen(self, room: int) -> None:
        """Make the spike buffers fit for steps of up to `room` spikes."""
        size = max(4 * room, SPIKE_BUFFER)
        if size > self.args.spike_step.size:
            self.args = self.args._replace(
                spike_step=np.empty(size, np.int64), spike_id=np.empty(size, np.int32)
            )

    def begin(self, plan: Plan, start: int, stop: int) -> None:
        """Get ready for the chunk from `start` to `stop`: its samples have their place already."""
        if start == 0:
            self._set_out(plan)
        self.rooms = [store.room(start, stop) for store in self.states]
        sizes = [rows.size for _, rows in self.rooms]
        self.args.buffer0[:] = np.cumsum([0, *sizes])[:-1]
        if sum(sizes) > self.args.buffer.size:
            self.args = self.args._replace(buffer=np.empty(sum(sizes), plan.state_type))

    def _set_out(self, plan: Plan) -> None:
        """The values at the very start are samples too, as they are when the first step begins."""
        plan.start_step()
        for store in self.states:
            store.begin(plan.state[store.places])
        for read, store in self.seldom:
            store.begin(read()[store.places])

    def intervals(self) -> Iterator[int]:
        """At which multiples of steps a chunk must end, for something is sampled there."""
        return (store.every for _, store in self.seldom)

    def sample(self, step: int) -> None:
        """Sample at a chunk's end what no kernel records."""
        for read, store in self.seldom:
            if step % store.every == 0:
                row = read()[store.places].astype(float)
                store.add(np.array([step]), row[None])

    def collect_spikes(self, n: int) -> None:
        """Take over what the spike buffer holds."""
        if n:
            step, gid = self.args.spike_step[:n], self.args.spike_id[:n]
            for store in self.spikes:
                store.collect(step, gid)

    def collect_states(self, stop: int) -> None:
        """Take over the state samples of the chunk, which has come to `stop`."""
        at = 0
        for store, (steps, rows) in zip(self.states, self.rooms, strict=True):
            n = steps.size  # fewer if the chunk was broken off
            while n and steps[n - 1] > stop:
                n -= 1
            np.copyto(rows, self.args.buffer[at : at + rows.size].reshape(rows.shape))
            store.add(steps[:n], rows[:n])
            at += rows.size
