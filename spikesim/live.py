"""Reading and setting the values of a network between runs, by the objects that users hold."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.analysis.spiketrains import SpikeTrains
from spikesim.analysis.traces import Traces
from spikesim.build.connectivity import check_range
from spikesim.build.draws import draw
from spikesim.build.inputs import check_source_rate, given_spikes, whole_steps
from spikesim.build.plan import Block, Junction, NeuronTable, PlasticTable
from spikesim.build.release import forget_release, release_now
from spikesim.build.synapses import check_weights
from spikesim.build.tables import refresh_table
from spikesim.couplings import GapJunctions, Junctions
from spikesim.distributions import Distribution
from spikesim.equations import expressions as ex
from spikesim.equations.cell import INPUT, TIME, Cell, assemble
from spikesim.errors import ValidationError, unknown_name
from spikesim.inputs import RateSource, SpikeSource, check_rate, check_times
from spikesim.kernels import histories
from spikesim.kernels import plastic as template
from spikesim.kernels.args import ModulationArgs
from spikesim.kernels.deliver import BROADCAST, DENSE, NO_SELF
from spikesim.modulators import Modulator
from spikesim.neurons import Neuron
from spikesim.populations import View, check_shape
from spikesim.projections import Connections, Projection, ReleaseState
from spikesim.recorders import (
    ConcentrationRecorder,
    Recorder,
    SpikeRecorder,
    StateRecorder,
    WeightRecorder,
)
from spikesim.rng import key
from spikesim.runtime.recording import SampleStore, SpikeStore
from spikesim.units import Unit, check_array, check_scalar, nS

if TYPE_CHECKING:
    from spikesim.network import Network

_NOWHERE = np.empty(0, np.int64)


class Live:
    """The bridge from descriptions to the running network.

    Parameters
    ----------
    network : Network
        Whose populations, projections and recorders ask.
    """

    def __init__(self, network: Network):
        self.network = network
        self._stores: dict[int, SpikeStore | SampleStore] = {}

    # --- populations --------------------------------------------------------------------------

    def read(self, view: View, name: str) -> np.ndarray:
        """A parameter or state variable, float64, shape (len(view),)."""
        population = view.population
        if not isinstance(name, str):
            raise ValidationError(f"names are texts, got {name!r}", "get", view)
        if isinstance(population.model, RateSource) and name == "rate":
            self.network.build()
            source = self.network.plan.sources[population.name]
            return source.rate[view.ids] * (1000.0 / self.network.dt)
        block, table = self._place(view, name)
        if name in table.cell.states:
            row = table.args.state[table.cell.states.index(name)]
            return row[block.lo + view.ids].astype(np.float64)
        if name in block.values:
            return np.broadcast_to(block.values[name], block.size)[view.ids].copy()
        raise unknown_name(name, [*table.cell.states, *block.values], None, population.name)

    def write(self, view: View, values: Mapping[str, Any]) -> None:
        """Set parameters or state variables."""
        if view.population.is_source:
            for name, value in values.items():
                self._set_source(view, name, value)
            return
        if not values:
            return
        checked = {}
        for name, value in values.items():  # all are checked before any is set
            block, table = self._place(view, name)
            if name not in table.cell.states and name not in block.values:
                valid = [*table.cell.states, *block.values]
                raise unknown_name(name, valid, None, view.population.name)
            unit = Unit(table.cell.units.get(name, "1"))
            checked[name] = self._checked(view, name, value, unit)
        parameters = {n: v for n, v in checked.items() if n not in table.cell.states}
        for name in set(checked) - set(parameters):
            row = table.args.state[table.cell.states.index(name)]
            row[block.lo + view.ids] = checked[name]
        if parameters:
            before = dict(block.values)
            for name, array in parameters.items():
                self._set_parameter(view, block, name, array)
            try:
                refresh_table(table, self.network.dt)
            except ValidationError:
                block.values.update(before)
                raise
            self.network.simulator.refresh()

    def _place(self, view: View, name: str) -> tuple[Block, NeuronTable]:
        if view.population.is_source:
            valid = ["rate"] if isinstance(view.population.model, RateSource) else []
            raise unknown_name(name, valid, None, view.population.name)
        self.network.build()
        block = self.network.plan.blocks[view.population.name]
        return block, self.network.plan.tables[block.table]

    def _checked(self, view: View, name: str, value: Any, unit: Unit) -> np.ndarray:
        """`value` in the unit of a parameter, or in `unit`, that of a variable."""
        model, owner = view.population.model, view.population.name
        assert isinstance(model, Neuron)
        if isinstance(value, Distribution):
            value = draw(value, key(self.network.seed, "set", owner, name), len(view))
        declared = model.owner(name)
        if declared is not None:
            array = declared[0].declared[declared[1]].check(value, name, owner)
        else:
            array = check_array(value, name, owner, unit=unit)
        check_shape(array, len(view), name, view.name)
        return array

    @staticmethod
    def _set_parameter(view: View, block: Block, name: str, array: np.ndarray) -> None:
        if len(view) == block.size:
            block.values[name] = array.copy()
        else:
            whole = np.broadcast_to(block.values[name], block.size).copy()
            whole[view.ids] = array
            block.values[name] = whole

    def _set_source(self, view: View, name: str, value: Any) -> None:
        population = view.population
        self.network.build()
        plan = self.network.plan
        if isinstance(population.model, RateSource) and name == "rate":
            rate = check_rate(value, population.name)
            if len(view) < population.size:
                whole = self.read(population, "rate")
                if not isinstance(rate, np.ndarray):
                    raise ValidationError("a schedule is for all sources", "rate", view)
                check_shape(rate, len(view), "rate", view.name)
                whole[view.ids] = rate
                rate = whole
            source_model = copy(population.model)
            source_model.rate = rate
            source_model.check_size(population.size, population.name)
            check_source_rate(rate, self.network.dt, population.name)
            population.model = source_model
            plan.feed.apply_rate(plan, population)  # type: ignore[attr-defined]
            self.network.simulator.reschedule()
        elif isinstance(population.model, SpikeSource) and name == "times":
            given = SpikeSource(check_times(value, population.name))
            given.check_size(population.size, population.name)
            source = plan.sources[population.name]
            source.step, source.source = given_spikes(given.times, self.network.dt, population.name)
            population.model = given
        else:
            valid = ["rate"] if isinstance(population.model, RateSource) else ["times"]
            raise unknown_name(name, valid, None, population.name)

    # --- projections --------------------------------------------------------------------------

    def read_weight(self, projection: Projection) -> np.ndarray:
        """Weights as the user wrote them, float64, one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        if name in plan.plastic:
            self._flushed(projection)
            return plan.plastic[name].args.weights.astype(np.float64)
        p, static = plan.static_place[name], plan.static
        n = self._n_synapses(projection)
        if static.weight0[p] < 0:
            return np.full(n, projection.sign * float(static.weight[p]))
        return projection.sign * static.weights[static.weight0[p] :][:n].astype(np.float64)

    def write_weight(self, projection: Projection, values: Any) -> None:
        """Set weights: one number, or one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n = self._n_synapses(projection)
        array = check_array(values, "weight", projection)
        if array.ndim and array.shape != (n,):
            raise ValidationError(
                f"must be one value or {n}, one for each synapse; got shape {array.shape}",
                "weight", projection,
            )  # fmt: skip
        if not array.size:
            return
        dtype = plan.weight_type
        check_range(np.atleast_1d(array), np.dtype(dtype), projection)
        check_weights(projection, array, dtype)
        if name in plan.plastic:
            self._flushed(projection).args.weights[:] = array
            return
        p, static = plan.static_place[name], plan.static
        if static.weight0[p] >= 0:
            static.weights[static.weight0[p] :][:n] = projection.sign * array
        elif array.size and (array == array.flat[0]).all():
            static.weight[p] = projection.sign * array.flat[0]
        else:
            raise ValidationError(
                "was built with one weight for all synapses; build it with an array or a "
                "distribution to set them one by one", "weight", projection,
            )  # fmt: skip

    def read_connections(self, projection: Projection) -> Connections:
        """All synapses, by source and then in stored order."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n_pre, n_post = len(projection.source), len(projection.target)
        n = self._n_synapses(projection)
        if name in plan.plastic:
            a = plan.plastic[name].args
            dense, indptr, targets = a.dense, a.indptr, a.targets
            delay = a.delays if a.delays.size else np.full(n, a.delay)
        else:
            s, p = plan.static, plan.static_place[name]
            dense = s.kind[p] in (DENSE, BROADCAST)
            indptr = s.indptr[s.row0[p] : s.row0[p] + n_pre + 1]
            targets = s.targets[s.syn0[p] : s.syn0[p] + n]
            delay = np.full(n, s.delay[p]) if s.delay0[p] < 0 else s.delays[s.delay0[p] :][:n]
        if dense:
            source, target = (g.ravel() for g in np.indices((n_pre, n_post)))
            if n < n_pre * n_post:
                offset = plan.static.self0[plan.static_place[name]]
                other = target != source + offset
                source, target = source[other], target[other]
        else:
            source, target = np.repeat(np.arange(n_pre), np.diff(indptr)), targets.astype(np.int64)
        return Connections(source, target, self.read_weight(projection), delay * self.network.dt)

    def set_learning(self, projection: Projection, on: bool) -> None:
        """Freeze or free the weights from now on."""
        if self.network._plan is not None:
            self._flushed(projection).args.control[histories.LEARNING] = int(on)

    def normalize(self, projection: Projection, total: float) -> None:
        """Scale the weights onto each target to the same sum."""
        total = check_scalar(total, "total", projection, allowed="positive")
        if projection.plasticity is None:
            raise ValidationError("has no plasticity; set its weights", "normalize", projection)
        a = self._flushed(projection).args
        sums = np.empty(a.n_targets)
        if a.dense:
            bad = template.normalize_dense(a.weights, a.n_targets, total, sums)
        else:
            bad = template.normalize_sparse(a.weights, a.targets, total, sums)
        if bad >= 0:
            raise ValidationError(
                f"the weights onto target {bad} sum to 0 and cannot be scaled to {total}",
                "normalize", projection,
            )  # fmt: skip

    def read_release(self, projection: Projection) -> ReleaseState:
        """What a spike of now would find."""
        self.network.build()
        plan = self.network.plan
        place = plan.static_place[projection.name]
        return ReleaseState(*release_now(
            plan.release, place, plan.step, self.read_connections(projection).source,
            len(projection.source),
        ))  # fmt: skip

    def _flushed(self, projection: Projection) -> PlasticTable:
        self.network.build()
        table = self.network.plan.plastic[projection.name]
        self.network.simulator.flush(table)
        return table

    def _n_synapses(self, projection: Projection) -> int:
        plan, name = self.network.plan, projection.name
        if name in plan.plastic:
            return plan.plastic[name].args.weights.size
        s, p = plan.static, plan.static_place[name]
        n_pre, n_post = len(projection.source), len(projection.target)
        if s.kind[p] == BROADCAST and s.self0[p] != NO_SELF:
            own = np.arange(n_pre) + s.self0[p]
            return n_pre * n_post - int(((own >= 0) & (own < n_post)).sum())
        if s.kind[p] in (BROADCAST, DENSE):
            return n_pre * n_post
        return int(s.indptr[s.row0[p] + n_pre])

    # --- couplings ----------------------------------------------------------------------------

    def read_junctions(self, gaps: GapJunctions) -> Junctions:
        """Both ends and the conductance (nS) of every junction."""
        found, g = self._junctions(gaps)
        return Junctions(found.a.copy(), found.b.copy(), g.copy())

    def write_conductance(self, gaps: GapJunctions, values: Any) -> None:
        """Set conductances (nS): one number, or one for each junction."""
        found, g = self._junctions(gaps)
        array = check_array(values, "g", gaps, unit=nS, allowed="non-negative")
        if array.ndim and array.shape != found.a.shape:
            raise ValidationError(
                f"must be one value or {found.a.size}, one for each junction; got shape "
                f"{array.shape}", "g", gaps,
            )  # fmt: skip
        g[:] = array

    def _junctions(self, gaps: GapJunctions) -> tuple[Junction, np.ndarray]:
        self.network.build()
        plan = self.network.plan
        found = plan.junctions[gaps.name]
        assert plan.gaps is not None
        return found, plan.gaps.g[found.first : found.first + found.a.size]

    def read_concentration(self, modulator: Modulator) -> float:
        """The concentration now."""
        modulation, k = self._modulation(modulator)
        return float(modulation.now[k])

    def write_concentration(self, modulator: Modulator, value: float) -> None:
        """Set the concentration; events of steps that are done keep what they saw."""
        modulation, k = self._modulation(modulator)
        modulation.now[k] = value
        self.network.plan.state[modulation.place[k]] = value

    def _modulation(self, modulator: Modulator) -> tuple[ModulationArgs, int]:
        self.network.build()
        plan = self.network.plan
        assert plan.modulation is not None
        return plan.modulation, plan.modulators.index(modulator.name)

    # --- recorders ----------------------------------------------------------------------------

    def check_variable(self, view: View, variable: str) -> None:
        """Raise if the model has no such state variable."""
        model = view.population.model
        assert isinstance(model, Neuron)
        cell = assemble(model, with_input=True)
        if not isinstance(variable, str) or variable not in (*cell.states, *cell.derived):
            raise unknown_name(variable, ["spikes", *cell.states, *cell.derived], "variable", view)
        if variable in cell.derived and INPUT in ex.names(cell.derived[variable].rhs):
            raise ValidationError(
                f"{variable!r} depends on {INPUT}, which is not kept; record what else it is "
                "made from", "variable", view,
            )  # fmt: skip

    def attach(self, recorder: Recorder) -> None:
        """Make the store of a recorder, from now on."""
        plan, recording = self.network.plan, self.network.recording
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
            store = SampleStore(self._steps(recorder), np.concatenate([*places, _NOWHERE]))
            recording.states.append(store)
        elif isinstance(recorder, ConcentrationRecorder):
            modulation, k = self._modulation(recorder.target)
            store = SampleStore(self._steps(recorder), modulation.place[k : k + 1])
            recording.states.append(store)
        else:
            assert isinstance(recorder, WeightRecorder)
            n = self._n_synapses(recorder.target)
            chosen = np.arange(n) if recorder.synapses is None else recorder.synapses
            if chosen.size and chosen.max() >= n:
                raise ValidationError(
                    f"has {n} synapses; got index {chosen.max()}", "synapses", recorder.target
                )
            store = SampleStore(self._steps(recorder), chosen)
            recording.weights.setdefault(recorder.target.name, []).append(store)
            if plan.step == 0:  # the initial value is a sample too
                weights = plan.plastic[recorder.target.name].args.weights
                store.add(np.zeros(1, np.int64), weights[chosen][None].astype(float))
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
        steps, rows = store.samples()
        if isinstance(recorder, StateRecorder):
            rows, unit = self._sampled_values(recorder, steps * dt, rows)
            return Traces(
                steps * dt, rows, variable=recorder.variable, unit=unit,
                ids=recorder.target.ids, name=recorder.target.name,
            )  # fmt: skip
        if isinstance(recorder, ConcentrationRecorder):
            return Traces(
                steps * dt, rows, variable="concentration", unit="1", ids=np.zeros(1, np.int64),
                name=recorder.target.name,
            )  # fmt: skip
        assert isinstance(recorder, WeightRecorder)
        model = recorder.target.target.population.model
        assert isinstance(model, Neuron)
        unit = str(model.receptor(recorder.target.receptor).weight_unit)
        return Traces(
            steps * dt, rows, variable="weight", unit=unit, ids=store.places,
            name=recorder.target.name,
        )  # fmt: skip

    def _sampled_values(
        self, recorder: StateRecorder, times: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, str]:
        """Samples of a variable; what is derived is worked out from the states, with parameters
        as they are now."""
        block = self.network.plan.blocks[recorder.target.population.name]
        cell = self.network.plan.tables[block.table].cell
        if recorder.variable in cell.units:
            return rows, cell.units[recorder.variable]
        derived, ids = cell.derived[recorder.variable], recorder.target.ids
        names = _sampled(cell, recorder.variable)
        values = {n: v[ids] if v.ndim else v for n, v in block.values.items()}
        values |= {TIME: times[:, None], "dt": np.asarray(self.network.dt)}
        values |= dict(zip(names, np.split(rows, max(len(names), 1), axis=1), strict=False))
        functions = {name: f.for_arrays() for name, f in cell.functions.items()}
        shape = (times.size, ids.size)
        with np.errstate(all="ignore"):
            result = ex.evaluate(derived.rhs, values, functions)
        return np.broadcast_to(result, shape).copy(), str(derived.unit)

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

    # --- state --------------------------------------------------------------------------------

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
        """Recompute all that depends on parameters and time, after a state has been loaded."""
        plan = self.network.plan
        for table in plan.tables:
            refresh_table(table, self.network.dt)
        plan.feed.apply_stimuli(plan)
        self.network.simulator.refresh()


def _sampled(cell: Cell, variable: str) -> list[str]:
    """The states from which a variable's samples are made."""
    if variable in cell.states:
        return [variable]
    return sorted(ex.names(cell.derived[variable].rhs) & set(cell.states))


def _forget(table: PlasticTable, step: int) -> None:
    """Empty the histories of a plastic projection whose weights are up to date."""
    a = table.args
    for array in (a.pre_n, a.post_n, a.post_kept, a.sent_n, a.kept):
        array[:] = 0
    a.control[histories.LOG_N] = a.control[histories.LOG_KEPT] = 0
    a.control[histories.SYNCED] = step - 1
