"""Settings of objects as text; equal settings give equal texts."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from spikesim.description.populations import View
from spikesim.description.schedules import Schedule
from spikesim.runtime.origin import checksum
from spikesim.units import Unit, ms, one

Aspects = dict[str, str]
IdentityEntry = tuple[str, str, Aspects, Aspects]  # kind, name, what must agree, settings

LONGEST = 400  # characters; longer texts are replaced by a checksum
SHOWN = 6  # values; larger arrays are replaced by a summary


def settings_of(**values: Any) -> Aspects:
    """Convert values, or pairs of a value and its unit, to text."""
    return {n: said(*v) if isinstance(v, tuple) else said(v) for n, v in values.items()}


def said(value: Any, unit: Unit = one) -> str:
    """A setting as text; equal values give equal texts."""
    if isinstance(value, Schedule):
        return f"{said(value.values, unit)} from {said(value.times, ms)} on"
    if isinstance(value, (float, int, np.ndarray)):
        array = np.asarray(value)
        numbers = array.tolist() if array.size <= SHOWN else _summary(array)
        return str(numbers) if unit == one else f"{numbers} {unit}"
    return str(value)


def _summary(array: np.ndarray) -> str:
    return f"{array.size} values from {array.min():g} to {array.max():g} ({digest(array)})"


def selected(view: Any) -> str:
    """Name of a selection, with a checksum of its neurons where the name omits some."""
    name = view.name
    return f"{name} ({digest(view.ids)})" if isinstance(view, View) and "..." in name else name


def counted(n: int, what: str) -> str:
    """``"1 pair"`` or ``"3 pairs"``."""
    return f"{n} {what}{'s' if n != 1 else ''}"


def digest(*arrays: np.ndarray) -> str:
    """Checksum of arrays, as text."""
    return f"{checksum(*arrays):08x}"


def shortened(text: str) -> str:
    """Return a text, or its length and checksum if it is long."""
    if len(text) <= LONGEST:
        return text
    return f"{counted(len(text), 'character')} ({zlib.crc32(text.encode()):08x})"
