"""Split of the images into training, labelling and test images."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from spikesim import ValidationError

from .idx import Dataset, Images
from .options import Options

LABELLED, LABELLED_PER_NEURON = 10_000, 20


@dataclass(frozen=True)
class Split:
    """The images of a run.

    Attributes
    ----------
    train : Images
        Training images. The spiking network learns without their labels; the readouts (classifiers
        on spike counts) and the MLP use the labels.
    test : Images
        Test images, shown only at the end for the final results.
    shape : tuple of int
        Height and width of an image.
    n_classes : int
    n_label : int
        See `Options`.
    """

    train: Images
    test: Images
    shape: tuple[int, int]
    n_classes: int
    n_label: int = 0

    def label(self, neurons: int) -> Images:
        """The training images whose responses are used to label `neurons` neurons."""
        n = self.n_label or max(LABELLED, LABELLED_PER_NEURON * neurons)
        return self.train[: min(n, len(self.train))]

    @property
    def n_pixels(self) -> int:
        return self.shape[0] * self.shape[1]


def split(data: Dataset, options: Options) -> Split:
    """Create the split that the options specify.

    Raises
    ------
    ValidationError
        If more images are requested than there are.
    """
    train, test = data.train, data.test
    if options.held_out:
        kept = len(train) - max(1, len(train) // 6)
        train, test = train[:kept], train[kept:]
    train = _first(train, options.n_train, "train", "training images")
    test = _first(test, options.n_test, "test", "test images")
    return Split(train, test, data.shape, data.n_classes, options.n_label)


def order(n: int, seed: int, number: int) -> np.ndarray:
    """The order of the training images in pass `number`."""
    return np.random.default_rng([seed, number]).permutation(n)


def fingerprint(data: Dataset) -> int:
    """A checksum that identifies a set of images."""
    value = 0
    for images in (data.train, data.test):
        for array in (images.pixels, images.labels):
            value = zlib.crc32(np.ascontiguousarray(array).data, value)
    return value


def _first(images: Images, n: int, name: str, what: str) -> Images:
    if n > len(images):
        raise ValidationError(f"there are {len(images)} {what}, got {n}", name, "mnist")
    return images[: n or len(images)]
