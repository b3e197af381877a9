"""Results in one `.npz` file: plain arrays, a description in JSON, nothing pickled.

Layout, version 1: ``format`` is the text ``spikesim-results``, ``version`` a whole number, and
``contents`` JSON: ``{"single": bool, "items": [{"key", "kind", ...}]}``. Item k keeps its arrays
under ``k.times``, ``k.ids`` and, for traces, ``k.values``.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spikesim.analysis.checks import result_of
from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.calls import public
from spikesim.errors import ValidationError
from spikesim.interchange.files import existing, written_whole
from spikesim.recorders import Recorder

Result = SpikeTrains | Traces

_FORMAT = "spikesim-results"
_VERSION = 1
_DAMAGES = (
    RuntimeError,  # zipfile, of flags and versions that it does not know
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
)
_KINDS: dict[str, type] = {"spikes": SpikeTrains, "traces": Traces}
_ARRAYS = {"spikes": ("times", "ids"), "traces": ("times", "values", "ids")}
_FIELDS = {"spikes": ("n", "t_start", "t_stop", "name"), "traces": ("variable", "unit", "name")}


@public
def save(
    path: str | os.PathLike[str], results: Result | Recorder | Mapping[str, Result | Recorder]
) -> None:
    """Save spikes and traces exactly, as `load` returns them.

    Parameters
    ----------
    path : str or path-like
        The file, as a rule ``*.npz``. What was there is replaced once the new one is complete.
    results : SpikeTrains, Traces or recorder, or mapping of str to these
        What to save.

    Raises
    ------
    ValidationError
        If something else is to be saved, or the folder does not exist.
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
    with written_whole(path) as file:
        np.savez(
            file, format=np.array(_FORMAT), version=np.array(_VERSION), contents=contents, **arrays
        )


@public
def load(path: str | os.PathLike[str]) -> Any:
    """Load what `save` wrote.

    Returns
    -------
    SpikeTrains, Traces, or dict of str to these
        As it was saved.

    Raises
    ------
    ValidationError
        If the file does not exist, is damaged, is something else, or is of a later version.
    """
    found = existing(path)
    if not is_zip(found):
        raise ValidationError("was not written by spikesim's save", obj=str(found))
    try:
        with open(found, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            if str(file.get("format")) != _FORMAT:
                raise ValidationError("was not written by spikesim's save", obj=str(found))
            if int(file["version"]) > _VERSION:
                raise ValidationError(
                    f"has format version {int(file['version'])}; this spikesim reads up to "
                    f"{_VERSION}",
                    obj=str(found),
                )
            return _unpack(file)
    except ValidationError:
        raise
    except _DAMAGES as e:
        raise ValidationError(
            f"cannot be read as results saved by spikesim, it is damaged or another kind: {e}",
            obj=str(found),
        ) from e


def is_zip(path: Path) -> bool:
    """Whether a file begins as `.npz` files do; it may be damaged further on."""
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _unpack(file: Any) -> Any:
    contents = json.loads(str(file["contents"]))
    named: dict[str, Result] = {}
    for k, item in enumerate(contents["items"]):
        kind = item["kind"]
        arrays = {a: file[f"{k}.{a}"] for a in _ARRAYS[kind]}
        named[item["key"]] = _KINDS[kind](**arrays, **{f: item[f] for f in _FIELDS[kind]})
    return named[""] if contents["single"] else named


def _compact(array: np.ndarray) -> np.ndarray:
    """Whole numbers in 4 bytes where they fit; floats as they are."""
    if array.dtype.kind == "i" and (array.size == 0 or array.max() < 2**31):
        return array.astype(np.int32)
    return array
