"""Build spike sources, and apply their rates while a network runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from spikesim import rng
from spikesim.attributes import put
from spikesim.description.inputs import GammaSource, RateSource, Source, SpikeSource
from spikesim.description.populations import Population
from spikesim.description.schedules import Schedule
from spikesim.errors import ValidationError
from spikesim.kernels.sources import first_intervals, set_rates
from spikesim.planning.drives import (
    MAX_COUNT_MEAN,
    change_steps,
    check_source_rate,
    value_at,
)
from spikesim.runtime.blocks import Common, SourceTable
from spikesim.runtime.limits import COUNT, NOT_NEGATIVE, Entry, Limits
from spikesim.runtime.part import Arrays, Part
from spikesim.units import MOST_STEPS, nearest_steps

STATE = ("rate", "left", "since", "drawn", "step", "source")


def build_source(population: Population, gid0: int, dt: float, seed: int) -> SourceTable:
    """Build the arrays of a source population."""
    n, model = population.size, population.model
    key = rng.key(seed, "source", population.name)
    if isinstance(model, SpikeSource):
        step, source = given_spikes(model.times, dt, population.name)
        none = np.empty(0)
        drawn = np.empty(0, np.int64)
        return SourceTable(gid0, n, key, none, none, none, none, drawn, step, source)
    assert isinstance(model, RateSource)
    check_source_rate(model.rate, dt, population.name)
    left, shape = np.empty(n), np.full(n, model.shape if isinstance(model, GammaSource) else 1.0)
    first_intervals(key, shape, left)
    return SourceTable(
        gid0, n, key, shape=shape, rate=np.zeros(n), left=left, since=np.zeros(n),
        drawn=np.ones(n, np.int64), step=np.empty(0, np.int64), source=np.empty(0, np.int32),
    )  # fmt: skip


def given_spikes(
    times: Sequence[np.ndarray], dt: float, owner: str, *, silent: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Convert spike times to ordered (step, source) arrays; time t is the end of step t/dt - 1."""
    flat = np.concatenate([*times, np.empty(0)])
    source = np.repeat(np.arange(len(times), dtype=np.int32), [t.size for t in times])
    ends = nearest_steps(flat, dt, "times", owner, least=1, silent=silent)
    order = np.lexsort((source, ends))
    return ends[order] - 1, source[order]


