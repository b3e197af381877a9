"""Interfaces of neuron, receptor and channel declarations, and the membranes of a neuron."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from spikesim.language.text import parse_text
from spikesim.units import Param, Unit

INPUT = "I_in"  # stimulation currents, constant within a step
IONIC = "I_ion"  # the channels' currents
SYNAPTIC = "I_syn"  # the receptors' currents
TIME = "t"


class PartDeclaration(Protocol):
    """Interface of receptors and channels: declared parameters."""

    declared: ClassVar[dict[str, Param]]


class ReceptorDeclaration(PartDeclaration, Protocol):
    """Interface of a receptor declaration."""

    equations: ClassVar[str]
    current: ClassVar[str]
    on_spike: dict[str, str]
    weight_unit: Unit
    signed: bool

    @property
    def transmitter(self) -> str | None: ...


class ChannelDeclaration(PartDeclaration, Protocol):
    """Interface of a channel declaration."""

    equations: ClassVar[str]
    current: ClassVar[str]
    ion: ClassVar[str]
    offers: ClassVar[tuple[str, ...]]
    initial: ClassVar[dict[str, str]]


@dataclass(frozen=True)
class Site:
    """Membrane of a neuron or of one compartment.

    Attributes
    ----------
    channels, receptors : mapping
        Channels and receptors, by the full names that end the names of their variables.
    name : str
        Name of the compartment; empty in a neuron with a single membrane.
    voltage : str
        Variable of its potential, which channels and receptors call ``V_m``.
    """

    channels: Mapping[str, ChannelDeclaration] = field(default_factory=dict)
    receptors: Mapping[str, ReceptorDeclaration] = field(default_factory=dict)
    name: str = ""
    voltage: str = "V_m"

    def full(self, name: str) -> str:
        """Full name of a quantity of the membrane, such as ``I_ion``."""
        return f"{name}_{self.name}" if self.name else name

    def offered(self) -> dict[str, str]:
        """Variables that calcium pools provide to all channels, local to full name."""
        return {o: self.full(o) for c in self.channels.values() for o in c.offers}


class NeuronDeclaration(Protocol):
    """Interface of a neuron declaration."""

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
    """Full names of a part's local names: ``tau_syn`` becomes ``tau_syn_exc``."""
    own = [*part.declared, *parse_text(part.equations, name).names]
    return {local: f"{local}_{name}" for local in own}
