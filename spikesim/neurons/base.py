"""What a neuron model is: a membrane in equations, a threshold, a reset, and its receptors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from spikesim.errors import ValidationError
from spikesim.parameters import Parametrized
from spikesim.receptors import ExpCurrent, Receptor


class Neuron(Parametrized):
    """Base of all neuron models; a subclass is a declaration.

    Class attributes
    ----------------
    equations : str
        Differential equations of the membrane. ``I_syn`` is the sum of the receptors' currents and
        ``I_in`` that of stimulating currents (pA).
    threshold : str
        The condition under which the neuron spikes.
    reset : dict
        ``{variable: expression}`` assigned at a spike.
    refractory : tuple of str
        Variables that are clamped for ``t_ref`` after a spike.
    initial : dict
        ``{variable: expression over parameters}``; 0 where not given.
    persistent : tuple of str
        Variables that `Network.reset_state` leaves alone: what the neuron has learnt.

    Parameters
    ----------
    receptors : mapping of str to Receptor, optional
        The receptors by name; one `ExpCurrent` called ``current`` unless given.
    **values
        The declared parameters.

    Raises
    ------
    ValidationError
        For an unknown name, a value that is not allowed, or something that is no receptor.
    """

    equations: ClassVar[str]
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str]]
    refractory: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[dict[str, str]] = {}
    persistent: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, receptors: Mapping[str, Receptor] | None = None, **values: Any) -> None:
        super().__init__(**values)
        given = {"current": ExpCurrent()} if receptors is None else receptors
        if not isinstance(given, Mapping):
            raise ValidationError(f"must map names to receptors, got {given!r}", "receptors", self)
        for name, receptor in given.items():
            if not isinstance(name, str) or not name.isidentifier():
                raise ValidationError(f"names must be identifiers, got {name!r}", "receptors", self)
            if not isinstance(receptor, Receptor):
                raise ValidationError(
                    f"{name!r} must be a receptor such as ExpCurrent(), got {receptor!r}",
                    "receptors", self,
                )  # fmt: skip
        self.receptors: dict[str, Receptor] = dict(given)
