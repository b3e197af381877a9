"""Build the shared arrays of the static synapses of all projections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.connectors import AllToAll
from spikesim.description.projections import Projection
from spikesim.kernels.args import StaticArgs
from spikesim.kernels.deliver import BROADCAST, NO_SELF, SPARSE
from spikesim.kernels.sort_rows import split_blocks
from spikesim.kernels.threads import split_rows
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.projections import Built, by_population, target_type, weight_bounds
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import FINITE, MANY, Entry, within
from spikesim.runtime.origin import checksum
from spikesim.runtime.part import Bundles, Part, StoredSynapses
from spikesim.runtime.split import Split


class StaticPart(Part):
    """All static projections of a network, those with release among them.

    Parameters
    ----------
    args : StaticArgs
        The shared arrays.
    projections : list of Projection
        The projections, in the order of the arrays.
    dtype : type
        Type in which weights are stored.
    """

    name = "static_synapses"

    def __init__(self, args: StaticArgs, projections: list[Projection], dtype: Any):
        self.args = args
        self.place = {projection.name: p for p, projection in enumerate(projections)}
        self.signs = [projection.sign for projection in projections]
        self.bounds = {p.name: weight_bounds(p, dtype) for p in projections}
        self._shares: tuple[Split | None, dict[int, StaticArgs]] = (None, {})

    def calls(self) -> list[Call]:
        module, calls = "spikesim.kernels.deliver", []
        if (self.args.kind == BROADCAST).any():
            arguments = "step, ring, broadcast, static"
            calls.append(Call(Stage.ARRIVE, f"{module}:deliver_broadcast", arguments))
        arguments = "step, ring, broadcast, spikes, n, static"
        return [*calls, Call(Stage.SEND, f"{module}:deliver_static", arguments, "events +=")]

    def bundles(self) -> Bundles:
        return {"static": self.args}

    def share(self, split: Split, t: int) -> Bundles:
        if self._shares[0] is not split:
            self._shares = split, {}
        shares = self._shares[1]
        if t not in shares:
            shares[t] = _share(self.args, split, t)
        return {"static": shares[t]}

    def reset(self, plan: Common) -> None:
        plan.broadcast[:] = 0

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        return {"static.weight": self.args.weight, "static.weights": self.args.weights}

    def limits(self, step: int) -> Iterator[Entry]:
        s = self.args
        yield Entry("static.weight", FINITE)
        yield Entry("static.weights", FINITE)
        for name, p in self.place.items():
            limits, said = within(self.bounds[name]), f"{name}.weight as stored"
            first = int(s.weight0[p])
            if first < 0:
                yield Entry("static.weight", limits, slice(p, p + 1), said)
            else:
                later = s.weight0[s.weight0 > first]
                end = int(later.min(initial=MANY))
                yield Entry("static.weights", limits, slice(first, end), said)

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        if version == 2:
            for p, order in self.former_order():
                if self.args.weight0[p] >= 0:
                    self.reorder(arrays, "static.weights", int(self.args.weight0[p]), order)

    def former_order(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the former synapse order of each projection with different delays (state format 2).

        In that format rows were sorted by (delay, target), without blocks.
        """
        s = self.args
        for p in np.flatnonzero((s.kind == SPARSE) & (s.delay0 >= 0)):
            rows = s.indptr[s.row0[p] :][: s.hi[p] - s.lo[p] + 1]
            n = int(rows[-1])
            row = np.repeat(np.arange(rows.size - 1), np.diff(rows))
            keys = s.targets[s.syn0[p] :][:n], s.delays[s.delay0[p] :][:n], row
            yield int(p), np.lexsort(keys)

    @staticmethod
    def reorder(arrays: dict[str, np.ndarray], name: str, first: int, order: np.ndarray) -> None:
        """Convert the entries of an array from `first` on from the former to the current order."""
        arrays[name] = arrays[name].copy()
        part = arrays[name][first:][: order.size]
        part[order] = part.copy()

    def structure(self) -> dict[str, int]:
        s, sums = self.args, {}
        for name, p in self.place.items():
            head = np.array([s.kind[p], s.lo[p], s.hi[p], s.n_targets[p], s.delay[p]])
            sums[name] = checksum(head)
            if s.kind[p] == SPARSE:
                rows = s.indptr[s.row0[p] :][: s.hi[p] - s.lo[p] + 1]
                n = int(rows[-1])
                sums[name] = checksum(rows, s.targets[s.syn0[p] :][:n], start=sums[name])
                if s.delay0[p] >= 0:
                    sums[name] = checksum(s.delays[s.delay0[p] :][:n], start=sums[name])
        return sums

    # --- for users -----------------------------------------------------------------------------

    def stored(self, name: str) -> StoredSynapses | None:
        if name not in self.place:
            return None
        s, p = self.args, self.place[name]
        n_pre, n_post = int(s.hi[p] - s.lo[p]), int(s.n_targets[p])
        indptr = targets = missing = None
        if s.kind[p] == SPARSE:
            indptr = s.indptr[s.row0[p] :][: n_pre + 1]
            n = int(indptr[-1])
            targets = s.targets[s.syn0[p] :][:n]
        else:
            n = n_pre * n_post
            if s.kind[p] == BROADCAST and s.self0[p] != NO_SELF:
                missing = int(s.self0[p])
                own = np.arange(n_pre) + missing
                n -= int(((own >= 0) & (own < n_post)).sum())
        first, late = int(s.weight0[p]), int(s.delay0[p])
        return StoredSynapses(
            n_pre, n_post, n, indptr, targets, missing,
            s.weight[p : p + 1] if first < 0 else s.weights[first:][:n], self.signs[p],
            int(s.delay[p]) if late < 0 else s.delays[late:][:n], one_weight=first < 0,
        )  # fmt: skip


