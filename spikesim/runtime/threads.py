"""Run the step loop on several threads.

State, ring and weights are shared, for no two threads write the same places. What is small and read
by all (sums on their way to all targets, histories of plasticity) each thread keeps a copy of: they
follow from the same list of spikes, so the copies stay equal, and only the first thread's is taken
home.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np

from spikesim.codegen.loop import EVENTS, PLASTIC_EVENTS, RECORDED, SPIKES
from spikesim.errors import SpikesimError
from spikesim.kernels.args import LoopArgs, RecordArgs
from spikesim.runtime.plan import Plan
from spikesim.runtime.split import Split


class Threads:
    """Runs the step loop of one plan on a number of threads.

    Parameters
    ----------
    plan : Plan
        The network.
    count : int
        Number of threads.
    """

    def __init__(self, plan: Plan, count: int):
        self.plan = plan
        self.count = count
        self.split = Split(plan, count)
        self._barrier = np.zeros(16, np.int64)
        self._pool, self._process = self._started(), os.getpid()
        self._bundles = [p.bundles for p in plan.parts.values() if p.overrides("bundles")]
        self._found = np.empty((count, plan.n_neurons), np.int32)

    def _started(self) -> ThreadPoolExecutor | None:
        """Start the other threads, and wait until all are running."""
        if self.count == 1:
            return None
        pool = ThreadPoolExecutor(self.count - 1)
        present = Barrier(self.count, timeout=60.0)
        try:
            for _ in range(self.count - 1):
                pool.submit(present.wait)
            present.wait()
        except RuntimeError as error:
            present.abort()
            raise SpikesimError(f"cannot start {self.count} threads: {error}") from error
        return pool

    def meeting(self, spikes: np.ndarray) -> dict[str, Any]:
        """Return the fields of `LoopArgs` for thread synchronization, for the first thread."""
        found = self._found if self.count > 1 else spikes[None]
        return {
            "thread": 0, "found": found, "spiked": self.split.spiked, "slices": self.split.slices,
            "barrier": self._barrier,
        }  # fmt: skip

    def run(self, run: Any, stop: int, loop: LoopArgs, record: RecordArgs) -> int:
        """Advance the plan from its step towards `stop`; return the step that was reached.

        `run` is the step loop; `loop` and `record` are the arguments of the first thread.
        """
        plan, start = self.plan, self.plan.step
        if self.count == 1:
            bundles = [b for bundles in self._bundles for b in bundles().values()]
            return int(run(start, stop, loop, record, *bundles))
        if os.getpid() != self._process:  # threads do not survive a fork
            self._barrier[:] = 0
            self._pool, self._process = self._started(), os.getpid()
        jobs = [self._job(t, loop, record) for t in range(self.count)]
        assert self._pool is not None
        others = [self._pool.submit(run, start, stop, *job) for job in jobs[1:]]
        reached = int(run(start, stop, *jobs[0]))
        for other in others:
            other.result()
        counters = [job[0].counters for job in jobs]
        plan.counters[RECORDED] = counters[0][RECORDED]
        plan.counters[SPIKES] += counters[0][SPIKES]
        for kind in (EVENTS, PLASTIC_EVENTS):
            plan.counters[kind] += sum(c[kind] for c in counters)
        return reached

    def _job(self, t: int, loop: LoopArgs, record: RecordArgs) -> tuple[Any, ...]:
        """Arguments of thread `t`."""
        plan = self.plan
        own = loop._replace(
            thread=t, spikes=np.empty_like(loop.spikes), counters=np.zeros_like(plan.counters)
        )
        if t > 0:
            own = own._replace(broadcast=plan.broadcast.copy())
            none = np.empty(0, np.int64)
            record = record._replace(
                spike_step=np.empty_like(record.spike_step),
                spike_id=np.empty_like(record.spike_id), every=none, first=np.zeros(1, np.int64),
            )  # fmt: skip
        shares = [b for part in plan.parts.values() for b in part.share(self.split, t).values()]
        return own, record, *shares
