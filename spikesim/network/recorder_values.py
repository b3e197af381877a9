"""Convert recorder buffers to result objects."""

from __future__ import annotations

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
)
from spikesim.equations.neuron_equations import INPUT, TIME
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.network.simulation import Simulation
from spikesim.network.stores import sampled
from spikesim.neurons import Neuron
from spikesim.runtime.lock import locked_methods
from spikesim.runtime.recording import SampleStore, SpikeStore


@locked_methods
class RecorderValues:
    """Access of recorders to their network."""

    simulation: Simulation

    def check_variable(self, view: View, variable: str) -> None:
        """Raise if the model has no such state variable."""
        model = view.population.model
        assert isinstance(model, Neuron)
        cell = self.simulation.description.cells.of(model, with_input=True)
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

    def result(self, recorder: Recorder) -> SpikeTrains | Traces:
        """The data recorded so far, as a result object."""
        self.simulation.build()
        dt, store = self.simulation.dt, self.simulation.stores[id(recorder)]
        if isinstance(recorder, SpikeRecorder):
            assert isinstance(store, SpikeStore)
            step, neuron = store.spikes()
            return SpikeTrains(
                (step + 1) * dt, neuron, n=len(recorder.target), t_start=store.start * dt,
                t_stop=self.simulation.plan.step * dt, name=recorder.target.name,
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
        rule = recorder.target.plasticity
        if rule is not None and recorder.variable != "weight":
            unit = str(rule.form().variables[recorder.variable].unit)
        synapses = recorder.synapses
        if synapses is None:
            synapses = np.arange(store.places.size)
        return Traces(
            steps * dt, rows, variable=recorder.variable, unit=unit, ids=synapses,
            name=recorder.target.name,
        )  # fmt: skip

    def _sampled_values(
        self, recorder: StateRecorder, store: SampleStore
    ) -> tuple[np.ndarray, np.ndarray, str]:
        """Steps, samples and unit of a variable.

        Derived variables are computed from the recorded states, with the parameters at that time.
        """
        assert store.block is not None
        cell = self.simulation.plan.tables[store.block.table].cell
        if recorder.variable in cell.units:
            return *store.samples(), cell.units[recorder.variable]
        derived, names = cell.derived[recorder.variable], sampled(cell, recorder.variable)
        ids, dt = recorder.target.ids, self.simulation.dt
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
        """Number of spikes of each neuron of a spike recorder."""
        self.simulation.build()
        store = self.simulation.stores[id(recorder)]
        assert isinstance(store, SpikeStore)
        return store.counts()

    def clear(self, recorder: Recorder) -> None:
        """Discard the recorded data of a recorder."""
        self.simulation.build()
        store = self.simulation.stores[id(recorder)]
        store.clear(self.simulation.plan.step)