class SourcesPart(Part):
    """All spike sources of a network, with their rates and times.

    Parameters
    ----------
    populations : list of Population
        All populations of the network; those that are not sources are ignored.
    tables : dict of str to SourceTable
        Arrays of the sources, by population.
    dt : float
        Step (ms).
    """

    name = "sources"

    def __init__(
        self, populations: Sequence[Population], tables: dict[str, SourceTable], dt: float
    ):
        self.rated = [p for p in populations if isinstance(p.model, RateSource)]
        self.given = [p for p in populations if isinstance(p.model, SpikeSource)]
        self.tables, self.dt = tables, dt

    def changes(self) -> np.ndarray:
        steps = [change_steps(p.model.rate, self.dt) for p in self.rated]  # type: ignore[union-attr]
        return np.concatenate([np.empty(0, np.int64), *steps])

    def begin(self, plan: Common) -> None:
        for population in self.rated:
            self.apply_rate(plan, population)

    def apply(self, plan: Common) -> None:
        for population in self.rated:
            # A rate without a schedule changes only when the user sets it: applying it at every
            # change could alter the last bits of spike times.
            if plan.step in change_steps(population.model.rate, self.dt):  # type: ignore[union-attr]
                self.apply_rate(plan, population)

    def apply_rate(self, plan: Common, population: Population) -> None:
        """Set the rates (Hz) of one population to their values at the current step."""
        model = population.model
        assert isinstance(model, RateSource)
        source = self.tables[population.name]
        rate = np.full(source.n, value_at(model.rate, plan.step, self.dt) * (self.dt / 1000.0))
        set_rates(plan.step, source.rate, rate, source.left, source.since)

    def state(self) -> dict[str, np.ndarray]:
        entries = {
            f"source.{name}.{part}": getattr(table, part)
            for name, table in self.tables.items()
            for part in STATE
        }
        for population in self.rated:  # `times` is empty for a constant rate
            rate = population.model.rate  # type: ignore[union-attr]
            scheduled = isinstance(rate, Schedule)
            entries[f"schedule.{population.name}.times"] = rate.times if scheduled else np.empty(0)
            entries[f"schedule.{population.name}.values"] = rate.values if scheduled else rate
        return entries

    def is_free(self, name: str) -> bool:
        kind, part = name.split(".")[0], name.rsplit(".", 1)[-1]
        return kind == "schedule" or (kind == "source" and part in ("step", "source"))

    def limits(self, step: int) -> Iterator[Entry]:
        for name, table in self.tables.items():
            yield from _limits(f"source.{name}", table)
        for population in self.rated:
            yield Entry(f"schedule.{population.name}.times", NOT_NEGATIVE)
            yield Entry(f"schedule.{population.name}.values", NOT_NEGATIVE)

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        for name, table in self.tables.items():
            if table.rate.size:
                yield from _intervals(f"source.{name}", arrays, step)

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        """Add schedules, which states of formats 2 and 3 lack, as they are in the network."""
        if version > 3:
            return
        lacking = {n: a for n, a in self.state().items() if n.startswith("schedule.")}
        for name in self.tables:
            times, rate = f"schedule.{name}.times", arrays.get(f"source.{name}.rate")
            if times in lacking and not lacking[times].size and rate is not None:
                lacking[f"schedule.{name}.values"] = np.round(rate * (1000.0 / self.dt), 9)
        arrays |= lacking

    def read(self, arrays: Arrays, plan: Common) -> list[tuple[Population, Source]]:
        """Build the model of each source from a state's arrays."""
        rated = [(p, self._rated(p, arrays)) for p in self.rated]
        return [*rated, *((p, self._timed(p, arrays)) for p in self.given)]

    def load(self, arrays: Arrays, settings: list[tuple[Population, Source]]) -> None:
        for population, model in settings:
            put(population, model=model)
        for name, table in self.tables.items():
            table.step = arrays[f"source.{name}.step"].copy()
            table.source = arrays[f"source.{name}.source"].copy()

    def _rated(self, population: Population, arrays: Mapping[str, np.ndarray]) -> Source:
        name, model = population.name, population.model
        assert isinstance(model, RateSource)
        times, values = (arrays[f"schedule.{name}.{part}"].copy() for part in ("times", "values"))
        rate = Schedule(list(times), values, owner=name, what="rate") if times.size else values
        model = model.with_rate(rate, population.size, name)
        check_source_rate(model.rate, self.dt, name)
        return model

    def _timed(self, population: Population, arrays: Mapping[str, np.ndarray]) -> Source:
        """Build given spikes from a state's steps; keep the user's own times if they are equal."""
        name, own = population.name, self.tables[population.name]
        step, source = (arrays[f"source.{name}.{part}"] for part in ("step", "source"))
        if np.array_equal(step, own.step) and np.array_equal(source, own.source):
            assert isinstance(population.model, Source)
            return population.model
        fits = step.ndim == 1 and step.shape == source.shape and (np.diff(step) >= 0).all()
        if not fits or (step < 0).any() or (source < 0).any() or (source >= own.n).any():
            raise ValidationError("cannot be read: they are no steps of its sources", "times", name)
        times = np.round((step + 1) * self.dt, 9)
        return SpikeSource([times[source == k] for k in range(own.n)])


def _limits(name: str, source: SourceTable) -> Iterator[Entry]:
    yield Entry(f"{name}.rate", Limits(0.0, MAX_COUNT_MEAN * (1.0 + 1e-9)))
    yield Entry(f"{name}.left", Limits(-1.0))  # rounding may make it slightly negative
    yield Entry(f"{name}.since", Limits(0.0, MOST_STEPS))
    yield Entry(f"{name}.drawn", COUNT)
    yield Entry(f"{name}.step", Limits(0, MOST_STEPS, whole=True))
    yield Entry(f"{name}.source", Limits(0, source.n - 1, whole=True))


def _intervals(name: str, arrays: Arrays, step: int) -> Iterator[str]:
    """Yield if the next spike of a source should have come before, beyond rounding."""
    rate, left, since = (arrays[f"{name}.{part}"] for part in ("rate", "left", "since"))
    slack = 1e-3 + 4.0 * rate * np.spacing(float(step))
    if (left - rate * (step - since) < -slack).any():
        yield f"{name!r}: spikes should have come before"
    if (arrays[f"{name}.drawn"] < 1).any():
        yield f"{name!r}: intervals are missing"
