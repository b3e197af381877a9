"""Which part of a neuron an equation is from: messages name that part, and its own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spikesim.language.dimensions import Scope


@dataclass(frozen=True)
class Origin:
    """A part of a neuron.

    Attributes
    ----------
    owner : str
        Whom messages name: ``"LIF.receptors['exc'], TwoDecays"``.
    local : dict
        Its own names by full names.
    """

    owner: str
    local: dict[str, str] = field(default_factory=dict)


class Origins:
    """The parts of a neuron, and what they have brought into its equations."""

    def __init__(self, owner: str):
        self._neuron = Origin(owner)
        self._parts: dict[str, Origin] = {}
        self._of: dict[str, str] = {}
        self._currents: set[str] = set()

    def add(
        self, attribute: str, name: str, part: object, own: Mapping[str, str], voltage: str
    ) -> str:
        """Note a part with its own names, local to full; returns whom messages name."""
        owner = f"{self._neuron.owner}.{attribute}[{name!r}], {type(part).__name__}"
        local = {voltage: "V_m"} | {full: local for local, full in own.items()}
        self._parts[name] = Origin(owner, local)
        self._of |= dict.fromkeys(own.values(), name)
        return owner

    def add_current(self, name: str) -> None:
        """Note that ``I_name`` is the current of the part `name`."""
        self._of[f"I_{name}"] = name
        self._currents.add(f"I_{name}")

    def of(self, name: str) -> Origin:
        """The part that has brought a variable, or the neuron itself."""
        return self._parts.get(self._of.get(name, ""), self._neuron)

    def part(self, name: str) -> Origin:
        """A receptor or a channel."""
        return self._parts[name]

    def scope(self, scope: Scope, name: str) -> Scope:
        """The scope of a variable's equation."""
        if name in self._currents:
            scope = replace(scope, attribute="current")
        return within(scope, self.of(name))


def within(scope: Scope, origin: Origin) -> Scope:
    """A scope as a part has it."""
    return replace(scope, owner=origin.owner, local=origin.local)
