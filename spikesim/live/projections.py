"""Synapses between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.description.populations import View
from spikesim.description.projections import Connections, Projection, ReleaseState
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.connect import stable_order
from spikesim.kernels.deliver import BROADCAST, DENSE, NO_SELF, SPARSE
from spikesim.live.normalizing import normalize
from spikesim.planning.csr import misshapen
from spikesim.planning.plan import Plan, PlasticTable
from spikesim.planning.release import release_now
from spikesim.planning.synapses import check_weights
from spikesim.runtime.turns import taking_turns
from spikesim.synapses import QuantalRelease
from spikesim.units import check_array, check_range, check_scalar

if TYPE_CHECKING:
    from spikesim.network import Network


@taking_turns
class LiveProjections:
    """What projections ask of their network."""

    def __init__(self, network: Network):
        self.network = network

    def read_weight(self, projection: Projection) -> np.ndarray:
        """Weights as the user wrote them, float64, one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        order = order_of(plan, projection)
        if name in plan.plastic:
            self._flushed(projection)
            return plan.plastic[name].args.weights[order].astype(np.float64)
        p, static = plan.static_place[name], plan.static
        n = n_synapses(plan, projection)
        if static.weight0[p] < 0:
            return np.full(n, projection.sign * float(static.weight[p]))
        return projection.sign * static.weights[static.weight0[p] :][:n][order].astype(np.float64)

    def write_weight(self, projection: Projection, values: Any) -> None:
        """Set weights: one number, or one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n = n_synapses(plan, projection)
        array = check_array(values, "weight", projection, unit=projection.weight_unit)
        sizes = len(projection.source), len(projection.target)
        if array.shape == sizes:
            array = array[self._ends(projection)]
        if array.ndim and array.shape != (n,):
            raise misshapen(array.shape, n, sizes, "weight", projection)
        if not array.size:
            return
        dtype = plan.weight_type
        check_range(np.atleast_1d(array), np.dtype(dtype), projection)
        check_weights(projection, array, dtype)
        order = order_of(plan, projection)
        self.network.note(f"{name}.weight")
        if name in plan.plastic:
            self._flushed(projection).args.weights[order] = array
            return
        p, static = plan.static_place[name], plan.static
        if static.weight0[p] >= 0:
            static.weights[static.weight0[p] :][:n][order] = projection.sign * array
        elif array.size and (array == array.flat[0]).all():
            static.weight[p] = projection.sign * array.flat[0]
        else:
            raise ValidationError(
                "was built with one weight for all synapses; build it with an array or a "
                "distribution to set them one by one", "weight", projection,
            )  # fmt: skip

    def read_connections(self, projection: Projection) -> Connections:
        """All synapses, ordered as `Projection.connections` says."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n = n_synapses(plan, projection)
        if name in plan.plastic:
            a = plan.plastic[name].args
            delay = a.delays if a.delays.size else np.full(n, a.delay)
        else:
            s, p = plan.static, plan.static_place[name]
            delay = np.full(n, s.delay[p]) if s.delay0[p] < 0 else s.delays[s.delay0[p] :][:n]
        delay = delay[order_of(plan, projection)] * self.network.dt
        return Connections(*self._ends(projection), self.read_weight(projection), delay)

    def _ends(self, projection: Projection) -> tuple[np.ndarray, np.ndarray]:
        """Source and target of each synapse, by place in the ends, in the order of the users."""
        plan, views = self.network.plan, (projection.source, projection.target)
        order, stored = order_of(plan, projection), stored_ends(plan, projection)
        source, target = (place_in(v)[s[order]] for v, s in zip(views, stored, strict=True))
        return source, target

    def set_learning(self, projection: Projection, on: bool) -> None:
        """Freeze or free the weights from now on."""
        if self.network._plan is not None:
            self._flushed(projection).args.control[histories.LEARNING] = int(on)

    def normalize(self, projection: Projection, total: float) -> None:
        """Scale the weights onto each target to the same sum."""
        total = check_scalar(total, "total", projection, allowed="positive")
        if projection.plasticity is None:
            raise ValidationError("has no plasticity; set its weights", "normalize", projection)
        table = self._flushed(projection)
        normalize(table.args, projection, total, lambda: place_in(projection.target))
        self.network.note(f"{projection.name}.weight")

    def read_release(self, projection: Projection) -> ReleaseState:
        """What a spike of now would find."""
        self.network.build()
        plan = self.network.plan
        place, view = plan.static_place[projection.name], projection.source
        first, end = view.span
        u, x = release_now(
            plan.release, place, plan.step, stored_ends(plan, projection)[0], end - first
        )
        rows = view.ids - first
        for_synapses = isinstance(projection.release, QuantalRelease)
        return ReleaseState(u[rows], x[order_of(plan, projection) if for_synapses else rows])

    def _flushed(self, projection: Projection) -> PlasticTable:
        self.network.build()
        table = self.network.plan.plastic[projection.name]
        self.network.simulator.flush(table)
        return table


