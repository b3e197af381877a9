"""Rows of measurements become one summary for each workload and simulator."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.simulators import family
from benchmarks.workloads import WORKLOADS

Row = dict[str, Any]
MANY = 10_000_000  # synapses, which then outweigh neurons and loaded code
NAMES = {
    "brian2": "Brian2, Cython", "brian2-cpp": "Brian2, C++", "nest": "NEST",
    "annarchy": "ANNarchy", "bindsnet": "BindsNET",
}  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """Medians over the rounds of one simulator on one workload.

    Attributes
    ----------
    workload : str
        With what times are stated for, where that is not one biological second.
    simulator : str
        With spikesim's precision and threads; the others are said in `benchmark_note`.
    wall_s, processor_s : float
        Times of simulating one biological second, or of the workload's own unit.
    ratio : float
        Of processor times, to spikesim in mixed precision on one thread; NaN if that is missing.
    prepare_s : float
        Wall time of building and compiling.
    peak_mb, bytes_per_synapse : float
        See `benchmarks.measure.Row`; bytes are NaN for few synapses, where they mean little.
    rates : list of float
        Of each population (Hz), from the first round.
    """

    workload: str
    simulator: str
    wall_s: float
    processor_s: float
    ratio: float
    prepare_s: float
    peak_mb: float
    bytes_per_synapse: float
    rates: list[float]


def label(row: Row) -> str:
    """What tables call a row's simulator."""
    name: str = row["simulator"]
    if family(name) != "spikesim":
        return NAMES.get(name, name)
    threads = row.get("threads", 1)
    return f"spikesim, {row['precision']}" + (f", {threads} threads" if threads > 1 else "")


def summaries(rows: list[Row]) -> list[Summary]:
    """One for each workload and simulator, in the workloads' order; what has points is left out."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if not row["point"]:
            groups[row["workload"], row["cache"], label(row)].append(row)
    order = {name: k for k, name in enumerate(WORKLOADS)}
    keys = sorted(groups, key=lambda key: (order.get(key[0], len(order)), key[1]))  # stable
    found = []
    for workload, cache, simulator in keys:
        group = groups[workload, cache, simulator]
        own = groups.get((workload, cache, "spikesim, mixed"), [])
        seconds = _time(group, "cpu_s")
        found.append(Summary(
            _title(workload, cache), simulator, _time(group, "s"), seconds,
            seconds / _time(own, "cpu_s") if own else math.nan,
            middle(group, "build_s") + middle(group, "compile_s"), middle(group, "peak_rss_mb"),
            middle(group, "bytes_per_synapse") if group[0]["n_synapses"] >= MANY else math.nan,
            [*group[0]["rates"].values()],
        ))  # fmt: skip
    return found


def middle(group: list[Row], key: str) -> float:
    """The median of a value."""
    return float(median(row[key] for row in group))


def event_ns(group: list[Row]) -> float:
    """What a synaptic event costs above the idle network (ns)."""
    return float(median(1e9 * (r["sim_cpu_s"] - r["idle_cpu_s"]) / r["n_events"] for r in group))


def points(rows: list[Row], simulator: str = "spikesim, mixed") -> list[list[Row]]:
    """The rounds of each point of `scaling`, in the order of the points."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["workload"] == "scaling" and label(row) == simulator:
            groups[str(row["point"])].append(row)
    return [*groups.values()]


def _title(workload: str, cache: str) -> str:
    if workload == "startup":
        return f"startup, {cache} cache"
    unit = WORKLOADS[workload].unit[0] if workload in WORKLOADS else "1 s"
    return workload if unit == "1 s" else f"{workload}, {unit}"


def _time(group: list[Row], kind: str) -> float:
    """Median of a time of simulating for each unit; of `startup` it is that of the process."""
    workload = group[0]["workload"]
    if workload == "startup":
        return middle(group, f"process_{kind}")
    unit = WORKLOADS[workload].unit[1] if workload in WORKLOADS else 1.0
    return float(median(row[f"sim_{kind}"] * unit / row["biological_s"] for row in group))
