"""Histogram of weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.plot.style import canvas, colour, weight_label
from spikesim.units import Unit, check_array, check_count, check_flag

_MOST_BINS = 100_000


@public
def weight_histogram(
    weights: ArrayLike | Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    bins: int = 50,
    unit: str | Unit = "",
    log: bool = False,
) -> Axes:
    """Plot a histogram of weights, or overlaid histograms of several sets.

    Parameters
    ----------
    weights : array_like, or mapping of str to array_like
        Weights of any shape, or several sets by name (such as before and after learning).
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    bins : int
        Number of bins from the smallest to the largest weight of all sets.
    unit : str or Unit
        Unit of the weights: ``"pA"``, ``"nS"`` or ``"mV"``, depending on the receptor.
    log : bool
        Whether the axis of counts is logarithmic.

    Returns
    -------
    Axes
    """
    log = check_flag(log, "log", "weight_histogram")
    several = isinstance(weights, Mapping)
    given = dict(weights) if isinstance(weights, Mapping) else {"": weights}
    sets = {k: check_array(v, "weights", k or "weight_histogram").ravel() for k, v in given.items()}
    filled = [w for w in sets.values() if w.size]
    if not filled:
        raise ValidationError("there are none to draw", "weights", "weight_histogram")
    everything = np.concatenate(filled)
    number = check_count(bins, "bins", "weight_histogram", least=1, most=_MOST_BINS)
    label = weight_label(unit, "weight_histogram")
    edges = _edges(everything.min(), everything.max(), number)
    with canvas(ax, (6.0, 3.6)) as ax:
        for k, (name, values) in enumerate(sets.items()):
            counts = np.histogram(values, edges)[0]
            ax.stairs(counts, edges, fill=True, color=colour(k), alpha=0.35)
            ax.stairs(counts, edges, color=colour(k), lw=1.4, label=name)
        ax.set_xlabel(label)
        ax.set_ylabel("synapses")
        if log:
            ax.set_yscale("log")
        if several:
            ax.legend()
    return ax


def _edges(low: float, high: float, number: int) -> np.ndarray:
    """Bin edges, distinct even if all weights are equal, however large."""
    finest = 4.0 * number * np.spacing(max(abs(low), abs(high)))
    if high / 2 - low / 2 < finest / 2:
        low, high = low - max(0.5, finest), high + max(0.5, finest)
    share = np.linspace(0.0, 1.0, number + 1)
    return (1.0 - share) * low + share * high  # high - low could overflow