def _share(s: StaticArgs, split: Split, t: int) -> StaticArgs:
    """The synapses onto the neurons of thread `t`."""
    if split.threads == 1:
        return s
    begin, end = s.indptr.copy(), np.zeros_like(s.indptr)
    end[:-1] = s.indptr[1:]
    ranges = np.zeros((s.kind.size, 2), np.int64)
    for p in range(s.kind.size):
        if not s.n_targets[p]:
            continue
        ranges[p] = split.within(t, split.gid_of_slot(int(s.slot[p])), int(s.n_targets[p]))
        if s.kind[p] == SPARSE:
            rows = slice(s.row0[p], s.row0[p] + s.hi[p] - s.lo[p] + 1)
            targets = s.targets[s.syn0[p] : s.syn0[p] + s.indptr[rows][-1]]
            lo, hi = ranges[p]
            place = begin[rows], end[rows]
            if s.delay0[p] < 0:
                split_rows(s.indptr[rows], targets, lo, hi, *place)
            elif lo < hi:
                split_blocks(s.indptr[rows], targets, s.n_targets[p], lo, hi, *place)
            else:
                end[rows] = begin[rows]
    return s._replace(begin=begin, end=end, t_lo=ranges[:, 0].copy(), t_hi=ranges[:, 1].copy())


def pool_static(built: list[Built], group: np.ndarray, n_groups: int, dtype: Any) -> StaticArgs:
    """Concatenate static projections into shared arrays; free each one after it was copied."""
    n = len(built)
    column = {
        name: np.full(n, -1, np.int64)
        for name in ("kind", "lo", "hi", "slot", "n_targets", "row0", "syn0", "weight0", "delay0",
                     "delay", "self0")
    }  # fmt: skip
    column["self0"][:] = NO_SELF
    weight = np.zeros(n, dtype)
    sizes = {"row": 0, "synapse": 0, "weight": 0, "delay": 0}
    for p, b in enumerate(built):
        s = b.synapses
        sign = b.projection.sign
        values = (b.kind, b.pre_lo, b.pre_hi, b.slot, b.post_hi - b.post_lo)
        for name, value in zip(("kind", "lo", "hi", "slot", "n_targets"), values, strict=True):
            column[name][p] = value
        if b.kind == SPARSE:
            column["row0"][p], column["syn0"][p] = sizes["row"], sizes["synapse"]
            sizes["row"] += s.indptr.size
            sizes["synapse"] += s.targets.size
        if isinstance(s.weight, np.ndarray):
            column["weight0"][p] = sizes["weight"]
            sizes["weight"] += s.weight.size
        else:
            weight[p] = sign * s.weight
        if isinstance(s.delay_steps, np.ndarray):
            column["delay0"][p] = sizes["delay"]
            sizes["delay"] += s.delay_steps.size
        else:
            column["delay"][p] = s.delay_steps
        connector = b.projection.connector
        spares = isinstance(connector, AllToAll) and not connector.autapses
        if b.kind == BROADCAST and spares and b.projection.self_offset is not None:
            column["self0"][p] = b.projection.self_offset
    indptr = np.empty(sizes["row"], np.int64)
    most = max([b.post_hi - b.post_lo for b in built], default=0)
    targets = np.empty(sizes["synapse"], target_type(most))
    weights = np.empty(sizes["weight"], dtype)
    longest = max([np.max(b.synapses.delay_steps, initial=0) for b in built], default=0)
    delays = np.empty(sizes["delay"], np.uint8 if longest < 1 << 8 else np.uint16)
    for p, b in enumerate(built):
        s = b.synapses
        if b.kind == SPARSE:
            _put(indptr, column["row0"][p], s.indptr)
            _put(targets, column["syn0"][p], s.targets)
        if isinstance(s.weight, np.ndarray):
            _put(weights, column["weight0"][p], s.weight)
            if b.projection.sign < 0:
                weights[column["weight0"][p] :][: s.weight.size] *= -1
        if isinstance(s.delay_steps, np.ndarray):
            _put(delays, column["delay0"][p], s.delay_steps)
        del s
        b.synapses = None  # type: ignore[assignment]
    # Projections with release are delivered by the release kernels.
    plain = [p for p, b in enumerate(built) if b.projection.release is None]
    first, projection = by_population(plain, column["lo"], group, n_groups)
    return StaticArgs(
        group=group, first=first, projection=projection, weight=weight, indptr=indptr,
        begin=indptr, end=indptr[1:], t_lo=np.zeros(n, np.int64), t_hi=column["n_targets"],
        targets=targets, weights=weights, delays=delays, **column,
    )  # fmt: skip


def _put(pool: np.ndarray, place: int, part: np.ndarray) -> None:
    pool[place : place + part.size] = part


def plan_static(projections: list[Projection], context: Context) -> StaticPart:
    """Build the shared arrays, even if they are empty: they count the spikes of each step."""
    built = [context.built.pop(projection.name) for projection in projections]
    n_groups = len(context.blocks)
    args = pool_static(built, context.group, n_groups, context.weight_type)
    return StaticPart(args, projections, context.weight_type)


STATIC_SYNAPSES = Mechanism(
    "static_synapses",
    lambda element: isinstance(element, Projection) and element.plasticity is None,
    plan_static,
)
