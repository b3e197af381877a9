"""Connectivity rules: which source neurons connect to which target neurons.

Two terms are used throughout:

- An **autapse** is a synapse of a neuron onto itself. It can only arise where source and target
  of a projection share neurons.
- **Multapses** are several synapses between the same two neurons.

Each connector's docstring tells whether it creates them.
"""

from spikesim.connectors.base import Connector, overlap
from spikesim.connectors.distance import DistanceDependent
from spikesim.connectors.given import FromArrays, FromSparse
from spikesim.connectors.random import (
    FixedInDegree,
    FixedOutDegree,
    FixedProbability,
    FixedTotalNumber,
)
from spikesim.connectors.regular import AllToAll, OneToOne

__all__ = [
    "AllToAll",
    "Connector",
    "DistanceDependent",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "FromArrays",
    "FromSparse",
    "OneToOne",
    "overlap",
]
