"""Synapses between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.description.populations import View
from spikesim.description.projections import Connections, Projection, ReleaseState
from spikesim.errors import ValidationError
from spikesim.kernels.connect import stable_order
from spikesim.planning.csr import misshapen
from spikesim.planning.projections import check_weights
from spikesim.runtime.part import StoredSynapses
from spikesim.runtime.plan import Plan
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

    def _stored(self, projection: Projection) -> StoredSynapses:
        self.network.build()
        return self.network.plan.stored(projection.name)

    def read_weight(self, projection: Projection) -> np.ndarray:
        """Weights as the user wrote them, float64, one for each synapse."""
        synapses = self._stored(projection)
        synapses.update()
        if synapses.one_weight:
            return np.full(synapses.n, synapses.sign * float(synapses.weights[0]))
        weights = synapses.weights[order_of(synapses, projection)]
        return synapses.sign * weights.astype(np.float64)

    def write_weight(self, projection: Projection, values: Any) -> None:
        """Set weights: one number, or one for each synapse."""
        synapses = self._stored(projection)
        array = check_array(values, "weight", projection, unit=projection.weight_unit)
        sizes = len(projection.source), len(projection.target)
        if array.shape == sizes:
            array = array[ends(synapses, projection)]
        if array.ndim and array.shape != (synapses.n,):
            raise misshapen(array.shape, synapses.n, sizes, "weight", projection)
        if not array.size:
            return
        dtype = self.network.plan.weight_type
        check_range(np.atleast_1d(array), np.dtype(dtype), projection)
        check_weights(projection, array, dtype)
        order = order_of(synapses, projection)
        if not synapses.one_weight:
            self.network.note(f"{projection.name}.weight")
            synapses.update()
            synapses.weights[order] = synapses.sign * array
            return
        if not (array == array.flat[0]).all():
            raise ValidationError(
                "was built with one weight for all synapses; build it with an array or a "
                "distribution to set them one by one", "weight", projection,
            )  # fmt: skip
        self.network.note(f"{projection.name}.weight")
        synapses.weights[:] = synapses.sign * array.flat[0]

    def read_connections(self, projection: Projection) -> Connections:
        """All synapses, ordered as `Projection.connections` says."""
        synapses = self._stored(projection)
        delay = np.broadcast_to(synapses.delays, synapses.n)
        delay = delay[order_of(synapses, projection)] * self.network.dt
        weight = self.read_weight(projection)
        return Connections(*ends(synapses, projection), weight, delay)

    def set_learning(self, projection: Projection, on: bool) -> None:
        """Freeze or free the weights from now on."""
        if self.network._plan is not None:
            self._plastic().set_learning(projection.name, on)

    def normalize(self, projection: Projection, total: float) -> None:
        """Scale the weights onto each target to the same sum."""
        total = check_scalar(total, "total", projection, allowed="positive")
        if projection.plasticity is None:
            raise ValidationError("has no plasticity; set its weights", "normalize", projection)
        self._plastic().normalize(projection.name, total, lambda: place_in(projection.target))
        self.network.note(f"{projection.name}.weight")

    def _plastic(self) -> Any:
        self.network.build()
        return self.network.plan.parts["plastic_synapses"]

    def read_release(self, projection: Projection) -> ReleaseState:
        """What a spike of now would find."""
        synapses, view, plan = self._stored(projection), projection.source, self.network.plan
        first, end = view.span
        release: Any = plan.parts["release"]
        u, x = release.now(projection.name, plan.step, stored_ends(synapses)[0], end - first)
        rows = view.ids - first
        for_synapses = isinstance(projection.release, QuantalRelease)
        return ReleaseState(u[rows], x[order_of(synapses, projection) if for_synapses else rows])


def carry_weights(before: Plan, plan: Plan, projections: list[Projection]) -> str:
    """Give a new plan the weights of an earlier one of the same network.

    Returns
    -------
    str
        The name of a projection whose weights were not the described ones; "" if there is none.
    """
    changed = ""
    for projection in projections:
        learnt = before.stored(projection.name)
        learnt.update()
        described = plan.stored(projection.name).weights
        if not np.array_equal(described, learnt.weights):
            described[:] = learnt.weights
            changed = changed or projection.name
    return changed


def stored_ends(synapses: StoredSynapses) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of each synapse as stored, counted from the lowest ids of both ends."""
    if synapses.indptr is not None and synapses.targets is not None:
        source = np.repeat(np.arange(synapses.n_pre), np.diff(synapses.indptr))
        return source, synapses.targets.astype(np.int64)
    source, target = (g.ravel() for g in np.indices((synapses.n_pre, synapses.n_post)))
    if synapses.missing is not None:
        other = target != source + synapses.missing
        source, target = source[other], target[other]
    return source, target


def ends(synapses: StoredSynapses, projection: Projection) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of each synapse, by place in the ends, in the order of the users."""
    order, stored = order_of(synapses, projection), stored_ends(synapses)
    views = projection.source, projection.target
    source, target = (place_in(v)[s[order]] for v, s in zip(views, stored, strict=True))
    return source, target


def order_of(synapses: StoredSynapses, projection: Projection) -> slice | np.ndarray:
    """Where each of the user's synapses is stored.

    Users see synapses by the places of source and target in the ends of the projection, and
    multapses by delay. They are stored by ids, and sorted by delay where delays differ.
    """
    views = projection.source, projection.target
    ascending = all((np.diff(view.ids) > 0).all() for view in views)
    if ascending and not isinstance(synapses.delays, np.ndarray):
        return slice(None)
    order = np.empty(0, np.int64)
    for view, stored in reversed(list(zip(views, stored_ends(synapses), strict=True))):
        place = place_in(view)[stored].astype(np.int32)
        place.flags.writeable = False  # as where connectors sort, so that one version is compiled
        first = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(view)))])
        before, order = order, np.empty(place.size, np.int64)
        stable_order(place, before, first[:-1].copy(), order)
    return order


def place_in(view: View) -> np.ndarray:
    """The place in a selection of each neuron from its lowest id on; -1 for those not in it."""
    first, end = view.span
    places = np.full(end - first, -1, np.int64)
    places[view.ids - first] = np.arange(len(view))
    return places
