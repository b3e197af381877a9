"""Plots of results with matplotlib.

Each function draws into a given or new `Axes` and returns it. New figures belong to pyplot, so that
notebooks show them; no function shows or closes one. The style applies to new figures only:
matplotlib's settings are not changed.
"""

from spikesim.plot.confusion_matrix import confusion_matrix
from spikesim.plot.files import save_raster
from spikesim.plot.learning_curves import learning_curves
from spikesim.plot.raster import raster
from spikesim.plot.receptive_fields import receptive_fields
from spikesim.plot.stdp_window import stdp_window
from spikesim.plot.style import OKABE_ITO, canvas, style
from spikesim.plot.traces import traces
from spikesim.plot.weight_histogram import weight_histogram
from spikesim.plot.weight_matrix import weight_matrix

__all__ = [
    "OKABE_ITO",
    "canvas",
    "confusion_matrix",
    "learning_curves",
    "raster",
    "receptive_fields",
    "save_raster",
    "stdp_window",
    "style",
    "traces",
    "weight_histogram",
    "weight_matrix",
]
