"""Miniature events: spontaneous release, each event with an amplitude of its own."""

from spikesim.mechanisms.miniatures.declaration import Miniatures

__all__ = ["Miniatures"]
