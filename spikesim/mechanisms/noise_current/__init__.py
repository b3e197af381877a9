"""Noise currents: piecewise constant Gaussian white noise."""

from spikesim.mechanisms.noise_current.declaration import NoiseCurrent

__all__ = ["NoiseCurrent"]
