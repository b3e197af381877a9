"""Part: the arrays and the behaviour of one mechanism in a built network.

The simulator, its threads, checkpoints, resets and recorders know parts by this interface alone.
Most parts override three to eight of its methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.codegen.step import Call
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import Entry
from spikesim.runtime.split import Split
from spikesim.units import Unit

Arrays = Mapping[str, np.ndarray]
Bundles = dict[str, Any]  # argument name of the step loop -> named tuple of arrays


@dataclass(frozen=True)
class Variable:
    """A variable of an element that users read, set and record.

    Attributes
    ----------
    array : numpy.ndarray
        Its values, a view of the array that kernels work on.
    unit : Unit
        Unit of the values.
    allowed : str
        Allowed values, as in `spikesim.units.check_array`.
    place : numpy.ndarray or None
        Indices of a copy in the flat state, which recorders sample in each step.
    each : str
        Name in messages of the object that one value belongs to, such as ``"junction"``.
    """

    array: np.ndarray
    unit: Unit
    allowed: str = "finite"
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
        Number of synapses, whether stored individually or not.
    indptr, targets : numpy.ndarray or None
        Rows of targets; None for all-to-all connectivity.
    missing : int or None
        For all-to-all without autapses, the index of source 0 among the targets.
    weights : numpy.ndarray
        Weights as stored: one for each synapse, or a single one for all.
    sign : int
        Factor from a stored weight to the weight that users see.
    delays : numpy.ndarray or int
        Delays in steps.
    one_weight : bool
        Whether one weight is stored for all synapses.
    update : callable
        Applies all spikes until now, before weights are read.
    prepare : callable
        Brings all variables of the synapses to the present time, before some are set.
    variables : mapping of str to callable
        Readers of the other variables of the synapses, by name.
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
    prepare: Callable[[], None] = lambda: None
    variables: Mapping[str, Callable[[], np.ndarray]] = field(default_factory=dict)


class Part:
    """Base class of all parts.

    The kernels of a thread write only to data of the thread's own neurons, and to arrays that
    `share` has copied for it.
    """

    name: str  # other mechanisms find it by this name; prefix of its arrays in a state

    @classmethod
    def overrides(cls, method: str) -> bool:
        """Whether a method is overridden."""
        return getattr(cls, method) is not getattr(Part, method)

    # --- in a step -----------------------------------------------------------------------------

    def calls(self) -> list[Call]:
        """Kernels that each step calls."""
        return []

    def bundles(self) -> Bundles:
        """Arguments of these calls by name; names are unique in a network."""
        return {}

    def share(self, split: Split, t: int) -> Bundles:
        """Arguments for thread `t`; called whenever the loop is entered."""
        return self.bundles()

    def full(self) -> list[str]:
        """Conditions on which the loop returns to Python, which then calls `make_room`."""
        return []

    def adds_current_to(self) -> np.ndarray:
        """Global ids of the neurons to whose injected currents its calls add in each step."""
        return np.empty(0, np.int64)

    # --- between steps -------------------------------------------------------------------------

    def changes(self) -> np.ndarray:
        """Steps at whose start a schedule changes a value, int64."""
        return np.empty(0, np.int64)

    def apply(self, plan: Common) -> None:
        """Apply schedules at the current step, which is one of the `changes` of any part."""

    def begin(self, plan: Common) -> None:
        """Prepare the first step, once all parts are built."""

    def resume(self, plan: Common) -> None:
        """Recompute what depends on a state that has been loaded."""

    def next_stop(self, step: int) -> int | None:
        """Latest step at which the current chunk of steps must end, if any."""
        return None

    def reserve(self, events: int) -> None:
        """Make room for `events` spikes of sources in one step."""

    def make_room(self, step: int) -> None:
        """Enlarge buffers that are full, before the loop is entered again at `step`."""

    def end_chunk(self, step: int) -> None:
        """Do periodic work at the end of a chunk of steps."""

    def start_step(self, state: np.ndarray) -> None:
        """Apply to the flat state what the start of a step does, so that it can be read."""

    def stopped(self) -> bool:
        """Whether a kernel has stopped because a variable diverged."""
        return False

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        """Error message for values that are not finite; `bad` marks places of the state."""
        return None

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """Arrays that a run changes or users set, by full name: the content of a checkpoint."""
        return {}

    def is_free(self, name: str) -> bool:
        """Whether the entry may have another shape in a state, as growing buffers may."""
        return False

    def limits(self, step: int) -> Iterator[Entry]:
        """Limits of the numbers of its entries after so many steps."""
        return iter(())

    def misshapen(self, arrays: Arrays) -> Iterator[str]:
        """Names of free entries whose shapes are impossible."""
        return iter(())

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        """Violated relations between entries, each of which is within its limits."""
        return iter(())

    def upgrade(self, arrays: dict[str, np.ndarray], version: int, plan: Common) -> None:
        """Convert entries of a state of an older format."""

    def read(self, arrays: Arrays, plan: Common) -> Any:
        """Check and convert entries that are not plain arrays to copy; changes nothing.

        Raises
        ------
        ValidationError
            If it cannot be.
        """
        return None

    def load(self, arrays: Arrays, settings: Any) -> None:
        """Take the result of `read`, and free entries; the others have been copied."""

    def structure(self) -> dict[str, int]:
        """Checksum of the connectivity and delays of each projection."""
        return {}

    def label(self, place: int) -> str | None:
        """Name of the variable at an index of the flat state, if it belongs to this part."""
        return None

    def check_values(self, plan: Common) -> None:
        """Warn of values that make steps unstable; called by the first run after some were set."""

    def reset(self, plan: Common) -> None:
        """Reset to the initial state, for `Network.reset_state`."""

    # --- for users -----------------------------------------------------------------------------

    def variables(self, owner: Any) -> dict[str, Variable]:
        """Variables of a described object, by name."""
        return {}

    def stored(self, name: str) -> StoredSynapses | None:
        """Synapses of a projection, if this part stores them."""
        return None
