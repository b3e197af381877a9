"""Plan: all arrays of a network, and the parts of its mechanisms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.errors import unknown_name
from spikesim.runtime.blocks import Common
from spikesim.runtime.part import Part, StoredSynapses, Variable


@dataclass(frozen=True)
class Identity:
    """Identity of a network as text: by kind, name and attribute.

    Attributes
    ----------
    same : dict
        Aspects that a network must share with a state to load it.
    settings : dict
        Aspects that a state does not contain, and that may differ.
    """

    same: dict[str, dict[str, dict[str, str]]]
    settings: dict[str, dict[str, dict[str, str]]]


@dataclass
class Plan(Common):
    """A network as arrays: those that parts share, and the parts.

    Attributes
    ----------
    parts : dict of str to Part
        Parts by name, in the order of their calls within a stage.
    identity : Identity
        Description of the network that saved states are compared with.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    identity: Identity = field(default_factory=lambda: Identity({}, {}))

    def __reduce__(self) -> Any:
        raise TypeError("arrays of a plan are views of one another; copy or pickle its network")

    def start_step(self) -> None:
        """Update linked variables, as the start of a step does."""
        for part in self.parts.values():
            part.start_step(self.state)

    def stored(self, projection: str) -> StoredSynapses:
        """Return the synapses of a projection."""
        for part in self.parts.values():
            found = part.stored(projection)
            if found is not None:
                return found
        raise KeyError(projection)

    def variable(self, owner: Any, name: str) -> Variable:
        """Return a variable of an element."""
        known = {n: v for part in self.parts.values() for n, v in part.variables(owner).items()}
        if name not in known:
            raise unknown_name(name, known, "variable", owner)
        return known[name]

    def mutable(self) -> dict[str, np.ndarray]:
        """Arrays that a run changes or users set, by name: the content of a checkpoint."""
        arrays = {
            "state": self.state, "ring": self.ring, "broadcast": self.broadcast,
            "counters": self.counters,
        }  # fmt: skip
        for part in self.parts.values():
            arrays |= part.state()
        for name, block in self.blocks.items():
            for parameter, value in block.values.items():
                arrays[f"parameter.{name}.{parameter}"] = value
        for variable, count in self.draws.items():
            arrays[f"draws.{variable}"] = count
        return arrays
