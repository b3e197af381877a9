"""Where parts of a neuron sit: pieces of membrane with channels and receptors of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from spikesim.equations.text import parse_text
from spikesim.units import Param, Unit

IONIC = "I_ion"  # the channels' currents
SYNAPTIC = "I_syn"  # the receptors' currents


class PartDeclaration(Protocol):
    """What has parameters."""

    declared: ClassVar[dict[str, Param]]


class ReceptorDeclaration(PartDeclaration, Protocol):
    """What equations need of a receptor."""

    equations: ClassVar[str]
    current: ClassVar[str]
    on_spike: dict[str, str]
    weight_unit: Unit
    signed: bool

    @property
    def transmitter(self) -> str | None: ...


class ChannelDeclaration(PartDeclaration, Protocol):
    """What equations need of a channel."""

    equations: ClassVar[str]
    current: ClassVar[str]
    ion: ClassVar[str]
    offers: ClassVar[tuple[str, ...]]
    initial: ClassVar[dict[str, str]]


@dataclass(frozen=True)
class Site:
    """A piece of membrane.

    Attributes
    ----------
    channels, receptors : mapping
        By full names: those that stand at the end of their variables' names.
    name : str
        Of a compartment; empty where a neuron is one membrane.
    voltage : str
        The variable of its potential, which its parts call ``V_m``.
    """

    channels: Mapping[str, ChannelDeclaration] = field(default_factory=dict)
    receptors: Mapping[str, ReceptorDeclaration] = field(default_factory=dict)
    name: str = ""
    voltage: str = "V_m"

    def full(self, name: str) -> str:
        """A name of the membrane itself, such as ``I_ion``, in the neuron."""
        return f"{name}_{self.name}" if self.name else name

    def offered(self) -> dict[str, str]:
        """What pools offer to all channels, by local and full name."""
        return {o: self.full(o) for c in self.channels.values() for o in c.offers}


def local_names(part: ReceptorDeclaration | ChannelDeclaration, name: str) -> dict[str, str]:
    """How a part's own names read inside a neuron: ``tau_syn`` as ``tau_syn_exc``."""
    own = [*part.declared, *parse_text(part.equations, name).names]
    return {local: f"{local}_{name}" for local in own}
