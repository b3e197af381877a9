"""Neuromodulators: concentrations that spikes increase and that decay exponentially."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from spikesim.description.elements import Element, Signal
from spikesim.description.populations import View
from spikesim.description.selections import check_gapless
from spikesim.errors import ValidationError
from spikesim.units import Unit, check_name, check_scalar, delay_steps, ms, one


class Modulator(Signal):
    """Extracellular concentration of a substance such as dopamine; created by `Network.modulator`.

    There is one concentration, that of a well-mixed volume, in the unit of the released amounts. It
    decays towards `baseline` with the time constant `tau`, and increases at each spike of the
    neurons that release it. Use one modulator for each region with its own concentration.

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
        """Current concentration; a new value takes effect from now on."""
        return float(self._read("concentration")[0])

    @concentration.setter
    def concentration(self, value: Any) -> None:
        checked = check_scalar(value, "concentration", self, allowed="non-negative")
        self._write("concentration", checked)

    def add(self, amount: float) -> None:
        """Increase the concentration now by `amount`, or decrease it if `amount` is negative.

        Parameters
        ----------
        amount : float
            Increment in the unit of the concentration, which must not become negative.
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


class ModulatorRelease(Element):
    """Release of a modulator by the spikes of neurons; created by `Network.release`.

    Attributes
    ----------
    source, modulator : View, Modulator
        Neurons whose spikes release the modulator, and the modulator.
    amount : float
        Increase of the concentration at each spike.
    steps : int
        Delay from the spike to the increase, in time steps of the network.
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
