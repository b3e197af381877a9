"""Tables of results: medians over rounds, and ratios to spikesim."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean, median, stdev
from typing import Any

from benchmarks.readme import markdown

Row = dict[str, Any]


def benchmark_table(rows: list[Row]) -> str:
    """One line for each workload and simulator, from the JSON of ``python -m benchmarks run``."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["workload"], row["cache"], row["simulator"], row["precision"]].append(row)
    lines = []
    for (workload, cache, simulator, precision), group in groups.items():
        startup = workload == "startup"
        key = "process_cpu_s" if startup else "sim_cpu_s"
        own = groups.get((workload, cache, "spikesim", "mixed"))
        ratio = _median(group, key) / _median(own, key) if own else float("nan")
        first = group[0]
        lines.append([
            f"{workload}, {cache} cache" if startup else workload,
            f"{simulator} {first['version']}, {precision}",
            f"{_median(group, 'process_s' if startup else 'sim_s'):.2f}",
            f"{_median(group, key):.2f}",
            f"{ratio:.1f}",
            f"{_median(group, 'build_s') + _median(group, 'compile_s'):.1f}",
            f"{_median(group, 'peak_rss_mb'):.0f}",
            ", ".join(f"{rate:.1f}" for rate in first["rates"].values()),
        ])  # fmt: skip
    head = ["workload", "simulator", "wall (s)", "processor (s)", "ratio", "build + compile (s)",
            "memory (MiB)", "rates (Hz)"]  # fmt: skip
    return markdown(head, lines, n_text=2)


def benchmark_note(rows: list[Row]) -> str:
    """What the table is of."""
    times = {row["workload"]: f"{row['biological_s']:g} s" for row in rows}
    spans = ", ".join(f"{workload} {span}" for workload, span in times.items())
    n_rounds = max(row.get("round", 1) for row in rows)
    cpus = ", ".join(sorted({row["cpu"] for row in rows}))
    return (
        f"Medians of {n_rounds} rounds on one thread ({cpus}). Simulated time: {spans}. The ratio "
        "is of processor times, to spikesim in mixed precision. Of `startup` the times are those "
        "of the whole process."
    )


def mnist_table(rows: list[Row]) -> str:
    """One line for each method, from the JSON of ``python -m models.mnist``."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["name"]].append(row)
    lines = []
    for name, group in groups.items():
        accuracy = [100.0 * row["accuracy"] for row in group]
        spread = f" ± {stdev(accuracy):.2f}" if len(accuracy) > 1 else ""
        lines.append([
            name, f"{mean(accuracy):.2f}{spread}", str(len(group)),
            *(_or_dash(group, key) for key in ("train_seconds", "spikes_per_image",
                                               "ops_per_image")),
        ])  # fmt: skip
    head = ["method", "accuracy (%)", "seeds", "training (s)", "spikes an image",
            "operations an image"]  # fmt: skip
    return markdown(head, lines)


def _median(group: list[Row], key: str) -> float:
    return float(median(row[key] for row in group))


def _or_dash(group: list[Row], key: str) -> str:
    values = [row[key] for row in group if row.get(key) is not None]
    return f"{median(values):,.0f}" if values else "-"
