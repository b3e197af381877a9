"""Arrays in files: what was written comes back, and no header is trusted."""

import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spikesim.files.arrays import DamagedError, read_arrays, write_arrays
from tests.damage import damage

ARRAYS = {
    "whole": np.arange(50), "float": np.linspace(0, 1, 30, dtype=np.float32).reshape(5, 6),
    "empty": np.empty((0, 4)), "one": np.array(3), "text": np.array("name"),
    "truth": np.array([True, False]), "fortran": np.asfortranarray(np.ones((3, 4))),
    "name/with.dots \N{SNOWMAN}": np.zeros(2, np.uint16),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("arrays")


def same(one, other):
    return one.keys() == other.keys() and all(
        a.dtype == other[name].dtype and a.shape == other[name].shape
        and a.tobytes() == other[name].tobytes()
        for name, a in one.items()
    )  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\\"), min_size=1,
            max_size=5).filter(lambda name: name != "file"),
    hnp.arrays(st.sampled_from([np.int64, np.float32, np.float64, np.bool_, np.uint16, "<U3"]),
               hnp.array_shapes(min_dims=0, min_side=0, max_side=4)), max_size=3,
))  # fmt: skip
def test_arrays_come_back(folder, arrays):
    path = folder / "file.npz"
    with open(path, "wb") as file:
        write_arrays(file, arrays)
    assert same(read_arrays(path), arrays)
    with open(path, "wb") as file:
        np.savez_compressed(file, **arrays)
    assert same(read_arrays(path), arrays)


def test_other_byte_orders_are_read(folder):
    np.savez(folder / "order.npz", a=np.arange(5, dtype=">i4"), b=np.arange(3, dtype=">f8"))
    found = read_arrays(folder / "order.npz")
    assert found["a"].dtype == np.int32
    assert found["b"].dtype == np.float64
    assert found["a"].tolist() == [0, 1, 2, 3, 4]


GOOD = io.BytesIO()
write_arrays(GOOD, ARRAYS)
PACKED = io.BytesIO()
np.savez_compressed(PACKED, **ARRAYS)


@settings(max_examples=400, deadline=None)
@given(damage(), st.booleans())
def test_damage_is_an_error_or_changes_nothing_that_counts(folder, damaged, packed):
    """Names and shapes lie outside of checksums; numbers do not."""
    path = folder / "damaged.npz"
    path.write_bytes(damaged((PACKED if packed else GOOD).getvalue()))
    try:
        found = read_arrays(path)
    except DamagedError:
        return
    for name, array in found.items():
        if name in ARRAYS and array.shape == ARRAYS[name].shape:
            assert array.tobytes() == ARRAYS[name].tobytes()


def member(header, data, *, version=b"\x01\x00", claimed=None):
    """An array's bytes, with a header of our choice."""
    text = header.encode("latin1") + b"\n"
    size = len(text) if claimed is None else claimed
    return (
        b"\x93NUMPY" + version + struct.pack("<H" if version[0] == 1 else "<I", size) + text + data
    )


def header(shape="(4,)", dtype="'<f8'", order="False"):
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}"


F8 = np.arange(4.0).tobytes()
LYING = {
    "1e11 entries": (member(header("(100000000000,)"), F8), "should have 800,000,000,000 bytes"),
    "entries beyond all": (member(header("(2**63, 2**63)"), F8), "damaged"),
    "many dimensions": (member(header("(99999, 99999, 99999, 99999, 99999)"), F8), "should have"),
    "more than 64 dimensions": (member(header("(" + "1," * 70 + ")"), F8[:8]), "damaged"),
    "too few": (member(header("(3,)"), F8), "should have 24 bytes"),
    "a negative shape": (member(header("(-4,)"), F8), "damaged"),
    "two negative ones": (member(header("(-2, -2)"), F8), "damaged"),
    "a shape of text": (member(header("('4',)"), F8), "damaged"),
    "no shape": (member(header("None"), F8), "damaged"),
    "objects": (member(header(dtype="'|O'"), F8), "something else than numbers"),
    "records": (member(header("(2,)", dtype="[('a', '<f8'), ('b', '<f8')]"), F8), "something else"),
    "arrays of arrays": (member(header("(1,)", dtype="('<f8', (4,))"), F8), "something|damaged"),
    "dates": (member(header(dtype="'<M8[s]'"), F8), "something else than numbers"),
    "complex": (member(header("(2,)", dtype="'<c16'"), F8), "something else than numbers"),
    "neither true nor false": (member(header("(32,)", dtype="'|b1'"), F8), "true nor false"),
    "no dtype": (member(header(dtype="'zz'"), F8), "damaged"),
    "code": (member("__import__('os').abort()", F8), "damaged"),
    "deep nesting": (member("(" * 9000, F8), "damaged"),
    "a long header": (member(header(), F8, claimed=65000, version=b"\x01\x00"), "claims"),
    "a very long header": (member(header(), F8, claimed=2**32 - 1, version=b"\x02\x00"), "claims"),
    "a header that ends": (member(header(), b"", claimed=9000), "damaged"),
    "another magic": (b"\x93NUMPZ\x01\x00" + F8, "does not begin"),
    "another version": (member(header(), F8, version=b"\x09\x00"), "does not begin"),
    "nothing": (b"", "does not begin"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "words"), LYING.values(), ids=LYING)
@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_headers_that_lie(tmp_path, raw, words, packing):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", packing) as archive:
        archive.writestr("x.npy", raw)
    with pytest.raises(DamagedError, match=words):
        read_arrays(tmp_path / "a.npz")


def test_bombs_are_refused_before_memory_is_taken(tmp_path):
    """Three gigabytes of zeros in some megabytes, and such a claim in some bytes."""
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.npy", member(header("(0,)"), b""))
    raw = bytearray(path.read_bytes())
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<I", 3 << 30)
    path.write_bytes(raw)
    with pytest.raises(DamagedError, match=r"claims to hold 3\.0 GB in"):
        read_arrays(path)


def test_archives_of_other_things(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "hello")
    with pytest.raises(DamagedError, match=r"'x\.txt', which is no array"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", member(header(), F8))
        archive.writestr("y.npy", member(header(), F8))
    path.write_bytes(path.read_bytes().replace(b"y.npy", b"x.npy"))
    with pytest.raises(DamagedError, match="two arrays of one name"):
        read_arrays(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x.npy", member(header(), F8))
    with pytest.raises(DamagedError, match="packed in an unknown way"):
        read_arrays(path)
    raw = bytearray(GOOD.getvalue())
    raw[6] |= 1  # encrypted
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(DamagedError, match="damaged"):
        read_arrays(path)


def test_what_is_no_file(tmp_path):
    with pytest.raises(DamagedError, match="there is no such file"):
        read_arrays(tmp_path / "none")
    with pytest.raises(DamagedError, match="is a folder"):
        read_arrays(tmp_path)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(DamagedError, match="damaged"):
        read_arrays(tmp_path / "text")
