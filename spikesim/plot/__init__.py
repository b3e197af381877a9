"""Pictures of results. Each takes an `Axes`, or makes one, draws into it and returns it.

Figures that are made here belong to pyplot, so that notebooks show them; nothing here shows or
closes one. The look is set on those figures alone: matplotlib's own settings stay as they are.
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
