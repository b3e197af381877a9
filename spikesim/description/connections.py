"""Arrays with an entry for each synapse: connections, delays in steps, the state of release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikesim.attributes import Guarded, guarded


@dataclass(frozen=True, eq=False)
class Steps:
    """Delays that were given, as whole steps: uint16, of the shape that the user wrote."""

    values: np.ndarray


@guarded
@dataclass(frozen=True)
class Connections(Guarded):
    """All synapses of a projection, one entry each, by source, then target.

    Several synapses of one pair (multapses) are ordered by delay, and those with equal delays as
    they were given. So ``np.lexsort((delay, target, source))`` brings the arrays of a `FromArrays`
    into this order.

    Attributes
    ----------
    source, target : numpy.ndarray
        Places within the projection's source and target, int64: between ``exc[[7, 3]]`` and
        ``inh`` source 0 is neuron 7.
    weight : numpy.ndarray
        In the receptor's unit, as the user wrote it.
    delay : numpy.ndarray
        In ms.
    """

    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    delay: np.ndarray

    def __len__(self) -> int:
        return self.source.size


@guarded
@dataclass(frozen=True)
class ReleaseState(Guarded):
    """What a spike would find now at synapses that depress or facilitate.

    Attributes
    ----------
    u : numpy.ndarray
        The share of the ready resources that it would release, shape (n_sources,).
    x : numpy.ndarray
        The share of resources that is ready, shape (n_sources,); with quantal release the expected
        share of full sites given what the last spike has left, one for each synapse.
    """

    u: np.ndarray
    x: np.ndarray
