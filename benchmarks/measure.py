"""What one measurement holds, and what all simulators' measurements share."""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.workloads import Told, Workload


@dataclass
class Row:
    """One measurement: a row of the JSON.

    Attributes
    ----------
    simulator, version, workload, precision : str
        What ran.
    cache : str
        ``"warm"``, or ``"cold"`` where compiled code of earlier runs was hidden.
    point : dict
        Which of several measurements of a workload this is.
    threads, n_neurons, n_synapses : int
        Sources count as neurons.
    dt_ms, biological_s : float
        Time step (ms) and simulated time (s).
    build_s, compile_s, sim_s : float
        Wall time of describing and connecting, of compiling or loading code, of simulating.
    sim_cpu_s : float
        Processor time of simulating.
    idle_cpu_s : float
        The part of `sim_cpu_s` that the same time without spikes takes, where it was measured.
    process_s, process_cpu_s : float
        Wall and processor time of the whole process with its children.
    peak_rss_mb : float
        Largest resident memory of a process (MiB), building included.
    empty_rss_mb, rss_mb : float
        Resident memory after the imports, and after the run while all is still held (MiB).
    bytes_per_synapse : float
        What the run holds above the empty process, divided by the synapses. Neurons, recorded
        spikes and loaded code are in it, so it means little for small networks.
    rates : dict
        Mean rate of each population (Hz); a fast but wrong run shows here.
    n_spikes : int
        Of all populations.
    n_events : int
        Synaptic events: spikes times mean out-degree, without external drive.
    events_per_s : float
        Events a second of `sim_cpu_s`.
    weights : dict
        Mean and standard deviation of what was learnt; a fast but wrong rule shows here.
    cpu : str
        The processor.
    about : dict
        Parameters, where the workload states them.
    """

    simulator: str
    version: str
    workload: str
    precision: str
    threads: int = 1
    point: dict[str, Any] = field(default_factory=dict)
    cache: str = "warm"
    n_neurons: int = 0
    n_synapses: int = 0
    dt_ms: float = 0.0
    biological_s: float = 0.0
    build_s: float = 0.0
    compile_s: float = 0.0
    sim_s: float = 0.0
    sim_cpu_s: float = 0.0
    idle_cpu_s: float = 0.0
    process_s: float = 0.0
    process_cpu_s: float = 0.0
    peak_rss_mb: float = 0.0
    empty_rss_mb: float = 0.0
    rss_mb: float = 0.0
    bytes_per_synapse: float = 0.0
    rates: dict[str, float] = field(default_factory=dict)
    n_spikes: int = 0
    n_events: int = 0
    events_per_s: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    cpu: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


class Watch:
    """Wall and processor time since it was made or last read."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Seconds of wall and of processor time since the last reading."""
        wall, cpu = time.perf_counter(), time.process_time()
        spent = wall - self.wall, cpu - self.cpu
        self.wall, self.cpu = wall, cpu
        return spent


def peak_rss_mb(who: int = resource.RUSAGE_SELF) -> float:
    """Largest resident memory so far (MiB)."""
    scale = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(who).ru_maxrss / scale / 1024


def rss_mb() -> float:
    """Resident memory now (MiB), or the largest so far where the system does not tell."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20
    return peak_rss_mb()


def start(workload: Workload, simulator: str, version: str, precision: str, seconds: float) -> Row:
    """A row at the moment when the simulator is imported and nothing else is done."""
    return Row(
        simulator, version, workload.name, precision, dt_ms=workload.dt, biological_s=seconds,
        empty_rss_mb=rss_mb(), cpu=processor(),
    )  # fmt: skip


def stop(row: Row, watch: Watch) -> None:
    """Note time and memory at the end of the run, before results are read."""
    row.sim_s, row.sim_cpu_s = watch.read()
    row.rss_mb, row.peak_rss_mb = rss_mb(), peak_rss_mb()


def finish(row: Row, told: Told, n_spikes: dict[str, int], n_synapses: list[int]) -> Row:
    """Fill in what was simulated."""
    row.n_neurons, row.n_synapses = sum(told.sizes.values()), sum(n_synapses)
    held = (row.rss_mb - row.empty_rss_mb) * 2**20
    row.bytes_per_synapse = round(held / max(row.n_synapses, 1), 2)
    row.n_spikes = sum(n_spikes.values())
    row.rates = {
        name: round(n / told.sizes[name] / row.biological_s, 3) for name, n in n_spikes.items()
    }
    events = sum(
        n_spikes[name] * n / told.sizes[name]
        for (name, _), n in zip(told.projections, n_synapses, strict=True)
    )
    row.n_events = round(events)
    row.events_per_s = round(events / max(row.sim_cpu_s, 1e-9))
    row.about = told.about
    if told.weights:
        weights = np.asarray(told.weights(), np.float64)
        row.weights = {"mean": float(weights.mean()), "sd": float(weights.std())}
    return row


def processor() -> str:
    """The processor's name and number of cores."""
    info = Path("/proc/cpuinfo")
    name = platform.processor() or platform.machine()
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = names[0].split(":", 1)[1].strip() if names else name
    return f"{name}, {os.cpu_count()} cores"
