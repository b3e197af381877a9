"""Miniature synaptic events (minis): single quanta released without a presynaptic spike.

Each synapse releases quanta as a Poisson process; all synapses of a neuron together have the rate
``rate * n_synapses``. The amplitude of each event is drawn independently, and reflects the
variability of vesicles and synapses (del Castillo & Katz 1954, J. Physiol. 124:560; Bekkers,
Richerson & Stevens 1990, PNAS 87:5359). For an exponential receptor with time constant tau,
Campbell's theorem gives the mean and variance of the current I, with the total rate r and
amplitudes a:

    mean(I) = r tau E[a],    var(I) = r tau E[a^2] / 2
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.inputs import Input
from spikesim.description.schedules import Schedule, check_columns, check_rate
from spikesim.distributions import Constant, Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.receptors import TRANSMITTERS, Receptor
from spikesim.units import Quantity, Unit, check_scalar, given_array, in_unit


class Miniatures(Input):
    """Miniature synaptic events (minis) with random amplitudes, independent for each target neuron.

    Parameters
    ----------
    rate : float, array or Schedule
        Rate of one synapse in Hz: one for all targets, one for each target, or piecewise constant
        in time.
    amplitude : float or Distribution
        Amplitude of one event, as a weight: in the unit of the receptor, or with a unit. It is
        drawn anew for each event; ``LogNormal(20.0, 6.0)`` has a coefficient of variation of 0.3.
    receptor : str, optional
        The receptor on which they act. May be omitted if the neuron has only one, or if the
        transmitter binds to one.
    n_synapses : float or array
        Number of synapses of a neuron, one for all targets or one for each. Default 1: `rate` is
        then the total rate.
    transmitter : str, optional
        Transmitter that is released. Amplitudes must then be non-negative: the transmitter
        determines the sign.

    Examples
    --------
    >>> net.stimulate(cells, Miniatures(2.0, LogNormal(20.0, 6.0) * pA, n_synapses=100))
    """

    def __init__(
        self,
        rate: Any,
        amplitude: Any,
        receptor: str | None = None,
        *,
        n_synapses: Any = 1,
        transmitter: str | None = None,
    ):
        self.rate = check_rate(rate, self)
        self.unit = amplitude.unit if isinstance(amplitude, Quantity) else None
        amplitude = amplitude if self.unit is None else in_unit(amplitude, self.unit, "", self)
        if not isinstance(amplitude, Distribution):
            amplitude = Constant(check_scalar(amplitude, "amplitude", self))
        self.amplitude = amplitude
        self.receptor = receptor
        self.n_synapses = given_array(n_synapses, "n_synapses", self, allowed="non-negative")
        if transmitter is not None and (
            not isinstance(transmitter, str) or transmitter not in TRANSMITTERS
        ):
            raise unknown_name(transmitter, TRANSMITTERS, "transmitter", self)
        self.transmitter = transmitter

    def _arguments(self) -> dict[str, Any]:
        given = super()._arguments()
        return given if self.unit is None else given | {"amplitude": self.amplitude * self.unit}

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.rate, size, "rate", owner)
        check_columns(self.n_synapses, size, "n_synapses", owner)

    def amplitude_in(self, unit: Unit) -> Distribution:
        """Return the amplitude in the unit of a receptor.

        Parameters
        ----------
        unit : Unit
            Unit of the receptor.

        Returns
        -------
        Distribution
            The distribution of amplitudes.
        """
        given = self.amplitude if self.unit is None else Quantity(self.amplitude, self.unit)
        amplitude: Distribution = in_unit(given, unit, "amplitude", self)
        return amplitude

    def total_rate(self) -> np.ndarray | Schedule:
        """Return the total rate of all synapses of a neuron (Hz).

        Returns
        -------
        ndarray or Schedule
            The total rate in Hz.
        """
        if not isinstance(self.rate, Schedule):
            return self.rate * self.n_synapses
        values = self.rate.values
        if values.ndim < 2 and self.n_synapses.ndim:
            values = values[:, None]
        return Schedule(list(self.rate.times), values * self.n_synapses, owner=self.rate.owner)

    def sign(self, receptor: Receptor, owner: str) -> int:
        """Return the sign by which amplitudes are multiplied at a receptor.

        Parameters
        ----------
        receptor : Receptor
            The receptor on which the events act.
        owner : str
            Name of the object in error messages.

        Returns
        -------
        int
            1 or -1.

        Raises
        ------
        ValidationError
            If amplitudes could be negative at a conductance, or with a transmitter.
        """
        if self.transmitter is None and receptor.signed:
            return 1
        if self.amplitude.mass(-np.inf, -5e-324) > 0:
            why = "the transmitter gives the sign" if receptor.signed else "it is a conductance"
            raise ValidationError(
                f"must be non-negative ({why}), but {self.amplitude!r} can be negative; give it a "
                "lower bound of 0", "amplitude", owner,
            )  # fmt: skip
        return TRANSMITTERS[self.transmitter] if self.transmitter and receptor.signed else 1
