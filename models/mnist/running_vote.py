"""Learning curve of the spiking network: accuracy of a label vote during training."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.readout import LabelVote

MEMORY = 10


class RunningVote:
    """Predicts each training image, with neuron labels from the responses to the latest blocks.

    Parameters
    ----------
    n_classes, neurons : int
    block : int
        Images per point of the curve; labels are determined from the last ten blocks.

    Attributes
    ----------
    curve : list of [int, float]
        Number of images seen, and accuracy on the latest block.
    """

    def __init__(self, n_classes: int, neurons: int, block: int):
        self.block = block
        self.curve: list[list[float]] = []
        self._seen = self._in_block = self._right = 0
        # Sums of spike counts and numbers of images by class: earlier blocks, current block.
        self._sums = np.zeros((MEMORY + 1, n_classes, neurons))
        self._images = np.zeros((MEMORY + 1, n_classes))
        self._vote: LabelVote | None = None

    def see(self, counts: np.ndarray, labels: np.ndarray) -> None:
        """Add the responses to the next images, which must not extend into the next block."""
        if self._vote is not None:
            self._right += int((self._vote.predict(counts) == labels).sum())
        for label in np.unique(labels):
            self._sums[-1, label] += counts[labels == label].sum(axis=0)
            self._images[-1, label] += (labels == label).sum()
        self._seen += len(labels)
        self._in_block += len(labels)
        if self._in_block >= self.block:
            if self._vote is not None:
                self.curve.append([self._seen, self._right / self._in_block])
            self._end_block()

    def _end_block(self) -> None:
        self._in_block = self._right = 0
        for array in (self._sums, self._images):
            array[:-1] = array[1:]
            array[-1] = 0.0
        self._label()

    def _label(self) -> None:
        """Determine labels from the mean response to each class in the earlier blocks."""
        images = self._images[:-1].sum(axis=0)
        if images.any():
            mean = self._sums[:-1].sum(axis=0) / np.maximum(images, 1)[:, None]
            self._vote = LabelVote(len(mean)).fit(mean, np.arange(len(mean)))

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of its state."""
        return {"sums": self._sums, "images": self._images}

    def record(self) -> dict[str, Any]:
        """The other part of its state, as a JSON-compatible dict."""
        return {
            "curve": self.curve,
            "seen": self._seen,
            "in_block": self._in_block,
            "right": self._right,
        }

    def restore(self, record: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        """Restore a state from the results of `record` and `arrays`."""
        self.curve = record["curve"]
        self._seen, self._in_block = record["seen"], record["in_block"]
        self._right = record["right"]
        self._sums, self._images = arrays["sums"], arrays["images"]
        self._label()
