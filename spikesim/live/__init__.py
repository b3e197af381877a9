"""Reading and setting the values of a network between runs, by the objects that users hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spikesim.kernels import histories
from spikesim.live.couplings import LiveCouplings
from spikesim.live.modulators import LiveModulators
from spikesim.live.populations import LivePopulations
from spikesim.live.projections import LiveProjections
from spikesim.live.recorders import LiveRecorders
from spikesim.planning.plan import PlasticTable
from spikesim.planning.release import forget_release
from spikesim.planning.tables import refresh_table

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
        self.couplings = LiveCouplings(network)
        self.modulators = LiveModulators(network)
        self.recorders = LiveRecorders(network)

    def reset_state(self) -> None:
        """Initial state, empty rings and histories; learnt variables and weights stay."""
        self.network.build()
        plan = self.network.plan
        for plastic in plan.plastic.values():
            self.network.simulator.flush(plastic)
            _forget(plastic, plan.step)
        for table in plan.tables:
            initial = plan.initial[table.state0 :][: table.args.state.size]
            initial = initial.reshape(table.args.state.shape)
            for row, name in enumerate(table.cell.states):
                if name not in table.persistent:
                    table.args.state[row] = initial[row]
            table.args.refractory[:] = 0
        forget_release(plan.release)
        if plan.modulation is not None:
            plan.modulation.now[:] = plan.modulation.baseline
            plan.modulation.pending[:] = 0.0
            plan.state[plan.modulation.place] = plan.initial[plan.modulation.place]
        plan.ring[:] = 0
        plan.broadcast[:] = 0

    def refresh(self) -> None:
        """Recompute all that depends on parameters and time, after a state has been put back."""
        plan = self.network.plan
        for table in plan.tables:
            refresh_table(table, self.network.dt)
        plan.feed.apply_stimuli(plan)
        for name, plastic in plan.plastic.items():
            on = bool(plastic.args.control[histories.LEARNING])
            self.network.projections[name]._learning = on
        self.network.simulator.refresh()


def _forget(table: PlasticTable, step: int) -> None:
    """Empty the histories of a plastic projection whose weights are up to date."""
    a = table.args
    for array in (a.pre_n, a.post_n, a.post_kept, a.sent_n, a.kept):
        array[:] = 0
    a.latest[:] = histories.latest_spikes(a.post, a.post_n)
    a.control[histories.LOG_N] = a.control[histories.LOG_KEPT] = 0
    a.control[histories.SYNCED] = step - 1
