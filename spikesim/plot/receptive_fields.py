"""Receptive fields: the weights onto each neuron as a grid of images."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from spikesim.analysis.checks import pair_of_counts
from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.plot.style import canvas, weight_label
from spikesim.units import Unit, check_array, check_count


@public
def receptive_fields(
    weights: ArrayLike,
    shape: tuple[int, int],
    ax: Axes | None = None,
    *,
    columns: int | None = None,
    unit: str | Unit = "",
) -> Axes:
    """Plot the weights onto each neuron as an image, arranged in a grid.

    Parameters
    ----------
    weights : array_like, shape (n_pre, n_post)
        Column j holds the weights onto neuron j; images are arranged row by row.
    shape : tuple of int
        (height, width) of the input image; their product is n_pre.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    columns : int, optional
        Images per row. Default: an approximately square grid.
    unit : str or Unit
        Unit of the weights: ``"pA"``, ``"nS"`` or ``"mV"``, depending on the receptor.

    Returns
    -------
    Axes

    Raises
    ------
    ValidationError
        If weights are not a matrix, or do not match the shape.
    """
    matrix = check_array(weights, "weights", "receptive_fields")
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise ValidationError(
            f"must have the shape (n_pre, n_post), got {matrix.shape}",
            "weights",
            "receptive_fields",
        )
    height, width = pair_of_counts(shape, "shape", "receptive_fields", "height and width", least=1)
    if height * width != matrix.shape[0]:
        raise ValidationError(
            f"must have {matrix.shape[0]} pixels, as many as there are weights onto a neuron, "
            f"got {height} x {width}",
            "shape",
            "receptive_fields",
        )
    wide = columns if columns is not None else math.ceil(math.sqrt(matrix.shape[1]))
    wide = check_count(wide, "columns", "receptive_fields", least=1)
    mosaic = _tile(matrix.T.reshape(-1, height, width), wide)
    label = weight_label(unit, "receptive_fields")
    with canvas(ax, (6.0, 5.2)) as ax:
        colours = colormaps["viridis"].with_extremes(bad="white")
        drawn = ax.imshow(mosaic, cmap=colours, interpolation="nearest")
        ax.set_axis_off()
        ax.figure.colorbar(drawn, ax=ax, label=label, shrink=0.8)
    return ax


def _tile(images: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """Arrange images in a grid, separated by one pixel of NaN."""
    n, height, width = images.shape
    columns = min(columns, n)
    rows = -(-n // columns)
    grid = np.full((rows * columns, height + 1, width + 1), np.nan)
    grid[:n, :-1, :-1] = images
    grid = grid.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    return grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
