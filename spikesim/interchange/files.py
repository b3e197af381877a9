"""Files that are either whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from spikesim.errors import ValidationError


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` once all of it is on the disk.

    If writing fails or the process is killed, what was at `path` stays as it was.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise ValidationError(f"there is no folder {str(target.parent)!r}", "path", str(target))
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(draft, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def existing(path: str | os.PathLike[str]) -> Path:
    """`path` if there is such a file, else a ValidationError."""
    found = Path(path)
    if not found.is_file():
        what = "is a folder" if found.is_dir() else "there is no such file"
        raise ValidationError(what, obj=str(found))
    return found
