"""Memory that a part of a network needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """Estimated memory use of one part of a network.

    Attributes
    ----------
    kind, name : str
        Type and name of the part, such as ``"projection"`` and the projection's name.
    bytes : int
        In use for the lifetime of the network.
    building : int
        Additional bytes until the whole network is built.
    temporary : int
        Additional bytes while this part is built.
    what : str
        Contents of the part, such as ``"1e+09 synapses"``.
    per_second, per_spike : float
        Growth of a recorder in bytes per second of simulated time, or per spike.
    """

    kind: str
    name: str
    bytes: int
    building: int = 0
    temporary: int = 0
    what: str = ""
    per_second: float = 0.0
    per_spike: int = 0


def total(parts: list[Use]) -> tuple[int, int]:
    """Return the bytes of all parts, and the additional peak during the build."""
    worst = max((p.temporary for p in parts), default=0)
    return sum(p.bytes for p in parts), sum(p.building for p in parts) + worst
