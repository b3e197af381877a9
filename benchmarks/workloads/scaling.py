"""What a synaptic event costs as a network grows: sources that fire at known times, silent targets.

First the in-degree grows at a fixed number of neurons, then the number of neurons at a fixed
in-degree. Every source fires at the same rate, each with a phase of its own; the weights are too
small to make a target fire. Before that comes as long a time without spikes, which is measured
apart and tells what the neurons cost alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Told

BIOLOGICAL_S = 1.0  # half of it without spikes
DT = 1.0
RATE_HZ = 20.0
DELAY, WEIGHT_PA = 2.0, 1e-6
POINTS = [
    *({"neurons": 30_000, "in_degree": k} for k in (33, 100, 333, 1000, 3333, 10_000)),
    *({"neurons": n, "in_degree": 100} for n in (10_000, 100_000, 1_000_000)),
]


def spike_times(neurons: int, start_ms: float, stop_ms: float) -> np.ndarray:
    """Regular trains between two times (ms), shape (neurons, spikes)."""
    interval = 1000.0 / RATE_HZ
    phase = DT * np.random.default_rng(1).integers(1, round(interval / DT), neurons)
    first = np.arange(start_ms, stop_ms - interval / 2.0, interval)
    return first + phase[:, None]


def spikesim(
    sim: Any, net: Any, seconds: float, neurons: int = 30_000, in_degree: int = 33
) -> Told:
    """Tell spikesim."""
    idle_ms = DT * round(seconds * 500.0 / DT)
    times = spike_times(neurons, idle_ms, seconds * 1000.0)
    sources = net.population("sources", neurons, sim.SpikeSource(times))
    cell = sim.LIF(receptors={"exc": sim.ExpCurrent(tau_syn=5.0)})
    targets = net.population("targets", neurons, cell)
    synapses = net.project(sources, targets, sim.FixedInDegree(in_degree, multapses=True),
                           weight=WEIGHT_PA, delay=DELAY)  # fmt: skip
    spikes = {"sources": net.record(sources, "spikes"), "targets": net.record(targets, "spikes")}
    sizes = {"sources": neurons, "targets": neurons}
    return Told(sizes, spikes, [("sources", synapses)], idle_s=idle_ms / 1000.0)
