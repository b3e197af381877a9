"""Miniature events: spontaneous release with a random amplitude for each event."""

from spikesim.mechanisms.miniatures.declaration import Miniatures

__all__ = ["Miniatures"]
