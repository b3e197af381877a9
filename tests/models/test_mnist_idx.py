"""The IDX reader: what it returns, and what it says of wrong, cut or missing files."""

from __future__ import annotations

import gzip
import hashlib

import numpy as np
import pytest

from models.mnist.idx import OWN_DATA, load, read_idx
from spikesim.errors import ValidationError
from tests.models.conftest import idx_bytes


@pytest.fixture
def files():
    """The contents of a sound folder: 6 training and 4 test images of 3 x 2 pixels."""
    rng = np.random.default_rng(0)
    return {
        "train-images-idx3-ubyte": idx_bytes(rng.integers(0, 256, (6, 3, 2))),
        "train-labels-idx1-ubyte": idx_bytes([0, 1, 2, 0, 1, 2]),
        "t10k-images-idx3-ubyte": idx_bytes(rng.integers(0, 256, (4, 3, 2))),
        "t10k-labels-idx1-ubyte": idx_bytes([2, 1, 0, 1]),
    }


def write(folder, files, ending="", packed=False):
    for name, raw in files.items():
        (folder / (name + ending)).write_bytes(gzip.compress(raw) if packed else raw)
    return folder


def test_own_files_are_mnist():
    data = load()
    assert (data.name, data.shape, data.n_classes) == ("MNIST", (28, 28), 10)
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test.flat().shape == (10_000, 784)
    readme = (OWN_DATA / "README.md").read_text()
    for path in sorted(OWN_DATA.glob("*.gz")):
        assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() in readme


@pytest.mark.parametrize(("ending", "packed"), [("", False), (".gz", True)])
def test_plain_and_packed_folders_read_the_same(tmp_path, files, ending, packed):
    data = load(write(tmp_path, files, ending, packed))
    assert data.name == tmp_path.name
    assert data.shape == (3, 2)
    assert data.n_classes == 3
    assert data.test.labels.tolist() == [2, 1, 0, 1]
    assert data.train.pixels.tobytes() == files["train-images-idx3-ubyte"][16:]


def test_names_with_a_dot_are_found(tmp_path, files):
    assert len(load(write(tmp_path, {k.replace("-idx", ".idx"): v for k, v in files.items()})).test)


def cut(raw):
    return raw[:-3]


def float_type(raw):
    return bytes([0, 0, 0x0D, raw[3]]) + raw[4:]


SPOILERS = {
    "train-images-idx3-ubyte": [
        (cut, "train-images.*cut: shape .6, 3, 2. needs 52 bytes, the file has 49"),
        (lambda raw: raw + b"x", "too long: .* needs 52 bytes, the file has 53"),
        (lambda raw: raw[:10], "cut in its header: expected at least 16 bytes, got 10"),
        (lambda raw: b"", "cut in its header"),
        (float_type, "IDX file of images: expected magic number 2051 .0x00000803., got 3331"),
        (lambda raw: gzip.compress(raw)[:-9], "cut: the gzip stream"),
        (lambda raw: gzip.compress(raw)[:20] + b"spoilt" * 9, "gzip stream is damaged"),
        (lambda raw: idx_bytes(np.zeros((0, 3, 2))), "holds nothing"),
        (lambda raw: idx_bytes(np.zeros((6, 2, 2))), "training images are 2 x 2 .* images 3 x 2"),
    ],
    "train-labels-idx1-ubyte": [
        (lambda raw: idx_bytes([1, 2]), "train-labels.*expected 6 labels, .* got 2"),
        (lambda raw: idx_bytes(np.zeros((6, 3, 2))), "IDX file of labels: expected magic .* 2049"),
    ],
    "t10k-labels-idx1-ubyte": [
        (lambda raw: idx_bytes([0, 1, 2, 9]), "test label 9 does not occur")
    ],
}
CASES = [(name, change, match) for name, cases in SPOILERS.items() for change, match in cases]


@pytest.mark.parametrize(("name", "change", "match"), CASES)
def test_wrong_files_are_named(tmp_path, files, name, change, match):
    files[name] = change(files[name])
    with pytest.raises(ValidationError, match=match):
        load(write(tmp_path, files))


def test_missing_file_and_folder_are_named(tmp_path, files):
    with pytest.raises(ValidationError, match="no such folder"):
        load(tmp_path / "nowhere")
    del files["t10k-images-idx3-ubyte"]
    with pytest.raises(ValidationError, match="expected t10k-images-idx3-ubyte or"):
        load(write(tmp_path, files))


def test_unreadable_file_is_named(tmp_path):
    with pytest.raises(ValidationError, match="cannot be read"):
        read_idx(tmp_path, 3)
