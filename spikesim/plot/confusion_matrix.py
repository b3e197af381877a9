"""Confusion matrix of a classifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.plot.style import canvas
from spikesim.units import check_array, check_flag, check_label


@public
def confusion_matrix(
    counts: ArrayLike,
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    percent: bool = True,
) -> Axes:
    """Plot how often each class was predicted for each true class.

    Parameters
    ----------
    counts : array_like, shape (n_classes, n_answers)
        Row: true class; column: predicted class, as in scikit-learn. An additional column
        counts examples without a prediction.
    ax : Axes, optional
        Axes to draw into. Default: those of a new figure.
    labels : sequence of str, optional
        Names of the classes. Default: their numbers.
    percent : bool
        Whether the cells show percentages of the true class, or counts. Colours always show
        percentages.

    Returns
    -------
    Axes

    Raises
    ------
    ValidationError
        If `counts` has a wrong shape, or the number of labels is not that of classes.
    """
    percent = check_flag(percent, "percent", "confusion_matrix")
    table = check_array(counts, "counts", "confusion_matrix", allowed="non-negative")
    if table.ndim != 2 or table.shape[1] - table.shape[0] not in (0, 1) or not len(table):
        raise ValidationError(
            f"must have as many columns as rows, or one more, got {table.shape}",
            "counts",
            "confusion_matrix",
        )
    names = [*map(str, range(len(table)))] if labels is None else _texts(labels)
    if len(names) != len(table):
        raise ValidationError(
            f"must be {len(table)}, one for each class, got {len(names)}",
            "labels",
            "confusion_matrix",
        )
    totals = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    with canvas(ax, (6.0, 5.2)) as ax:
        drawn = ax.imshow(shares, cmap="cividis", vmin=0.0, vmax=1.0, aspect="equal")
        ax.figure.colorbar(drawn, ax=ax, label="share of the true class", shrink=0.85)
        _write_cells(ax, shares, 100.0 * shares if percent else table)
        ax.set_xticks(range(table.shape[1]), [*names, "none"][: table.shape[1]])
        ax.set_yticks(range(len(names)), names)
        ax.set_xlabel(
            "answer (cells: % of the true class)" if percent else "answer (cells: counts)"
        )
        ax.set_ylabel("true class")
    return ax


def _texts(labels: Any) -> list[str]:
    if isinstance(labels, str) or not isinstance(labels, (Iterable, np.ndarray)):
        raise ValidationError(
            f"must be texts, one for each class, got {labels!r}", "labels", "confusion_matrix"
        )
    try:
        return [check_label(str(label), "labels", "confusion_matrix") for label in labels]
    except TypeError:  # a 0-d array
        raise ValidationError(
            f"must be texts, one for each class, got {labels!r}", "labels", "confusion_matrix"
        ) from None


def _write_cells(ax: Axes, shares: np.ndarray, numbers: np.ndarray) -> None:
    """Write the number into every non-empty cell, if there is enough room."""
    if len(shares) > 20:
        return
    for i, j in np.argwhere(numbers > 0):
        value = numbers[i, j]
        text = f"{value:.0f}" if value >= 1.0 else f"{value:.1f}"
        ax.text(
            j, i, text, ha="center", va="center", fontsize="x-small",
            color="white" if shares[i, j] < 0.55 else "black",
        )  # fmt: skip
