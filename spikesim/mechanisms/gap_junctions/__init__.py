"""Gap junctions: currents between membranes that are joined."""

from spikesim.mechanisms.gap_junctions.declaration import GapJunctions, Junctions

__all__ = ["GapJunctions", "Junctions"]
