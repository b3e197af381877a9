"""Assign neurons to threads.

Thread t of T has neurons ``n t // T`` to ``n (t + 1) // T`` of every population.
"""

from __future__ import annotations

import numpy as np

from spikesim.runtime.blocks import Block, Common


class Split:
    """The neurons of a network, divided among threads.

    Parameters
    ----------
    plan : Common
        The network.
    threads : int
        Number of threads.
    """

    def __init__(self, plan: Common, threads: int):
        self.threads = threads
        self._blocks = [block for block in plan.blocks.values() if block.table >= 0]
        self._tables = plan.tables
        self._n_neurons = plan.n_neurons
        slices = sum(len(table.blocks) for table in plan.tables)
        # Rows are padded, so that no two threads write to the same cache line.
        self.spiked = np.zeros((threads, slices + 16), np.int64)
        self.slices = slices

    def of(self, block: Block, t: int) -> tuple[int, int]:
        """Return the range (first, one past the last) of thread `t`'s neurons in a population."""
        return block.size * t // self.threads, block.size * (t + 1) // self.threads

    def within(self, t: int, gid: int, size: int) -> tuple[int, int]:
        """Return thread `t`'s range within `size` neurons of one population that start at `gid`."""
        block = next(b for b in self._blocks if b.gid0 <= gid < b.gid0 + b.size)
        lo, hi = (place + block.gid0 - gid for place in self.of(block, t))
        return min(max(lo, 0), size), min(max(hi, 0), size)

    def of_slots(self, t: int, slots: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """Return thread `t`'s ranges of targets from each ring buffer slot, shape (2, n)."""
        ranges = [
            self.within(t, self.gid_of_slot(int(slot)), int(size))
            for slot, size in zip(slots, sizes, strict=True)
        ]
        return np.array(ranges, np.int64).reshape(-1, 2).T.copy()

    def gid_of_slot(self, slot: int) -> int:
        """Return the global id of the neuron that a ring buffer slot belongs to."""
        # Take the last matching table, since tables without receptors have no slots.
        table = next(t for t in reversed(self._tables) if t.args.slot0 <= slot)
        return table.args.gid0 + (slot - table.args.slot0) % table.n

    def mine(self, t: int) -> np.ndarray:
        """Return a boolean mask, by global id, of thread `t`'s neurons."""
        mine = np.zeros(self._n_neurons, np.bool_)
        for block in self._blocks:
            lo, hi = self.of(block, t)
            mine[block.gid0 + lo : block.gid0 + hi] = True
        return mine
