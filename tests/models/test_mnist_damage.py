"""Damaged images, checkpoints and descriptions of a run end in an error that names the file."""

from __future__ import annotations

import gzip
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.mnist.folder import describe, read
from models.mnist.idx import read_idx
from models.mnist.options import Options
from models.mnist.store import Store, write_record
from spikesim import SpikesimError, ValidationError
from tests.damage import damage
from tests.models.conftest import idx_bytes

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 3, 2)).astype(np.uint8)
RAW = idx_bytes(IMAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mnist")


@settings(max_examples=200, deadline=None)
@given(damage(), st.booleans())
def test_images(folder, damaged, packed):
    path = folder / ("images.gz" if packed else "images")
    path.write_bytes(damaged(gzip.compress(RAW) if packed else RAW))
    try:
        found = read_idx(path, 3)
    except ValidationError as error:
        assert path.name in str(error)  # noqa: PT017
    else:
        assert found.dtype == np.uint8
        assert found.ndim == 3


@pytest.mark.parametrize("shape", [(2**32 - 1,) * 3, (10**6, 10**3, 100), (100_000, 28, 28)])
@pytest.mark.parametrize("packed", [True, False])
def test_headers_that_claim_too_much(tmp_path, shape, packed):
    raw = struct.pack(">4I", 0x0803, *shape) + bytes(1000)
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    with pytest.raises(ValidationError, match=r"claims far more than|cut: shape"):
        read_idx(path, 3)


def run_of(place):
    """The folder of a run, begun and with something done."""
    describe(place, Options(neurons=(6,), seeds=(1,)), None, 123, resume=False)
    store = Store(place / "checkpoint")
    name = store.put("counts", counts=np.arange(200, dtype=np.uint8))
    store.commit({"outcomes": [], "current": {"counts": [name], "done": 7}}, [name])
    return {path.name: path for path in place.rglob("*") if path.is_file()}, name


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The folder of a run; the contents of its files by their paths; the file of arrays."""
    place = tmp_path_factory.mktemp("begun") / "run"
    paths, name = run_of(place)
    return place, {path: path.read_bytes() for path in paths.values()}, name


@settings(max_examples=200, deadline=None)
@given(damage(), st.integers(0, 2))
def test_checkpoints(begun, damaged, which):
    place, raw, name = begun
    for path, content in raw.items():
        path.write_bytes(content)
    path = sorted(raw)[which]
    path.write_bytes(damaged(raw[path]))
    store = Store(place / "checkpoint")
    try:
        options, data = read(place, {}, None)
        progress, counts = store.progress(), store.get(name)
    except SpikesimError as error:
        assert path.name in str(error)  # noqa: PT017
        return
    assert options == Options(neurons=(6,), seeds=(1,))
    assert data is None
    assert progress["current"]["done"] == 7
    for array in counts.values():
        assert array.tobytes() == np.arange(200, dtype=np.uint8).tobytes()


@pytest.mark.parametrize("content", [
    {}, {"options": None, "data": None}, {"options": {"no": 1}, "data": None},
    {"options": {"neurons": 5}, "data": None}, {"options": {}, "data": 5},
    {"options": {"neurons": ["a"]}, "data": None}, {"options": [1], "data": None},
])  # fmt: skip
def test_descriptions_that_are_whole_and_say_what_cannot_be(tmp_path, content):
    write_record(tmp_path / "run.json", content)
    with pytest.raises(SpikesimError, match=r"run\.json|mnist"):
        read(tmp_path, {}, None)


def test_records_of_another_version_are_refused(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"options": {}, "data": None}))
    with pytest.raises(ValidationError, match="of another version of this experiment"):
        read(tmp_path, {}, None)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SpikesimError, match=r"cannot make .*file/run"):
        Store(tmp_path / "file" / "run")
