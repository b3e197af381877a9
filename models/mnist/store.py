"""The checkpoint of a run: a folder that a kill at any moment leaves usable.

Arrays are written under names that are never used twice, and then one small JSON file, which says
what has been done and names the arrays that count, takes the place of its predecessor in one move.
A kill before the move leaves the old state, one after it the new.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from spikesim import ValidationError

PROGRESS = "progress.json"


class Store:
    """A folder of arrays and one record of progress.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        names = [path.stem.rsplit("-", 1)[-1] for path in folder.glob("*-*.npz")]
        self._next = 1 + max((int(name) for name in names if name.isdigit()), default=0)

    def progress(self) -> dict[str, Any] | None:
        """What was committed last, or None."""
        path = self.folder / PROGRESS
        if not path.exists():
            return None
        try:
            return json.loads(path.read_text())
        except ValueError as error:
            raise ValidationError(f"{path} is no record of progress: {error}") from None

    def write(self, kind: str, writer: Callable[[Path], None]) -> str:
        """A new file, filled by `writer`, durable before this returns; its name."""
        name = f"{kind}-{self._next:06d}.npz"
        self._next += 1
        path = self.folder / name
        writer(path)
        _sync(path)
        return name

    def put(self, kind: str, **arrays: np.ndarray) -> str:
        """A new file of arrays; its name."""
        return self.write(kind, lambda path: _write_arrays(path, arrays))

    def path(self, name: str) -> Path:
        """Where a file of this store lies."""
        return self.folder / name

    def get(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a file."""
        try:
            with self.path(name).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ValidationError(f"cannot read {self.path(name)}: {error}") from None

    def commit(self, progress: dict[str, Any], keep: Iterable[str]) -> None:
        """Make `progress` what counts, then drop all files but those of `keep`."""
        write_json(self.folder / PROGRESS, progress)
        kept = set(keep)
        for path in self.folder.glob("*.npz"):
            if path.name not in kept:
                path.unlink()


def _write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    np.savez_compressed(path, **arrays)


def write_json(path: Path, content: Any) -> None:
    """A JSON file, complete or as it was before."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=2) + "\n")
    _sync(fresh)
    os.replace(fresh, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Have the system write a file, or a folder's entries, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only there can a folder be opened
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
