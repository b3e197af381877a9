"""Arrays with one entry for each synapse: connections, delays in steps, release state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikesim.attributes import Guarded, guarded


@dataclass(frozen=True, eq=False)
class Steps:
    """User-specified delays as integer steps: uint16, in the shape in which they were passed."""

    values: np.ndarray


@guarded
@dataclass(frozen=True)
class Connections(Guarded):
    """All synapses of a projection, one entry each, sorted by source, then by target.

    Multapses (several synapses between the same two neurons) are sorted by delay; those with equal
    delays keep the order in which they were passed. So ``np.lexsort((delay, target, source))``
    brings the arrays of a `FromArrays` into this order.

    Attributes
    ----------
    source, target : numpy.ndarray
        Indices within the projection's source and target, int64. In a projection from
        ``exc[[7, 3]]`` to ``inh``, source 0 is neuron 7.
    weight : numpy.ndarray
        Weights in the unit of the receptor, as passed by the user.
    delay : numpy.ndarray
        Delays in ms.
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
    """Current state of synapses with short-term depression or facilitation.

    Attributes
    ----------
    u : numpy.ndarray
        Fraction of the available resources that a spike would release now, shape (n_sources,). One
        entry for each synapse if the plasticity rule changes it.
    x : numpy.ndarray
        Fraction of the resources that is available now, shape (n_sources,). With quantal release:
        the expected fraction of full release sites, given the state after the last spike, with one
        entry for each synapse. Also one for each synapse if the plasticity rule changes `u`.
    """

    u: np.ndarray
    x: np.ndarray
