"""The part of plastic synapses; each projection has its own arrays and generated kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from spikesim.codegen.step import Call
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError
from spikesim.kernels.histories import LEARNING
from spikesim.mechanisms.plastic_synapses.base import PlasticTable
from spikesim.mechanisms.plastic_synapses.events import build_event_table
from spikesim.mechanisms.plastic_synapses.normalizing import normalize
from spikesim.mechanisms.plastic_synapses.releasing import release_now
from spikesim.mechanisms.plastic_synapses.stepping import build_stepped_table
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.projections import weight_bounds
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import Entry
from spikesim.runtime.origin import FORMER
from spikesim.runtime.part import Arrays, Bundles, Part, StoredSynapses
from spikesim.runtime.split import Split


class PlasticPart(Part):
    """All plastic projections of a network.

    Parameters
    ----------
    tables : dict of str to PlasticTable
        The tables by name of the projection.
    signals : object or None
        The part whose `args.history` the rules read, back to step `args.since`.
    dtype : type
        Type in which weights are stored.
    """

    name = "plastic_synapses"

    def __init__(self, tables: dict[str, PlasticTable], signals: Any, dtype: Any):
        self.tables, self.signals = tables, signals
        self.bounds = {n: weight_bounds(t.projection, dtype) for n, t in tables.items()}
        self._now: Callable[[], int] = lambda: 0
        # Projections whose rules read modulators.
        self._readers = [t for t in tables.values() if t.reads_levels]
        self._grids = [t.grid for t in tables.values() if t.grid is not None]
        self._rows: tuple[Split | None, dict[tuple[str, int], dict[str, Any]]] = (None, {})

    def calls(self) -> list[Call]:
        return [call for k, table in enumerate(self.tables.values()) for call in table.calls(k)]

    def bundles(self) -> Bundles:
        return {f"p{k}": table.args for k, table in enumerate(self.tables.values())}

    def share(self, split: Split, t: int) -> Bundles:
        if self._rows[0] is not split:
            self._rows = split, {}
        shares, rows = {}, self._rows[1]
        for k, (name, table) in enumerate(self.tables.items()):
            if (name, t) not in rows:
                rows[name, t] = table.rows_of(split, t)
            copies = {} if t == 0 else table.copies()
            shares[f"p{k}"] = table.args._replace(**rows[name, t], **copies)
        return shares

    def full(self) -> list[str]:
        return [text for k, table in enumerate(self.tables.values()) for text in table.full(k)]

    # --- between steps -------------------------------------------------------------------------

    def begin(self, plan: Common) -> None:
        self._now = lambda: plan.step

    def resume(self, plan: Common) -> None:
        for table in self.tables.values():
            table.projection._learning = bool(table.args.control[LEARNING])

    def flush(self, name: str) -> PlasticTable:
        """Bring the weights of a projection up to date."""
        table = self.tables[name]
        table.flush(self._now())
        return table

    def next_stop(self, step: int) -> int | None:
        stops = [(step // grid + 1) * grid for grid in self._grids]
        if self._readers:
            stops.append(int(self.signals.args.since[0]) + self.signals.args.history.shape[0])
        return min(stops, default=None)

    def end_chunk(self, step: int) -> None:
        """Update what depends on modulators, before their history is overwritten."""
        for table in self.tables.values():
            if table.grid is not None and step % table.grid == 0:
                table.bring_to(step)
        if not self._readers:
            return
        since, history = self.signals.args.since, self.signals.args.history
        if step - since[0] > history.shape[0] // 2:
            for table in self._readers:
                table.flush(step)
            since[0] = step

    def reserve(self, events: int) -> None:
        for table in self.tables.values():
            table.reserve(events)

    def make_room(self, step: int) -> None:
        for table in self.tables.values():
            table.make_room(step)

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        for name, table in self.tables.items():
            places = np.flatnonzero(~np.isfinite(table.args.weights))
            if places.size:
                k = int(places[0])
                return (
                    f"{name}.weight is {table.args.weights[k]:g} at synapse {k}, and at "
                    f"{places.size} of {table.args.weights.size}, at {plan.step * plan.dt:g} ms: "
                    "its plasticity rule does not give a number there; what was recorded until "
                    "then is kept"
                )
        return None

    def reset(self, plan: Common) -> None:
        for table in self.tables.values():
            table.bring_to(plan.step)
            table.forget(plan.step)

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        return {
            f"plastic.{name}.{part}": table.array(part)
            for name, table in self.tables.items()
            for part in table.parts
        }

    def is_free(self, name: str) -> bool:
        return any(
            name == f"plastic.{owner}.{part}"
            for owner, table in self.tables.items()
            for part in table.GROWING
        )

    def limits(self, step: int) -> Iterator[Entry]:
        for name, table in self.tables.items():
            yield from table.limits(self.bounds[name], step)

    def misshapen(self, arrays: Arrays) -> Iterator[str]:
        for name, table in self.tables.items():
            wrong = table.misshapen(_own(table, arrays))
            yield from (f"plastic.{name}.{part}" for part in wrong)

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        if self._readers:
            kept = arrays["modulation.history"].shape[0]
            if step - int(arrays["modulation.since"][0]) >= kept:
                yield "'modulation.since' reaches further back than concentrations are kept"
        for name, table in self.tables.items():
            for wrong in table.faults(_own(table, arrays), step):
                yield f"'plastic.{name}': {wrong}"

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        if version <= FORMER:
            for name, table in self.tables.items():
                for part, array in table.upgraded(arrays).items():
                    arrays[f"plastic.{name}.{part}"] = array

    def load(self, arrays: Arrays, settings: Any) -> None:
        for table in self.tables.values():
            table.load(_own(table, arrays))

    def structure(self) -> dict[str, int]:
        return {name: table.structure() for name, table in self.tables.items()}

    # --- for users -----------------------------------------------------------------------------

    def stored(self, name: str) -> StoredSynapses | None:
        if name not in self.tables:
            return None
        a = self.tables[name].args
        return StoredSynapses(
            self.tables[name].n_sources, a.n_targets, a.weights.size, None if a.dense else a.indptr,
            None if a.dense else a.targets, None, a.weights, 1,
            a.delays if a.delays.size else a.delay,
            update=lambda: self._update(name), prepare=lambda: self._prepare(name),
            variables={v: partial(self._read, name, v) for v in self.tables[name].readable},
        )  # fmt: skip

    def _update(self, name: str) -> None:
        self.flush(name)

    def _prepare(self, name: str) -> None:
        self.tables[name].bring_to(self._now())

    def _read(self, name: str, variable: str) -> np.ndarray:
        return self.tables[name].values(variable, self._now())

    def release_now(self, name: str, source: np.ndarray) -> Any:
        """The release state u and x of a projection; each with whether it is that of synapses."""
        return release_now(self.tables[name], self._now(), source)

    def write(self, name: str, variable: str, values: np.ndarray) -> None:
        """Set a variable of all synapses of a projection, in stored order."""
        table = self.tables[name]
        table.bring_to(self._now())
        table.row(variable)[:] = values

    def set_learning(self, name: str, on: bool) -> None:
        """Switch the plasticity of a projection on or off from now on."""
        self._prepare(name)
        self.tables[name].learn(on)

    def normalize(self, name: str, total: float, place: Callable[[], np.ndarray]) -> None:
        """Scale the weights onto each target neuron; see `Projection.normalize`."""
        table = self.tables[name]
        table.bring_to(self._now())
        normalize(table.args, table.projection, total, place)


def _own(table: PlasticTable, arrays: Arrays) -> dict[str, np.ndarray]:
    return {part: arrays[f"plastic.{table.name}.{part}"] for part in table.parts}


def signals_read(projection: Projection, names: list[str]) -> np.ndarray:
    """Indices of the modulators that the rule of a projection reads, in the order of the rule."""
    rule = projection.plasticity
    assert rule is not None
    places = []
    for variable in rule.modulators:
        given = projection.modulators.get(variable)
        chosen = variable if given is None else given.name
        if chosen not in names:
            there = ", ".join(map(repr, names)) if names else "none"
            raise ValidationError(
                f"{type(rule).__name__} reads the modulator {variable!r}, and the network has "
                f"{there}; add it by net.modulator({variable!r}, tau=...), or say which one is "
                f"meant by modulators={{{variable!r}: ...}}", "plasticity", projection,
            )  # fmt: skip
        places.append(names.index(chosen))
    return np.array(places, np.int64)


def plan_plastic(projections: list[Projection], context: Context) -> PlasticPart | None:
    """Build the arrays and kernel modules of all plastic projections."""
    if not projections:
        return None
    signals: Any = context.parts.get("modulators")
    names = [] if signals is None else signals.names
    levels = np.zeros((1, 0)) if signals is None else signals.args.history
    tables: dict[str, PlasticTable] = {}
    for p in projections:
        built, sees = context.built.pop(p.name), signals_read(p, names)
        assert p.rule is not None
        build = build_stepped_table if p.rule.is_stepped else build_event_table
        given = None if signals is None else signals.args
        tables[p.name] = build(built, context, levels, sees, given)
    return PlasticPart(tables, signals, context.weight_type)


PLASTIC_SYNAPSES = Mechanism(
    "plastic_synapses",
    lambda element: isinstance(element, Projection) and element.plasticity is not None,
    plan_plastic,
)
