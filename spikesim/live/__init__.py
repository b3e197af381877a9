"""Reading and setting the values of a network between runs, by the objects that users hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spikesim.live.elements import LiveElements
from spikesim.live.populations import LivePopulations
from spikesim.live.projections import LiveProjections
from spikesim.live.recorders import LiveRecorders

if TYPE_CHECKING:
    from spikesim.network import Network


class Live:
    """The bridge from descriptions to the running network: a part for each kind of object.

    Parameters
    ----------
    network : Network
        Whose populations, projections and recorders ask.
    """

    def __init__(self, network: Network):
        self.network = network
        self.populations = LivePopulations(network)
        self.projections = LiveProjections(network)
        self.elements = LiveElements(network)
        self.recorders = LiveRecorders(network)

    def reset_state(self) -> None:
        """Initial state, empty rings and histories; learnt variables and weights stay."""
        self.network.build()
        plan = self.network.plan
        for part in reversed(plan.parts.values()):  # weights first, for they see the others' past
            part.reset(plan)
        plan.ring[:] = 0

    def refresh(self) -> None:
        """Recompute all that depends on parameters and time, after a state has been put back."""
        plan = self.network.plan
        for part in plan.parts.values():
            part.resume(plan)
        self.network.simulator.refresh()
