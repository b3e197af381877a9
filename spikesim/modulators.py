"""Neuromodulators: concentrations that spikes raise and time lowers. Plain description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from spikesim.errors import ValidationError
from spikesim.populations import View
from spikesim.units import check_scalar, ms


class ModulatorAccess(Protocol):
    """What the network offers to its modulators: concentrations between runs."""

    def read_concentration(self, modulator: Modulator) -> float: ...
    def write_concentration(self, modulator: Modulator, value: float) -> None: ...


class Modulator:
    """A substance in the fluid around neurons, such as dopamine; made by `Network.modulator`.

    Its concentration, in whatever unit amounts are given in, is that of one well-mixed volume: it
    decays towards `baseline` with the time constant `tau`, and rises with each spike of the neurons
    that release it. Regions with concentrations of their own are modulators of their own.

    Attributes
    ----------
    name : str
        Unique in the network; plasticity rules read the concentration under this name.
    tau : float
        Time constant of the decay (ms).
    baseline : float
        Tonic concentration.
    """

    def __init__(self, name: str, *, tau: float, baseline: float, access: ModulatorAccess):
        self.name = name
        self.tau = check_scalar(tau, "tau", name, unit=ms, allowed="positive")
        self.baseline = check_scalar(baseline, "baseline", name, allowed="non-negative")
        self.access = access

    @property
    def concentration(self) -> float:
        """The concentration now; setting it acts on all that follows."""
        return self.access.read_concentration(self)

    @concentration.setter
    def concentration(self, value: Any) -> None:
        value = check_scalar(value, "concentration", self, allowed="non-negative")
        self.access.write_concentration(self, value)

    def add(self, amount: float) -> None:
        """Raise the concentration now by a puff of `amount`, or lower it by a negative one."""
        amount = check_scalar(amount, "amount", self)
        before = self.concentration
        if before + amount < 0:
            raise ValidationError(
                f"would bring the concentration of {before:g} below 0, got {amount!r}", "amount",
                self,
            )  # fmt: skip
        self.access.write_concentration(self, before + amount)

    def __repr__(self) -> str:
        return f"<{self.name}: tau = {self.tau:g} ms, baseline = {self.baseline:g}>"


@dataclass(frozen=True)
class Secretion:
    """What raises a concentration: spikes of some neurons, each by an amount after a delay (ms)."""

    source: View
    modulator: Modulator
    amount: float
    delay: float
