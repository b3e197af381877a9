"""One measurement of BindsNET."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from benchmarks.measure import Row, Watch, finish, start, stop
from benchmarks.workloads import Workload


def measure(workload: Workload, seconds: float, simulator: str, point: dict[str, Any]) -> Row:
    """Show one step, and then the rest."""
    watch = Watch()
    import bindsnet
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    version = importlib.metadata.version("bindsnet")
    row = start(workload, simulator, version, "single", seconds)
    told = workload.tell("bindsnet", bindsnet, seconds, **point)
    assert told.run is not None
    row.build_s, _ = watch.read()
    told.run(workload.dt)
    row.compile_s, _ = watch.read()
    told.run(seconds * 1000.0 - workload.dt)
    stop(row, watch)
    return finish(row, told, told.spikes, [n for _, n in told.projections])
