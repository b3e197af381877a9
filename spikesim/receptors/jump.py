"""Jump: a spike increments a variable of the neuron's own equations.

    x += w

For models whose equations include the synapses, such as ``dge/dt = -ge / tau_e : nS``, as is usual
in Brian2.
"""

from typing import Any

from spikesim.errors import ValidationError
from spikesim.receptors.base import Receptor
from spikesim.units import Unit, nS


class Jump(Receptor):
    """Increment of one of the neuron's variables by the weight of each spike.

    As for other receptors, weights of a conductance cannot be negative.

    Parameters
    ----------
    variable : str
        Variable of the neuron, which must have an equation or be assigned by the reset.
    unit : Unit
        Unit of the weights; converted to the variable's unit.
    transmitter : str, optional
        Transmitter of this receptor: projections of populations with this transmitter target it.

    Examples
    --------
    >>> text = '''
    ...     dv/dt = (-70*mV - v + ge / nS * mV) / (10*ms) : mV
    ...     dge/dt = -ge / (5*ms) : nS
    ... '''
    >>> model = Neuron.from_text(text, threshold="v > -50*mV", receptors={"e": Jump("ge", nS)})
    """

    def __init__(self, variable: str, unit: Unit, **values: Any) -> None:
        if not isinstance(variable, str) or not variable.isidentifier():
            raise ValidationError(
                f"must be the name of a variable, such as 'ge', got {variable!r}", "variable", self
            )
        if not isinstance(unit, Unit):
            raise ValidationError(f"must be a unit, such as nS, got {unit!r}", "unit", self)
        self.variable, self.weight_unit = variable, unit
        self.on_spike = {variable: "1"}
        self.signed = unit.dimension != nS.dimension
        super().__init__(**values)

    def __repr__(self) -> str:
        return f"Jump({self.variable!r}, {self.weight_unit})"
