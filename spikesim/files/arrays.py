"""Write and read `.npz` files of named arrays, with validation of untrusted files.

`numpy.load` allocates the size given in a header before it checks whether the file is large enough.
Here sizes are compared first, nothing is unpickled, and any fault in a file raises a DamagedError.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from spikesim.files.paths import kind, reason

_MAGIC = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}  # bytes of the length field
_LONGEST_HEADER = 10_000
_KINDS = "biufU"
# Reject members of at least this size with at least this compression ratio.
_MUCH, _SMALLER = 1 << 30, 200


class DamagedError(Exception):
    """A file is damaged or has a wrong format; the message gives the reason, not the file name."""


def write_arrays(file: BinaryIO, arrays: Mapping[str, Any]) -> None:
    """Write arrays as an uncompressed `.npz` file."""
    np.savez(file, **arrays)


def read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read all arrays of an `.npz` file; they contain numbers, booleans or text.

    Raises
    ------
    DamagedError
        If the file does not exist, is incomplete, or has other contents.
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
    except Exception as error:  # any failure of the reader means damage
        raise DamagedError(f"it is damaged, or no .npz file: {error}") from error


def check_is_file(path: str | os.PathLike[str]) -> None:
    """Raise a DamagedError that describes what is at the path, unless it is a file."""
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
    """Members of an archive of `size` bytes, after checking their stated sizes."""
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
        if member.read(1):  # reading to the end verifies the checksum
            raise DamagedError(f"it is damaged: {_name(info)!r} is too long")
    if dtype.kind == "b" and raw.max(initial=0) > 1:
        raise DamagedError(f"it is damaged: {_name(info)!r} is neither true nor false")
    array = raw.view(dtype).reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(member: Any, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, order and dtype in an array's header, and the length of the header."""
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
    """Read bytes until `raw` is full."""
    view, done = memoryview(raw), 0  # type: ignore[arg-type]
    while done < raw.size:
        got = member.readinto(view[done : done + (1 << 20)])
        if not got:
            raise DamagedError("it is damaged: it ends too early")
        done += got
