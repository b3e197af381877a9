"""Poisson drives: independent Poisson input spikes for each neuron."""

from spikesim.mechanisms.poisson_drive.declaration import PoissonDrive

__all__ = ["PoissonDrive"]
