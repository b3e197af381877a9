"""Helpers for paths of input files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from spikesim.errors import ValidationError
from spikesim.files import checked_path
from spikesim.files.arrays import DamagedError, check_is_file


def several(paths: Any, owner: str) -> list[Any]:
    """Convert a path or several paths to a list."""
    if isinstance(paths, (str, os.PathLike)):
        return [paths]
    if not isinstance(paths, (list, tuple)) or not paths:
        raise ValidationError(f"must be a path or a list of paths, got {paths!r}", "paths", owner)
    return [*paths]


def existing(path: str | os.PathLike[str]) -> Path:
    """Return `path` if the file exists; else raise a ValidationError."""
    name = checked_path(path, "load")
    try:
        check_is_file(name)
    except DamagedError as error:
        raise ValidationError(str(error), obj=name) from None
    return Path(name)
