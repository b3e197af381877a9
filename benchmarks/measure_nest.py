"""One measurement of NEST."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Row, Watch, finish, start, stop
from benchmarks.workloads import Workload


def measure(workload: Workload, seconds: float, simulator: str, point: dict[str, Any]) -> Row:
    """Connect, simulate one step, which sorts the connections, and simulate the rest."""
    watch = Watch()
    import nest

    row = start(workload, simulator, nest.__version__, "double", seconds)
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=workload.dt, rng_seed=1, local_num_threads=1)
    told = workload.tell("nest", nest, seconds, **point)
    nest.Simulate(workload.dt)
    row.build_s, _ = watch.read()
    nest.Simulate(seconds * 1000.0 - workload.dt)
    stop(row, watch)
    n_spikes = {name: int(recorder.n_events) for name, recorder in told.spikes.items()}
    return finish(row, told, n_spikes, [n for _, n in told.projections])
