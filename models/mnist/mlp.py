"""Baseline: scikit-learn's multi-layer perceptron, trained by backpropagation."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from .idx import Images
from .options import Options

BLOCKS = 10
"""Parts of an epoch; before each part the MLP is tested on some of its images."""

TRIED = 500


@dataclass(frozen=True)
class Baseline:
    """Predictions and cost of a trained MLP.

    Attributes
    ----------
    predicted : ndarray of int64, shape (n_test,)
    seconds : float
        Training time.
    parameters : int
        Number of weights and biases.
    multiply_adds : int
        Multiply-adds per image: one for each weight.
    curve : list of [int, float]
        Number of images seen, and accuracy on images just before they were trained on, over each
        epoch. From the second epoch on the images have been seen before.
    """

    predicted: np.ndarray
    seconds: float
    parameters: int
    multiply_adds: int
    curve: list[list[float]]


def scaled(images: Images) -> np.ndarray:
    """Pixels scaled to the range 0 to 1 as float32, shape (n, n_pixels)."""
    return images.flat().astype(np.float32) / np.float32(255)


def train(
    options: Options,
    images: Images,
    test: Images,
    seed: int,
    after_epoch: Callable[[int], None] = lambda epochs: None,
) -> Baseline:
    """Train on `images` and predict `test` once.

    Parameters
    ----------
    options : Options
        Only hidden, activation, solver and epochs are used; other settings are scikit-learn's
        defaults.
    images, test : Images
    seed : int
        Seed of the initial weights and of the order of the images.
    after_epoch : callable
        Called with the number of finished epochs.
    """
    # A RandomState instead of a seed, so that each call of partial_fit has a different order.
    random = np.random.RandomState(seed)
    model = MLPClassifier(
        options.hidden,
        activation=options.activation,
        solver=options.solver,
        random_state=random,
        max_iter=options.epochs,
    )
    x = scaled(images)
    seconds = 0.0
    curve: list[list[float]] = []
    if options.solver == "lbfgs":
        seconds = _fit_at_once(model, x, images.labels)
        after_epoch(options.epochs)
    else:
        for epoch in range(1, options.epochs + 1):
            took, right = _epoch(model, x, images.labels, random)
            seconds += took
            curve.append([epoch * len(x), right])
            after_epoch(epoch)
    weights = sum(w.size for w in model.coefs_)
    return Baseline(
        model.predict(scaled(test)).astype(np.int64),
        seconds,
        weights + sum(b.size for b in model.intercepts_),
        weights,
        curve,
    )


def _epoch(
    model: MLPClassifier, x: np.ndarray, y: np.ndarray, random: np.random.RandomState
) -> tuple[float, float]:
    """Train one epoch; returns the time (s), and the accuracy before training on the images."""
    classes, seconds, right, tried = np.unique(y), 0.0, 0, 0
    for block in np.array_split(random.permutation(len(y)), min(BLOCKS, len(y))):
        if hasattr(model, "coefs_"):
            some = block[:TRIED]
            right += int((model.predict(x[some]) == y[some]).sum())
            tried += len(some)
        started = time.perf_counter()
        model.partial_fit(x[block], y[block], classes=classes)
        seconds += time.perf_counter() - started
    return seconds, right / max(tried, 1)


def _fit_at_once(model: MLPClassifier, x: np.ndarray, y: np.ndarray) -> float:
    """Run all iterations of a full-batch solver; returns the time (s)."""
    started = time.perf_counter()
    with warnings.catch_warnings():
        # The number of iterations is set by the user, so reaching it needs no warning.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return time.perf_counter() - started
