"""Table of the memory use of a network."""

from __future__ import annotations

from collections.abc import Sequence

from spikesim.machine import amount, available
from spikesim.planning.use import Use, total

SHOWN = 20  # rows of the table as text


class MemoryTable:
    """Memory use of each part of a network, and available memory; from `Network.memory`.

    Attributes
    ----------
    parts : tuple of Use
        Populations, projections, inputs, buffers and recorders. Each has ``kind``, ``name``,
        ``what``, and in bytes: ``bytes`` (permanent), ``building`` and ``temporary`` (additional
        temporary memory until the network, or this part of it, is built), ``per_second`` and
        ``per_spike`` (growth of a recorder per second of simulated time, and per spike).
    total : int
        Bytes of the network once it is built, without recorded data.
    building : int
        Additional bytes at the peak of the build.
    per_second : float
        Bytes by which recorders grow per second of simulated time, without recorded spikes.
    available : int or None
        Bytes that are still available to this process; None if the system does not report it.
    """

    def __init__(self, parts: Sequence[Use]):
        self.parts = tuple(parts)
        self.total, self.building = total(list(self.parts))
        self.per_second = sum(p.per_second for p in self.parts)
        self.available = available()

    def __repr__(self) -> str:
        order = sorted(self.parts, key=lambda p: -(p.bytes + p.per_second + p.per_spike))
        rows = [(p.kind, p.name, p.what, _size(p)) for p in order[:SHOWN]]
        if len(order) > SHOWN:
            rest = sum(p.bytes for p in order[SHOWN:])
            rows.append(("", f"{len(order) - SHOWN} more", "", amount(rest)))
        rows.append(("total", "", "", amount(self.total)))
        rows.append(("", "while it is built", "", f"+ {amount(self.building)}"))
        if self.per_second:
            rows.append(("", "samples", "", f"+ {amount(self.per_second)} a second of biology"))
        left = "unknown" if self.available is None else amount(self.available)
        rows.append(("available", "", "", left))
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        return "\n".join(
            "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]])
            for row in rows
        )


def _size(part: Use) -> str:
    if part.per_second:
        return f"+ {amount(part.per_second)} a second of biology"
    return f"+ {part.per_spike} bytes a spike" if part.per_spike else amount(part.bytes)
