"""Neuromodulators: concentrations that spikes raise and time lowers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from spikesim.description.elements import Element, Signal
from spikesim.description.populations import View
from spikesim.description.selections import check_gapless
from spikesim.errors import ValidationError
from spikesim.units import Unit, check_name, check_scalar, delay_steps, ms, one


class Modulator(Signal):
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

    recordable: ClassVar[Mapping[str, Unit]] = {"concentration": one}

    def __init__(self, name: str, *, tau: float, baseline: float):
        self.name = check_name(name, "name", "modulator")
        self.tau = check_scalar(tau, "tau", name, unit=ms, allowed="positive")
        self.baseline = check_scalar(baseline, "baseline", name, allowed="non-negative")

    @property
    def concentration(self) -> float:
        """The concentration now; setting it acts on all that follows."""
        return float(self._read("concentration")[0])

    @concentration.setter
    def concentration(self, value: Any) -> None:
        checked = check_scalar(value, "concentration", self, allowed="non-negative")
        self._write("concentration", checked)

    def add(self, amount: float) -> None:
        """Raise the concentration now by a puff of `amount`, or lower it by a negative one.

        Parameters
        ----------
        amount : float
            In the unit of the concentration, which must not fall below 0.
        """
        amount = check_scalar(amount, "amount", self)
        before = self.concentration
        if before + amount < 0:
            raise ValidationError(
                f"would bring the concentration of {before:g} below 0, got {amount!r}", "amount",
                self,
            )  # fmt: skip
        self._write("concentration", before + amount)

    def __repr__(self) -> str:
        return f"<{self.name}: tau = {self.tau:g} ms, baseline = {self.baseline:g}>"


class Secretion(Element):
    """What raises a concentration; made by `Network.release`.

    Attributes
    ----------
    source, modulator : View, Modulator
        Whose spikes, and what they release.
    amount : float
        How much the concentration rises at each spike.
    steps : int
        From the spike to the rise, in steps of the network.
    """

    def __init__(self, source: View, modulator: Modulator, amount: Any, delay: Any, dt: float):
        if not isinstance(source, View):
            raise ValidationError(f"must be a population, got {source!r}", "source", "release")
        check_gapless(source, "source", source)
        if not isinstance(modulator, Modulator):
            raise ValidationError(
                f"must be a modulator, made by net.modulator(...), got {modulator!r}", "modulator",
                source,
            )  # fmt: skip
        self.name = owner = f"{source.name}->{modulator.name}"
        self.source, self.modulator = source, modulator
        self.amount = check_scalar(amount, "amount", owner, allowed="non-negative")
        delay = check_scalar(delay, "delay", owner, unit=ms)
        self.steps = int(delay_steps(delay, dt, owner))

    def _ends(self) -> dict[str, Any]:
        return {"source": self.source, "modulator": self.modulator}
