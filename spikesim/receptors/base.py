"""What a receptor is: equations of its own, what a spike does to them, the current it passes."""

from __future__ import annotations

from typing import Any, ClassVar

from spikesim.errors import unknown_name
from spikesim.parameters import Parametrized
from spikesim.units import Unit

# The sign of the current that a transmitter evokes, for receptors that have no reversal potential.
TRANSMITTERS = {"glutamate": 1, "acetylcholine": 1, "GABA": -1, "glycine": -1}


class Receptor(Parametrized):
    """Base of all receptors.

    Class attributes
    ----------------
    equations : str
        Differential equations, one a line. The names are local: in a neuron with a receptor called
        ``exc`` the variable ``I`` is ``I_exc`` and the parameter ``tau_syn`` is ``tau_syn_exc``.
    on_spike : dict
        ``{variable: gain}``: a spike of weight w adds ``gain * w``. ``V_m`` is the membrane.
    current : str
        The current into the membrane (pA), over the receptor's names and ``V_m``.
    weight_unit : Unit
        What a weight is.
    signed : bool
        True where the weight's sign says whether it excites; False where a reversal potential does.

    Parameters
    ----------
    transmitter : str, optional
        What binds here: projections of populations with this transmitter arrive at this receptor.
    """

    equations: ClassVar[str] = ""
    on_spike: ClassVar[dict[str, str]] = {}
    current: ClassVar[str] = ""
    weight_unit: ClassVar[Unit]
    signed: ClassVar[bool] = True

    def __init__(self, *, transmitter: str | None = None, **values: Any) -> None:
        super().__init__(**values)
        if transmitter is not None and (
            not isinstance(transmitter, str) or transmitter not in TRANSMITTERS
        ):
            raise unknown_name(transmitter, TRANSMITTERS, "transmitter", self)
        self.transmitter = transmitter
