"""What each neuron has learnt to look for, as a grid of images."""

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
    """Draw the weights onto each neuron as an image, all of them in a grid.

    Parameters
    ----------
    weights : array_like, shape (n_pre, n_post)
        Column j holds the weights onto neuron j; it is drawn at place j, row by row.
    shape : tuple of int
        (height, width) of the input image; their product is n_pre.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    columns : int, optional
        Images in a row; as many as make the grid about square if not given.
    unit : str or Unit
        The weights' unit: ``"pA"``, ``"nS"`` or ``"mV"``, as the receptor has it.

    Returns
    -------
    Axes

    Raises
    ------
    ValidationError
        If weights are not a matrix, or the shape does not fit them.
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
    """The images in rows, one pixel of NaN between them."""
    n, height, width = images.shape
    columns = min(columns, n)
    rows = -(-n // columns)
    grid = np.full((rows * columns, height + 1, width + 1), np.nan)
    grid[:n, :-1, :-1] = images
    grid = grid.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    return grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
