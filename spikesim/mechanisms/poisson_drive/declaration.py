"""Poisson drives: independent Poisson input spikes for each neuron."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.inputs import Input
from spikesim.description.schedules import check_columns, check_rate
from spikesim.units import Quantity, Unit, given_array, in_unit, one


class PoissonDrive(Input):
    """Poisson input spikes, independent for each target neuron.

    A drive releases no transmitter, so the weight acts with its own sign, also on a receptor for
    GABA: inhibition through a current receptor needs a negative weight.

    Parameters
    ----------
    rate : float, array or Schedule
        Rate in Hz: one for all targets, one for each target, or piecewise constant in time.
    weight : float or array
        Weight of one spike, in the unit of the receptor or with a unit.
    receptor : str, optional
        The receptor on which the spikes act, or a transmitter that several receptors bind. May be
        omitted if the neuron has only one receptor.

    Examples
    --------
    >>> net.stimulate(cells, PoissonDrive(rate=8000.0, weight=20.0 * pA))
    """

    def __init__(self, rate: Any, weight: Any, receptor: str | None = None):
        self.rate = check_rate(rate, self)
        self.unit = weight.unit if isinstance(weight, Quantity) else None
        self.weight = given_array(weight, "weight", self, unit=self.unit or one)
        self.receptor = receptor

    def _arguments(self) -> dict[str, Any]:
        given = super()._arguments()
        return given if self.unit is None else given | {"weight": Quantity(self.weight, self.unit)}

    def weight_in(self, unit: Unit) -> np.ndarray:
        """Return the weight in the unit of a receptor.

        Parameters
        ----------
        unit : Unit
            Unit of the receptor.

        Returns
        -------
        ndarray, shape () or (n_neurons,)
            The weights.
        """
        weight = self.weight if self.unit is None else Quantity(self.weight, self.unit)
        return np.asarray(in_unit(weight, unit, "weight", self))

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.rate, size, "rate", owner)
        check_columns(self.weight, size, "weight", owner)
