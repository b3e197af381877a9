"""Save and load the state of a network. A loaded network continues bit-identically."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from spikesim.errors import ValidationError
from spikesim.files import checked_path, written
from spikesim.files.arrays import DamagedError, read_arrays, write_arrays
from spikesim.runtime.checks import problem
from spikesim.runtime.origin import FORMAT, FORMER, OLDER
from spikesim.runtime.plan import Plan
from spikesim.runtime.state import KIND, State, take

HEAD = "__head__"


def save(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write everything that changes during a run; a partly written file is never left behind.

    Raises
    ------
    ValidationError
        If the path is invalid, or the network has a value that no state may have, such as NaN.
    SpikesimError
        If the file cannot be written.
    """
    state = take(plan)
    wrong = problem(plan, state.arrays, plan.step)
    if wrong:
        raise ValidationError(f"the network cannot go on from its state: {wrong}", obj="save_state")
    head = state.head | {"spikesim": _version()}
    head["checksum"] = checksum(head, state.arrays)
    with written(path, "save_state") as file:
        write_arrays(file, {HEAD: np.array(json.dumps(head)), **state.arrays})


def read(path: str | os.PathLike[str]) -> State:
    """Read a state from a file, for `spikesim.runtime.state.put`.

    Raises
    ------
    ValidationError
        If the file is not a saved state, or is damaged.
    """
    name = checked_path(path, "load_state")
    try:
        return _read(name)
    except DamagedError as error:
        raise ValidationError(f"cannot read {name}: {error}", "path", "load_state") from None


def _read(name: str) -> State:
    """Read the header and the arrays of a file, unchanged."""
    arrays = read_arrays(name)
    try:
        head = json.loads(str(arrays.pop(HEAD)[()]))
    except (KeyError, ValueError, TypeError, IndexError, RecursionError):
        raise DamagedError("it holds no state of a network") from None
    if not isinstance(head, dict):
        raise DamagedError("it holds no state of a network")
    if head.get("format") not in OLDER and head.get("kind") != KIND:
        raise DamagedError("it holds no state of a network")
    if head.get("format") in (FORMER, FORMAT) and head.get("checksum") != checksum(head, arrays):
        raise DamagedError("it is damaged: its checksum is not that of what it holds")
    return State(head, arrays)


def checksum(head: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """Hash the contents of a file, except for the checksum itself in the header."""
    digest = hashlib.blake2b(digest_size=16)
    said = {key: value for key, value in head.items() if key != "checksum"}
    digest.update(json.dumps(said, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {arrays[name].shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data if array.nbytes else b"")
    return digest.hexdigest()


def _version() -> str:
    try:
        return version("spikesim")
    except PackageNotFoundError:
        return "unknown"
