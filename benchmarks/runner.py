"""Rounds of measurements: each in a process of its own, the simulators in turn."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.simulators import cached, family, why_missing
from benchmarks.workloads import WORKLOADS

# One thread each, so that processor times compare; spikesim's own threads are not ruled by these.
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}

WARM_UP_S = 0.1  # biological time after which all code has been compiled

Row = dict[str, Any]


def measure(
    simulator: str,
    workload: str,
    seconds: float,
    point: dict[str, Any] | None = None,
    cache: str | None = None,
) -> Row:
    """One measurement in a new process.

    Parameters
    ----------
    simulator, workload : str
        Of `benchmarks.simulators` and of `WORKLOADS`.
    seconds : float
        Biological time (s).
    point : dict, optional
        One of the workload's points.
    cache : str, optional
        A folder for compiled code instead of the user's own.

    Raises
    ------
    RuntimeError
        If the process fails; the message holds the end of what it printed.
    """
    env = {**os.environ, **_ONE_THREAD}
    if cache:
        env |= {"SPIKESIM_CACHE_DIR": cache, "BENCHMARK_CACHE_DIR": cache}
    command = [sys.executable, "-m", "benchmarks.worker", simulator, workload, str(seconds),
               json.dumps(point or {})]  # fmt: skip
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{simulator} failed on {workload}:\n{done.stderr[-2000:]}")
    row: Row = json.loads(done.stdout.splitlines()[-1])
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return row | {"process_s": wall, "process_cpu_s": cpu}


def rounds(
    workload: str,
    simulators: list[str],
    n_rounds: int,
    seconds: float | None,
    say: Callable[[str], None],
    only: Mapping[str, list[str]] | None = None,
) -> Iterator[Row]:
    """All measurements of a workload, or of those of its points that `only` allows, as they come.

    `say` is told of each, and of simulators that are left out: those that are not here, and from
    its failure on one that fails, so that the others go on. Simulators that keep compiled code run
    once before, so that all rows but those of `startup` are of warm caches.
    """
    duration = seconds or WORKLOADS[workload].biological_s
    out: dict[str, str] = {}
    for simulator in simulators:
        reason = why_missing(simulator, WORKLOADS[workload])
        if reason:
            out[simulator] = reason
            say(f"{simulator} is left out: {reason}")
    for k in range(n_rounds):
        for simulator in simulators:
            if simulator in out:
                continue
            try:
                if k == 0 and workload != "startup" and cached(simulator):
                    measure(
                        simulator, workload, min(WARM_UP_S, duration), WORKLOADS[workload].points[0]
                    )
                for row in _turn(simulator, workload, duration, only or {}):
                    say(_line(row, k + 1))
                    yield row | {"round": k + 1}
            except RuntimeError as error:
                out[simulator] = str(error)
                say(f"{simulator} is left out: {error}")


def _line(row: Row, number: int) -> str:
    return (
        f"{row['workload']} round {number}: {row['simulator']} {row['cache']} "
        f"{row['point'] or ''}: {row['sim_cpu_s']:.3f} s for {row['biological_s']:g} s "
        f"(process {row['process_s']:.1f} s, {row['bytes_per_synapse']} bytes per synapse), "
        f"rates {row['rates']}"
    )


def _turn(
    simulator: str, workload: str, seconds: float, only: Mapping[str, list[str]]
) -> Iterator[Row]:
    if workload == "startup":
        with tempfile.TemporaryDirectory() as cache:
            for state in ("cold", "warm"):
                yield measure(simulator, workload, seconds, cache=cache) | {"cache": state}
    else:
        for point in WORKLOADS[workload].points:
            asked = all(str(point[name]) in values for name, values in only.items())
            if asked and WORKLOADS[workload].runs(family(simulator), point):
                yield measure(simulator, workload, seconds, point)


def keep(path: Path, rows: list[Row]) -> None:
    """Write rows to a JSON file, in the place of older ones of the same measurement."""
    held = json.loads(path.read_text())["rows"] if path.exists() else []
    new = {_key(row) for row in rows}
    text = json.dumps({"rows": [row for row in held if _key(row) not in new] + rows}, indent=1)
    path.write_text(text + "\n")


def _key(row: Row) -> tuple[str, str, str]:
    return row["workload"], row["simulator"], json.dumps(row.get("point", {}), sort_keys=True)
