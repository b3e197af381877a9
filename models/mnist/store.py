"""The checkpoint of a run: a folder that a kill at any moment leaves usable.

Arrays are written under names that are never used twice, and then one small JSON file, which says
what has been done and names the arrays that count, takes the place of its predecessor in one move.
A kill before the move leaves the old state, one after it the new.
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
    """A folder of arrays and one record of progress.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
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
        """What was committed last, or None."""
        path = self.folder / PROGRESS
        if not path.exists():
            return None
        try:
            return read_record(path)
        except ValidationError as error:
            raise ValidationError(f"{path} is no record of progress: {error}") from None

    def write(self, kind: str, writer: Callable[[Path], None]) -> str:
        """A new file, filled by `writer`, which does not return before it is durable; its name."""
        name = f"{kind}-{self._next:06d}.npz"
        self._next += 1
        writer(self.folder / name)
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
            return read_arrays(self.path(name))
        except DamagedError as error:
            raise ValidationError(f"cannot read {self.path(name)}: {error}") from None

    def commit(self, progress: dict[str, Any], keep: Iterable[str]) -> None:
        """Make `progress` what counts, then drop all files but those of `keep`."""
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
    """A JSON file, complete or as it was before."""
    write_text(path, json.dumps(content, indent=2) + "\n", "mnist")


def write_record(path: Path, content: dict[str, Any]) -> None:
    """A JSON file by which a run goes on, with a checksum."""
    write_json(path, content | {"checksum": _checksum(content)})


def read_record(path: Path) -> dict[str, Any]:
    """What `write_record` has written."""
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
def believed(path: Path) -> Iterator[None]:
    """What is taken from the file of a run within the block is as this version writes it."""
    try:
        yield
    except SpikesimError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ValidationError(
            f"{path} is damaged, or of another version of this experiment: {error!r}"
        ) from error
