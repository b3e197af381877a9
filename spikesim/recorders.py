"""Recorders: what is kept of a run. Plain description; the results come from the network."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from spikesim.errors import ValidationError
from spikesim.modulators import Modulator
from spikesim.populations import View
from spikesim.projections import Projection


class RecorderAccess(Protocol):
    """What the network offers to its recorders."""

    def result(self, recorder: Recorder) -> Any: ...
    def counts(self, recorder: Recorder) -> np.ndarray: ...
    def clear(self, recorder: Recorder) -> None: ...


class Recorder:
    """Base of recorders; made by `Network.record`.

    Attributes
    ----------
    name : str
        What is recorded of whom, e.g. ``"exc.V_m"``.
    every : float or None
        Sampling interval (ms).
    """

    def __init__(self, name: str, every: float | None, access: RecorderAccess):
        self.name, self.every, self.access = name, every, access

    def result(self) -> Any:
        """What was recorded so far: `SpikeTrains` of spikes, else `Traces`."""
        return self.access.result(self)

    def clear(self) -> None:
        """Forget what was recorded so far; recording goes on from now."""
        self.access.clear(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.name}>"


class SpikeRecorder(Recorder):
    """Spikes of a population or of some of its neurons."""

    def __init__(self, target: View, access: RecorderAccess):
        super().__init__(f"{target.name}.spikes", None, access)
        self.target = target

    def counts(self) -> np.ndarray:
        """Spikes of each neuron since the start or the last `clear`, int64, shape (n,)."""
        return self.access.counts(self)


class StateRecorder(Recorder):
    """A state variable of some neurons, sampled at the end of every so many steps."""

    def __init__(self, target: View, variable: str, every: float, access: RecorderAccess):
        if target.population.is_source:
            raise ValidationError(
                f"a source of spikes has no variable {variable!r}; record 'spikes'", None, target
            )
        super().__init__(f"{target.name}.{variable}", every, access)
        self.target, self.variable = target, variable


class ConcentrationRecorder(Recorder):
    """The concentration of a neuromodulator, sampled at the end of every so many steps."""

    def __init__(self, target: Modulator, every: float, access: RecorderAccess):
        super().__init__(f"{target.name}.concentration", every, access)
        self.target = target


class WeightRecorder(Recorder):
    """Weights of chosen synapses of a projection over time."""

    def __init__(
        self, target: Projection, synapses: np.ndarray | None, every: float, access: RecorderAccess
    ):
        super().__init__(f"{target.name}.weight", every, access)
        self.target, self.synapses = target, synapses
