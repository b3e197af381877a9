"""Stages of a time step in their order, and the kernel calls of each stage.

A step advances a network from ``step * dt`` to ``(step + 1) * dt``:

1. `ARRIVE`: input of this step is added to the current row of the ring buffer: Poisson drives,
   miniature events, sums of all-to-all projections, and plastic synapses with axonal delays.
2. `CURRENT`: injected currents of this step are reset to the steady ones; noise and gap junctions
   add to them.
3. `LINK`: linked variables are copied from the current states. If a call has read the states of
   other neurons, threads wait for each other here: no neuron is updated before all have read it.
4. `UPDATE`: neurons are integrated with the inputs present at the step's start. Then the row of
   the ring buffer, which arrives at the step's end, is added; then threshold, reset and
   refractoriness. The spikes of neurons and of sources are merged into one list.
5. `SPIKED`: calls that read the spike list, such as concentrations that spikes increase. Spikes are
   recorded before, and states after this stage.
6. `SEND`: spikes are sent through synapses: a delay of d steps adds them d rows ahead.

Within a stage, calls are in the order of `spikesim.mechanisms.MECHANISMS`. This order determines
how sums in the ring buffer and of currents are rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """Stages of a step, in execution order."""

    ARRIVE = 1
    CURRENT = 2
    LINK = 3
    UPDATE = 4
    SPIKED = 5
    SEND = 6


@dataclass(frozen=True)
class Call:
    """Kernel call that every step makes.

    Attributes
    ----------
    stage : Stage
        Stage in which it is called.
    kernel : str
        ``"package.module:function"``; the module may be a generated one.
    arguments : str
        Arguments: names of the loop (`spikesim.codegen.loop.LOCAL`) and of bundles.
    result : str
        Use of the returned value, such as ``"events +="``.
    name : str
        Name of the kernel in the loop, if several functions have one name. Default: the function's
        name.
    reads_others : bool
        Whether it reads states of neurons that belong to other threads.
    first_thread : bool
        Whether only the first thread makes the call.
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
