"""The part of plastic synapses; each projection has its own arrays and generated kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.description.projections import Projection
from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.threads import split_rows
from spikesim.mechanisms.plastic_synapses.histories import (
    GROWING,
    STATE,
    faults,
    limits,
    misshapen,
    with_longer_post,
    with_longer_pre,
)
from spikesim.mechanisms.plastic_synapses.normalizing import normalize
from spikesim.mechanisms.plastic_synapses.tables import PlasticTable, build_table, signals_read
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.projections import (
    weight_bounds,
)
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import Entry
from spikesim.runtime.origin import checksum
from spikesim.runtime.part import Arrays, Bundles, Part, StoredSynapses
from spikesim.runtime.split import Split

# Arrays of which each thread has a copy: all threads read them, and each copy is computed from the
# same list of spikes.
_COPIED = [*(name for name in STATE if name not in ("weights", "kept")), "latest", "irregular"]


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
        self._readers = [table for table in tables.values() if table.args.sees.size]
        self._rows: tuple[Split | None, dict[tuple[str, int], dict[str, Any]]] = (None, {})

    def calls(self) -> list[Call]:
        calls = []
        for k, table in enumerate(self.tables.values()):
            calls += [
                Call(Stage.ARRIVE, f"{table.module}:arrivals", f"step, p{k}, ring", "plastic +=",
                     f"arrivals_{k}"),
                Call(Stage.SEND, f"{table.module}:emit", f"step, p{k}, ring, spikes, n",
                     "plastic +=", f"emit_{k}"),
            ]  # fmt: skip
        return calls

    def bundles(self) -> Bundles:
        return {f"p{k}": table.args for k, table in enumerate(self.tables.values())}

    def share(self, split: Split, t: int) -> Bundles:
        if self._rows[0] is not split:
            self._rows = split, {}
        shares, rows = {}, self._rows[1]
        for k, (name, table) in enumerate(self.tables.items()):
            a = table.args
            if (name, t) not in rows:
                rows[name, t] = _rows_of(a, split, t)
            copies = {} if t == 0 else {part: getattr(a, part).copy() for part in _COPIED}
            shares[f"p{k}"] = a._replace(**rows[name, t], **copies)
        return shares

    def full(self) -> list[str]:
        post, pre = histories.POST_FULL, histories.PRE_FULL
        return [f"p{k}.control[{post}] + p{k}.control[{pre}] > 0" for k in range(len(self.tables))]

    # --- between steps -------------------------------------------------------------------------

    def begin(self, plan: Common) -> None:
        self._now = lambda: plan.step

    def resume(self, plan: Common) -> None:
        for table in self.tables.values():
            table.projection._learning = bool(table.args.control[histories.LEARNING])

    def flush(self, name: str) -> PlasticTable:
        """Bring the weights of a projection up to date."""
        table = self.tables[name]
        table.flush(self._now())
        return table

    def next_stop(self, step: int) -> int | None:
        if not self._readers:
            return None
        return int(self.signals.args.since[0]) + int(self.signals.args.history.shape[0])

    def end_chunk(self, step: int) -> None:
        """Update weights that depend on modulators, before the modulator history is overwritten."""
        if not self._readers:
            return
        since, history = self.signals.args.since, self.signals.args.history
        if step - since[0] > history.shape[0] // 2:
            for table in self._readers:
                table.flush(step)
            since[0] = step

    def reserve(self, events: int) -> None:
        for table in self.tables.values():
            a = table.args
            if a.axonal and a.sent.shape[1] < a.pre_hi - a.pre_lo + events:
                wider = np.zeros((a.sent.shape[0], a.pre_hi - a.pre_lo + 2 * events), np.int32)
                wider[:, : a.sent.shape[1]] = a.sent
                table.args = a._replace(sent=wider)

    def make_room(self, step: int) -> None:
        for table in self.tables.values():
            control = table.args.control
            if control[histories.POST_FULL]:
                table.flush(step)
                table.args = with_longer_post(table.args)
            if control[histories.PRE_FULL]:
                table.args = with_longer_pre(table.args)
                control[histories.PRE_FULL] = 0

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
            table.flush(plan.step)
            _forget(table.args, plan.step)

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        return {
            f"plastic.{name}.{part}": getattr(table.args, part)
            for name, table in self.tables.items()
            for part in STATE
        }

    def is_free(self, name: str) -> bool:
        return name.startswith("plastic.") and name.rsplit(".", 1)[-1] in GROWING

    def limits(self, step: int) -> Iterator[Entry]:
        for name, table in self.tables.items():
            yield from limits(table.args, name, self.bounds[name], step)

    def misshapen(self, arrays: Arrays) -> Iterator[str]:
        for name, table in self.tables.items():
            wrong = misshapen(table.args, _own(name, arrays))
            yield from (f"plastic.{name}.{part}" for part in wrong)

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        if self._readers:
            kept = arrays["modulation.history"].shape[0]
            if step - int(arrays["modulation.since"][0]) >= kept:
                yield "'modulation.since' reaches further back than concentrations are kept"
        for name, table in self.tables.items():
            for wrong in faults(table.args, _own(name, arrays), step):
                yield f"'plastic.{name}': {wrong}"

    def load(self, arrays: Arrays, settings: Any) -> None:
        for name, table in self.tables.items():
            grown: dict[str, Any] = {p: arrays[f"plastic.{name}.{p}"].copy() for p in GROWING}
            a = table.args._replace(**grown)
            table.args = a._replace(latest=histories.latest_spikes(a.post, a.post_n))

    def structure(self) -> dict[str, int]:
        sums = {}
        for name, table in self.tables.items():
            a = table.args
            sums[name] = checksum(
                np.array([a.dense, a.axonal, a.pre_lo, a.post_lo, a.n_targets, a.delay_max]),
                a.indptr, a.targets, a.delays,
            )  # fmt: skip
        return sums

    # --- for users -----------------------------------------------------------------------------

    def stored(self, name: str) -> StoredSynapses | None:
        if name not in self.tables:
            return None
        a = self.tables[name].args
        return StoredSynapses(
            a.pre_hi - a.pre_lo, a.n_targets, a.weights.size, None if a.dense else a.indptr,
            None if a.dense else a.targets, None, a.weights, 1,
            a.delays if a.delays.size else a.delay, update=lambda: self._update(name),
        )  # fmt: skip

    def _update(self, name: str) -> None:
        self.flush(name)

    def set_learning(self, name: str, on: bool) -> None:
        """Switch the plasticity of a projection on or off from now on."""
        self.flush(name).args.control[histories.LEARNING] = int(on)

    def normalize(self, name: str, total: float, place: Callable[[], np.ndarray]) -> None:
        """Scale the weights onto each target neuron; see `Projection.normalize`."""
        table = self.flush(name)
        normalize(table.args, table.projection, total, place)


def _own(name: str, arrays: Arrays) -> dict[str, np.ndarray]:
    return {part: arrays[f"plastic.{name}.{part}"] for part in STATE}


def _rows_of(a: PlasticArgs, split: Split, t: int) -> dict[str, Any]:
    """The arrays of a plastic projection that belong to the targets of thread `t`."""
    lo, hi = split.within(t, a.post_lo, a.n_targets)
    share: dict[str, Any] = {"t_lo": lo, "t_hi": hi}
    if not a.dense and not a.delays.size:
        begin, end = np.empty_like(a.begin), np.empty_like(a.begin)
        split_rows(a.indptr, a.targets, lo, hi, begin, end)
        share |= {"begin": begin, "end": end}
    return share


def _forget(a: PlasticArgs, step: int) -> None:
    """Empty the histories of a plastic projection whose weights are up to date."""
    for array in (a.pre_n, a.post_n, a.post_kept, a.sent_n, a.kept):
        array[:] = 0
    a.latest[:] = histories.latest_spikes(a.post, a.post_n)
    a.control[histories.LOG_N] = a.control[histories.LOG_KEPT] = 0
    a.control[histories.SYNCED] = step - 1


def plan_plastic(projections: list[Projection], context: Context) -> PlasticPart | None:
    """Build the arrays and kernel modules of all plastic projections."""
    if not projections:
        return None
    signals: Any = context.parts.get("modulators")
    names = [] if signals is None else signals.names
    levels = np.zeros((1, 0)) if signals is None else signals.args.history
    tables = {
        p.name: build_table(context.built.pop(p.name), context.dt, context.weight_type, levels,
                       signals_read(p, names))
        for p in projections
    }  # fmt: skip
    return PlasticPart(tables, signals, context.weight_type)


PLASTIC_SYNAPSES = Mechanism(
    "plastic_synapses",
    lambda element: isinstance(element, Projection) and element.plasticity is not None,
    plan_plastic,
)