def carry_weights(before: Plan, plan: Plan) -> str:
    """Give a fresh plan the weights of the plan before, which has the same synapses, as stored.

    Returns the name of a projection whose weights were not the described ones; "" if there is none.
    """
    learnt, described = _stored_weights(before), _stored_weights(plan)
    changed = [name for name, own in described.items() if not np.array_equal(own, learnt[name])]
    for name in changed:
        described[name][:] = learnt[name]
    return changed[0] if changed else ""


def _stored_weights(plan: Plan) -> dict[str, np.ndarray]:
    """The weights of each projection where they are stored; one number where it has one for all."""
    s, found = plan.static, {name: t.args.weights for name, t in plan.plastic.items()}
    for name, p in plan.static_place.items():
        first, n_pre = s.weight0[p], s.hi[p] - s.lo[p]
        n = s.indptr[s.row0[p] + n_pre] if s.kind[p] == SPARSE else n_pre * s.n_targets[p]
        found[name] = s.weight[p : p + 1] if first < 0 else s.weights[first : first + n]
    return found


def n_synapses(plan: Plan, projection: Projection) -> int:
    """Number of synapses of a projection; of those that are one sum none is stored."""
    name = projection.name
    if name in plan.plastic:
        return plan.plastic[name].args.weights.size
    s, p = plan.static, plan.static_place[name]
    n_pre, n_post = int(s.hi[p] - s.lo[p]), int(s.n_targets[p])
    if s.kind[p] == BROADCAST and s.self0[p] != NO_SELF:
        own = np.arange(n_pre) + s.self0[p]
        return n_pre * n_post - int(((own >= 0) & (own < n_post)).sum())
    if s.kind[p] in (BROADCAST, DENSE):
        return n_pre * n_post
    return int(s.indptr[s.row0[p] + n_pre])


def stored_ends(plan: Plan, projection: Projection) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of each synapse as stored, counted from the lowest ids of both ends."""
    name = projection.name
    if name in plan.plastic:
        a = plan.plastic[name].args
        n_pre, n_post = a.pre_hi - a.pre_lo, a.n_targets
        dense, indptr, targets = a.dense, a.indptr, a.targets
    else:
        s, p = plan.static, plan.static_place[name]
        n_pre, n_post = int(s.hi[p] - s.lo[p]), int(s.n_targets[p])
        dense = s.kind[p] in (DENSE, BROADCAST)
        indptr = s.indptr[s.row0[p] :][: n_pre + 1]
        targets = s.targets[s.syn0[p] :][: n_synapses(plan, projection)]
    if not dense:
        return np.repeat(np.arange(n_pre), np.diff(indptr)), targets.astype(np.int64)
    source, target = (g.ravel() for g in np.indices((n_pre, n_post)))
    if n_synapses(plan, projection) < n_pre * n_post:
        other = target != source + plan.static.self0[plan.static_place[name]]
        source, target = source[other], target[other]
    return source, target


def order_of(plan: Plan, projection: Projection) -> slice | np.ndarray:
    """Where each of the user's synapses is stored.

    Users see synapses by the places of source and target in the ends of the projection, and
    multapses by delay. They are stored by ids, and sorted by delay where delays differ.
    """
    ends = projection.source, projection.target
    ascending = all((np.diff(view.ids) > 0).all() for view in ends)
    if ascending and not _sorted_by_delay(plan, projection.name):
        return slice(None)
    order = np.empty(0, np.int64)
    for view, stored in reversed(list(zip(ends, stored_ends(plan, projection), strict=True))):
        place = place_in(view)[stored].astype(np.int32)
        first = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(view)))])
        before, order = order, np.empty(place.size, np.int64)
        stable_order(place, before, first[:-1].copy(), order)
    return order


def _sorted_by_delay(plan: Plan, name: str) -> bool:
    if name in plan.plastic:
        return plan.plastic[name].args.delays.size > 0
    return bool(plan.static.delay0[plan.static_place[name]] >= 0)


def place_in(view: View) -> np.ndarray:
    """The place in a selection of each neuron from its lowest id on; -1 for those not in it."""
    first, end = view.span
    places = np.full(end - first, -1, np.int64)
    places[view.ids - first] = np.arange(len(view))
    return places
