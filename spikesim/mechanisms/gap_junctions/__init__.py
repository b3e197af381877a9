"""Gap junctions: currents between electrically coupled neurons."""

from spikesim.mechanisms.gap_junctions.declaration import GapJunctions, Junctions

__all__ = ["GapJunctions", "Junctions"]
