"""Parameters and state variables of populations before the network is built."""

from __future__ import annotations

import numpy as np

from spikesim.description.description import Description
from spikesim.description.inputs import RateSource
from spikesim.description.populations import Population, View
from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.errors import ValidationError
from spikesim.neurons import Neuron
from spikesim.planning.drives import value_at
from spikesim.planning.neurons import initial_values, resolve_parameters
from spikesim.precision import PRECISIONS


class DescribedValues:
    """Reads values of populations from the description, without a plan."""

    def __init__(self, description: Description):
        self.description = description

    def names(self, population: Population) -> list[str]:
        """Names of parameters and state variables of a population; settable ones of a source."""
        model = population.model
        if not isinstance(model, Neuron):
            return ["rate"] if isinstance(model, RateSource) else ["times"]
        try:
            states = self._cell(model).states
        except ValidationError:  # the model is invalid; building the network reports it
            states = ()
        return [*states, *model.full_values]

    def read(self, view: View, name: str) -> np.ndarray | None:
        """Values that a network built now would have; None if only known after building."""
        population, model = view.population, view.population.model
        if isinstance(model, RateSource) and name == "rate":
            rate = value_at(model.rate, 0, self.description.dt)
            return np.broadcast_to(rate, population.size)[view.ids]
        if not isinstance(model, Neuron) or name not in self.names(population):
            return None
        seed = self.description.seed
        parameters = resolve_parameters(population, seed)
        if name in parameters:
            return np.broadcast_to(parameters[name], population.size)[view.ids]
        cell = self._cell(model)
        if name in cell.linked:
            return None
        state = initial_values(population, cell, parameters, seed)[cell.states.index(name)]
        stored = state.astype(PRECISIONS[self.description.precision][0])
        return stored[view.ids].astype(np.float64)

    def _cell(self, model: Neuron) -> NeuronEquations:
        return self.description.cells.of(model)
