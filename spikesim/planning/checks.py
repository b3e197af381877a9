"""Validate objects as they are added, so that errors are raised at the user's own line.

The build checks the same again, by the same functions, and what only synapses can show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.neuron_constants import constant_values
from spikesim.connectors import FromSparse
from spikesim.description.connections import Steps
from spikesim.description.description import Description
from spikesim.description.inputs import RateSource, SpikeSource
from spikesim.description.populations import Population, View
from spikesim.description.projections import Projection
from spikesim.description.schedules import Schedule
from spikesim.distributions import Distribution, is_drawn
from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.errors import ValidationError
from spikesim.language import expressions as ex
from spikesim.neurons import Neuron
from spikesim.planning.csr import misshapen
from spikesim.planning.delays import check_drawn
from spikesim.planning.drives import check_source_rate
from spikesim.planning.neurons import check_constants, initial_values, resolve_parameters
from spikesim.planning.parameter_warnings import warn_of_neurons, warn_of_taus
from spikesim.planning.projections import check_weights
from spikesim.planning.sampling import draw
from spikesim.planning.sources import given_spikes
from spikesim.planning.stability import check_stability, outermost
from spikesim.synapses.rule_text import rule_text
from spikesim.units import check_range

_SAMPLES = 32  # draws of a weight that are checked
_MODERATE = 1e6  # per step; a coefficient in other units than a rate only costs the full check


def check_population(population: Population, description: Description) -> None:
    """Raise if a population cannot be built; warn of values that are probably mistakes."""
    model, dt, name = population.model, description.dt, population.name
    if isinstance(model, SpikeSource):
        given_spikes(model.times, dt, name, silent=False)
    elif isinstance(model, RateSource):
        check_source_rate(model.rate, dt, name)
        if isinstance(model.rate, Schedule):
            model.rate.check_grid(dt, name)
    else:
        _check_neurons(population, description)


def _check_neurons(population: Population, description: Description) -> None:
    model, dt, name = population.model, description.dt, population.name
    assert isinstance(model, Neuron)
    cell = description.cells.of(model)
    values = resolve_parameters(population, description.seed)
    state = initial_values(population, cell, values, description.seed)
    some = outermost(values, population.size)
    chosen = {n: v[some] if v.ndim else v for n, v in values.items()}
    with np.errstate(all="ignore"):
        if not _moderate(cell, chosen, dt):
            check_constants(cell, constant_values(cell, chosen, dt), dt, name)
    check_stability(cell, values, state, dt, name)
    drawn = {n for n, v in model.full_values.items() if is_drawn(v)}
    warn_of_neurons(model, cell, values, dt, name, drawn=drawn)


def _moderate(cell: NeuronEquations, values: dict[str, np.ndarray], dt: float) -> bool:
    """Whether exact steps are certainly finite; this is cheaper than a matrix exponential."""
    terms = [t for of in cell.system.coefficients.values() for t in of.values()]
    return all((np.abs(ex.evaluate(t, values)) * dt < _MODERATE).all() for t in terms)


def check_projection(projection: Projection, description: Description) -> None:
    """Raise if a projection cannot be built, whatever is drawn."""
    weight, delay, dt = projection.initial_weight, projection.initial_delay, description.dt
    given = {"weight": weight, "delay": delay.values if isinstance(delay, Steps) else delay}
    check_connections(projection, projection.source, projection.target, given)
    if isinstance(delay, Distribution):
        check_drawn(delay, dt, projection)
    _check_signs(projection, weight, description.weight_type)
    if projection.plasticity is not None and projection.rule is not None:
        rule_text(projection.rule)
        warn_of_taus(projection.plasticity.declared, projection.plasticity.values, dt, projection)


def check_connections(
    owner: Any, source: View, target: View, given: dict[str, Any], *, counted: bool = True
) -> None:
    """Raise if a connector does not fit the population sizes, or arrays do not fit its connections.

    `counted` tells whether each connection of the connector is one connection of the owner.
    """
    offset, sizes = owner.self_offset, (len(source), len(target))
    owner.connector.check(*sizes, offset)
    n = owner.connector.count(*sizes, offset) if counted else None
    for attribute, value in given.items():
        shape: tuple[int, ...] = value.shape if isinstance(value, np.ndarray) else ()
        if shape not in ((), sizes) and (len(shape) != 1 or n not in (None, shape[0])):
            raise misshapen(shape, n, sizes, attribute, owner)


def _check_signs(projection: Projection, weight: Any, dtype: Any) -> None:
    """Raise if weights, or all samples of their distribution, have a sign that is not allowed."""
    if isinstance(projection.connector, FromSparse):
        weight = projection.connector.matrix.data
        check_range(weight, dtype, projection)
    if not isinstance(weight, Distribution):
        check_weights(projection, np.asarray(weight), dtype)
        return
    for sample in draw(weight, rng.key(0, "sample"), np.arange(_SAMPLES)):
        try:
            check_weights(projection, sample, dtype, weight)
        except ValidationError as found:
            error = found
        else:
            return
    raise error
