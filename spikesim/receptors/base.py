"""Base class of receptors: equations, effect of an arriving spike, and membrane current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from spikesim.distributions import Distribution
from spikesim.errors import ValidationError, unknown_name
from spikesim.parameters import Parametrized
from spikesim.units import Unit, one, param

# Sign of the current that a transmitter evokes, for receptors without a reversal potential.
TRANSMITTERS = {"glutamate": 1, "acetylcholine": 1, "GABA": -1, "glycine": -1}


class Receptor(Parametrized):
    """Base class of receptors; a subclass declares its model by the class attributes below.

    Parameters
    ----------
    transmitter : str, optional
        Transmitter of this receptor: projections of populations with this transmitter target it.
    **values
        The declared parameters: numbers, arrays with one value for each neuron, or distributions.

    Attributes
    ----------
    equations : str
        Differential equations, one per line. Names are local: in a neuron with a receptor called
        ``exc`` the variable ``I`` is ``I_exc`` and the parameter ``tau_syn`` is ``tau_syn_exc``.
    on_spike : dict
        ``{variable: gain}``: a spike of weight w adds ``gain * w``. ``V_m`` is the membrane
        potential.
    current : str
        Current into the membrane (pA), an expression of the receptor's names and ``V_m``.
    weight_unit : Unit
        Unit of the weights.
    signed : bool
        True if the sign of the weight decides between excitation and inhibition; False if a
        reversal potential does.
    transmitter : str, optional
        Default transmitter.

    Examples
    --------
    >>> class Conductance(Receptor):
    ...     tau = param(5.0, ms, "positive", "time constant of the decay")
    ...     E_rev = param(0.0, mV, doc="reversal potential")
    ...     equations = "dg/dt = -g / tau : nS"
    ...     on_spike = {"g": "1"}
    ...     current = "g * (E_rev - V_m)"
    ...     weight_unit = nS
    ...     signed = False
    >>> model = LIF(receptors={"exc": Conductance(tau=2.0)})
    """

    share = param(1.0, one, "non-negative", "part of a weight that reaches all of a transmitter")

    _between_runs = ", or set it of a population under its full name, such as cells.{0}_exc = ..."

    equations: ClassVar[str] = ""
    on_spike: dict[str, str] = {}
    current: ClassVar[str] = ""
    weight_unit: Unit
    signed: bool = True
    transmitter: str | None = None

    def __init__(self, *, transmitter: str | None = None, **values: Any) -> None:
        self._check_declaration()
        super().__init__(**values)
        if transmitter is not None and (
            not isinstance(transmitter, str) or transmitter not in TRANSMITTERS
        ):
            raise unknown_name(transmitter, TRANSMITTERS, "transmitter", self)
        if transmitter is not None:
            self.transmitter = transmitter
        self.check()

    def _check_declaration(self) -> None:
        """Raise an error if a class attribute is missing or has a wrong type."""
        gains: Any = self.on_spike
        example = "such as {'g': '1'}"
        if not isinstance(gains, Mapping):
            raise ValidationError(
                f"must map variables to what a spike of weight 1 adds to them, {example}, got "
                f"{gains!r}", "on_spike", self,
            )  # fmt: skip
        if not gains:
            raise ValidationError(
                "is missing: without it a spike does nothing; say what a spike of weight 1 adds to "
                f"which variable, {example}", "on_spike", self,
            )  # fmt: skip
        for name, gain in gains.items():
            if not isinstance(name, str):
                raise ValidationError(
                    f"must have names of variables, {example}, got {name!r}", "on_spike", self
                )
            if not isinstance(gain, str):
                raise ValidationError(
                    f"what a spike adds to {name!r} must be text, {example}, got {gain!r}",
                    "on_spike", self,
                )  # fmt: skip
        self.check_text("current", "g * (E_rev - V_m)")
        unit = getattr(self, "weight_unit", None)
        if unit is None:
            raise ValidationError("is missing: what a weight is in, such as nS", "weight_unit",
                                  self)  # fmt: skip
        if not isinstance(unit, Unit):
            raise ValidationError(f"must be a unit, such as nS, got {unit!r}", "weight_unit", self)

    @property
    def table_key(self) -> tuple[Any, ...]:
        unit = self.weight_unit
        return (*super().table_key, self.transmitter, *self.on_spike.items(), unit.symbol)

    def check(self) -> None:
        """Raise a ValidationError if the parameters are inconsistent."""

    def check_order(self, low: str, high: str) -> None:
        """Raise an error if one parameter is larger than another.

        Parameters
        ----------
        low, high : str
            Names of the two parameters.
        """
        given = getattr(self, low), getattr(self, high)
        if any(isinstance(value, Distribution) for value in given):
            return
        if len({np.shape(value) for value in given} - {()}) > 1:
            return  # shapes differ, which populations report
        pairs = np.stack(np.broadcast_arrays(*given)).reshape(2, -1)
        for below, above in pairs[:, pairs[0] > pairs[1]].T[:1]:
            unit = self.declared[low].unit
            raise ValidationError(
                f"must not be above {high} = {float(above)!r} {unit}, got {float(below)!r} {unit}",
                low, self,
            )  # fmt: skip
