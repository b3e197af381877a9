"""The plot of the results."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks.summary import Row, event_ns, points, summaries
from spikesim.plot.style import colour, style

MARKERS = "osD^vPX*"


def picture(rows: list[Row], path: Path) -> None:
    """Draw processor times of all simulators and, where it was measured, what an event costs."""
    groups = points(rows)
    found = summaries(rows)
    height = 1.6 + 0.36 * len({each.workload for each in found})
    with style():
        figure, axes = plt.subplots(
            1, 2 if groups else 1, figsize=(10.0 if groups else 7.0, max(height, 3.6)),
            layout="constrained", width_ratios=[1.5, 1.0] if groups else [1.0], squeeze=False,
        )  # fmt: skip
        _times(axes[0, 0], rows)
        if groups:
            _events(axes[0, 1], groups)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        plt.close(figure)


def _times(ax: Axes, rows: list[Row]) -> None:
    found = summaries(rows)
    places = {name: k for k, name in enumerate(dict.fromkeys(each.workload for each in found))}
    for k, simulator in enumerate(dict.fromkeys(each.simulator for each in found)):
        own = [each for each in found if each.simulator == simulator]
        x = [each.processor_s for each in own]
        y = [places[each.workload] for each in own]
        ax.plot(x, y, MARKERS[k % len(MARKERS)], color=colour(k), label=simulator, alpha=0.9)
    ax.set_xscale("log")
    ax.set_yticks([*places.values()], [*places])
    ax.set_ylim(len(places) - 0.5, -0.5)
    ax.grid(axis="both", alpha=0.25)
    ax.set_xlabel("processor time of one biological second,\nan image or the process (s)")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.22), ncols=3)


def _events(ax: Axes, groups: list[list[Row]]) -> None:
    """Two series: those points that share their number of neurons, and those of one in-degree."""
    for k, (fixed, unit) in enumerate((("neurons", "neurons"), ("in_degree", "synapses a neuron"))):
        values = [group[0]["point"][fixed] for group in groups]
        common = max(values, key=values.count)
        series = sorted(
            (group[0]["n_synapses"], event_ns(group))
            for group, value in zip(groups, values, strict=True)
            if value == common
        )
        x, y = zip(*series, strict=True)
        ax.plot(x, y, MARKERS[k] + "-", color=colour(k), label=f"{common:,} {unit}")
    ax.set_xscale("log")
    ax.set_ylim(0.0, 1.3 * max(map(event_ns, groups)))  # with room for the legend
    ax.grid(alpha=0.25)
    ax.set_xlabel("synapses")
    ax.set_ylabel("processor time of an event (ns)")
    ax.legend(loc="upper left")
