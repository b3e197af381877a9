"""Spikes of all sources in a chunk (the steps that one call runs), ordered by step."""

from __future__ import annotations

import numpy as np

from spikesim.kernels.sources import sort_by_step, trains
from spikesim.runtime.blocks import SourceTable
from spikesim.runtime.plan import Plan


class Events:
    """Buffers for the spikes of all sources of a plan."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.step = np.empty(1024, np.int64)
        self.gid = np.empty(1024, np.int32)
        self.sorted = np.empty(1024, np.int32)
        self.first = np.zeros(2, np.int64)

    def fill(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the spikes of steps `start` to `stop`: row pointers (steps + 1) and global ids."""
        steps = stop - start
        if self.first.size < steps + 1:
            self.first = np.zeros(steps + 1, np.int64)
        first = self.first[: steps + 1]
        if not self.plan.sources:
            return first, self.sorted
        n = 0
        for source in self.plan.sources.values():
            begin = n
            n = self._given(source, start, stop, n) if source.step.size else n
            n = self._drawn(source, start, stop, n) if source.rate.size else n
            self.gid[begin:n] += source.gid0
        if self.sorted.size < n:
            self.sorted = np.empty(self.step.size, np.int32)
        sort_by_step(start, self.step, self.gid, n, first, self.sorted)
        return first, self.sorted

    def _given(self, source: SourceTable, start: int, stop: int, n: int) -> int:
        low, high = np.searchsorted(source.step, [start, stop])
        self._reserve(n + high - low)
        self.step[n : n + high - low] = source.step[low:high]
        self.gid[n : n + high - low] = source.source[low:high]
        return n + int(high - low)

    def _drawn(self, source: SourceTable, start: int, stop: int, n: int) -> int:
        arrays = source.shape, source.rate, source.left, source.since, source.drawn
        at = 0
        while True:
            n, at = trains(start, stop, source.key, *arrays, self.step, self.gid, n, at)
            if at == source.n:
                return n
            self._reserve(2 * self.step.size)

    def _reserve(self, size: int) -> None:
        if self.step.size < size:
            self.step = np.resize(self.step, 2 * size)
            self.gid = np.resize(self.gid, 2 * size)
