"""Building, running, saving and copying of a described network."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikesim.attributes import put
from spikesim.description.description import Description
from spikesim.description.recorders import Recorder
from spikesim.errors import NotBuiltError, SimulationError, SpikesimWarning, ValidationError
from spikesim.mechanisms import MECHANISMS
from spikesim.network.stores import Store, attach, check_room, growth
from spikesim.network.synapses import carry_weights
from spikesim.planning.builder import build, grouped
from spikesim.planning.memory import uses
from spikesim.planning.use import Use
from spikesim.runtime import checkpoint
from spikesim.runtime.interrupt import unbroken
from spikesim.runtime.lock import NetworkLock
from spikesim.runtime.plan import Plan
from spikesim.runtime.progress import ProgressBar, shows
from spikesim.runtime.recording import Recording
from spikesim.runtime.simulator import Simulator
from spikesim.runtime.state import State, take
from spikesim.runtime.state import put as put_state


@dataclass(frozen=True)
class _Kept:
    """State and recorded data from which a copy of a network continues.

    Some arrays of a plan are views of other arrays, which neither `copy` nor `pickle` preserves. So
    a copy is built from its description when it is first used, and then its state is restored.
    """

    state: State
    contents: list[dict[str, Any]]


class Simulation:
    """A description with its plan, simulator and recorded data.

    Parameters
    ----------
    description : Description
        The description of the network.
    threads : int
        Number of threads.

    Attributes
    ----------
    lock : NetworkLock
        Lock that lets one thread at a time use the network.
    recorders : list of Recorder
        All recorders, in the order of creation.
    stores : dict of int to SpikeStore or SampleStore
        Data buffer of each recorder, by the ``id`` of the recorder.
    written : str
        Name of a value that the user has set and that rebuilding would lose; "" if there is none.
    """

    def __init__(self, description: Description, threads: int):
        self.description, self.threads = description, threads
        self.lock = NetworkLock()
        self._unchecked = False
        self.recorders: list[Recorder] = []
        self.stores: dict[int, Store] = {}
        self.recording = Recording()
        self.written = ""
        self._plan: Plan | None = None
        self._simulator: Simulator | None = None
        self._kept: _Kept | None = None

    # --- what there is -------------------------------------------------------------------------

    @property
    def dt(self) -> float:
        """Time step (ms)."""
        return self.description.dt

    @property
    def seed(self) -> int:
        """Seed of all random numbers."""
        return self.description.seed

    @property
    def built(self) -> Plan | None:
        """The plan, or None if the network is not built; a copy is built here."""
        if self._kept is not None:
            with self.lock:
                self._bring_back()
        return self._plan

    @property
    def plan(self) -> Plan:
        """The plan; a NotBuiltError before the network is built."""
        plan = self.built
        if plan is None:
            raise NotBuiltError("the network is not built yet; run() or build() it first")
        return plan

    @property
    def simulator(self) -> Simulator:
        """The simulator that runs the plan; a NotBuiltError before the network is built."""
        if self._simulator is None:
            raise NotBuiltError("the network is not built yet; run() or build() it first")
        return self._simulator

    def note(self, what: str) -> None:
        """Remember that the user has set a value, by its name in messages."""
        self.written, self._unchecked = what, True

    def forget_plan(self, what: str) -> None:
        """Discard an unchanged plan, so that something can be added to the description.

        Raises
        ------
        ValidationError
            If the network has run, or values have been set in it.
        """
        with self.lock.alone(f"a call that adds a {what}"):
            plan = self.built
            if plan is None:
                return
            if plan.step:
                raise ValidationError(
                    f"the network has run already; add every {what} before the first run", None,
                    "Network",
                )  # fmt: skip
            if self.written:
                raise ValidationError(
                    f"{self.written} has been set already, and would be lost; add every {what} "
                    "before values are set", None, "Network",
                )  # fmt: skip
            self._plan = None

    def memory(self) -> list[Use]:
        """Memory use of each part of the network, estimated without building it."""
        d = self.description
        parts = uses(d, grouped(d, MECHANISMS), MECHANISMS, self.threads)
        return [*parts, *(growth(r, self.stores.get(id(r))) for r in self.recorders)]

    # --- building ------------------------------------------------------------------------------

    def build(self) -> Plan:
        """Build the plan, unless it exists."""
        if self._plan is not None:
            return self._plan
        if self.built is not None:
            return self.plan
        with self.lock:
            if self.built is None:
                if not self.description.populations:
                    raise ValidationError("has no populations yet", None, "Network")
                self._simulator = None  # free the memory of an earlier plan first
                with self._unchanged_on_failure():
                    self._make()
        return self.plan

    def _make(self, weights_of: Plan | None = None) -> None:
        """Install a new plan with empty recorders, with the weights of `weights_of` if given."""
        plan, recording = build(self.description, MECHANISMS, self.threads), Recording()
        changed = ""
        if weights_of is not None:
            changed = carry_weights(weights_of, plan, list(self.description.projections))
        for recorder in self.recorders:
            self.stores[id(recorder)] = attach(recorder, plan, recording)
        self._simulator = Simulator(plan, recording, self.threads)
        self._plan, self.recording = plan, recording
        self.written = f"{changed}.weight" if changed else ""

    @contextmanager
    def _unchanged_on_failure(self) -> Iterator[None]:
        """Context manager that restores the network if the block raises."""
        before = self._plan, self.recording, self._simulator, self.written
        stores = dict(self.stores)
        models = [(p, p.model) for p in self.description.populations.values()]
        try:
            yield
        except BaseException as error:
            self._plan, self.recording, self._simulator, self.written = before
            self.stores = stores
            for population, model in models:
                put(population, model=model)
            if isinstance(error, MemoryError):
                raise SimulationError(
                    f"there is not enough memory for the network ({error}); net.memory() tells "
                    "what takes how much"
                ) from error
            raise

    def add_recorder(self, recorder: Recorder) -> None:
        """Add a recorder, which records from now on."""
        plan = self.built
        if plan is not None:
            self.stores[id(recorder)] = attach(recorder, plan, self.recording)
            self.simulator.refresh()
        self.recorders.append(recorder)

    # --- running -------------------------------------------------------------------------------

    def run(self, steps: int, progress: bool | None) -> None:
        """Simulate a number of steps; `progress` is as in `Network.run`."""
        self.lock.begin_run()
        try:
            self.build()
            self._check_values()
            check_room(self.recorders, self.stores, steps, self.dt)
            if progress is None and not shows(sys.stderr):
                progress = False
            if not steps or progress is False:
                self.simulator.run(steps)
            else:
                with ProgressBar(steps, self.dt, at_once=bool(progress)) as bar:
                    self.simulator.run(steps, bar.update)
        finally:
            self.lock.end_run()

    def _check_values(self) -> None:
        """Let parts check the values that have been set since the last run."""
        if self._unchecked:
            self._unchecked = False
            for part in self.plan.parts.values():
                part.check_values(self.plan)

    def reset(self, *, keep_weights: bool) -> None:
        """Return to the described network; see `Network.reset`."""
        with self.lock.alone("reset"):
            before = self.built
            if before is None:
                return
            with self._unchanged_on_failure():
                for population in self.description.populations.values():
                    put(population, model=population.described)
                self._make(before if keep_weights else None)

    def reset_state(self) -> None:
        """Restore the initial state and empty ring buffers and histories.

        Learnt variables and weights stay.
        """
        with self.lock.alone("reset_state"):
            self.build()
            self.simulator.check_whole()
            plan = self.plan
            # Plastic weights first: bringing them up to date needs the histories of other parts.
            for part in reversed(plan.parts.values()):
                part.reset(plan)
            plan.ring[:] = 0

    # --- states and copies ---------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write the state to a file."""
        with self.lock:
            self.build()
            self.simulator.check_whole()
            checkpoint.save(self.plan, path)

    def load(self, path: str | Path) -> None:
        """Restore a saved state."""
        with self.lock.alone("load_state"):
            state = checkpoint.read(path)
            self.build()
            with unbroken():
                put_state(self.plan, state, str(path))
                self.note("the state")
                self._resume()
                for recorder in self.recorders:
                    self.stores[id(recorder)].clear(self.plan.step)

    def _resume(self) -> None:
        """Update everything that depends on the state after it was written into the plan."""
        plan = self.plan
        if self.simulator.fault:
            self._simulator = Simulator(plan, self.recording, self.threads)
        for part in plan.parts.values():
            part.resume(plan)
        self.simulator.refresh()

    def __getstate__(self) -> dict[str, Any]:
        with self.lock:
            kept = self._kept
            if self._plan is not None:
                self.simulator.check_whole()
                state = take(self._plan)
                # Copies of arrays, since the network may continue to run meanwhile.
                arrays = {name: array.copy() for name, array in state.arrays.items()}
                contents = [self.stores[id(r)].contents() for r in self.recorders]
                kept = _Kept(State(state.head, arrays), contents)
            return {
                "description": self.description, "threads": self.threads,
                "recorders": self.recorders, "written": self.written, "kept": kept,
            }  # fmt: skip

    def __setstate__(self, parts: dict[str, Any]) -> None:
        vars(self).update(
            description=parts["description"], threads=parts["threads"], lock=NetworkLock(),
            recorders=parts["recorders"], stores={}, recording=Recording(),
            written=parts["written"], _unchecked=True, _plan=None, _simulator=None,
            _kept=parts["kept"],
        )  # fmt: skip

    def _bring_back(self) -> None:
        """Build a copied network and restore the state of the original."""
        kept, written = self._kept, self.written
        if kept is None:  # another thread has already done it
            return
        self._kept = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SpikesimWarning)  # given for the original
                self.build()
            put_state(self.plan, kept.state, "the copy", trusted=True)
            self._resume()
            self.written = written
            for recorder, contents in zip(self.recorders, kept.contents, strict=True):
                vars(self.stores[id(recorder)]).update(contents)
        except BaseException:
            self._plan, self._kept = None, kept
            raise
