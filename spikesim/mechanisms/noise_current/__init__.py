"""Noise currents: Gaussian white noise, held for a while and then drawn anew."""

from spikesim.mechanisms.noise_current.declaration import NoiseCurrent

__all__ = ["NoiseCurrent"]
