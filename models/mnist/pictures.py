"""Figures of a run: receptive fields, spike raster, confusion matrices and learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from spikesim import SpikeTrains, plot
from spikesim.files import written

from .experiment import Outcome
from .protocol import Split
from .store import Store

MOST_FIELDS = 400
"""Maximum number of receptive fields in one figure."""


def draw(folder: Path, outcomes: Sequence[Outcome], images: Split, store: Store) -> list[str]:
    """Save all figures as PNG files in `folder`; returns their names."""
    names = []
    sizes = dict.fromkeys(o.neurons for o in outcomes if o.kind == "spiking")
    for neurons in sizes:
        first = next(o for o in outcomes if o.kind == "spiking" and o.neurons == neurons)
        arrays = store.get(first.arrays)
        names += [
            _save(folder, f"receptive-fields-{neurons}", _receptive_fields(arrays, images)),
            _save(folder, f"raster-{neurons}", _raster(arrays, images)),
        ]
    with plot.style():
        names.append(_save(folder, "confusion", _confusion(outcomes, images, store)))
        names.append(_save(folder, "learning-curves", _learning_curves(outcomes)))
    return names


def _receptive_fields(arrays: dict[str, np.ndarray], images: Split) -> Axes:
    """Plot the receptive field of each neuron, sorted by the class assigned to the neuron."""
    order = np.argsort(arrays["assignment"], kind="stable")
    if len(order) > MOST_FIELDS:  # keeps the proportions of the classes
        order = order[np.linspace(0, len(order) - 1, MOST_FIELDS).astype(int)]
    axes = plot.receptive_fields(
        arrays["weights"][:, order], images.shape, unit=str(arrays["weight_unit"])
    )
    axes.set_title(f"{len(order)} of {len(arrays['assignment'])} receptive fields, by class")
    return axes


def _raster(arrays: dict[str, np.ndarray], images: Split) -> Axes:
    """Plot spikes of pixels and neurons while some test images are shown, from time 0 on."""
    names = [key.split(".")[1] for key in arrays if key.endswith(".times")]
    trains = {name: _trains(arrays, name) for name in names}
    axes = plot.raster(trains)
    shown = images.test.labels[: int(arrays["shown"])]
    axes.set_title("test images " + " ".join(map(str, shown)))
    return axes


def _trains(arrays: dict[str, np.ndarray], name: str) -> SpikeTrains:
    times, ids, n, start, stop = (
        arrays[f"raster.{name}.{part}"] for part in ("times", "ids", "n", "t_start", "t_stop")
    )
    return SpikeTrains(
        times - start, ids, n=int(n), t_start=0.0, t_stop=float(stop - start), name=name
    )


def _confusion(outcomes: Sequence[Outcome], images: Split, store: Store) -> Axes:
    """Plot the confusion matrix of each method, summed over the seeds."""
    tables: dict[str, np.ndarray] = {}
    for outcome in outcomes:
        predicted = store.get(outcome.arrays)["predicted"]
        for row, answers in zip(outcome.rows, predicted, strict=True):
            table = confusion(images.test.labels, answers, images.n_classes)
            tables[row.name] = tables.get(row.name, 0) + table
    _, grid = plt.subplots(
        1, len(tables), figsize=(5.6 * len(tables), 5.0), layout="constrained", squeeze=False
    )
    for axes, (name, table) in zip(grid[0], tables.items(), strict=True):
        # The column of images without a prediction is drawn only if there are any.
        plot.confusion_matrix(table if table[:, -1].any() else table[:, :-1], axes)
        axes.set_title(name)
    return grid[0, 0]


def confusion(labels: np.ndarray, answers: np.ndarray, n_classes: int) -> np.ndarray:
    """Confusion matrix: counts by class (row) and prediction; last column: no prediction (-1)."""
    table = np.zeros((n_classes, n_classes + 1), np.int64)
    np.add.at(table, (labels, answers), 1)
    return table


def _learning_curves(outcomes: Sequence[Outcome]) -> Axes:
    """Plot accuracy on images just before training on them, and final accuracies as lines."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.curve:
            label = outcome.rows[0].name
            groups.setdefault(label, []).append(outcome)
    curves = {
        name: (
            np.array([point[0] for point in group[0].curve]),
            np.array([[point[1] for point in outcome.curve] for outcome in group]),
        )
        for name, group in groups.items()
    }
    axes = plot.learning_curves(curves, ylabel="accuracy before learning (%)")
    if curves:
        axes.set_xscale("log")
    return axes


def _save(folder: Path, name: str, axes: Axes) -> str:
    path = folder / f"{name}.png"
    figure = axes.get_figure(root=True)
    assert figure is not None
    with written(path, "mnist") as file:
        figure.savefig(file, dpi=120)
    plt.close(figure)
    return path.name
