"""Linear readout of spike counts, trained by the local delta rule.

    x_j = count_j / scale                       presynaptic rate
    a_c = b_c + sum_j w_jc x_j                  output, optionally through a softmax
    w_jc += eta * (target_c - output_c) * x_j   after each image

The change of a weight depends only on its presynaptic rate and its unit's error, without
backpropagation.
Sources: Widrow & Hoff (1960), "Adaptive switching circuits", for the linear unit; with the softmax
unit the same rule descends the cross-entropy (Bridle 1990). As a readout of a spiking layer:
Illing, Gerstner & Brea (2019), "Biologically plausible deep learning - but how far can we go with
shallow networks?", *Neural Networks* 118, 90-101.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from spikesim.attributes import Guarded, put
from spikesim.errors import ValidationError, check_known
from spikesim.kernels.delta_rule import delta_epoch
from spikesim.readout.checks import MOST_CLASSES, check_counts, check_labels, classes_of
from spikesim.rng import key
from spikesim.units import check_count, check_scalar

_MOST_EPOCHS = 10_000_000
UNITS = ("softmax", "linear")


class DeltaRule(Guarded):
    """Linear readout of spike counts, trained image by image by the delta rule.

    Parameters
    ----------
    unit : {"softmax", "linear"}
        Output unit. The target is 1 for the image's class and 0 for the others.
    eta : float
        Learning rate of the first epoch, default 0.3; it falls linearly to eta / epochs in the
        last one.
    epochs : int
        Number of presentations of each image, default 20.
    seed : int
        Seed of the random order of the images, which differs in each epoch.
    n_classes : int, optional
        Number of classes. Default: the largest label passed to `fit` plus one.

    Attributes
    ----------
    weight : ndarray, shape (n_neurons, n_classes)
        Weights of the counts divided by `scale`. Initially zero.
    bias : ndarray, shape (n_classes,)
    scale : float
        Root mean square length of the images' count vectors in `fit`, so that the mean squared
        length of the rates is 1 and `eta` has the same effect for any network.
    curve : ndarray, shape (epochs,)
        Fraction of images classified correctly before the weight update, by epoch.
    """

    scale: float
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    curve: NDArray[np.float64]

    def __init__(
        self,
        unit: str = "softmax",
        *,
        eta: float = 0.3,
        epochs: int = 20,
        seed: int = 0,
        n_classes: int | None = None,
    ):
        if n_classes is not None:
            n_classes = check_count(n_classes, "n_classes", self, least=1, most=MOST_CLASSES)
        self.unit = check_known(unit, UNITS, "unit", self)
        self.eta = check_scalar(eta, "eta", self, allowed="positive")
        self.epochs = check_count(epochs, "epochs", self, least=1, most=_MOST_EPOCHS)
        self.seed = check_count(seed, "seed", self)
        self.n_classes = n_classes

    def _absent(self, name: str) -> str:
        fitted = name in type(self).__annotations__
        return "; call fit(counts, labels) first" if fitted else super()._absent(name)

    def fit(self, counts: ArrayLike, labels: ArrayLike) -> DeltaRule:
        """Train on all images for `epochs` epochs.

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates. Zeros need no computing time.
        labels : array of int, shape (n_images,)
            The class of each image, from 0.

        Returns
        -------
        DeltaRule
            This readout itself.

        Raises
        ------
        ValidationError
            If the shapes do not match, or `eta` is so large that the weights diverge.
        """
        x = check_counts(counts, self)
        y = check_labels(labels, len(x), self, self.n_classes)
        n_classes = classes_of(y, self.n_classes, self)
        sparse = csr_array(x)
        rates = sparse.data.astype(np.float64)
        scale = float(np.sqrt(np.square(rates).sum() / len(x))) or 1.0
        weight, bias = np.zeros((x.shape[1], n_classes)), np.zeros(n_classes)
        starts, columns = sparse.indptr.astype(np.int64), sparse.indices.astype(np.int64)
        curve = self._learn(starts, columns, rates / scale, y, weight, bias)
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise ValidationError(f"weights diverge, choose less than {self.eta}", "eta", self)
        put(self, scale=scale, weight=weight, bias=bias, curve=curve)
        return self

    def _learn(
        self, starts: np.ndarray, columns: np.ndarray, rates: np.ndarray, y: np.ndarray,
        weight: np.ndarray, bias: np.ndarray,
    ) -> NDArray[np.float64]:  # fmt: skip
        """Update `weight` and `bias`; return the fraction of correct images by epoch."""
        output = np.empty(len(bias))
        curve = np.empty(self.epochs)
        for epoch in range(self.epochs):
            right = delta_epoch(
                self._order(epoch, len(y)),
                starts,
                columns,
                rates,
                y,
                self.eta * (1.0 - epoch / self.epochs),
                self.unit == "softmax",
                weight,
                bias,
                output,
            )
            curve[epoch] = right / len(y)
        return curve

    def _order(self, epoch: int, n: int) -> NDArray[np.int64]:
        """Order of the images in an epoch: a permutation determined by the seed."""
        bits = int(key(self.seed, "DeltaRule", "order", epoch))
        return np.random.Generator(np.random.Philox(bits)).permutation(n)

    def scores(self, counts: ArrayLike) -> NDArray[np.float64]:
        """Output before the softmax, shape (n_images, n_classes).

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.

        Returns
        -------
        ndarray of float, shape (n_images, n_classes)
            Scores.
        """
        if not hasattr(self, "weight"):
            raise ValidationError("call fit(counts, labels) first", obj=self)
        x = check_counts(counts, self, len(self.weight))
        return csr_array(x) @ (self.weight / self.scale) + self.bias

    def predict(self, counts: ArrayLike) -> NDArray[np.int64]:
        """Predict the class of each image: that of the largest output.

        Parameters
        ----------
        counts : array, shape (n_images, n_neurons)
            Spike counts, or rates.

        Returns
        -------
        ndarray of int64, shape (n_images,)
            Classes.
        """
        return self.scores(counts).argmax(axis=1)

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
