"""What a network takes of memory, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from spikesim.machine import amount, available
from spikesim.planning.use import Use, total

SHOWN = 20  # rows of the table as text


class MemoryTable:
    """What each part of a network takes, and what the machine has; from `Network.memory`.

    Attributes
    ----------
    parts : tuple of Use
        Populations, projections, inputs, buffers and recorders. Of each there are ``kind``,
        ``name``, ``what``, and in bytes: ``bytes`` (as long as the network is there), ``building``
        and ``passing`` (more, until the network or this part of it is built), ``per_second`` and
        ``per_spike`` (what a recorder grows by in a second of biology, and at each spike).
    total : int
        Bytes of the network once it is built, without what recorders will hold.
    building : int
        More than that, at the worst moment of the build.
    per_second : float
        Bytes by which recorders grow in a second of biology; what spikes take comes on top.
    available : int or None
        Bytes that this process can still have; None where the system does not tell.
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
