"""What the objects that users hold ask of their network: values to read, set and record."""

from __future__ import annotations

from spikesim.network.element_values import ElementValues
from spikesim.network.population_values import PopulationValues
from spikesim.network.projection_values import ProjectionValues
from spikesim.network.recorder_values import RecorderValues
from spikesim.network.simulation import Simulation


class Access(PopulationValues, ProjectionValues, ElementValues, RecorderValues):
    """The one object by which populations, projections, elements and recorders reach their network.

    Each call takes its turn. It is what `spikesim.description.access.Access` says.

    Parameters
    ----------
    simulation : Simulation
        The network.
    """

    def __init__(self, simulation: Simulation):
        self.simulation = simulation
