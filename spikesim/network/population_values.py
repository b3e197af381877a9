"""Read and set parameters and state variables of populations between runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spikesim.attributes import put
from spikesim.description.inputs import RateSource, SpikeSource, check_times
from spikesim.description.populations import Population, View, check_shape
from spikesim.description.schedules import Schedule, check_rate, partly_constant
from spikesim.description.selections import check_distinct
from spikesim.distributions import Distribution, is_drawn
from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.errors import ValidationError, unknown_name, warn
from spikesim.mechanisms.linked_variables import Link
from spikesim.mechanisms.linked_variables.plan import check_unlinked
from spikesim.network.described_values import DescribedValues
from spikesim.network.simulation import Simulation
from spikesim.neurons import Neuron
from spikesim.planning.drives import check_source_rate
from spikesim.planning.neurons import initial_values, refresh_table
from spikesim.planning.parameter_warnings import warn_of_neurons
from spikesim.planning.sampling import check_draws, draw
from spikesim.planning.sources import given_spikes
from spikesim.planning.stability import check_stability, judged
from spikesim.rng import key
from spikesim.runtime.blocks import Block, NeuronTable, SourceTable
from spikesim.runtime.interrupt import unbroken
from spikesim.runtime.lock import locked_methods
from spikesim.units import Unit, check_array, in_unit


@locked_methods
class PopulationValues:
    """Access of neurons and sources to their network."""

    simulation: Simulation

    @property
    def described(self) -> DescribedValues:
        """Reader of values from the description, without a plan."""
        return DescribedValues(self.simulation.description)

    def names(self, population: Population) -> list[str]:
        """Names of parameters and state variables of a population; settable ones of a source."""
        return self.described.names(population)

    def read(self, view: View, name: str) -> Any:
        """A parameter or state variable, float64, shape (len(view),)."""
        population = view.population
        if not isinstance(name, str):
            raise ValidationError(f"names are texts, got {name!r}", "get", view)
        if isinstance(population.model, SpikeSource) and name == "times":
            return tuple(population.model.times[k] for k in view.ids)
        if self.simulation.built is None:  # reading must not build the network
            described = self.described.read(view, name)
            if described is not None:
                return described
        if isinstance(population.model, RateSource) and name == "rate":
            self.simulation.build()
            source = self.simulation.plan.sources[population.name]
            return source.rate[view.ids] * (1000.0 / self.simulation.dt)
        block, table = self._place(view, name)
        if name in table.cell.states:
            if self.simulation.plan.step == 0:
                self.simulation.plan.start_step()  # the source of a link may have been set since
            row = table.args.state[table.cell.states.index(name)]
            return row[block.lo + view.ids].astype(np.float64)
        if name in block.values:
            return np.broadcast_to(block.values[name], block.size)[view.ids].copy()
        raise unknown_name(name, [*table.cell.states, *block.values], None, population.name)

    def write(self, view: View, values: Mapping[str, Any]) -> None:
        """Set parameters or state variables."""
        with unbroken():
            self._write(view, values)

    def _write(self, view: View, values: Mapping[str, Any]) -> None:
        if view.population.is_source:
            self._set_source(view, values)
            return
        if not values:
            return
        checked = {}
        for name, value in values.items():  # all are checked before any is set
            block, table = self._place(view, name)
            if name not in table.cell.states and name not in block.values:
                valid = [*table.cell.states, *block.values]
                raise unknown_name(name, valid, None, view.population.name)
            check_unlinked(view, name, self.simulation.description.of(Link))
            unit = Unit(table.cell.units.get(name, "1"))
            checked[name] = self._checked(view, name, value, unit)
        parameters = {n: v for n, v in checked.items() if n not in table.cell.states}
        changed = {n: self._whole(view, block, n, v) for n, v in parameters.items()}
        after = {**block.values, **changed}
        drawn = {n for n, v in values.items() if is_drawn(v)}
        model = view.population.model
        assert isinstance(model, Neuron)
        if parameters:
            self._check_stability(view, table.cell, after)
        warn_of_neurons(
            model, table.cell, after, self.simulation.dt, view.population.name,
            drawn=drawn, changed=changed,
        )  # fmt: skip
        self.simulation.note(f"{view.population.name}.{next(iter(checked))}")
        if parameters:
            before = block.values
            block.values = {**before, **changed}  # a new mapping: recorders keep the old one
            try:
                refresh_table(table, self.simulation.dt)
            except ValidationError:
                block.values = before
                raise
            self.simulation.simulator.refresh()
        for name in set(checked) - set(parameters):
            row = table.args.state[table.cell.states.index(name)]
            row[block.lo + view.ids] = checked[name]
        for name in drawn:  # last, since a call that fails must not change anything
            counts = self._draws(view, name)
            counts[view.ids] += 1
            self.simulation.plan.draws[f"{view.population.name}.{name}"] = counts

    def _draws(self, view: View, name: str) -> np.ndarray:
        """How often `set` has drawn a variable, for each neuron of a population, int64."""
        population = view.population
        counts = self.simulation.plan.draws.get(f"{population.name}.{name}")
        return np.zeros(population.size, np.int64) if counts is None else counts

    def _place(self, view: View, name: str) -> tuple[Block, NeuronTable]:
        if view.population.is_source:
            valid = self.names(view.population)
            raise unknown_name(name, valid, None, view.population.name)
        self.simulation.build()
        block = self.simulation.plan.blocks[view.population.name]
        return block, self.simulation.plan.tables[block.table]

    def _checked(self, view: View, name: str, value: Any, unit: Unit) -> np.ndarray:
        """Convert `value` to the unit of the parameter, or to `unit` if it is a state variable."""
        model, owner = view.population.model, view.population.name
        assert isinstance(model, Neuron)
        found = model.owner(name)
        parameter = None if found is None else found[0].declared[found[1]]
        if parameter is not None:
            unit = parameter.unit
        value = in_unit(value, unit, name, owner)
        law, drawn = value, isinstance(value, Distribution)
        if drawn:
            before = self._draws(view, name)[view.ids]
            value = draw(value, key(self.simulation.seed, "set", owner, name), view.ids, before)
        if parameter is not None:
            array = check_draws(value, law, parameter, name, owner)
        else:
            array = check_array(value, name, owner, unit=unit)
        if parameter is not None and parameter.shared:
            whole = np.unique(view.ids).size == view.population.size
            if array.ndim or not whole:
                got = "a distribution" if drawn else f"{array.size} values" if array.ndim else value
                raise ValidationError(
                    f"is (shared), so it is one number for all {view.population.size} neurons; got "
                    f"{got} for {view.name}", name, owner,
                )  # fmt: skip
        check_shape(array, len(view), name, view.name)
        if array.ndim and not drawn:  # a repeated neuron would have two values
            check_distinct(view, name, view)
        return array

    def _check_stability(
        self, view: View, cell: NeuronEquations, values: dict[str, np.ndarray]
    ) -> None:
        """Raise if `Network.population` would not accept these parameters for the population."""
        if not judged(cell):
            return
        population, ids, net = view.population, view.ids, self.simulation
        try:
            state = initial_values(population, cell, values, net.seed)[:, ids]
        except ValidationError:  # no initial state, so stability cannot be checked
            return
        mine = {name: v[ids] if v.ndim else v for name, v in values.items()}
        check_stability(cell, mine, state, net.dt, population.name)

    @staticmethod
    def _whole(view: View, block: Block, name: str, array: np.ndarray) -> np.ndarray:
        """Values of a parameter for the whole population, with those of `view` set to `array`."""
        of_all = view.contiguous and len(view) == block.size
        if of_all or (not array.ndim and np.unique(view.ids).size == block.size):
            return array.copy()
        whole = np.broadcast_to(block.values[name], block.size).copy()
        whole[view.ids] = array
        return whole

    def _set_source(self, view: View, values: Mapping[str, Any]) -> None:
        population = view.population
        for name in values:  # all are checked before any is set
            if name not in self.names(population):
                raise unknown_name(name, self.names(population), None, population.name)
        if "rate" in values:
            self._set_rate(view, values["rate"])
        elif "times" in values:
            self._set_times(view, values["times"])

    def _set_rate(self, view: View, value: Any) -> None:
        population, dt = view.population, self.simulation.dt
        assert isinstance(population.model, RateSource)
        self.simulation.build()
        plan = self.simulation.plan
        rate = value  # validated by `with_rate`
        if not (view.contiguous and len(view) == population.size):
            rate = self._rate_of_all(view, check_rate(value, population.name))
        source_model = population.model.with_rate(rate, population.size, population.name)
        check_source_rate(source_model.rate, dt, population.name)
        if isinstance(value, Schedule):
            value.check_grid(dt, population.name)
        self.simulation.note(f"{population.name}.rate")
        rates = population.model.rate, source_model.rate
        put(population, model=source_model)
        sources: Any = plan.parts["sources"]
        sources.apply_rate(plan, population)
        if any(isinstance(rate, Schedule) for rate in rates):
            self.simulation.simulator.reschedule()

    def _rate_of_all(self, view: View, rate: np.ndarray | Schedule) -> np.ndarray | Schedule:
        """The rates of the whole population, with those of `view` replaced by `rate`."""
        population = view.population
        assert isinstance(population.model, RateSource)
        if isinstance(rate, Schedule):
            raise ValidationError(
                "a schedule is for all sources of a population; give it one of the shape "
                f"(times, {population.size})", "rate", view,
            )  # fmt: skip
        if rate.ndim:
            check_distinct(view, "rate", view)
        check_shape(rate, len(view), "rate", view.name)
        before = population.model.rate
        if isinstance(before, Schedule):
            return partly_constant(before, view.ids, rate, population.size, self.simulation.dt)
        whole = np.broadcast_to(before, population.size).copy()
        whole[view.ids] = rate
        return whole

    def _set_times(self, view: View, value: Any) -> None:
        population, dt = view.population, self.simulation.dt
        if not (view.contiguous and len(view) == population.size):
            raise ValidationError("are set for all sources of a population", "times", view)
        self.simulation.build()
        given = SpikeSource(check_times(value, population.name))
        given.check_size(population.size, population.name)
        source = self.simulation.plan.sources[population.name]
        step, of = given_spikes(given.times, dt, population.name, silent=False)
        self._warn_of_past(population, source, step, of)
        source.step, source.source = step, of
        self.simulation.note(f"{population.name}.times")
        put(population, model=given)

    def _warn_of_past(
        self, population: Population, source: SourceTable, step: np.ndarray, of: np.ndarray
    ) -> None:
        """Warn of new spike times in the past, which are not emitted any more."""
        now = self.simulation.plan.step
        past, emitted = int(np.searchsorted(step, now)), int(np.searchsorted(source.step, now))
        spikes = step[:past] * population.size + of[:past]
        before = source.step[:emitted] * population.size + source.source[:emitted]
        lost = np.flatnonzero(~np.isin(spikes, before))
        if lost.size:
            k, dt = lost[0], self.simulation.dt
            others = f" (and {lost.size - 1} more)" if lost.size > 1 else ""
            warn(
                f"{population.name}.times: {(step[k] + 1) * dt:.12g} ms of source {of[k]}{others} "
                f"is in the past at t = {now * dt:.12g} ms, and gives no spike; times count from "
                "the network's start: add net.t to those that count from now"
            )
