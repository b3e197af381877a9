"""Tables of results, in Markdown."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import mean, median, stdev

from benchmarks.readme import markdown
from benchmarks.simulators import family
from benchmarks.summary import Row, event_ns, label, points, summaries


def benchmark_table(rows: list[Row]) -> str:
    """One line for each workload and simulator, from the JSON of ``python -m benchmarks run``."""
    lines, before = [], ""
    for found in summaries(rows):
        lines.append([
            found.workload if found.workload != before else "", found.simulator,
            _time(found.processor_s), _time(found.wall_s),
            _number(found.ratio), f"{found.prepare_s:.1f}", f"{found.peak_mb:,.0f}",
            _number(found.bytes_per_synapse), _span(found.rates),
        ])  # fmt: skip
        before = found.workload
    head = ["workload", "simulator", "CPU time (s)", "wall (s)", "ratio", "build + compile (s)",
            "peak (MiB)", "bytes per synapse", "rates (Hz)"]  # fmt: skip
    return markdown(head, lines, n_text=2)


def benchmark_note(rows: list[Row]) -> str:
    """What the table is of."""
    n_rounds = sorted({max(r.get("round", 1) for r in rows if r["workload"] == name)
                       for name in {row["workload"] for row in rows}})  # fmt: skip
    span = "-".join(dict.fromkeys((str(n_rounds[0]), str(n_rounds[-1]))))
    cpus = ", ".join(sorted({row["cpu"] for row in rows}))
    versions = {
        f"{label(row).partition(',')[0]} {row['version']} ({row['precision']} precision)"
        for row in rows
        if family(row["simulator"]) != "spikesim"
    }
    peers = f" Peers: {', '.join(sorted(versions))}." if versions else ""
    return (
        f"Medians of {span} rounds, on one thread unless stated otherwise ({cpus}). Times are for "
        "one biological second; for `mnist` one image, for `startup` the whole process. The ratio "
        "is that of CPU times, to spikesim in mixed precision. Bytes per synapse are what the run "
        "holds more than an idle process, for ten million synapses or more. "
        f"Rates are the lowest and the highest of all populations.{peers}"
    )


def scaling_table(rows: list[Row]) -> str:
    """What an event costs in networks of several sizes."""
    lines = []
    for group in points(rows):
        first = group[0]
        lines.append([
            f"{first['point']['neurons']:,}", f"{first['point']['in_degree']:,}",
            f"{first['n_synapses']:,}", f"{event_ns(group):.2f}",
            f"{median(row['bytes_per_synapse'] for row in group):.1f}",
        ])  # fmt: skip
    head = ["targets", "in-degree", "synapses", "time per event (ns)", "bytes per synapse"]
    return markdown(head, lines, n_text=0)


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
    head = ["method", "accuracy (%)", "seeds", "training (s)", "spikes per image",
            "operations per image"]  # fmt: skip
    return markdown(head, lines)


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.{2 if value < 1.0 else 1 if value < 20.0 else 0}f}"


def _time(seconds: float) -> str:
    """Three digits, in seconds."""
    digits = max(0, 2 - math.floor(math.log10(seconds))) if seconds > 0 else 0
    return f"{seconds:.{min(digits, 6)}f}"


def _span(rates: list[float]) -> str:
    return " - ".join(dict.fromkeys(f"{rate:.1f}" for rate in (min(rates), max(rates))))


def _or_dash(group: list[Row], key: str) -> str:
    values = [row[key] for row in group if row.get(key) is not None]
    return f"{median(values):,.0f}" if values else "-"
