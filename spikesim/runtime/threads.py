"""The threads of a simulation: what each of them works on, and running them side by side.

Thread t of T has neurons ``n t // T`` to ``n (t + 1) // T`` of every population. State, ring and
weights are shared, for no two threads write the same places. What is small and read by all (sums
on their way to all targets, histories of plasticity) each thread keeps a copy of: they follow from
the same list of spikes, so the copies stay equal, and only the first thread's is taken home.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np

from spikesim.codegen.loop import EVENTS, PLASTIC_EVENTS, RECORDED, SPIKES
from spikesim.errors import SpikesimError
from spikesim.kernels.args import (
    DriveArgs,
    GapArgs,
    LinkArgs,
    LoopArgs,
    MiniArgs,
    ModulationArgs,
    NoiseArgs,
    PlasticArgs,
    RecordArgs,
    StaticArgs,
    TableArgs,
)
from spikesim.kernels.deliver import SPARSE
from spikesim.kernels.sort_rows import split_blocks
from spikesim.kernels.threads import split_rows
from spikesim.planning.plan import PLASTIC_STATE, RELEASE_STATE, Block, Plan

_OWN = [*(name for name in PLASTIC_STATE if name not in ("weights", "kept")), "latest"]
_OWN_RELEASE = [name for name in RELEASE_STATE if name != "full"]


class Team:
    """Runs the step loop of one plan on a number of threads.

    Parameters
    ----------
    plan : Plan
        The network.
    threads : int
        How many.
    """

    def __init__(self, plan: Plan, threads: int):
        self.plan = plan
        self.threads = threads
        self._gate = np.zeros(16, np.int64)
        self._pool, self._process = self._started(), os.getpid()
        slices = sum(len(table.blocks) for table in plan.tables)
        self._slices = slices
        # Rows apart, so that no thread writes into a cache line that another one writes into.
        self._spiked = np.zeros((threads, slices + 16), np.int64)
        self._found = np.empty((threads, plan.n_neurons), np.int32)
        self._static = [self._share_of_static(t) for t in range(threads)]
        self._plastic_rows = {
            name: [self._rows(p.args, t) for t in range(threads)]
            for name, p in plan.plastic.items()
        }

    def _started(self) -> ThreadPoolExecutor | None:
        """The other threads, all of them running: one that is missing would be waited for."""
        if self.threads == 1:
            return None
        pool = ThreadPoolExecutor(self.threads - 1)
        present = Barrier(self.threads, timeout=60.0)
        try:
            for _ in range(self.threads - 1):
                pool.submit(present.wait)
            present.wait()
        except RuntimeError as error:
            present.abort()
            raise SpikesimError(f"cannot start {self.threads} threads: {error}") from error
        return pool

    def meeting(self, spikes: np.ndarray) -> dict[str, Any]:
        """The fields of `LoopArgs` by which threads know of each other, for the first thread."""
        found = self._found if self.threads > 1 else spikes[None]
        return {
            "thread": 0, "found": found, "spiked": self._spiked, "slices": self._slices,
            "gate": self._gate,
        }  # fmt: skip

    def run(self, run: Any, stop: int, loop: LoopArgs, record: RecordArgs) -> int:
        """Carry the plan from its step towards `stop`; returns the step that was reached.

        `run` is the step loop; `loop` and `record` are those of the first thread.
        """
        plan, start = self.plan, self.plan.step
        if self.threads == 1:
            coupled = [
                part for part in (plan.gaps, plan.links, plan.modulation) if part is not None
            ]
            rest = plan.static, plan.drives, plan.noises, record, *self._share_of_release(0)
            rest += (*((plan.minis,) if plan.minis.key.size else ()), *coupled)
            tables = [table.args for table in plan.tables]
            plastic = [table.args for table in plan.plastic.values()]
            return int(run(start, stop, loop, *rest, *tables, *plastic))
        if os.getpid() != self._process:  # threads do not survive a fork
            self._gate[:] = 0
            self._pool, self._process = self._started(), os.getpid()
        jobs = [self._job(t, loop, record) for t in range(self.threads)]
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
        """The arguments of thread `t`."""
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
        plastic = [
            self._share_of_plastic(name, table.args, t) for name, table in plan.plastic.items()
        ]
        return (
            own, self._static[t], self._share_of_drives(t), self._share_of_noises(t), record,
            *self._share_of_release(t), *self._share_of_minis(t), *self._shares_of_couplings(t),
            *self._shares_of_tables(t), *plastic,
        )  # fmt: skip

    def _share(self, block: Block, t: int) -> tuple[int, int]:
        """First neuron of thread `t` in a population, and one past its last."""
        return block.size * t // self.threads, block.size * (t + 1) // self.threads

    def _within(self, t: int, gid: int, size: int) -> tuple[int, int]:
        """The part that thread `t` has of `size` neurons of one population from id `gid` on."""
        block = next(
            b for b in self.plan.blocks.values()
            if b.table >= 0 and b.gid0 <= gid < b.gid0 + b.size
        )  # fmt: skip
        lo, hi = (place + block.gid0 - gid for place in self._share(block, t))
        return min(max(lo, 0), size), min(max(hi, 0), size)

    def _shares_of_tables(self, t: int) -> list[TableArgs]:
        shares, first = [], 0
        for table in self.plan.tables:
            a = table.args
            ranges = np.array([self._share(b, t) for b in table.blocks], np.int64)
            flags = a.flags if t == 0 else np.zeros_like(a.flags)
            shares.append(a._replace(
                lo=a.lo + ranges[:, 0], hi=a.lo + ranges[:, 1], flags=flags,
                words=flags.view(np.uint64), scratch=np.empty_like(a.scratch),
                kept=np.empty_like(a.kept),
                spiked=self._spiked[t, first : first + len(table.blocks)],
            ))  # fmt: skip
            first += len(table.blocks)
        return shares

    def _share_of_static(self, t: int) -> StaticArgs:
        s = self.plan.static
        if self.threads == 1:
            return s
        begin, end = s.indptr.copy(), np.zeros_like(s.indptr)
        end[:-1] = s.indptr[1:]
        ranges = np.zeros((s.kind.size, 2), np.int64)
        for p in range(s.kind.size):
            if not s.n_targets[p]:
                continue
            ranges[p] = self._within(t, self._gid_of_slot(int(s.slot[p])), int(s.n_targets[p]))
            if s.kind[p] == SPARSE:
                rows = slice(s.row0[p], s.row0[p] + s.hi[p] - s.lo[p] + 1)
                targets = s.targets[s.syn0[p] : s.syn0[p] + s.indptr[rows][-1]]
                lo, hi = ranges[p]
                place = begin[rows], end[rows]
                if s.delay0[p] < 0:
                    split_rows(s.indptr[rows], targets, lo, hi, *place)
                elif lo < hi:
                    split_blocks(s.indptr[rows], targets, s.n_targets[p], lo, hi, *place)
                else:
                    end[rows] = begin[rows]
        return s._replace(begin=begin, end=end, t_lo=ranges[:, 0].copy(), t_hi=ranges[:, 1].copy())

    def _gid_of_slot(self, slot: int) -> int:
        # The last one, for tables without receptors have no slots.
        table = next(t for t in reversed(self.plan.tables) if t.args.slot0 <= slot)
        return table.args.gid0 + (slot - table.args.slot0) % table.n

    def _rows(self, a: PlasticArgs, t: int) -> dict[str, Any]:
        """What of a plastic projection thread `t` delivers to."""
        lo, hi = self._within(t, a.post_lo, a.n_targets)
        share: dict[str, Any] = {"t_lo": lo, "t_hi": hi}
        if not a.dense and not a.delays.size:
            begin, end = np.empty_like(a.begin), np.empty_like(a.begin)
            split_rows(a.indptr, a.targets, lo, hi, begin, end)
            share |= {"begin": begin, "end": end}
        return share

    def _share_of_plastic(self, name: str, a: PlasticArgs, t: int) -> PlasticArgs:
        copies = {} if t == 0 else {part: getattr(a, part).copy() for part in _OWN}
        return a._replace(**self._plastic_rows[name][t], **copies)

    def _share_of_release(self, t: int) -> tuple[Any, ...]:
        """The static synapses as release sees them, and its own state; nothing without release."""
        r = self.plan.release
        if not r.U.size:
            return ()
        static = self._static[t]._replace(first=r.first, projection=r.projection)
        copies = {} if t == 0 else {part: getattr(r, part).copy() for part in _OWN_RELEASE}
        return static, r._replace(**copies)

    def _share_of_drives(self, t: int) -> DriveArgs:
        d = self.plan.drives
        begin, end = self._targets_within(t, d.slot, d.end)
        return d._replace(
            begin=begin, end=end, bits=np.empty_like(d.bits), count=np.empty_like(d.count)
        )

    def _share_of_minis(self, t: int) -> tuple[MiniArgs, ...]:
        m = self.plan.minis
        if not m.key.size:
            return ()
        begin, end = self._targets_within(t, m.slot, m.end)
        return (m._replace(begin=begin, end=end, bits=np.empty_like(m.bits)),)

    def _targets_within(self, t: int, slots: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """First targets of thread `t`, and one past its last, of each of some drives."""
        ranges = [
            self._within(t, self._gid_of_slot(int(slot)), int(size))
            for slot, size in zip(slots, sizes, strict=True)
        ]
        return np.array(ranges, np.int64).reshape(-1, 2).T.copy()

    def _mine(self, t: int) -> np.ndarray:
        """Which neurons, by id, are thread `t`'s."""
        mine = np.zeros(self.plan.n_neurons, np.bool_)
        for block in self.plan.blocks.values():
            if block.table >= 0:
                lo, hi = self._share(block, t)
                mine[block.gid0 + lo : block.gid0 + hi] = True
        return mine

    def _shares_of_couplings(self, t: int) -> list[GapArgs | LinkArgs | ModulationArgs]:
        """Gap junctions and links onto own neurons; concentrations are the first thread's work."""
        plan, shares = self.plan, list[GapArgs | LinkArgs | ModulationArgs]()
        if plan.gaps is not None:
            rows = np.flatnonzero(self._mine(t)[plan.gaps.place])
            shares.append(plan.gaps._replace(rows=rows))
        if plan.links is not None:
            chosen = self._mine(t)[plan.links.gid]
            shares.append(LinkArgs(*(column[chosen] for column in plan.links)))
        if plan.modulation is not None:
            shares.append(plan.modulation)
        return shares

    def _share_of_noises(self, t: int) -> NoiseArgs:
        n = self.plan.noises
        chosen = self._mine(t)[n.place]
        first = np.concatenate([[0], np.cumsum(chosen)])[n.first]
        return n._replace(
            first=first.astype(np.int64), index=n.index[chosen], place=n.place[chosen],
            mean=n.mean[chosen], std=n.std[chosen],
        )  # fmt: skip
