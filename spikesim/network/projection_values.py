"""Read and set weights, and read connections and release states, between runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim import rng
from spikesim.description.connections import Connections, ReleaseState
from spikesim.description.projections import Projection
from spikesim.distributions import Distribution, plain
from spikesim.errors import ValidationError, unknown_name
from spikesim.network.simulation import Simulation
from spikesim.network.synapses import ends, order_of, place_in, stored_ends
from spikesim.planning.csr import misshapen
from spikesim.planning.projections import check_weights
from spikesim.planning.sampling import draw
from spikesim.runtime.lock import locked_methods
from spikesim.runtime.part import StoredSynapses
from spikesim.synapses import QuantalRelease
from spikesim.synapses.form import WEIGHT
from spikesim.units import check_array, check_range, check_scalar


@locked_methods
class ProjectionValues:
    """Access of projections to their network."""

    simulation: Simulation

    def _stored(self, projection: Projection) -> StoredSynapses:
        return self.simulation.build().stored(projection.name)

    def read_weight(self, projection: Projection) -> np.ndarray:
        """Weights in the user's unit and sign, float64, one for each synapse."""
        synapses = self._stored(projection)
        synapses.update()
        if synapses.one_weight:
            return np.full(synapses.n, synapses.sign * float(synapses.weights[0]))
        stored = synapses.variables[WEIGHT]() if WEIGHT in synapses.variables else synapses.weights
        weights = stored[order_of(synapses, projection)]
        return synapses.sign * weights.astype(np.float64)

    def write_weight(self, projection: Projection, values: Any) -> None:
        """Set the weights to one number, or to one value for each synapse."""
        synapses = self._stored(projection)
        array = check_array(values, "weight", projection, unit=projection.weight_unit)
        array = self._for_each(synapses, projection, array, "weight")
        if not array.size:
            return
        check_weights(projection, array, self.simulation.plan.weight_type)
        order = order_of(synapses, projection)
        if not synapses.one_weight:
            self.simulation.note(f"{projection.name}.weight")
            synapses.prepare()
            synapses.weights[order] = synapses.sign * array
            return
        if not (array == array.flat[0]).all():
            raise ValidationError(
                "was built with one weight for all synapses; build it with an array or a "
                "distribution to set them one by one", "weight", projection,
            )  # fmt: skip
        self.simulation.note(f"{projection.name}.weight")
        synapses.weights[:] = synapses.sign * array.flat[0]

    def _for_each(
        self, synapses: StoredSynapses, projection: Projection, array: np.ndarray, name: str
    ) -> np.ndarray:
        """One number, or one value for each synapse, from an array of either accepted shape."""
        sizes = len(projection.source), len(projection.target)
        if array.shape == sizes:
            array = array[ends(synapses, projection)]
        if array.ndim and array.shape != (synapses.n,):
            raise misshapen(array.shape, synapses.n, sizes, name, projection)
        if array.size:
            stored = np.dtype(self.simulation.plan.weight_type)
            check_range(np.atleast_1d(array), stored, projection, name)
        return array

    def read_synapses(self, projection: Projection, name: str) -> np.ndarray:
        """A variable of the synapses, float64, one value for each."""
        synapses = self._stored(projection)
        if name not in synapses.variables:
            raise unknown_name(name, projection.variables, "get", projection)
        return synapses.variables[name]()[order_of(synapses, projection)].astype(np.float64)

    def write_synapses(self, projection: Projection, name: str, values: Any) -> None:
        """Set a variable of the synapses to one number, an array or samples of a distribution."""
        synapses = self._stored(projection)
        if name not in synapses.variables:
            raise unknown_name(name, projection.variables, "set", projection)
        assert projection.plasticity is not None
        unit = projection.plasticity.form().variables[name].unit
        values = plain(values, unit, name, projection)
        order = order_of(synapses, projection)
        if isinstance(values, Distribution):
            simulation = self.simulation
            drawn = rng.key(
                simulation.plan.seed, "projection", projection.name,
                f"set {name} {simulation.plan.step}",
            )  # fmt: skip
            array = draw(values, drawn, np.arange(synapses.n))
        else:
            array = check_array(values, name, projection, unit=unit)
        stored = np.empty(synapses.n)
        stored[order] = self._for_each(synapses, projection, array, name)
        self._plastic().write(projection.name, name, stored)
        self.simulation.note(f"{projection.name}.{name}")

    def read_connections(self, projection: Projection) -> Connections:
        """All synapses, in the order of `Projection.connections`."""
        synapses = self._stored(projection)
        delay = np.broadcast_to(synapses.delays, synapses.n)
        delay = delay[order_of(synapses, projection)] * self.simulation.dt
        weight = self.read_weight(projection)
        return Connections(*ends(synapses, projection), weight, delay)

    def set_learning(self, projection: Projection, on: bool) -> None:
        """Switch plasticity on or off from now on."""
        if self.simulation.built is not None:
            self._plastic().set_learning(projection.name, on)

    def normalize(self, projection: Projection, total: float) -> None:
        """Scale the weights onto each target neuron to the same sum."""
        total = check_scalar(total, "total", projection, allowed="positive")
        if projection.plasticity is None:
            raise ValidationError("has no plasticity; set its weights", "normalize", projection)
        self._plastic().normalize(projection.name, total, lambda: place_in(projection.target))
        self.simulation.note(f"{projection.name}.weight")

    def _plastic(self) -> Any:
        return self.simulation.build().parts["plastic_synapses"]

    def read_release(self, projection: Projection) -> ReleaseState:
        """The current release state of a projection."""
        synapses, view, plan = self._stored(projection), projection.source, self.simulation.plan
        (first, end), source = view.span, stored_ends(synapses)[0]
        rows, order = view.ids - first, order_of(synapses, projection)
        if projection.plasticity is not None:
            parts = self._plastic().release_now(projection.name, source)
            u, x = (values[order if of_synapses else rows] for values, of_synapses in parts)
            return ReleaseState(u, x)
        release: Any = plan.parts["release"]
        u, x = release.now(projection.name, plan.step, source, end - first)
        for_synapses = isinstance(projection.release, QuantalRelease)
        return ReleaseState(u[rows], x[order if for_synapses else rows])
