"""What a run leaves behind: spikes, sampled state and weights, collected chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spikesim.build.plan import Plan
from spikesim.kernels.args import RecordArgs

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


@dataclass
class SampleStore:
    """Samples at the end of every `every`-th step: of state (`places`) or of weights."""

    every: int
    places: np.ndarray
    steps: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def add(self, steps: np.ndarray, rows: np.ndarray) -> None:
        """Append samples: (k,) numbers of steps done, (k, n) values."""
        if steps.size:
            self.steps.append(steps)
            self.rows.append(rows)

    def clear(self) -> None:
        """Forget everything."""
        self.steps, self.rows = [], []

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """All samples."""
        steps = np.concatenate([*self.steps, np.empty(0, np.int64)])
        return steps, np.concatenate([*self.rows, np.empty((0, self.places.size))])


@dataclass
class Recording:
    """All stores of a simulation, and the buffers that kernels write into."""

    spikes: list[SpikeStore] = field(default_factory=list)
    states: list[SampleStore] = field(default_factory=list)
    weights: dict[str, list[SampleStore]] = field(default_factory=dict)

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

    def begin(self, plan: Plan, start: int, stop: int) -> RecordArgs:
        """The buffers of a chunk; the state at the very start is a sample too."""
        if start == 0:
            for store in self.states:
                if not store.steps:
                    store.add(np.zeros(1, np.int64), plan.state[store.places][None].astype(float))
        if self.states:
            counts = [stop // s.every - start // s.every for s in self.states]
            sizes = [c * s.places.size for c, s in zip(counts, self.states, strict=True)]
            self.args.buffer0[:] = np.cumsum([0, *sizes])[:-1]
            if sum(sizes) > self.args.buffer.size:
                self.args = self.args._replace(buffer=np.empty(sum(sizes), plan.state_type))
        return self.args

    def collect_spikes(self, n: int) -> None:
        """Take over what the spike buffer holds."""
        if n:
            step, gid = self.args.spike_step[:n], self.args.spike_id[:n]
            for store in self.spikes:
                store.collect(step, gid)

    def collect_states(self, start: int, stop: int) -> None:
        """Take over the state samples of the chunk from `start` to `stop`."""
        at = 0
        for store in self.states:
            steps = np.arange(start // store.every + 1, stop // store.every + 1) * store.every
            size = steps.size * store.places.size
            rows = self.args.buffer[at : at + size].reshape(steps.size, store.places.size)
            store.add(steps, rows.astype(float))
            at += size
