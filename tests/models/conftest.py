"""Tiny images that every test of the MNIST experiment shares."""

from __future__ import annotations

import numpy as np
import pytest

from models.mnist.idx import Dataset, Images

SHAPE = (6, 6)


def strokes(n: int, seed: int) -> Images:
    """Noisy images of three classes: a row, a column or a diagonal of bright pixels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    pixels = rng.integers(0, 30, (n, *SHAPE))
    for image, label in zip(pixels, labels, strict=True):
        place = rng.integers(2, 4)
        if label == 0:
            image[place] = 255
        elif label == 1:
            image[:, place] = 255
        else:
            np.fill_diagonal(image, 255)
    return Images(pixels.astype(np.uint8), labels)


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of unsigned bytes as an IDX file."""
    array = np.asarray(array, np.uint8)
    header = (0x0800 + array.ndim).to_bytes(4, "big")
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@pytest.fixture
def tiny() -> Dataset:
    """60 training and 25 test images."""
    return Dataset("tiny", strokes(60, 0), strokes(25, 1))


@pytest.fixture
def tiny_folder(tiny, tmp_path):
    """The same images as a folder of IDX files."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for part, images in (("train", tiny.train), ("t10k", tiny.test)):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images.pixels))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(images.labels))
    return folder
