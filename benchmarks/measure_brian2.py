"""One measurement of Brian2, in its Cython runtime or as a C++ standalone program."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Watch, finish, start, stop
from benchmarks.workloads import Told, Workload


def measure(workload: Workload, seconds: float, simulator: str, point: dict[str, Any]) -> Row:
    """Measure ``"brian2"`` (Cython) or ``"brian2-cpp"`` (C++ standalone)."""
    watch = Watch()
    import brian2

    row = start(workload, simulator, brian2.__version__, "double", seconds)
    brian2.seed(1)
    cache = os.environ.get("BENCHMARK_CACHE_DIR")
    run = _runtime if simulator == "brian2" else _standalone
    told, n_spikes, n_synapses = run(brian2, workload, row, watch, cache, point)
    return finish(row, told, n_spikes, n_synapses)


def _network(b: Any, told: Told) -> Any:
    return b.Network(*told.others, *told.spikes.values(), *(s for _, s in told.projections))


def _counts(told: Told) -> tuple[dict[str, int], list[int]]:
    n_spikes = {name: int(monitor.num_spikes) for name, monitor in told.spikes.items()}
    return n_spikes, [len(s) for _, s in told.projections]


def _runtime(
    b: Any, workload: Workload, row: Row, watch: Watch, cache: str | None, point: dict[str, Any]
) -> tuple[Told, dict[str, int], list[int]]:
    b.prefs.codegen.target = "cython"
    if cache:
        b.prefs.codegen.runtime.cython.cache_dir = cache
    told = workload.tell("brian2", b, row.biological_s, **point)
    row.biological_s = min(row.biological_s, told.seconds or row.biological_s)
    net = _network(b, told)
    row.build_s, _ = watch.read()
    net.run(workload.dt * b.ms)
    row.compile_s, _ = watch.read()
    net.run(row.biological_s * b.second - workload.dt * b.ms)
    stop(row, watch)
    return told, *_counts(told)


# Of the program itself: wall time of the simulation loop (its processor time is what Brian2 writes
# down), pages that are resident after it, and the most that ever were (KiB).
_BEFORE = "struct timespec bench_a, bench_b; clock_gettime(CLOCK_MONOTONIC, &bench_a);"
_AFTER = """clock_gettime(CLOCK_MONOTONIC, &bench_b);
std::ofstream(brian::results_dir + "wall.txt") << (bench_b.tv_sec - bench_a.tv_sec)
    + 1e-9 * (bench_b.tv_nsec - bench_a.tv_nsec);
std::ofstream(brian::results_dir + "status.txt") << std::ifstream("/proc/self/status").rdbuf();"""


def _standalone(
    b: Any, workload: Workload, row: Row, watch: Watch, cache: str | None, point: dict[str, Any]
) -> tuple[Told, dict[str, int], list[int]]:
    with tempfile.TemporaryDirectory() as scratch:
        name = "-".join(["standalone", workload.name, *map(str, point.values())])
        folder = Path(cache or scratch) / name  # what has not changed is not compiled again
        b.set_device("cpp_standalone", directory=str(folder), build_on_run=False)
        told = workload.tell("brian2", b, row.biological_s, **point)
        row.biological_s = min(row.biological_s, told.seconds or row.biological_s)
        b.device.insert_code("before_network_run", _BEFORE)
        b.device.insert_code("after_network_run", _AFTER)
        _network(b, told).run(row.biological_s * b.second)
        row.build_s, _ = watch.read()
        b.device.build(run=False, compile=True, directory=str(folder), with_output=False)
        row.compile_s, _ = watch.read()
        b.device.run(with_output=False)
        whole, _ = watch.read()
        row.sim_s = float((folder / "results" / "wall.txt").read_text())
        row.sim_cpu_s = float(b.device._last_run_time)
        row.build_s += whole - row.sim_s  # the program makes the synapses
        row.empty_rss_mb = 0.0  # the program is a process of its own, which holds next to nothing
        row.rss_mb, row.peak_rss_mb = _memory(folder / "results" / "status.txt")
        return told, *_counts(told)


def _memory(status: Path) -> tuple[float, float]:
    """Resident memory and its peak (MiB) in what Linux says of a process; elsewhere nothing."""
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    kib = [float(lines.get(key, "nan kB").split()[0]) for key in ("VmRSS", "VmHWM")]
    return kib[0] / 1024.0, kib[1] / 1024.0
