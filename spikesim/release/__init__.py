"""Transmitter release, one kind a file."""

from spikesim.release.base import Release
from spikesim.release.miniatures import Miniatures
from spikesim.release.quantal import QuantalRelease
from spikesim.release.tsodyks_markram import TsodyksMarkram

__all__ = ["Miniatures", "QuantalRelease", "Release", "TsodyksMarkram"]
