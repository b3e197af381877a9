"""The plot of the results."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks.summary import NAMES, Row, Summary, event_ns, points, summaries
from spikesim.plot.style import colour, style

# The same mark and colour for a simulator in every picture.
ORDER = ["spikesim, mixed", *NAMES.values(), "spikesim, single", "spikesim, double"]
MARKERS = "osD^vPX*."


def picture(rows: list[Row], path: Path) -> None:
    """Draw processor times of all simulators and what an event costs, whichever was measured."""
    found, groups = summaries(rows), points(rows)
    height = 2.2 + 0.34 * len({each.workload for each in found})
    widths = [1.5] * bool(found) + [1.0] * bool(groups)
    if not widths:
        raise ValueError("there is nothing to draw: the results hold no rows")
    with style():
        figure, axes = plt.subplots(
            1, len(widths), figsize=(1.0 + 3.6 * sum(widths), max(height, 4.0)),
            layout="constrained", width_ratios=widths, squeeze=False,
        )  # fmt: skip
        if found:
            _times(axes[0, 0], found)
        if groups:
            _events(axes[0, -1], groups)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        plt.close(figure)


def _times(ax: Axes, found: list[Summary]) -> None:
    places = {name: k for k, name in enumerate(dict.fromkeys(each.workload for each in found))}
    for simulator in dict.fromkeys(each.simulator for each in found):
        own = [each for each in found if each.simulator == simulator]
        k = ORDER.index(simulator) if simulator in ORDER else len(ORDER)
        ax.plot(
            [each.processor_s for each in own], [places[each.workload] for each in own],
            MARKERS[k], color=colour(k), label=simulator, alpha=0.9,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_yticks([*places.values()], [*places])
    ax.set_ylim(len(places) - 0.5, -0.5)
    ax.grid(alpha=0.25)
    ax.set_xlabel("processor time of one biological second,\nof an image or of the process (s)")
    ax.figure.legend(loc="outside lower center", ncols=4)


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
        ax.plot(x, y, "-" + MARKERS[k], color=colour(k))
        side = 8 if y[-1] > y[0] else -16  # where the line does not come from
        ax.annotate(f"{common:,} {unit}", (x[-1], y[-1]), (0, side), textcoords="offset points",
                    ha="right", color=colour(k), fontsize="small")  # fmt: skip
    ax.set_xscale("log")
    ax.set_ylim(0.0, 1.15 * max(map(event_ns, groups)))
    ax.grid(alpha=0.25)
    ax.set_xlabel("synapses")
    ax.set_ylabel("processor time of an event (ns)")
