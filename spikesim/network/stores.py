"""Data buffers of recorders: allocation, connection to the plan, and memory estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from spikesim.description.recorders import (
    ElementRecorder,
    Recorder,
    SpikeRecorder,
    StateRecorder,
    WeightRecorder,
    check_synapses,
)
from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.language import expressions as ex
from spikesim.machine import SMALL, require
from spikesim.network.synapses import order_of
from spikesim.planning.use import Use
from spikesim.runtime.plan import Plan
from spikesim.runtime.recording import Recording, SampleStore, SpikeStore
from spikesim.synapses.form import WEIGHT
from spikesim.units import whole_steps

Store = SpikeStore | SampleStore
_NOWHERE = np.empty(0, np.int64)


def attach(recorder: Recorder, plan: Plan, recording: Recording) -> Store:
    """Create the buffer of a recorder, which records from now on."""
    store: Store
    if isinstance(recorder, SpikeRecorder):
        block = plan.blocks[recorder.target.population.name]
        store = SpikeStore(block.gid0, recorder.target.ids, start=plan.step)
        recording.spikes.append(store)
    elif isinstance(recorder, StateRecorder):
        block = plan.blocks[recorder.target.population.name]
        table = plan.tables[block.table]
        places = [
            table.state_place(name) + block.lo + recorder.target.ids
            for name in sampled(table.cell, recorder.variable)
        ]
        store = SampleStore(_steps(recorder, plan.dt), np.concatenate([*places, _NOWHERE]), block)
        recording.states.append(store)
    elif isinstance(recorder, ElementRecorder):
        variable = plan.variable(recorder.target, recorder.variable)
        if variable.place is not None:
            store = SampleStore(_steps(recorder, plan.dt), variable.place)
            recording.states.append(store)
        else:
            store = SampleStore(_steps(recorder, plan.dt), np.arange(variable.array.size))
            recording.between_chunks.append((lambda: variable.array, store))
    else:
        assert isinstance(recorder, WeightRecorder)
        synapses = plan.stored(recorder.target.name)
        n = synapses.n
        chosen = np.arange(n) if recorder.synapses is None else recorder.synapses
        check_synapses(chosen, n, recorder.target)
        order = order_of(synapses, recorder.target)
        stored = chosen if isinstance(order, slice) else order[chosen]
        store = SampleStore(_steps(recorder, plan.dt), stored)
        recording.between_chunks.append((_reader(plan, recorder), store))
    return store


def growth(recorder: Recorder, store: Store | None) -> Use:
    """Memory growth of a recorder: bytes per second of simulated time, or per spike."""
    kind = "recorder"
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
    return Use(kind, recorder.name, 0, what=what, per_second=8 * (n + 1) * 1000 / recorder.every)


def check_room(
    recorders: Sequence[Recorder], stores: Mapping[int, Store], steps: int, dt: float
) -> None:
    """Raise a ValidationError if the samples of `steps` steps do not fit into memory."""
    seconds = steps * dt / 1000.0
    parts = [growth(r, stores.get(id(r))) for r in recorders]
    need = seconds * sum(part.per_second for part in parts)
    if need > SMALL:
        worst = max(parts, key=lambda part: part.per_second)
        what = f"the samples of {seconds:g} s, most of them of {worst.name!r} ({worst.what}),"
        remedy = (
            "record fewer neurons, sample more seldom with every=, or run in parts and clear() "
            "the recorders between them"
        )
        require(need, what, "duration", "run", remedy)


def _steps(recorder: Recorder, dt: float) -> int:
    assert recorder.every is not None
    return whole_steps(recorder.every, dt, "every", recorder.name)


def _reader(plan: Plan, recorder: WeightRecorder) -> Callable[[], np.ndarray]:
    """Return a function that reads the recorded variable of all synapses."""

    def read() -> np.ndarray:
        synapses = plan.stored(recorder.target.name)
        name = WEIGHT if recorder.variable == "weight" else recorder.variable
        if name in synapses.variables:
            return synapses.variables[name]()
        synapses.update()
        return synapses.weights

    return read


def _n_recorded(recorder: WeightRecorder) -> int:
    if recorder.synapses is not None:
        return recorder.synapses.size
    p = recorder.target
    return int(p.connector.expected(len(p.source), len(p.target)))


def sampled(cell: NeuronEquations, variable: str) -> list[str]:
    """The state variables from which samples of a variable are computed."""
    if variable in cell.states:
        return [variable]
    return sorted(ex.names(cell.derived[variable].rhs) & set(cell.states))
