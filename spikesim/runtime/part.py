"""A part: all that one mechanism has in a built network, and what it does when the network runs.

The simulator, its threads, checkpoints, resets and recorders know parts by this interface alone.
Most parts override four or five of its methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.codegen.step import Call
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import Entry
from spikesim.runtime.split import Split
from spikesim.units import Unit

Arrays = Mapping[str, np.ndarray]
Bundles = dict[str, Any]  # argument of the loop -> named tuple of arrays


@dataclass(frozen=True)
class Variable:
    """What users read, set and record of an element of a running network.

    Attributes
    ----------
    array : numpy.ndarray
        Its values, a view of what kernels work on.
    unit : Unit
        What they are in.
    allowed : str or None
        What they may be, in the words of `spikesim.units.check_array`.
    place : numpy.ndarray or None
        Where the flat state has a copy, which recorders sample in each step.
    each : str
        What there is a value for, in messages: ``"junction"``.
    """

    array: np.ndarray
    unit: Unit
    allowed: Any = None
    place: np.ndarray | None = None
    each: str = "value"


@dataclass(slots=True)
class StoredSynapses:
    """The synapses of one projection as a part stores them.

    Attributes
    ----------
    n_pre, n_post : int
        Numbers of sources and targets.
    n : int
        Number of synapses, whether stored or not.
    indptr, targets : numpy.ndarray or None
        Rows of targets; None where all are connected to all.
    missing : int or None
        For all to all, which target source 0 itself is, if neurons have no synapse onto themselves.
    weights : numpy.ndarray
        As stored: one for each synapse, or a single one for all.
    sign : int
        What a stored weight is multiplied by for the user.
    delays : numpy.ndarray or int
        In steps.
    one_weight : bool
        Whether one number is stored for all synapses.
    update : callable
        Brings the weights up to date.
    """

    n_pre: int
    n_post: int
    n: int
    indptr: np.ndarray | None
    targets: np.ndarray | None
    missing: int | None
    weights: np.ndarray
    sign: int
    delays: Any
    one_weight: bool = False
    update: Callable[[], None] = lambda: None


class Part:
    """Base of all parts.

    Kernels of a thread write only to what belongs to its own neurons, and to arrays that `share`
    has copied for it.
    """

    name: str  # by which other mechanisms find it; prefix of its arrays in a state

    @classmethod
    def overrides(cls, method: str) -> bool:
        """Whether a method does more than that of the base."""
        return getattr(cls, method) is not getattr(Part, method)

    # --- in a step -----------------------------------------------------------------------------

    def calls(self) -> list[Call]:
        """What a step calls."""
        return []

    def bundles(self) -> Bundles:
        """The arguments of these calls; names are unique in a network."""
        return {}

    def share(self, split: Split, t: int) -> Bundles:
        """The arguments of thread `t`; asked for whenever the loop is entered."""
        return self.bundles()

    def full(self) -> list[str]:
        """Conditions on which the loop hands back to Python, so that `make_room` is called."""
        return []

    def adds_current_to(self) -> np.ndarray:
        """The neurons, by global id, to whose stimulating currents its calls add in each step."""
        return np.empty(0, np.int64)

    # --- between steps -------------------------------------------------------------------------

    def changes(self) -> np.ndarray:
        """The steps at whose start something changes from outside, int64."""
        return np.empty(0, np.int64)

    def apply(self, plan: Common) -> None:
        """Set what has a schedule to its value at the plan's step, one of `changes` of any part."""

    def begin(self, plan: Common) -> None:
        """Get ready for the first step, once all parts are there."""

    def resume(self, plan: Common) -> None:
        """Follow a state that has been put back, or parameters that have been set in it."""

    def next_stop(self, step: int) -> int | None:
        """A step that a chunk must not pass."""
        return None

    def reserve(self, events: int) -> None:
        """Make room for so many spikes of sources in one step."""

    def make_room(self, step: int) -> None:
        """Make room for what has run full, before the loop is entered again at a step."""

    def end_chunk(self, step: int) -> None:
        """Do what is due from time to time."""

    def start_step(self, state: np.ndarray) -> None:
        """Do to the flat state what the start of a step does, so that it can be read before."""

    def stopped(self) -> bool:
        """Whether a kernel has stopped, for a variable was lost."""
        return False

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        """What to tell the user of values that are no numbers; `bad` are places of the state."""
        return None

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """All that a run changes and that users set, by full name: what a saved state holds."""
        return {}

    def is_free(self, name: str) -> bool:
        """Whether the entry may have another shape in a state than here, as what grows may."""
        return False

    def limits(self, step: int) -> Iterator[Entry]:
        """What the numbers of its entries may be after so many steps."""
        return iter(())

    def misshapen(self, arrays: Arrays) -> Iterator[str]:
        """Names of free entries whose shapes cannot be."""
        return iter(())

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        """What is wrong between entries, each of which is within its limits."""
        return iter(())

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        """Bring entries of a state of an older format into today's form."""

    def read(self, arrays: Arrays, plan: Common) -> Any:
        """What a state says that is more than arrays to copy, checked; changes nothing.

        Raises
        ------
        ValidationError
            If it cannot be.
        """
        return None

    def load(self, arrays: Arrays, settings: Any) -> None:
        """Take what `read` has returned, and free entries; the others have been copied."""

    def structure(self) -> dict[str, int]:
        """A checksum for each projection, of what tells its synapses from others."""
        return {}

    def label(self, place: int) -> str | None:
        """What users call the variable at a place of the flat state, if it is one of this part."""
        return None

    def reset(self, plan: Common) -> None:
        """What `Network.reset_state` does."""

    # --- for users -----------------------------------------------------------------------------

    def variables(self, owner: Any) -> dict[str, Variable]:
        """What users read, set and record of a described object."""
        return {}

    def written(self, owner: Any, variable: str, plan: Common) -> None:
        """Follow a variable that has been set."""

    def stored(self, name: str) -> StoredSynapses | None:
        """The synapses of a projection, if they are here."""
        return None
