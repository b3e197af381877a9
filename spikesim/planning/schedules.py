"""Schedules: at which steps rates and currents change, and their values then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikesim.attributes import put
from spikesim.description.inputs import PoissonDrive, RateSource, Source, SpikeSource, StepCurrent
from spikesim.description.populations import Population
from spikesim.description.schedules import Schedule
from spikesim.errors import ValidationError
from spikesim.kernels.sources import set_rates
from spikesim.miniatures import Miniatures
from spikesim.planning.inputs import (
    Stimulus,
    build_drives,
    change_steps,
    check_source_rate,
    steady_currents,
    value_at,
)
from spikesim.planning.miniatures import build_miniatures
from spikesim.planning.plan import Plan


class ScheduledFeed:
    """The rates and currents of a description, applied to its plan.

    Parameters
    ----------
    populations : list of Population
        Those whose sources may have schedules.
    stimuli : list of Stimulus
        Drives and currents.
    dt : float
        Step (ms).
    """

    def __init__(self, populations: list[Population], stimuli: list[Stimulus], dt: float):
        self.sources = [p for p in populations if isinstance(p.model, RateSource)]
        self.given = [p for p in populations if isinstance(p.model, SpikeSource)]
        self.stimuli = stimuli
        self.dt = dt

    def schedules(self) -> list[Schedule]:
        """All schedules of sources, drives and currents."""
        values: list[object] = [p.model.rate for p in self.sources]  # type: ignore[union-attr]
        for stimulus in self.stimuli:
            if isinstance(stimulus.input, (PoissonDrive, Miniatures)):
                values.append(stimulus.input.rate)
            elif isinstance(stimulus.input, StepCurrent):
                values.append(stimulus.input.schedule)
        return [value for value in values if isinstance(value, Schedule)]

    def changes(self) -> np.ndarray:
        steps = [schedule.steps(self.dt) for schedule in self.schedules()]
        return np.unique(np.concatenate([np.empty(0, np.int64), *steps]))

    def apply(self, plan: Plan) -> None:
        for population in self.sources:
            # A rate without a schedule is only touched when the user sets it: settling what it has
            # used up could change last bits of spike times.
            if plan.step in change_steps(population.model.rate, self.dt):  # type: ignore[union-attr]
                self.apply_rate(plan, population)
        self.apply_stimuli(plan)

    def apply_stimuli(self, plan: Plan) -> None:
        """Set currents, drives and miniature events to their values at the plan's step."""
        if any(isinstance(s.input, StepCurrent) for s in self.stimuli):
            steady_currents(self.stimuli, plan.blocks, plan.tables, plan.base, plan.step, self.dt)
        if any(isinstance(s.input, PoissonDrive) for s in self.stimuli):
            plan.drives = build_drives(
                self.stimuli, plan.blocks, plan.tables,
                dt=self.dt, seed=plan.seed, dtype=plan.ring.dtype, step=plan.step,
            )  # fmt: skip

        if any(isinstance(s.input, Miniatures) for s in self.stimuli):
            plan.minis = build_miniatures(
                self.stimuli, plan.blocks, plan.tables,
                dt=self.dt, seed=plan.seed, dtype=plan.ring.dtype, step=plan.step,
            )  # fmt: skip

    def apply_rate(self, plan: Plan, population: Population) -> None:
        """Set one source's rates (Hz) to their values at the plan's step."""
        model = population.model
        assert isinstance(model, RateSource)
        source = plan.sources[population.name]
        rate = np.full(source.n, value_at(model.rate, plan.step, self.dt) * (self.dt / 1000.0))
        set_rates(plan.step, source.rate, rate, source.left, source.since)

    def mutable(self) -> dict[str, np.ndarray]:
        """Rates (Hz) as entries of a state: without times where they are constant."""
        entries = {}
        for population in self.sources:
            rate = population.model.rate  # type: ignore[union-attr]
            scheduled = isinstance(rate, Schedule)
            entries[f"schedule.{population.name}.times"] = rate.times if scheduled else np.empty(0)
            entries[f"schedule.{population.name}.values"] = rate.values if scheduled else rate
        return entries

    def read(self, plan: Plan, arrays: Mapping[str, np.ndarray]) -> list[tuple[Population, Source]]:
        """The model of each source that a state's arrays say."""
        rated = [(p, self._rated(p, arrays)) for p in self.sources]
        return [*rated, *((p, self._timed(p, plan, arrays)) for p in self.given)]

    def restore(self, settings: list[tuple[Population, Source]]) -> None:
        for population, model in settings:
            put(population, model=model)

    def _rated(self, population: Population, arrays: Mapping[str, np.ndarray]) -> Source:
        name, model = population.name, population.model
        assert isinstance(model, RateSource)
        times, values = (arrays[f"schedule.{name}.{part}"].copy() for part in ("times", "values"))
        rate = Schedule(list(times), values, owner=name, what="rate") if times.size else values
        model = model.with_rate(rate, population.size, name)
        check_source_rate(model.rate, self.dt, name)
        return model

    def _timed(
        self, population: Population, plan: Plan, arrays: Mapping[str, np.ndarray]
    ) -> Source:
        """Given spikes, which a state holds as steps; the user's own times if it is those."""
        name, own = population.name, plan.sources[population.name]
        step, source = (arrays[f"source.{name}.{part}"] for part in ("step", "source"))
        if np.array_equal(step, own.step) and np.array_equal(source, own.source):
            assert isinstance(population.model, Source)
            return population.model
        fits = step.ndim == 1 and step.shape == source.shape and (np.diff(step) >= 0).all()
        if not fits or (step < 0).any() or (source < 0).any() or (source >= own.n).any():
            raise ValidationError("cannot be read: they are no steps of its sources", "times", name)
        times = np.round((step + 1) * self.dt, 9)
        return SpikeSource([times[source == k] for k in range(own.n)])
