"""Density image of many spikes, used by `raster`."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from spikesim.analysis.spiketrains import SpikeTrains

# Opacity of a pixel with a single spike: below this it would not be visible on white.
_FAINTEST = 0.2


def nice_width(width: float) -> float:
    """Largest number of the form 1, 2 or 5 times a power of ten that is at most `width`."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(m * power for m in (5.0, 2.0, 1.0) if m * power <= width * (1 + 1e-9))


def draw_density(ax: Axes, trains: SpikeTrains, first: int, colour: str) -> None:
    """Draw spikes into `ax` as an image about as fine as its pixels.

    The pixel width is a round number of ms, and the height a whole number of neurons, to avoid
    aliasing with the time grid and the rows. The opacity increases with the square root of the
    count.

    Parameters
    ----------
    ax : Axes
        Axes with their final x and y limits.
    trains : SpikeTrains
        The spikes.
    first : int
        Position of neuron 0 on the y axis.
    colour : str
        Colour of the densest pixels.
    """
    if trains.n_spikes == 0:
        return
    limits, box = ax.axis(), ax.get_window_extent()
    per_row = max(1, math.ceil(abs(limits[3] - limits[2]) / max(box.height, 100.0)))
    width = nice_width((limits[1] - limits[0]) / max(box.width, 100.0))
    counts = _counts(trains, width, per_row)
    top = np.percentile(counts[counts > 0], 99.5)
    opacity = np.clip(np.sqrt(counts / top), _FAINTEST, 1.0)
    image = np.zeros((*counts.shape, 4))
    image[..., :3] = to_rgb(colour)
    image[..., 3] = np.where(counts > 0, opacity, 0.0)
    start, stop = trains.t_start, trains.t_start + width * counts.shape[1]
    low, high = first - 0.5, first - 0.5 + per_row * counts.shape[0]
    ax.imshow(
        image,
        extent=(start, stop, low, high),
        origin="lower",
        aspect="auto",
        interpolation_stage="rgba",
    )
    # imshow changes the limits.
    ax.axis(limits)


def _counts(trains: SpikeTrains, width: float, per_row: int) -> np.ndarray:
    """Number of spikes in each pixel, shape (rows, columns)."""
    rows = -(-trains.n // per_row)
    columns = max(1, math.ceil(trains.duration / width - 1e-9))
    # Bins are closed on the right, as in `SpikeTrains`.
    column = np.ceil((trains.times - trains.t_start) / width - 1e-9).astype(np.int64) - 1
    column = np.clip(column, 0, columns - 1)
    flat = (trains.ids // per_row) * columns + column
    return np.bincount(flat, minlength=rows * columns).reshape(rows, columns)
