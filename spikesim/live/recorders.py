"""What recorders hold: from their stores in the running network to results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.description.populations import View
from spikesim.description.recorders import (
    ElementRecorder,
    Recorder,
    SpikeRecorder,
    StateRecorder,
    WeightRecorder,
    check_synapses,
)
from spikesim.equations.neuron_equations import INPUT, TIME, Cell
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.live.projections import order_of
from spikesim.machine import SMALL, require
from spikesim.neurons import Neuron
from spikesim.planning.use import Use
from spikesim.runtime.plan import Plan
from spikesim.runtime.recording import Recording, SampleStore, SpikeStore
from spikesim.runtime.turns import taking_turns
from spikesim.units import whole_steps

if TYPE_CHECKING:
    from spikesim.network import Network

_NOWHERE = np.empty(0, np.int64)


@taking_turns
class LiveRecorders:
    """What recorders ask of their network."""

    def __init__(self, network: Network):
        self.network = network
        self._stores: dict[int, SpikeStore | SampleStore] = {}

    def check_variable(self, view: View, variable: str) -> None:
        """Raise if the model has no such state variable."""
        model = view.population.model
        assert isinstance(model, Neuron)
        cell = self.network._description.cells.of(model, with_input=True)
        known = ["spikes", *cell.states, *cell.derived]
        if isinstance(variable, str) and variable == INPUT:
            raise ValidationError(
                f"{INPUT!r}, the sum of stimulating currents, is not kept; what can be recorded: "
                f"{', '.join(map(repr, known))}", "variable", view,
            )  # fmt: skip
        if not isinstance(variable, str) or variable not in known[1:]:
            raise unknown_name(variable, known, "variable", view)
        if variable in cell.derived and INPUT in ex.names(cell.derived[variable].rhs):
            raise ValidationError(
                f"{variable!r} depends on {INPUT}, which is not kept; record what else it is "
                "made from", "variable", view,
            )  # fmt: skip

    def stores(self) -> dict[int, SpikeStore | SampleStore]:
        """What holds the recorders' samples now."""
        return dict(self._stores)

    def put_back(self, stores: dict[int, SpikeStore | SampleStore]) -> None:
        """Take what `stores` has told again."""
        self._stores = stores

    def growth(self, recorder: Recorder) -> Use:
        """What a recorder will hold: bytes for each second of biology, or for each spike."""
        kind, store = "recorder", self._stores.get(id(recorder))
        if isinstance(recorder, SpikeRecorder):
            return Use(kind, recorder.name, 0, what="spikes", per_spike=12)
        if isinstance(store, SampleStore):
            n = store.places.size
        elif isinstance(recorder, StateRecorder):
            n = len(recorder.target)
        elif isinstance(recorder, WeightRecorder):
            n = _n_recorded(recorder)
        else:
            n = 1
        assert recorder.every is not None
        what = f"{n} values every {recorder.every:g} ms"
        return Use(
            kind, recorder.name, 0, what=what, per_second=8 * (n + 1) * 1000 / recorder.every
        )

    def check_room(self, steps: int) -> None:
        """Raise a ValidationError if samples of so many steps cannot fit into memory."""
        seconds = steps * self.network.dt / 1000.0
        parts = [self.growth(r) for r in self.network._recorders]
        need = seconds * sum(part.per_second for part in parts)
        if need > SMALL:
            worst = max(parts, key=lambda part: part.per_second)
            what = f"the samples of {seconds:g} s, most of them of {worst.name!r} ({worst.what}),"
            remedy = (
                "record fewer neurons, sample more seldom with every=, or run in parts and clear() "
                "the recorders between them"
            )
            require(need, what, "duration", "run", remedy)

    def attach(self, recorder: Recorder, plan: Plan, recording: Recording) -> None:
        """Make the store of a recorder, from now on."""
        store: SpikeStore | SampleStore
        if isinstance(recorder, SpikeRecorder):
            block = plan.blocks[recorder.target.population.name]
            store = SpikeStore(block.gid0, recorder.target.ids, start=plan.step)
            recording.spikes.append(store)
        elif isinstance(recorder, StateRecorder):
            block = plan.blocks[recorder.target.population.name]
            table = plan.tables[block.table]
            places = [
                table.state_place(name) + block.lo + recorder.target.ids
                for name in _sampled(table.cell, recorder.variable)
            ]
            store = SampleStore(self._steps(recorder), np.concatenate([*places, _NOWHERE]), block)
            recording.states.append(store)
        elif isinstance(recorder, ElementRecorder):
            variable = plan.variable(recorder.target, recorder.variable)
            if variable.place is not None:
                store = SampleStore(self._steps(recorder), variable.place)
                recording.states.append(store)
            else:
                store = SampleStore(self._steps(recorder), np.arange(variable.array.size))
                recording.seldom.append((lambda: variable.array, store))
        else:
            assert isinstance(recorder, WeightRecorder)
            synapses = plan.stored(recorder.target.name)
            n = synapses.n
            chosen = np.arange(n) if recorder.synapses is None else recorder.synapses
            check_synapses(chosen, n, recorder.target)
            order = order_of(synapses, recorder.target)
            stored = chosen if isinstance(order, slice) else order[chosen]
            store = SampleStore(self._steps(recorder), stored)
            recording.seldom.append((_reader(plan, recorder.target.name), store))
        self._stores[id(recorder)] = store

    def result(self, recorder: Recorder) -> SpikeTrains | Traces:
        """What a recorder holds."""
        self.network.build()
        dt, store = self.network.dt, self._stores[id(recorder)]
        if isinstance(recorder, SpikeRecorder):
            assert isinstance(store, SpikeStore)
            step, neuron = store.spikes()
            return SpikeTrains(
                (step + 1) * dt, neuron, n=len(recorder.target), t_start=store.start * dt,
                t_stop=self.network.t, name=recorder.target.name,
            )  # fmt: skip
        assert isinstance(store, SampleStore)
        if isinstance(recorder, StateRecorder):
            steps, rows, unit = self._sampled_values(recorder, store)
            return Traces(
                steps * dt, rows, variable=recorder.variable, unit=unit,
                ids=recorder.target.ids, name=recorder.target.name,
            )  # fmt: skip
        steps, rows = store.samples()
        if isinstance(recorder, ElementRecorder):
            unit = str(recorder.target.recordable[recorder.variable])
            return Traces(
                steps * dt, rows, variable=recorder.variable, unit=unit,
                ids=np.arange(store.places.size), name=recorder.target.name,
            )  # fmt: skip
        assert isinstance(recorder, WeightRecorder)
        model = recorder.target.target.population.model
        assert isinstance(model, Neuron)
        unit = str(model.receptor(recorder.target.receptor).weight_unit)
        synapses = recorder.synapses
        if synapses is None:
            synapses = np.arange(store.places.size)
        return Traces(
            steps * dt, rows, variable="weight", unit=unit, ids=synapses,
            name=recorder.target.name,
        )  # fmt: skip

    def _sampled_values(
        self, recorder: StateRecorder, store: SampleStore
    ) -> tuple[np.ndarray, np.ndarray, str]:
        """Steps, samples and unit of a variable.

        What is derived is worked out from the states, with the parameters that held then.
        """
        assert store.block is not None
        cell = self.network.plan.tables[store.block.table].cell
        if recorder.variable in cell.units:
            return *store.samples(), cell.units[recorder.variable]
        derived, names = cell.derived[recorder.variable], _sampled(cell, recorder.variable)
        ids, dt = recorder.target.ids, self.network.dt
        functions = {name: f.for_arrays() for name, f in cell.functions.items()}
        parts = [np.empty((0, ids.size))]
        for parameters, steps, rows in store.segments():
            values = {n: v[ids] if v.ndim else v for n, v in parameters.items()}
            values |= {TIME: (steps * dt)[:, None], "dt": np.asarray(dt)}
            values |= dict(zip(names, np.split(rows, max(len(names), 1), axis=1), strict=False))
            with np.errstate(all="ignore"):
                result = ex.evaluate(derived.rhs, values, functions)
            parts.append(np.broadcast_to(result, (steps.size, ids.size)))
        return store.samples()[0], np.concatenate(parts), str(derived.unit)

    def counts(self, recorder: Recorder) -> np.ndarray:
        """Spikes of each neuron of a spike recorder."""
        self.network.build()
        store = self._stores[id(recorder)]
        assert isinstance(store, SpikeStore)
        return store.counts()

    def clear(self, recorder: Recorder) -> None:
        """Empty a recorder's store."""
        self.network.build()
        store = self._stores[id(recorder)]
        if isinstance(store, SpikeStore):
            store.clear(self.network.plan.step)
        else:
            store.clear()

    def _steps(self, recorder: Recorder) -> int:
        assert recorder.every is not None
        return whole_steps(recorder.every, self.network.dt, "every", recorder.name)

    def contents(self, recorder: Recorder) -> dict[str, Any]:
        """What a recorder's store holds, for a copy of its network."""
        return self._stores[id(recorder)].contents()

    def refill(self, recorder: Recorder, contents: dict[str, Any]) -> None:
        """Let a recorder's store hold what that of another network has held."""
        vars(self._stores[id(recorder)]).update(contents)

    def __getstate__(self) -> dict[str, Any]:
        return {"network": self.network, "_stores": {}}  # stores are made anew


def _reader(plan: Plan, projection: str) -> Callable[[], np.ndarray]:
    """Reads the weights of a projection as they are now."""

    def read() -> np.ndarray:
        synapses = plan.stored(projection)
        synapses.update()
        return synapses.weights

    return read


def _n_recorded(recorder: WeightRecorder) -> int:
    if recorder.synapses is not None:
        return recorder.synapses.size
    p = recorder.target
    return int(p.connector.expected(len(p.source), len(p.target)))


def _sampled(cell: Cell, variable: str) -> list[str]:
    """The states from which a variable's samples are made."""
    if variable in cell.states:
        return [variable]
    return sorted(ex.names(cell.derived[variable].rhs) & set(cell.states))
