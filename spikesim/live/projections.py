"""Synapses between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.build.connectivity import check_range
from spikesim.build.plan import Plan, PlasticTable
from spikesim.build.release import release_now
from spikesim.build.synapses import check_weights
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.deliver import BROADCAST, DENSE, NO_SELF
from spikesim.kernels.normalize import normalize_dense, normalize_sparse
from spikesim.projections import Connections, Projection, ReleaseState
from spikesim.units import check_array, check_scalar

if TYPE_CHECKING:
    from spikesim.network import Network


class LiveProjections:
    """What projections ask of their network."""

    def __init__(self, network: Network):
        self.network = network

    def read_weight(self, projection: Projection) -> np.ndarray:
        """Weights as the user wrote them, float64, one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        if name in plan.plastic:
            self._flushed(projection)
            return plan.plastic[name].args.weights.astype(np.float64)
        p, static = plan.static_place[name], plan.static
        n = n_synapses(plan, projection)
        if static.weight0[p] < 0:
            return np.full(n, projection.sign * float(static.weight[p]))
        return projection.sign * static.weights[static.weight0[p] :][:n].astype(np.float64)

    def write_weight(self, projection: Projection, values: Any) -> None:
        """Set weights: one number, or one for each synapse."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n = n_synapses(plan, projection)
        array = check_array(values, "weight", projection, unit=projection.weight_unit)
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

    def carry_weights(self, before: Plan) -> None:
        """Take the weights of the plan before, which has the same synapses, as they are stored."""
        plan = self.network.plan
        plan.static.weight[:] = before.static.weight
        plan.static.weights[:] = before.static.weights
        for name, table in plan.plastic.items():
            table.args.weights[:] = before.plastic[name].args.weights

    def read_connections(self, projection: Projection) -> Connections:
        """All synapses, by source and then in stored order."""
        self.network.build()
        plan, name = self.network.plan, projection.name
        n_pre, n_post = len(projection.source), len(projection.target)
        n = n_synapses(plan, projection)
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
        floor = getattr(projection.plasticity, "w_min", -np.inf)
        if floor > 0:
            a.weights[:] = scaled_above(
                a.weights.astype(np.float64), _targets(a), total, floor, projection
            )
            return
        sums = np.empty(a.n_targets)
        if a.dense:
            bad = normalize_dense(a.weights, a.n_targets, total, sums)
        else:
            bad = normalize_sparse(a.weights, a.targets, total, sums)
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


def n_synapses(plan: Plan, projection: Projection) -> int:
    """How many synapses a projection has; of those that are one sum none is stored."""
    name = projection.name
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


def _targets(a: PlasticArgs) -> np.ndarray:
    """The target of each synapse of a plastic projection."""
    return np.tile(np.arange(a.n_targets), a.weights.size // a.n_targets) if a.dense else a.targets


def scaled_above(
    weights: np.ndarray, target: np.ndarray, total: float, floor: float, owner: object
) -> np.ndarray:
    """Weights, none below `floor`, scaled so that those onto each target sum to `total`.

    Those that would fall below the floor stay on it, and the others share what is left.
    """
    least = floor * np.bincount(target)
    if least.max(initial=0.0) > total * (1 + 1e-12):
        j = int(np.argmax(least))
        raise ValidationError(
            f"the weights onto target {j} cannot sum to {total}: each is at least the rule's w_min "
            f"= {floor}, together {least[j]}", "normalize", owner,
        )  # fmt: skip
    free = np.ones(weights.size, bool)
    while True:
        rest = total - floor * np.bincount(target, ~free)
        share = np.bincount(target, np.where(free, weights, 0.0))
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = np.where(free, weights * (rest / share)[target], floor)
        low = free & (scaled < floor)
        if not low.any():
            return scaled
        free &= ~low
