"""Read IDX files, the format of MNIST, Fashion-MNIST and KMNIST.

An IDX file has a header of big-endian 32-bit integers, followed by the bytes of one array. The
first number of the header (the "magic number") is 0x0800 + the number of dimensions for unsigned
bytes; then follows the length of each dimension. See ``data/README.md`` for the source of the files
that are included with the experiment.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from spikesim import ValidationError

OWN_DATA = Path(__file__).parent / "data"
"""The folder of the MNIST files that are included with the experiment."""

# Limits against decompression bombs: size in bytes, and compression ratio.
_MUCH, _SMALLER = 1 << 30, 200
_UBYTE = 0x0800
_WHAT = {1: "labels", 3: "images"}


@dataclass(frozen=True)
class Images:
    """Images with their labels.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (n, height, width)
    labels : ndarray of int64, shape (n,)
    """

    pixels: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | np.ndarray) -> Images:
        return Images(self.pixels[index], self.labels[index])

    def flat(self) -> np.ndarray:
        """The pixels as a (n, height * width) uint8 array, without a copy where possible."""
        return self.pixels.reshape(len(self), -1)


@dataclass(frozen=True)
class Dataset:
    """Training and test images of one folder.

    Attributes
    ----------
    name : str
        Name of the folder, or ``"MNIST"`` for the files that are included with the experiment.
    train, test : Images
    """

    name: str
    train: Images
    test: Images

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of an image."""
        height, width = self.train.pixels.shape[1:]
        return height, width

    @property
    def n_classes(self) -> int:
        """Number of classes: the largest label of the training images, plus one."""
        return int(self.train.labels.max()) + 1


def load(folder: str | Path | None = None) -> Dataset:
    """Read the four IDX files of a folder.

    Parameters
    ----------
    folder : path, optional
        Folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, each plain or with ``.gz``.
        Default: the MNIST files that are included with the experiment.

    Raises
    ------
    ValidationError
        If a file is missing, truncated, of another type, or inconsistent with the others.
    """
    path = OWN_DATA if folder is None else Path(folder)
    if not path.is_dir():
        raise ValidationError(f"no such folder: {path}", "data", "mnist")
    train, test = _load_part(path, "train"), _load_part(path, "t10k")
    if train.pixels.shape[1:] != test.pixels.shape[1:]:
        raise ValidationError(
            f"training images are {_size(train)} pixels but test images {_size(test)}",
            "data",
            "mnist",
        )
    if test.labels.max() > train.labels.max():
        raise ValidationError(
            f"test label {int(test.labels.max())} does not occur among the training labels "
            f"(0 to {int(train.labels.max())})",
            "data",
            "mnist",
        )
    return Dataset("MNIST" if folder is None else path.resolve().name, train, test)


def read_idx(path: Path, ndim: int) -> np.ndarray:
    """Read an array of unsigned bytes with `ndim` dimensions from an IDX file, plain or gzipped.

    Raises
    ------
    ValidationError
        If the file is not valid; the message names the file, the expected and the found content.
    """
    header = 4 + 4 * ndim
    with _opened(path) as file:
        raw = _read(file, header)
        if len(raw) < header:
            raise _wrong(
                path, f"cut in its header: expected at least {header} bytes, got {len(raw)}"
            )
        shape = _shape(path, raw, ndim)
        n_bytes = prod(shape)
        if header + n_bytes > max(_MUCH, _SMALLER * path.stat().st_size):
            raise _wrong(path, f"its shape {shape} claims far more than the file can hold")
        raw = _read(file, n_bytes + 1)
    if len(raw) < n_bytes:
        raise _wrong(
            path,
            f"cut: shape {shape} needs {header + n_bytes} bytes, the file has {header + len(raw)}",
        )
    if len(raw) > n_bytes:
        size = "more" if path.suffix == ".gz" else path.stat().st_size
        raise _wrong(
            path, f"too long: shape {shape} needs {header + n_bytes} bytes, the file has {size}"
        )
    return np.frombuffer(raw, np.uint8).reshape(shape)


def _shape(path: Path, raw: bytes, ndim: int) -> tuple[int, ...]:
    """Parse the shape from the header of an array of unsigned bytes."""
    magic = int.from_bytes(raw[:4], "big")
    if magic != _UBYTE + ndim:
        raise _wrong(
            path,
            f"not an IDX file of {_WHAT.get(ndim, 'bytes')}: expected magic number "
            f"{_UBYTE + ndim} (0x{_UBYTE + ndim:08x}), got {magic} (0x{magic:08x})",
        )
    shape = tuple(np.frombuffer(raw, ">u4", ndim, offset=4).tolist())
    if 0 in shape:
        raise _wrong(path, f"holds nothing: its header says shape {shape}")
    return shape


def _load_part(folder: Path, part: str) -> Images:
    image_file = _find(folder, f"{part}-images", "idx3-ubyte")
    label_file = _find(folder, f"{part}-labels", "idx1-ubyte")
    pixels, labels = read_idx(image_file, 3), read_idx(label_file, 1)
    if len(pixels) != len(labels):
        raise _wrong(
            label_file, f"expected {len(pixels)} labels, as many as images, got {len(labels)}"
        )
    return Images(pixels, labels.astype(np.int64))


def _find(folder: Path, stem: str, kind: str) -> Path:
    names = [f"{stem}{joint}{kind}{end}" for end in ("", ".gz") for joint in ("-", ".")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ValidationError(
        f"file missing in {folder}: expected {names[0]} or {names[0]}.gz", "data", "mnist"
    )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, plain or gzipped; errors are raised with its name."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    except EOFError:
        raise _wrong(path, "cut: the gzip stream ends before its end mark") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _wrong(path, f"the gzip stream is damaged ({error})") from None
    except OSError as error:
        raise _wrong(path, f"cannot be read ({error.strerror or error})") from None


def _read(file: BinaryIO, size: int) -> bytes:
    """Read up to `size` bytes; memory is allocated only as they are read."""
    parts, left = [], size
    while left > 0 and (part := file.read(min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _wrong(path: Path, message: str) -> ValidationError:
    return ValidationError(f"{path}: {message}", "data", "mnist")


def _size(images: Images) -> str:
    return " x ".join(map(str, images.pixels.shape[1:]))
