"""Readouts: classify images from spike counts."""

from spikesim.readout.delta_rule import DeltaRule
from spikesim.readout.label_vote import NO_CLASS, LabelVote

__all__ = ["NO_CLASS", "DeltaRule", "LabelVote"]
