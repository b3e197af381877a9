"""Plot style, and creation of figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.units import Unit, check_label, check_scalar

# Okabe & Ito 2008, "Color Universal Design"; ordered by contrast, with a grey in place of their
# yellow, which is too faint for lines and text on white.
OKABE_ITO = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#8C8C8C",
)

_SETTINGS: Any = {
    "axes.prop_cycle": cycler(color=OKABE_ITO),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.dpi": 120,
    "font.size": 11,
    "image.cmap": "viridis",
    "legend.fontsize": "small",
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "savefig.dpi": "figure",
    "xtick.labelsize": "small",
    "ytick.labelsize": "small",
}


@public
def style() -> AbstractContextManager[None]:
    """Context manager in which new figures have spikesim's style.

    Returns
    -------
    context manager
        Restores matplotlib's settings on exit.

    Examples
    --------
    >>> with style():
    ...     figure, axes = plt.subplots(1, 2, layout="constrained")
    """
    return mpl.rc_context(_SETTINGS)


@public
@contextmanager
def canvas(ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
    """Axes to draw into: the given ones unchanged, or new ones in spikesim's style.

    Parameters
    ----------
    ax : Axes or None
        Axes passed by the user.
    size : tuple of float
        Width and height in inches of a new figure.

    Yields
    ------
    Axes
        The given or new axes.
    """
    try:
        width, height = (check_scalar(x, "size", "canvas", allowed="positive") for x in size)
    except (TypeError, ValueError):
        raise ValidationError(
            f"must be two positive numbers, width and height, got {size!r}", "size", "canvas"
        ) from None
    if ax is not None:
        if not isinstance(ax, Axes):
            raise ValidationError(f"must be a matplotlib Axes, got {type(ax).__name__}", "ax")
        yield ax
        return
    with style():
        yield plt.subplots(figsize=(width, height), layout="constrained")[1]


def whole_numbers() -> MaxNLocator:
    """Tick locator for an axis of neuron indices."""
    return MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)


def weight_label(unit: str | Unit, owner: str) -> str:
    """Axis label for weights."""
    symbol = unit.symbol if isinstance(unit, Unit) else check_label(unit, "unit", owner)
    return f"weight ({symbol})" if symbol else "weight"


def colour(k: int) -> str:
    """The k-th colour; colours repeat."""
    return OKABE_ITO[k % len(OKABE_ITO)]
