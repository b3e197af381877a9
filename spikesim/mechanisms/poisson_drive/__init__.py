"""Poisson drives: spikes of its own for each neuron, drawn in every step."""

from spikesim.mechanisms.poisson_drive.declaration import PoissonDrive

__all__ = ["PoissonDrive"]
