"""Copies of a network: the description, its state as a file would hold it, and what was recorded.

The arrays of a plan are views of one another, which neither `copy` nor `pickle` keeps. So a copy is
built from its description when it is first used, and the state is put into it then.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikesim.errors import SpikesimWarning
from spikesim.runtime.state import State, put, take

if TYPE_CHECKING:
    from spikesim.network.network import Network


@dataclass(frozen=True)
class Kept:
    """What a copy goes on from: a state, and what each recorder holds."""

    state: State
    contents: list[dict[str, Any]]

    @classmethod
    def of(cls, network: Network) -> Kept:
        """Of a network that is built; arrays are copies, for the network may run on meanwhile."""
        state = take(network.plan)
        arrays = {name: array.copy() for name, array in state.arrays.items()}
        recorders = network._live.recorders
        return cls(State(state.head, arrays), [recorders.contents(r) for r in network._recorders])

    def bring_back(self, network: Network) -> None:
        """Build the network, and let it be as the first one was."""
        written = network._written  # which a fresh network has not
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SpikesimWarning)  # said when the first was built
            network.build()
        put(network.plan, self.state, "the copy", believed=True)
        network._resume()
        network._written = written
        for recorder, contents in zip(network._recorders, self.contents, strict=True):
            network._live.recorders.refill(recorder, contents)
