"""Concentrations of neuromodulators between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spikesim.kernels.args import ModulationArgs
from spikesim.modulators import Modulator
from spikesim.planning.plan import Plan
from spikesim.runtime.turns import taking_turns

if TYPE_CHECKING:
    from spikesim.network import Network


@taking_turns
class LiveModulators:
    """What modulators ask of their network."""

    def __init__(self, network: Network):
        self.network = network

    def read_concentration(self, modulator: Modulator) -> float:
        """The concentration now."""
        self.network.build()
        modulation, k = place_of(self.network.plan, modulator)
        return float(modulation.now[k])

    def write_concentration(self, modulator: Modulator, value: float) -> None:
        """Set the concentration; events of steps that are done keep what they saw."""
        self.network.build()
        self.network.note(f"{modulator.name}.concentration")
        plan = self.network.plan
        modulation, k = place_of(plan, modulator)
        modulation.now[k] = value
        plan.state[modulation.place[k]] = value


def place_of(plan: Plan, modulator: Modulator) -> tuple[ModulationArgs, int]:
    """The concentrations of a plan, and which of them is a modulator's."""
    assert plan.modulation is not None
    return plan.modulation, plan.modulators.index(modulator.name)
