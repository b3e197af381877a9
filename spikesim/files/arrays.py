"""Arrays by name in one `.npz` file: written by NumPy, and read without believing what it says.

`numpy.load` allocates what a header claims, before it looks whether the file holds so much. Here
sizes are compared first, nothing is unpickled, and whatever is wrong with a file ends in one error.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from spikesim.files.paths import kind, reason

_MAGIC = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}  # bytes that say how long a header is
_LONGEST_HEADER = 10_000
_KINDS = "biufU"
# What no honest file holds: this much, packed this much smaller.
_MUCH, _SMALLER = 1 << 30, 200


class DamagedError(Exception):
    """A file cannot be read as what it should be; says why, without its name."""


def write_arrays(file: BinaryIO, arrays: Mapping[str, Any]) -> None:
    """Write arrays as an uncompressed `.npz` file."""
    np.savez(file, **arrays)


def read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """All arrays of an `.npz` file, each of numbers, truth values or text.

    Raises
    ------
    DamagedError
        If there is no such file, or it is not whole, or holds something else.
    """
    try:
        check_is_file(path)
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            size = os.fstat(file.fileno()).st_size
            return {_name(info): _read(archive, info) for info in _members(archive, size)}
    except DamagedError:
        raise
    except OSError as error:
        raise DamagedError(reason(error)) from error
    except MemoryError as error:
        raise DamagedError("it is too large for the memory") from error
    except Exception as error:  # whatever a reader trips over is damage
        raise DamagedError(f"it is damaged, or no .npz file: {error}") from error


def check_is_file(path: str | os.PathLike[str]) -> None:
    """Raise a DamagedError that says what is there instead, unless it is a file."""
    try:
        found = kind(path)
    except OSError as error:
        raise DamagedError(reason(error)) from error
    if found is None:
        raise DamagedError("there is no such file")
    if found == "folder":
        raise DamagedError("is a folder")
    if found != "file":
        raise DamagedError(f"is a {found}, which can be read only once; copy it to a file")


def _members(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    """The members of an archive of so many bytes, if they can be what they say."""
    members = archive.infolist()
    if len({info.filename for info in members}) < len(members):
        raise DamagedError("it is damaged: it holds two arrays of one name")
    if sum(info.compress_size for info in members) > size:
        raise DamagedError("it is damaged: its parts are larger than the whole")
    unpacked = sum(info.file_size for info in members)
    if unpacked > max(_MUCH, _SMALLER * size):
        raise DamagedError(f"it claims to hold {unpacked / 2**30:.1f} GB in {size:,} bytes")
    return members


def _name(info: zipfile.ZipInfo) -> str:
    if not info.filename.endswith(".npy"):
        raise DamagedError(f"it holds {info.filename!r}, which is no array")
    return info.filename.removesuffix(".npy")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DamagedError(f"{_name(info)!r} is packed in an unknown way")
    with archive.open(info) as member:
        shape, fortran, dtype, length = _header(member, _name(info))
        n_bytes = dtype.itemsize
        for n in shape:
            n_bytes *= n
        if n_bytes != info.file_size - length:
            raise DamagedError(
                f"it is damaged: {_name(info)!r} should have {n_bytes:,} bytes for its shape "
                f"{shape}, and has {info.file_size - length:,}"
            )
        raw = np.empty(n_bytes, np.uint8)
        _fill(member, raw)
        if member.read(1):  # at the end the checksum is looked at
            raise DamagedError(f"it is damaged: {_name(info)!r} is too long")
    if dtype.kind == "b" and raw.max(initial=0) > 1:
        raise DamagedError(f"it is damaged: {_name(info)!r} is neither true nor false")
    array = raw.view(dtype).reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(member: Any, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, order and type that an array's header says, and how long the header is."""
    magic = member.read(8)
    digits = _MAGIC.get(magic)
    if digits is None:
        raise DamagedError(f"it is damaged: {name!r} does not begin as an array does")
    said = member.read(digits)
    length = int.from_bytes(said, "little")
    if length > _LONGEST_HEADER:
        raise DamagedError(f"it is damaged: the header of {name!r} claims {length:,} bytes")
    text = io.BytesIO(said + member.read(length))
    reader = np.lib.format.read_array_header_1_0 if digits == 2 else (
        np.lib.format.read_array_header_2_0
    )  # fmt: skip
    shape, fortran, dtype = reader(text)
    if dtype.kind not in _KINDS or dtype.fields is not None or dtype.shape:
        raise DamagedError(f"{name!r} holds something else than numbers: {dtype}")
    if any(n < 0 for n in shape):
        raise DamagedError(f"it is damaged: {name!r} has the shape {shape}")
    return shape, fortran, dtype, len(magic) + digits + length


def _fill(member: Any, raw: np.ndarray) -> None:
    """Read as many bytes as there is room for."""
    view, done = memoryview(raw), 0  # type: ignore[arg-type]
    while done < raw.size:
        got = member.readinto(view[done : done + (1 << 20)])
        if not got:
            raise DamagedError("it is damaged: it ends too early")
        done += got
