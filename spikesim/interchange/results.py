"""Save and load results as one `.npz` file of plain arrays, without pickling.

Layout, version 1: ``format`` is the text ``spikesim-results``, ``version`` an integer, and
``contents`` JSON: ``{"single": bool, "items": [{"key", "kind", ...}]}``. The arrays of item k are
``k.times``, ``k.ids`` and, for traces, ``k.values``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.calls import public
from spikesim.description.recorders import Recorder
from spikesim.errors import ValidationError
from spikesim.files import reason, written
from spikesim.files.arrays import DamagedError, read_arrays, write_arrays
from spikesim.interchange.files import existing

Result = SpikeTrains | Traces

_FORMAT = "spikesim-results"
_VERSION = 1
_DAMAGE = (DamagedError, KeyError, TypeError, ValueError, IndexError, OverflowError, RecursionError)
_KINDS: dict[str, type] = {"spikes": SpikeTrains, "traces": Traces}
_ARRAYS = {"spikes": ("times", "ids"), "traces": ("times", "values", "ids")}
_TEXTS = ("name", "variable", "unit")
_FIELDS = {"spikes": ("n", "t_start", "t_stop", "name"), "traces": ("variable", "unit", "name")}


@public
def save(
    path: str | os.PathLike[str], results: Result | Recorder | Mapping[str, Result | Recorder]
) -> None:
    """Save spikes and traces exactly; `load` restores them.

    Parameters
    ----------
    path : str or path-like
        The file, usually ``*.npz``. An existing file is replaced once the new one is complete.
    results : SpikeTrains, Traces or recorder, or mapping of str to these
        Results to save.

    Raises
    ------
    ValidationError
        If `results` has another type, or `path` cannot be a file, or its folder does not exist.
    SpikesimError
        If the file cannot be written, for instance because the disk is full.
    """
    single = not isinstance(results, Mapping)
    given = results if isinstance(results, Mapping) else {"": results}
    named = {key: result_of(one) for key, one in given.items()}
    arrays: dict[str, Any] = {}
    items = []
    for k, (key, result) in enumerate(named.items()):
        kind = next((kind for kind, type_ in _KINDS.items() if isinstance(result, type_)), None)
        if kind is None or not isinstance(key, str):
            raise ValidationError(
                "must be SpikeTrains, Traces or a mapping of str to these, "
                f"got {type(result).__name__} under {key!r}",
                "results",
                "save",
            )
        items.append({"key": key, "kind": kind, **{f: getattr(result, f) for f in _FIELDS[kind]}})
        arrays |= {f"{k}.{a}": _compact(getattr(result, a)) for a in _ARRAYS[kind]}
    contents = np.array(json.dumps({"single": single, "items": items}))
    head = {"format": np.array(_FORMAT), "version": np.array(_VERSION), "contents": contents}
    with written(path, "save") as file:
        write_arrays(file, head | arrays)


@public
def load(path: str | os.PathLike[str]) -> Any:
    """Load results that `save` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    SpikeTrains, Traces, or dict of str to these
        The results as they were saved.

    Raises
    ------
    ValidationError
        If the file does not exist, is damaged, has another format or a later version.
    """
    found = existing(path)
    if not is_zip(found):
        raise ValidationError("was not written by spikesim's save", obj=str(found))
    try:
        arrays = read_arrays(found)
        if str(arrays.get("format")) != _FORMAT:
            raise ValidationError("was not written by spikesim's save", obj=str(found))
        _check_version(arrays["version"], found)
        return _unpack(arrays)
    except ValidationError as error:
        if error.obj == str(found):
            raise
        raise ValidationError(f"holds what cannot be: {error}", obj=str(found)) from error
    except _DAMAGE as error:
        raise ValidationError(
            f"cannot be read as results saved by spikesim, it is damaged or another kind: {error}",
            obj=str(found),
        ) from error


def _check_version(version: np.ndarray, path: Path) -> None:
    number = version.item()
    if number not in range(1, _VERSION + 1):
        raise ValidationError(
            f"has format version {number}; this spikesim reads up to {_VERSION}",
            obj=str(path),
        )


def is_zip(path: Path) -> bool:
    """Whether a file begins like an `.npz` file; the rest is not checked."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise ValidationError(f"cannot be read: {reason(error)}", obj=str(path)) from error


def _unpack(arrays: Mapping[str, np.ndarray]) -> Any:
    contents = json.loads(str(arrays["contents"]))
    named: dict[str, Result] = {}
    for k, item in enumerate(contents["items"]):
        kind = item["kind"]
        own = {a: arrays[f"{k}.{a}"] for a in _ARRAYS[kind]}
        fields = {f: item[f] for f in _FIELDS[kind]}
        for text in (item["key"], *(fields[f] for f in _TEXTS if f in fields)):
            if not isinstance(text, str):
                raise TypeError(f"{text!r} is no text")
        named[item["key"]] = _KINDS[kind](**own, **fields)
    return named[""] if contents["single"] else named


def _compact(array: np.ndarray) -> np.ndarray:
    """Convert integers to 4 bytes if they fit; floats are unchanged."""
    if array.dtype.kind == "i" and (array.size == 0 or array.max() < 2**31):
        return array.astype(np.int32)
    return array
