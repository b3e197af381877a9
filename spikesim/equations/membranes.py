"""What equations need of a neuron and its parts, and the pieces of membrane where parts sit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from spikesim.language.text import parse_text
from spikesim.units import Param, Unit

INPUT = "I_in"  # stimulating currents, constant within a step
IONIC = "I_ion"  # the channels' currents
SYNAPTIC = "I_syn"  # the receptors' currents
TIME = "t"


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


class NeuronDeclaration(Protocol):
    """What equations need of a neuron model."""

    equations: str
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str] | str]
    refractory: ClassVar[tuple[str, ...] | str]
    rearm: ClassVar[str]
    method: str
    joint: tuple[str, ...]
    functions: ClassVar[dict[str, Callable[..., Any]]]
    step: ClassVar[Callable[..., Any] | None]
    initial: dict[str, Any]
    persistent: ClassVar[tuple[str, ...]]
    declared: ClassVar[dict[str, Param]]

    @property
    def receptors(self) -> Mapping[str, ReceptorDeclaration]: ...

    @property
    def sites(self) -> tuple[Site, ...]: ...

    @property
    def parts(self) -> Mapping[str, PartDeclaration]: ...

    @property
    def key(self) -> tuple[Any, ...]: ...


def local_names(part: ReceptorDeclaration | ChannelDeclaration, name: str) -> dict[str, str]:
    """How a part's own names read inside a neuron: ``tau_syn`` as ``tau_syn_exc``."""
    own = [*part.declared, *parse_text(part.equations, name).names]
    return {local: f"{local}_{name}" for local in own}
