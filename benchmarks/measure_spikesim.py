"""One measurement of spikesim."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Row, Watch, finish, start, stop
from benchmarks.workloads import Workload


def options(simulator: str) -> dict[str, Any]:
    """Options of the network in a name such as ``spikesim-single-2threads``."""
    found: dict[str, Any] = {"precision": "mixed"}
    for part in simulator.split("-")[1:]:
        if part.endswith("threads"):
            found["threads"] = int(part.removesuffix("threads"))
        else:
            found["precision"] = part
    return found


def measure(workload: Workload, seconds: float, simulator: str, point: dict[str, Any]) -> Row:
    """Build, run one step to load the kernels, and run the rest."""
    watch = Watch()
    import spikesim as sim

    asked = options(simulator)
    row = start(workload, simulator, sim.__version__, asked["precision"], seconds)
    row.threads = asked.get("threads", 1)
    net = sim.Network(dt=workload.dt, seed=1, **asked)
    told = workload.tell("spikesim", sim, net, seconds, **point)
    run = told.run or net.run
    row.biological_s = seconds = min(seconds, told.seconds or seconds)
    net.build()
    row.build_s, _ = watch.read()
    run(workload.dt)
    row.compile_s, _ = watch.read()
    if told.idle_s:
        run(told.idle_s * 1000.0 - workload.dt)
        _, row.idle_cpu_s = watch.read()
    run(seconds * 1000.0 - net.t)
    stop(row, watch)
    n_spikes = {name: int(recorder.counts().sum()) for name, recorder in told.spikes.items()}
    return finish(row, told, n_spikes, [p.weight.size for _, p in told.projections])
