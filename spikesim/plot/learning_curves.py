"""Learning curves: accuracy over training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.plot.style import canvas, colour
from spikesim.units import check_array, check_label, check_scalar, refuse_masked

Curve = tuple[ArrayLike, ArrayLike]


@public
def learning_curves(
    curves: Mapping[str, Curve],
    ax: Axes | None = None,
    *,
    levels: Mapping[str, float] | None = None,
    xlabel: str = "images seen",
    ylabel: str = "accuracy (%)",
) -> Axes:
    """Plot accuracies over the number of training examples.

    Parameters
    ----------
    curves : mapping of str to (x, y)
        For each method `x` of shape (points,), and `y` of shape (points,) or (runs, points). For
        several runs the mean is drawn, with a band from the lowest to the highest.
        Accuracies are fractions from 0 to 1; NaN leaves a gap.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    levels : mapping of str to float, optional
        Accuracies for comparison, drawn as dashed lines.
    xlabel, ylabel : str
        Axis labels, with units.

    Returns
    -------
    Axes

    Raises
    ------
    ValidationError
        If shapes do not match or an accuracy is not between 0 and 1.
    """
    if not isinstance(curves, Mapping):
        raise ValidationError("must be a mapping of names to (x, y)", "curves", "learning_curves")
    if levels is not None and not isinstance(levels, Mapping):
        raise ValidationError(
            f"must be a mapping of names to accuracies, got {levels!r}", "levels", "learning_curves"
        )
    for attribute, label in (("xlabel", xlabel), ("ylabel", ylabel)):
        check_label(label, attribute, "learning_curves")
    checked = {name: _checked(curve, name) for name, curve in curves.items()}
    lines = {
        name: _fractions(check_scalar(v, "levels", name), "levels", name)
        for name, v in (levels or {}).items()
    }
    with canvas(ax, (6.4, 4.0)) as ax:
        for k, (name, (x, runs)) in enumerate(checked.items()):
            few = "o" if len(x) <= 30 else None
            ax.plot(x, runs.mean(axis=0), marker=few, ms=3.5, color=colour(k), label=name)
            if len(runs) > 1:
                low, high = runs.min(axis=0), runs.max(axis=0)
                ax.fill_between(x, low, high, color=colour(k), alpha=0.2, lw=0)
        for k, (name, level) in enumerate(lines.items(), start=len(checked)):
            ax.axhline(float(level), ls="--", lw=1.2, color=colour(k), label=name)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100.0 * y:.6g}"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        ax.grid(axis="y", color="0.92")
        if checked or lines:
            ax.legend()
    return ax


def _checked(curve: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """x of shape (points,) and y of shape (runs, points)."""
    refuse_masked(curve, "curves", name)
    try:
        x, y = curve
        runs = np.atleast_2d(np.asarray(y, dtype=np.float64))
    except (TypeError, ValueError):
        raise ValidationError("must be a pair (x, y) of numbers", "curves", name) from None
    x = check_array(x, "x", name)
    if x.ndim != 1 or runs.ndim != 2 or runs.shape[1] != len(x) or not len(runs):
        raise ValidationError(
            f"y must have the shape (points,) or (runs, points) with {x.shape} points of x, "
            f"got {np.shape(y)}",
            "curves",
            name,
        )
    return x, _fractions(runs, "y", name)


def _fractions(values: Any, attribute: str, name: str) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    bad = array[(array < 0.0) | (array > 1.0)]
    if bad.size:
        raise ValidationError(
            f"accuracies are fractions from 0 to 1, got {bad.ravel()[0]}", attribute, name
        )
    return array
