"""Convert stored synapses to the user's order: by source, then by target."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.description.populations import View
from spikesim.description.projections import Projection
from spikesim.kernels.connect import stable_order
from spikesim.runtime.part import StoredSynapses
from spikesim.runtime.plan import Plan
from spikesim.synapses.form import WEIGHT


def carry_weights(before: Plan, plan: Plan, projections: list[str]) -> str:
    """Copy the weights of an earlier plan of the same network into a new one.

    Returns
    -------
    str
        The name of a projection whose weights differed from the described ones; "" if there is
        none.
    """
    changed = ""
    for name in projections:
        learnt = before.stored(name)
        learnt.update()
        described = plan.stored(name).weights
        if not np.array_equal(described, learnt.weights):
            described[:] = learnt.weights
            changed = changed or name
        for variable, read in learnt.variables.items():
            if variable == WEIGHT:
                continue
            values = read()
            if not np.array_equal(values, plan.stored(name).variables[variable]()):
                part: Any = plan.parts["plastic_synapses"]
                part.write(name, variable, values)
                changed = changed or name
    return changed


def stored_ends(synapses: StoredSynapses) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of each synapse in stored order, from the lowest ids of both ends."""
    if synapses.indptr is not None and synapses.targets is not None:
        source = np.repeat(np.arange(synapses.n_pre), np.diff(synapses.indptr))
        return source, synapses.targets.astype(np.int64)
    source, target = (g.ravel() for g in np.indices((synapses.n_pre, synapses.n_post)))
    if synapses.missing is not None:
        other = target != source + synapses.missing
        source, target = source[other], target[other]
    return source, target


def ends(synapses: StoredSynapses, projection: Projection) -> tuple[np.ndarray, np.ndarray]:
    """Source and target of each synapse, as indices into the two ends, in the user's order."""
    order, stored = order_of(synapses, projection), stored_ends(synapses)
    views = projection.source, projection.target
    source, target = (place_in(v)[s[order]] for v, s in zip(views, stored, strict=True))
    return source, target


def order_of(synapses: StoredSynapses, projection: Projection) -> slice | np.ndarray:
    """Storage index of each synapse in the user's order.

    Users see synapses sorted by the indices of source and target within the ends of the
    projection, and multapses by delay. They are stored by ids, and sorted by delay where delays
    differ.
    """
    views = projection.source, projection.target
    ascending = all((np.diff(view.ids) > 0).all() for view in views)
    if ascending and not isinstance(synapses.delays, np.ndarray):
        return slice(None)
    order = np.empty(0, np.int64)
    for view, stored in reversed(list(zip(views, stored_ends(synapses), strict=True))):
        place = place_in(view)[stored].astype(np.int32)
        place.flags.writeable = False  # as in the connectors, so that Numba compiles one version
        first = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(view)))])
        before, order = order, np.empty(place.size, np.int64)
        stable_order(place, before, first[:-1].copy(), order)
    return order


def place_in(view: View) -> np.ndarray:
    """Index in a selection of each neuron from its lowest id on; -1 if not selected."""
    first, end = view.span
    places = np.full(end - first, -1, np.int64)
    places[view.ids - first] = np.arange(len(view))
    return places
