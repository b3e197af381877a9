"""A plan's state as a file, and back. What is loaded goes on bit-identically."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from spikesim.build.plan import Plan
from spikesim.errors import SpikesimError, ValidationError
from spikesim.runtime.state import State, put, take


def save(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write all that changes in a run; the file is complete or absent, never half written."""
    path = _path(path, "save_state")
    state = take(plan)
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            written = Path(file.name)
            head = np.array(json.dumps(state.head))
            arrays: dict[str, Any] = {"__head__": head, **state.arrays}
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, path)
    except OSError as error:
        raise SpikesimError(f"cannot write {path}: {error}") from error
    finally:
        if written is not None:
            written.unlink(missing_ok=True)


def _path(path: object, owner: str) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise ValidationError(f"must be a file's path, got {path!r}", "path", owner)
    return Path(path)


def load(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Put a saved state into a plan of the same network.

    Raises
    ------
    ValidationError
        If the file is no saved state, or one of another network; the plan is as it was then.
    """
    path = _path(path, "load_state")
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            head = json.loads(str(file["__head__"]))
            arrays = {name: file[name] for name in file.files if name != "__head__"}
        if not isinstance(head, dict):
            raise ValueError("it holds no saved state")
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        RuntimeError,
        zipfile.BadZipFile,
    ) as error:
        raise ValidationError(f"cannot read {path}: {error}", "path", "load_state") from None
    put(plan, State(head, arrays), str(path))
