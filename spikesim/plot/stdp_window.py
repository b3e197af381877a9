"""STDP window: weight change over spike timing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from spikesim.analysis.statistics import stdp_curve
from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.plot.style import canvas, colour
from spikesim.units import check_label, refuse_masked

Window = Callable[[float], float] | tuple[ArrayLike, ArrayLike]


@public
def stdp_window(
    window: Window | Mapping[str, Window],
    ax: Axes | None = None,
    *,
    limit: float = 100.0,
    label: str = "weight change",
) -> Axes:
    """Plot the weight change over the lag between a presynaptic and a postsynaptic spike.

    Parameters
    ----------
    window : callable, pair of array_like, or mapping of str to these
        Weight change as a function of the lag in ms (postsynaptic minus presynaptic spike
        time), or measured lags and changes, drawn as points. Or several by name.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    limit : float
        Largest lag on both sides for which a callable is evaluated, in ms.
    label : str
        Label of the y axis, with its unit: ``"weight change (pA)"``.

    Returns
    -------
    Axes
    """
    several = isinstance(window, Mapping)
    windows = dict(window) if isinstance(window, Mapping) else {"": window}
    if not windows:
        raise ValidationError("there is nothing to draw", "window", "stdp_window")
    check_label(label, "label", "stdp_window")
    curves = {
        name: (stdp_curve(w, limit), "-") if callable(w) else (_measured(w), "o")
        for name, w in windows.items()
    }
    with canvas(ax, (5.6, 3.8)) as ax:
        ax.axhline(0.0, color="0.6", lw=0.8)
        ax.axvline(0.0, color="0.6", lw=0.8)
        for k, (name, ((lags, changes), look)) in enumerate(curves.items()):
            ax.plot(lags, changes, look, ms=4, color=colour(k), label=name)
        ax.set_xlabel("$t_\\mathrm{post} - t_\\mathrm{pre}$ (ms)")
        ax.set_ylabel(label)
        if several:
            ax.legend()
    return ax


def _measured(pair: Any) -> tuple[np.ndarray, np.ndarray]:
    refuse_masked(pair, "window", "stdp_window")
    try:
        parts = [np.asarray(part) for part in pair]
        if any(part.dtype.kind not in "iufO" for part in parts):
            raise TypeError
        lags, changes = (part.astype(np.float64) for part in parts)
    except (TypeError, ValueError, OverflowError, RecursionError):
        lags, changes = np.empty(0), np.empty(1)
    if lags.ndim != 1 or lags.shape != changes.shape:
        raise ValidationError(
            "must be a function of the lag, or lags and as many changes", "window", "stdp_window"
        )
    return lags, changes
