"""Rounds of measurements: each in a process of its own, the simulators in turn."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.workloads import find

SIMULATORS = ("spikesim", "spikesim-single", "spikesim-double", "brian2", "brian2-cpp")
STARTUP_S = 0.1  # biological time that is enough for first spikes
# One thread each, so that processor times compare.
_ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")
}  # fmt: skip

Row = dict[str, Any]


def why_missing(simulator: str) -> str | None:
    """Why a simulator cannot run here, or None if it can."""
    if simulator.startswith("brian2") and importlib.util.find_spec("brian2") is None:
        return "brian2 is not installed"
    if simulator == "brian2-cpp" and not (shutil.which("g++") and shutil.which("make")):
        return "it needs g++ and make"
    return None


def measure(simulator: str, workload: str, seconds: float, cache: str | None = None) -> Row:
    """One measurement in a new process.

    Parameters
    ----------
    simulator, workload : str
        One of `SIMULATORS` and of `WORKLOADS`.
    seconds : float
        Biological time (s).
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
    command = [sys.executable, "-m", "benchmarks.worker", simulator, workload, str(seconds)]
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
) -> Iterator[Row]:
    """All measurements of a workload, as they come.

    `say` is told of each, and of simulators that are left out.
    """
    present = []
    for simulator in simulators:
        reason = why_missing(simulator)
        if reason:
            say(f"{simulator} is left out: {reason}")
        else:
            present.append(simulator)
    for k in range(n_rounds):
        for simulator in present:
            for row in _turn(simulator, workload, seconds):
                say(
                    f"{workload} round {k + 1}: {simulator} {row['cache']}: "
                    f"{row['sim_s']:.3f} s for {row['biological_s']:g} s "
                    f"(process {row['process_s']:.1f} s), rates {row['rates']}"
                )
                yield row | {"round": k + 1}


def _turn(simulator: str, workload: str, seconds: float | None) -> Iterator[Row]:
    if workload != "startup":
        yield measure(simulator, workload, seconds or find(workload).BIOLOGICAL_S)
        return
    with tempfile.TemporaryDirectory() as cache:
        for state in ("cold", "warm"):
            row = measure(simulator, workload, seconds or STARTUP_S, cache)
            yield row | {"cache": state}


def keep(path: Path, workload: str, rows: list[Row]) -> None:
    """Write rows to a JSON file; those of other workloads that it holds already stay."""
    held = json.loads(path.read_text())["rows"] if path.exists() else []
    rows = [row for row in held if row["workload"] != workload] + rows
    path.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
