"""What one core of this machine can do: the constants behind the physical bounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from benchmarks.measure import processor

READ_BYTES = 512 * 2**20  # more than any cache
RING_BYTES = tuple(2**k for k in (15, 18, 20, 22, 24, 26, 28))
N_ADDS = 1 << 22
N_NEURONS = 4096  # their state stays in the cache


@dataclass(frozen=True)
class Machine:
    """Measured on one core; each is the best of several tries.

    Attributes
    ----------
    cpu : str
        The processor.
    read_bytes_per_s : float
        Of summing a large array.
    add_ns : dict
        An addition at a random place of a float64 ring, for each size of the ring in bytes.
    update_ns : dict
        A step of a linear neuron with a current, for each type of its state.
    """

    cpu: str
    read_bytes_per_s: float
    add_ns: dict[int, float]
    update_ns: dict[str, float]


def measure_machine(read_bytes: int = READ_BYTES, n_adds: int = N_ADDS) -> Machine:
    """Measure; takes some seconds, most of which are compilation."""
    large = np.ones(read_bytes // 8)
    read = large.nbytes / _best(_sum, large)
    rng = np.random.default_rng(1)
    places = rng.integers(0, 2**62, n_adds)
    adds = {}
    for size in RING_BYTES:
        ring = np.zeros(size // 8)
        adds[size] = 1e9 * _best(_add, ring, (places % ring.size).astype(np.int32)) / n_adds
    updates = {}
    for kind in (np.float64, np.float32):
        state = [np.zeros(N_NEURONS, kind) for _ in range(3)]
        hold = np.zeros(N_NEURONS, np.int32)
        constants = [kind(x) for x in (0.995, 0.98, 0.01, 0.5, 15.0, 0.0)]
        steps = 1000
        taken = _best(_update, *state, hold, *constants, steps)
        updates[np.dtype(kind).name] = 1e9 * taken / (steps * N_NEURONS)
    return Machine(processor(), read, adds, updates)


def _best(call: Callable[..., Any], *args: Any, tries: int = 5) -> float:
    """Shortest processor time (s); the first call compiles and does not count."""
    call(*args)
    taken = []
    for _ in range(tries):
        begin = time.process_time()
        call(*args)
        taken.append(time.process_time() - begin)
    return max(min(taken), 1e-9)


@numba.njit(fastmath=True)
def _sum(values):
    total = 0.0
    for k in range(values.size):
        total += values[k]
    return total


@numba.njit
def _add(ring, places):
    for k in range(places.size):
        ring[places[k]] += 1.0


@numba.njit
def _update(v, i, arrived, hold, p_v, p_i, p_vi, drive, v_th, v_reset, steps):
    # Selects instead of branches, so that it vectorises; `drive` makes the neurons fire.
    for _ in range(steps):
        for k in range(v.size):
            moved = v[k] * p_v + i[k] * p_vi + drive
            i[k] = i[k] * p_i + arrived[k]
            held = hold[k] > 0
            value = v_reset if held else moved
            fires = value >= v_th
            v[k] = v_reset if fires else value
            hold[k] = 20 if fires else max(hold[k] - 1, 0)
