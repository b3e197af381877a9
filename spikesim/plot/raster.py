"""Raster plot of spikes, with population rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.calls import public
from spikesim.description.recorders import SpikeRecorder
from spikesim.errors import ValidationError
from spikesim.plot.density import draw_density, nice_width
from spikesim.plot.style import canvas, colour, whole_numbers
from spikesim.units import check_flag, check_scalar, ms

# Beyond this, points overlap to a solid block and are slow to draw.
_MAX_POINTS = 200_000
# Fewer spikes than this are hard to see as points of the usual size.
_FEW = 500

Spikes = SpikeTrains | SpikeRecorder


@public
def raster(
    trains: Spikes | Mapping[str, Spikes],
    ax: Axes | None = None,
    *,
    rates: bool | Axes = True,
    bin: float | None = None,
) -> Axes:
    """Plot a spike raster, and the population rates below it.

    Above 200,000 spikes the raster is an image of their density, so that millions stay readable
    and are drawn within seconds.

    Parameters
    ----------
    trains : SpikeTrains or spike recorder, or mapping of str to these
        One population, or several by name; the first is drawn at the top.
    ax : Axes, optional
        Axes to draw into, which are split in two for the rates. Default: those of a new figure.
    rates : bool or Axes
        Whether to draw the rates, or the axes to draw them into.
    bin : float, optional
        Width in ms of the bins of the rates. Default: a round number near 1/200 of the
        duration, or wider if a bin would then contain few spikes.

    Returns
    -------
    Axes
        Axes of the raster.

    Raises
    ------
    ValidationError
        If `trains` has a wrong type or is empty, or `bin` is not positive.
    """
    named = _by_name(trains)
    if not isinstance(rates, Axes):
        rates = check_flag(rates, "rates", "raster")
    if bin is not None:
        bin = check_scalar(bin, "bin", "raster", unit=ms, allowed="positive")
    start = min(t.t_start for t in named.values())
    stop = max(t.t_stop for t in named.values())
    stop = stop if stop > start else start + 1.0
    width = _bin(named, stop - start) if bin is None else bin
    curves = {name: (t.bin_edges(width), t.population_rate(width)[1]) for name, t in named.items()}
    with canvas(ax, (8.0, 5.0)) as ax:
        lower = _split(ax) if rates is True else rates or None
        ax.set_xlim(start, stop)
        _draw_spikes(ax, named)
        _name_neurons(ax, named)
        if lower is None:
            ax.set_xlabel("time (ms)")
        else:
            ax.tick_params(labelbottom=rates is not True)
            lower.set_xlim(start, stop)
            _draw_rates(lower, curves, width)
    return ax


def _by_name(trains: Spikes | Mapping[str, Spikes]) -> dict[str, SpikeTrains]:
    several = isinstance(trains, Mapping)
    given = trains if isinstance(trains, Mapping) else {"": trains}
    named = {name: result_of(one) for name, one in given.items()}
    wrong = [type(t).__name__ for t in named.values() if not isinstance(t, SpikeTrains)]
    if wrong or not named:
        got = "nothing" if not wrong else f"a mapping to {wrong[0]}" if several else wrong[0]
        raise ValidationError(
            f"must be SpikeTrains, or a mapping of names to some, got {got}", "trains", "raster"
        )
    return named


def _bin(named: dict[str, SpikeTrains], duration: float) -> float:
    """Bin width that is fine enough for the plot, with about 20 spikes per active population."""
    fewest = min((t.n_spikes for t in named.values() if t.n_spikes), default=1)
    return nice_width(duration * min(max(1 / 200, 20 / fewest), 1 / 20))


def _split(ax: Axes) -> Axes:
    """Create axes in the lower quarter of `ax`, with the same time axis."""
    spec = ax.get_subplotspec()
    if spec is not None:
        # A layout engine adds the space for labels.
        gap = 0.25 if ax.figure.get_layout_engine() is None else 0.02
        grid = spec.subgridspec(2, 1, height_ratios=(3, 1), hspace=gap)
        ax.set_subplotspec(grid[0])
        return ax.figure.add_subplot(grid[1], sharex=ax)
    left, bottom, width, height = ax.get_position().bounds
    ax.set_position((left, bottom + 0.3 * height, width, 0.7 * height))
    return ax.figure.add_axes((left, bottom, width, 0.24 * height), sharex=ax)


def _draw_spikes(ax: Axes, named: dict[str, SpikeTrains]) -> None:
    """Draw populations one below the other, each in its colour; a single one counts upwards."""
    total = max(1, sum(t.n for t in named.values()))
    ax.set_ylim((-0.5, total - 0.5) if len(named) == 1 else (total - 0.5, -0.5))
    dense = sum(t.n_spikes for t in named.values()) > _MAX_POINTS
    first = 0
    for k, trains in enumerate(named.values()):
        if dense:
            draw_density(ax, trains, first, colour(k))
        else:
            marker = _marker(ax, total, trains.n_spikes)
            ax.plot(trains.times, first + trains.ids, ls="", c=colour(k), rasterized=True, **marker)
        first += trains.n
    if not any(t.n_spikes for t in named.values()):
        ax.text(0.5, 0.5, "no spikes", transform=ax.transAxes, ha="center", va="center", c="0.35")


def _marker(ax: Axes, n: int, n_spikes: int) -> dict[str, Any]:
    """Marker: ticks if a neuron's row is high enough, else points, which are larger if few."""
    row = ax.get_window_extent().height * 72.0 / ax.figure.dpi / n
    if row >= 3.0:
        return {"marker": "|", "ms": min(0.75 * row, 12.0), "mew": 1.0}
    size = float(np.clip(2.0 * row, 1.3, 3.0))
    return {"marker": ".", "ms": max(size, 4.0 if n_spikes < _FEW else 0.0), "mew": 0.0}


