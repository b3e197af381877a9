"""Neuromodulators such as dopamine: concentrations that rules read and links take over."""

from spikesim.mechanisms.modulators.declaration import Modulator, Secretion

__all__ = ["Modulator", "Secretion"]
