"""Memory that a part of a network needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """What a part of a network takes.

    Attributes
    ----------
    kind, name : str
        Such as ``"projection"`` and the projection's name.
    bytes : int
        As long as the network is there.
    building : int
        More of it, until the whole network is built.
    passing : int
        More of it, while this part is built.
    what : str
        What there is of it, such as ``"1e+09 synapses"``.
    per_second, per_spike : float
        What a recorder grows by in a second of biology, or at each spike.
    """

    kind: str
    name: str
    bytes: int
    building: int = 0
    passing: int = 0
    what: str = ""
    per_second: float = 0.0
    per_spike: int = 0


def total(parts: list[Use]) -> tuple[int, int]:
    """Bytes of all parts, and how much more there are at the worst moment of the build."""
    worst = max((p.passing for p in parts), default=0)
    return sum(p.bytes for p in parts), sum(p.building for p in parts) + worst