def _name_neurons(ax: Axes, named: dict[str, SpikeTrains]) -> None:
    """Label the y axis: neuron indices for one population, coloured names for several."""
    if len(named) == 1:
        (name,) = named
        name = name or next(iter(named.values())).name
        ax.set_ylabel(f"{name} neuron".strip())
        ax.yaxis.set_major_locator(whole_numbers())
        return
    sizes = np.array([t.n for t in named.values()])
    middles = (np.cumsum(sizes) - sizes / 2.0) / max(1, sizes.sum())
    ax.set_yticks([])
    heights = _apart(middles, 0.065)
    for k, (name, height) in enumerate(zip(named, heights, strict=True)):
        ax.annotate(
            name, (0.0, 1.0 - height), xycoords="axes fraction", xytext=(-6, 0),
            textcoords="offset points", ha="right", va="center", color=colour(k),
        )  # fmt: skip


def _apart(places: np.ndarray, gap: float) -> np.ndarray:
    """Move increasing `places` within 0 .. 1 so that neighbours are at least `gap` apart."""
    gap = min(gap, 1.0 / len(places))
    steps = gap * np.arange(len(places))
    down = np.maximum.accumulate(places - steps) + steps
    room = 1.0 - gap / 2.0 - steps[::-1]
    return np.minimum(down, room)


def _draw_rates(ax: Axes, curves: dict[str, tuple[np.ndarray, np.ndarray]], width: float) -> None:
    for k, (name, (edges, rates)) in enumerate(curves.items()):
        ax.stairs(rates, edges, baseline=None, color=colour(k), lw=1.1, label=name)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("rate (Hz)")
    ax.annotate(
        f"{width:g} ms bins", (1.0, 1.0), xycoords="axes fraction", xytext=(0, 1),
        textcoords="offset points", ha="right", va="bottom", fontsize="x-small", color="0.35",
    )  # fmt: skip
