"""Weight matrix as an image."""

from __future__ import annotations

from typing import Any

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from spikesim.analysis.connectivity import as_triplets, mean_blocks
from spikesim.calls import public
from spikesim.plot.style import canvas, weight_label, whole_numbers
from spikesim.units import Unit

# Larger images would be downsampled for display, and single synapses lost.
_MAX_PIXELS = 500


@public
def weight_matrix(
    weights: Any,
    ax: Axes | None = None,
    *,
    shape: tuple[int, int] | None = None,
    unit: str | Unit = "",
) -> Axes:
    """Plot the weights between two populations: sources as rows, targets as columns.

    Pairs without a synapse are grey. Several synapses of one pair (multapses) are shown as their
    mean weight. For weights of both signs, zero is white and each sign has its own scale. Large
    matrices show the mean weight of the synapses in blocks.

    Parameters
    ----------
    weights : array_like of shape (n_pre, n_post), scipy.sparse array, or connections
        Weights; NaN in a dense matrix means no synapse. Connections are any object with
        attributes `source`, `target` and `weight`, such as ``projection.connections()``.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    shape : tuple of int, optional
        (n_pre, n_post). Default for connections: up to the last connected neurons.
    unit : str or Unit
        Unit of the weights: ``"pA"``, ``"nS"`` or ``"mV"``, depending on the receptor.

    Returns
    -------
    Axes
    """
    source, target, weight, (n_pre, n_post) = as_triplets(weights, shape)
    shape = max(1, n_pre), max(1, n_post)  # connections may be empty
    image, block = mean_blocks(source, target, weight, shape, _MAX_PIXELS)
    signed = weight.size > 0 and weight.min() < 0 < weight.max()
    # Inhibitory weights are often several times larger: each sign has its own scale.
    norm = TwoSlopeNorm(0.0, weight.min(), weight.max()) if signed else None
    colours = colormaps["PuOr_r" if signed else "viridis"].with_extremes(bad="0.8")
    label = weight_label(unit, "weight_matrix")
    if block > 1:
        label = f"mean {label}\nin blocks of {block} x {block}"
    with canvas(ax, (5.6, 4.6)) as ax:
        drawn = ax.imshow(
            image, cmap=colours, norm=norm,
            extent=(-0.5, block * image.shape[1] - 0.5, block * image.shape[0] - 0.5, -0.5),
            aspect="auto", interpolation="nearest",
        )  # fmt: skip
        ax.set_xlim(-0.5, shape[1] - 0.5)
        ax.set_ylim(shape[0] - 0.5, -0.5)
        ends = (weight.min(), 0.0, weight.max()) if signed else None
        ax.figure.colorbar(drawn, ax=ax, label=label, ticks=ends, format="%.3g")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(whole_numbers())
        ax.set_xlabel("target neuron")
        ax.set_ylabel("source neuron")
    return ax
