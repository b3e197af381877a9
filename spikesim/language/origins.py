"""Origin of each equation: the neuron, receptor or channel that error messages name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spikesim.language.dimensions import Scope


@dataclass(frozen=True)
class Origin:
    """Neuron, receptor or channel that an equation comes from.

    Attributes
    ----------
    owner : str
        Owner in error messages, such as ``"LIF.receptors['exc'], TwoDecays"``.
    local : dict
        Its local names, by full names.
    """

    owner: str
    local: dict[str, str] = field(default_factory=dict)


class Origins:
    """Receptors and channels of a neuron, and the variables that each adds to its equations."""

    def __init__(self, owner: str):
        self._neuron = Origin(owner)
        self._parts: dict[str, Origin] = {}
        self._of: dict[str, str] = {}
        self._currents: set[str] = set()

    def add(
        self, attribute: str, name: str, part: object, own: Mapping[str, str], voltage: str
    ) -> str:
        """Register a part with its names, local to full; return its owner for messages."""
        owner = f"{self._neuron.owner}.{attribute}[{name!r}], {type(part).__name__}"
        local = {voltage: "V_m"} | {full: local for local, full in own.items()}
        self._parts[name] = Origin(owner, local)
        self._of |= dict.fromkeys(own.values(), name)
        return owner

    def add_current(self, name: str) -> None:
        """Register ``I_name`` as the current of the part `name`."""
        self._of[f"I_{name}"] = name
        self._currents.add(f"I_{name}")

    def of(self, name: str) -> Origin:
        """The part that defines a variable, or the neuron itself."""
        return self._parts.get(self._of.get(name, ""), self._neuron)

    def part(self, name: str) -> Origin:
        """Origin of a receptor or a channel."""
        return self._parts[name]

    def scope(self, scope: Scope, name: str) -> Scope:
        """Scope for checking the equation of a variable."""
        if name in self._currents:
            scope = replace(scope, attribute="current")
        return within(scope, self.of(name))


def within(scope: Scope, origin: Origin) -> Scope:
    """A scope with the owner and the local names of a part."""
    return replace(scope, owner=origin.owner, local=origin.local)
