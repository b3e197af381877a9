"""Noise currents: independent Gaussian white noise for each neuron."""

from __future__ import annotations

from typing import Any

from spikesim.description.inputs import Input
from spikesim.description.schedules import check_columns
from spikesim.units import check_scalar, given_array, ms, pA


class NoiseCurrent(Input):
    """Gaussian white noise current, piecewise constant and independent for each neuron.

    Parameters
    ----------
    mean, std : float or array
        Mean and standard deviation in pA, one for all target neurons or one for each.
    every : float, optional
        Interval (ms) after which a new value is drawn, a multiple of dt. Default: one step.

    Examples
    --------
    >>> net.stimulate(cells, NoiseCurrent(mean=200.0, std=50.0, every=1.0))
    """

    def __init__(self, mean: Any = 0.0, std: Any = 1.0, every: float | None = None):
        self.mean = given_array(mean, "mean", self, unit=pA)
        self.std = given_array(std, "std", self, unit=pA, allowed="non-negative")
        self.every = (
            None
            if every is None
            else check_scalar(every, "every", self, unit=ms, allowed="positive")
        )

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.mean, size, "mean", owner)
        check_columns(self.std, size, "std", owner)
