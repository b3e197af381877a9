"""Crash-safe checkpoint folder of a run: it stays valid if the process is killed at any time.

Arrays are written to files whose names are never reused. Then a small JSON file, which has the
progress and the names of the current files, atomically replaces its predecessor. If the process is
killed before the replacement, the old state remains; after it, the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from spikesim import SpikesimError, ValidationError
from spikesim.files import reason, write_text, written
from spikesim.files.arrays import DamagedError, read_arrays

PROGRESS = "progress.json"


class Store:
    """A folder with array files and one record of progress.

    Parameters
    ----------
    folder : path
        The folder; created if it does not exist.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValidationError(
                f"cannot make {folder}: {reason(error)}", "out", "mnist"
            ) from None
        names = [path.stem.rsplit("-", 1)[-1] for path in folder.glob("*-*.npz")]
        self._next = 1 + max((int(name) for name in names if name.isdigit()), default=0)

    def progress(self) -> dict[str, Any] | None:
        """The progress that was committed last, or None."""
        path = self.folder / PROGRESS
        if not path.exists():
            return None
        try:
            return read_record(path)
        except ValidationError as error:
            raise ValidationError(f"{path} is no record of progress: {error}") from None

    def write(self, kind: str, writer: Callable[[Path], None]) -> str:
        """Create a new file; returns its name. `writer` must flush it to disk before it returns."""
        name = f"{kind}-{self._next:06d}.npz"
        self._next += 1
        writer(self.folder / name)
        return name

    def put(self, kind: str, **arrays: np.ndarray) -> str:
        """Write arrays to a new file; returns its name."""
        return self.write(kind, lambda path: _write_arrays(path, arrays))

    def path(self, name: str) -> Path:
        """Path of a file of this store."""
        return self.folder / name

    def get(self, name: str) -> dict[str, np.ndarray]:
        """Read the arrays of a file."""
        try:
            return read_arrays(self.path(name))
        except DamagedError as error:
            raise ValidationError(f"cannot read {self.path(name)}: {error}") from None

    def commit(self, progress: dict[str, Any], keep: Iterable[str]) -> None:
        """Replace the record by `progress`, then delete all files except those in `keep`."""
        write_record(self.folder / PROGRESS, progress)
        kept = set(keep)
        for path in self.folder.glob("*.npz"):
            if path.name not in kept:
                path.unlink()


def _checksum(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    with written(path, "mnist") as file:
        np.savez_compressed(file, **arrays)


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file atomically."""
    write_text(path, json.dumps(content, indent=2) + "\n", "mnist")


def write_record(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file with a checksum, from which a run can continue."""
    write_json(path, content | {"checksum": _checksum(content)})


def read_record(path: Path) -> dict[str, Any]:
    """Read a file written by `write_record`, and verify its checksum."""
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        raise ValidationError(f"cannot read {path}: {reason(error)}") from None
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"cannot read {path}: it is damaged: {error}") from None
    if not isinstance(content, dict):
        raise ValidationError(f"cannot read {path}: it is damaged, or no file of a run")
    if content.pop("checksum", None) != _checksum(content):
        raise ValidationError(
            f"cannot read {path}: it is damaged, or of another version of this experiment: its "
            "checksum is not that of what it holds"
        )
    return content


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Context manager: errors of reading unexpected content name the file `path`."""
    try:
        yield
    except SpikesimError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ValidationError(
            f"{path} is damaged, or of another version of this experiment: {error!r}"
        ) from error
