"""Access of populations, projections, elements and recorders to their running network."""

from __future__ import annotations

from spikesim.network.element_values import ElementValues
from spikesim.network.population_values import PopulationValues
from spikesim.network.projection_values import ProjectionValues
from spikesim.network.recorder_values import RecorderValues
from spikesim.network.simulation import Simulation


class Access(PopulationValues, ProjectionValues, ElementValues, RecorderValues):
    """Implementation of `spikesim.description.access.Access` for a simulation.

    Populations, projections, elements and recorders access their network through this object only.
    Its calls are serialized: one thread at a time.

    Parameters
    ----------
    simulation : Simulation
        The simulation of the network.
    """

    def __init__(self, simulation: Simulation):
        self.simulation = simulation
