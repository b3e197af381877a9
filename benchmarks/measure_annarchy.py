"""One measurement of ANNarchy."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Watch, finish, start, stop
from benchmarks.workloads import Workload


def measure(workload: Workload, seconds: float, simulator: str, point: dict[str, Any]) -> Row:
    """Compile, which makes the synapses too, and simulate."""
    watch = Watch()
    import ANNarchy as ann

    row = start(workload, simulator, ann.__version__, "double", seconds)
    net = ann.Network(dt=workload.dt, seed=1)
    told = workload.tell("annarchy", ann, net, seconds, **point)
    row.build_s, _ = watch.read()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(os.environ.get("BENCHMARK_CACHE_DIR", scratch)) / "annarchy"
        net.compile(directory=str(folder), silent=True)
        row.compile_s, _ = watch.read()
        net.simulate(workload.dt)
        row.build_s += watch.read()[0]
        net.simulate(seconds * 1000.0 - workload.dt)
        stop(row, watch)
    n_spikes = {
        name: sum(map(len, monitor.get("spike").values())) for name, monitor in told.spikes.items()
    }
    return finish(row, told, n_spikes, [p.nb_synapses for _, p in told.projections])
