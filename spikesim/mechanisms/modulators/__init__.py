"""Neuromodulators such as dopamine: concentrations read by plasticity rules and links."""

from spikesim.mechanisms.modulators.declaration import Modulator, ModulatorRelease

__all__ = ["Modulator", "ModulatorRelease"]
