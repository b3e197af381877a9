"""Label-vote readout: assign each neuron to the class for which it responds most.

    class of neuron j  = argmax_c  <count_j over the images of class c>
    score of class c   = <count_j over the neurons j of class c>
    predicted class    = argmax_c score

Labels are used only here, after unsupervised learning. Source: Diehl & Cook (2015), "Unsupervised
learning of digit recognition using spike-timing-dependent plasticity", *Frontiers in
Computational Neuroscience* 9:99, section 2.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikesim.attributes import Guarded, put
from spikesim.errors import InvalidAttributeError
from spikesim.readout.checks import MOST_CLASSES, check_counts, check_labels, classes_of
from spikesim.units import check_count

NO_CLASS = -1
"""Class of a neuron that never spiked, and prediction for an image without a vote."""


class LabelVote(Guarded):
    """Classify images from spike counts by a vote of labelled neurons.

    Parameters
    ----------
    n_classes : int, optional
        Number of classes. Default: the largest label passed to `fit` plus one.

    Attributes
    ----------
    response : ndarray, shape (n_classes, n_neurons)
        Mean spike count of each neuron for the images of each class, after `fit`.
    assignment : ndarray of int64, shape (n_neurons,)
        Class of each neuron; ties go to the lower class. A neuron that spiked for no image has
        ``NO_CLASS`` (-1), and does not vote.
    n_unassigned : int
        Number of neurons without a class.

    Notes
    -----
    A class without neurons has score 0. An image for which no labelled neuron spikes is predicted
    as ``NO_CLASS``, which `score` counts as wrong.
    """

    response: NDArray[np.float64]
    assignment: NDArray[np.int64]

    def __init__(self, n_classes: int | None = None):
        if n_classes is not None:
            n_classes = check_count(n_classes, "n_classes", "LabelVote", least=1, most=MOST_CLASSES)
        self.n_classes = n_classes

    def _absent(self, name: str) -> str:
        fitted = name in type(self).__annotations__
        return "; call fit(counts, labels) first" if fitted else super()._absent(name)

    def fit(self, counts: ArrayLike, labels: ArrayLike) -> LabelVote:
        """Assign a class to each neuron.

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.
        labels : array of int, shape (n_images,)
            The class of each image, from 0.

        Returns
        -------
        LabelVote
            This readout itself.

        Raises
        ------
        ValidationError
            If the shapes do not match or a value is negative or not finite.
        """
        x = check_counts(counts, self)
        y = check_labels(labels, len(x), self, self.n_classes)
        response = _mean_by_class(x, y, classes_of(y, self.n_classes, self))
        assignment = response.argmax(axis=0)
        assignment[response.max(axis=0) == 0] = NO_CLASS
        put(self, response=response, assignment=assignment)
        return self

    @property
    def n_unassigned(self) -> int:
        """Number of neurons without a class."""
        self._check_fitted()
        return int((self.assignment == NO_CLASS).sum())

    def scores(self, counts: ArrayLike) -> NDArray[np.float64]:
        """Mean count of the neurons of each class, shape (n_images, n_classes).

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.

        Returns
        -------
        ndarray of float, shape (n_images, n_classes)
            Scores.
        """
        self._check_fitted()
        x = check_counts(counts, self, len(self.assignment))
        member = self.assignment[:, None] == np.arange(len(self.response))
        size = np.maximum(member.sum(axis=0), 1)
        return x.astype(np.float32) @ member.astype(np.float32) / size

    def predict(self, counts: ArrayLike) -> NDArray[np.int64]:
        """Predict the class of each image; ``NO_CLASS`` if no labelled neuron spiked.

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.

        Returns
        -------
        ndarray of int64, shape (n_images,)
            Classes.
        """
        scores = self.scores(counts)
        predicted = scores.argmax(axis=1)
        predicted[scores.max(axis=1) == 0] = NO_CLASS
        return predicted

    def score(self, counts: ArrayLike, labels: ArrayLike) -> float:
        """Fraction of images that are classified correctly.

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.
        labels : array of int, shape (n_images,)
            The class of each image, from 0.

        Returns
        -------
        float
            From 0 to 1.
        """
        predicted = self.predict(counts)
        return float((predicted == check_labels(labels, len(predicted), self)).mean())

    def _check_fitted(self) -> None:
        if not hasattr(self, "assignment"):
            raise InvalidAttributeError("call fit(counts, labels) first", obj=self)


def _mean_by_class(x: np.ndarray, y: np.ndarray, n_classes: int) -> NDArray[np.float64]:
    """Mean row of each class; zeros for a class without images."""
    total = np.zeros((n_classes, x.shape[1]))
    for label in range(n_classes):
        rows = x[y == label]
        if len(rows):
            total[label] = rows.mean(axis=0, dtype=np.float64)
    return total
