"""One measurement of Brian2, in its Cython runtime or as a C++ standalone program."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import Row, Watch, count, peak_rss_mb
from benchmarks.workloads import Told


def measure(workload: ModuleType, name: str, seconds: float, mode: str) -> Row:
    """Measure in the mode ``"brian2"`` (Cython) or ``"brian2-cpp"`` (C++ standalone)."""
    watch = Watch()
    import brian2

    row = Row(mode, brian2.__version__, name, "double", biological_s=seconds)
    brian2.seed(1)
    cache = os.environ.get("BENCHMARK_CACHE_DIR")
    run = _runtime if mode == "brian2" else _standalone
    told, n_spikes, n_synapses = run(brian2, workload, seconds, row, watch, cache)
    count(row, told, n_spikes, n_synapses)
    return row


def _network(b: Any, told: Told) -> Any:
    return b.Network(*told.others, *told.spikes.values(), *(s for _, s in told.projections))


def _counts(told: Told) -> tuple[dict[str, int], list[int]]:
    n_spikes = {name: int(monitor.num_spikes) for name, monitor in told.spikes.items()}
    return n_spikes, [len(s) for _, s in told.projections]


def _runtime(
    b: Any, workload: ModuleType, seconds: float, row: Row, watch: Watch, cache: str | None
) -> tuple[Told, dict[str, int], list[int]]:
    b.prefs.codegen.target = "cython"
    if cache:
        b.prefs.codegen.runtime.cython.cache_dir = cache
    told = workload.brian2(b, seconds)
    net = _network(b, told)
    row.build_s, _ = watch.read()
    net.run(workload.DT * b.ms)
    row.compile_s, _ = watch.read()
    net.run(seconds * b.second - workload.DT * b.ms)
    row.sim_s, row.sim_cpu_s = watch.read()
    row.peak_rss_mb = peak_rss_mb()
    return told, *_counts(told)


# Wall time of the simulation loop; its processor time is what Brian2 itself writes down.
_BEFORE = "struct timespec bench_a, bench_b; clock_gettime(CLOCK_MONOTONIC, &bench_a);"
_AFTER = """clock_gettime(CLOCK_MONOTONIC, &bench_b);
std::ofstream(brian::results_dir + "wall.txt") << (bench_b.tv_sec - bench_a.tv_sec)
    + 1e-9 * (bench_b.tv_nsec - bench_a.tv_nsec);"""


def _standalone(
    b: Any, workload: ModuleType, seconds: float, row: Row, watch: Watch, cache: str | None
) -> tuple[Told, dict[str, int], list[int]]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(cache or scratch) / "standalone"
        b.set_device("cpp_standalone", directory=str(folder), build_on_run=False)
        told = workload.brian2(b, seconds)
        b.device.insert_code("before_network_run", _BEFORE)
        b.device.insert_code("after_network_run", _AFTER)
        _network(b, told).run(seconds * b.second)
        row.build_s, _ = watch.read()
        b.device.build(run=False, compile=True, directory=str(folder), with_output=False)
        row.compile_s, _ = watch.read()
        b.device.run(with_output=False)
        whole, _ = watch.read()
        row.sim_s = float((folder / "results" / "wall.txt").read_text())
        row.sim_cpu_s = float(b.device._last_run_time)
        row.build_s += whole - row.sim_s  # the program makes the synapses
        row.peak_rss_mb = max(peak_rss_mb(), peak_rss_mb(resource.RUSAGE_CHILDREN))
        return told, *_counts(told)
