"""The order of a step, and the calls that a step is made of.

A step carries a network from ``step * dt`` to ``(step + 1) * dt``:

1. `ARRIVE`: what reaches receptors in this step is added to the current row of the ring buffer:
   Poisson drives, miniature events, sums of all-to-all projections, and plastic synapses with
   axonal delays.
2. `CURRENT`: stimulating currents of this step: they begin with the steady ones, to which noise and
   gap junctions add.
3. `LINK`: linked variables take their values from the states as they are. Where something has read
   the states of other neurons, threads meet here: no neuron moves on before all have seen it.
4. `UPDATE`: neurons are integrated with the inputs that were there at the step's start; then what
   arrives at its end is added, from the row; then threshold, reset and refractoriness. The spikes
   of neurons and those of sources are put into one list.
5. `SPIKED`: what reads the list, such as concentrations that spikes raise; spikes are recorded
   before, and states after it.
6. `SEND`: spikes go out through synapses: a delay of d steps puts them d rows ahead.

Within a stage calls are in the order of `spikesim.mechanisms.MECHANISMS`, in which sums into the
ring and into currents are formed, so it decides on last bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """The stages of a step, in their order."""

    ARRIVE = 1
    CURRENT = 2
    LINK = 3
    UPDATE = 4
    SPIKED = 5
    SEND = 6


@dataclass(frozen=True)
class Call:
    """One call of a kernel in every step.

    Attributes
    ----------
    stage : Stage
        When.
    kernel : str
        ``"package.module:function"``, also of a generated module.
    arguments : str
        What it is given: names of the loop (`spikesim.codegen.loop.LOCAL`) and of bundles.
    result : str
        What is done with what it returns, such as ``"events +="``.
    name : str
        What the loop calls the kernel, where several have one name; the function's unless given.
    reads_others : bool
        Whether it reads states of neurons of other threads.
    first_thread : bool
        Whether only the first thread does it.
    """

    stage: Stage
    kernel: str
    arguments: str
    result: str = ""
    name: str = ""
    reads_others: bool = False
    first_thread: bool = False

    @property
    def text(self) -> str:
        """The call as a line of the loop."""
        called = f"{self.name or self.kernel.partition(':')[2]}({self.arguments})"
        return f"{self.result} {called}" if self.result else called

    @property
    def imported(self) -> str:
        """The statement that imports the kernel."""
        module, _, function = self.kernel.partition(":")
        return f"from {module} import {function}" + (f" as {self.name}" if self.name else "")
