"""Recorders of spikes, state variables, weights and concentrations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from spikesim.attributes import Guarded
from spikesim.description.access import Access
from spikesim.description.elements import Element
from spikesim.description.populations import View
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError, unknown_name
from spikesim.units import check_array


class Recorder(Guarded):
    """Base class of recorders; created by `Network.record`.

    Attributes
    ----------
    name : str
        Recorded object and variable, e.g. ``"exc.V_m"``.
    every : float or None
        Sampling interval (ms); None for spikes.
    """

    _gives = "Traces: recorder.result().values"

    def __init__(self, name: str, every: float | None, access: Access):
        self.name, self.every, self.access = name, every, access

    def result(self) -> Any:
        """Return what was recorded so far: `SpikeTrains` for spikes, otherwise `Traces`.

        Returns
        -------
        SpikeTrains or Traces
            Data from the start or the last `clear` until now.
        """
        return self.access.result(self)

    def clear(self) -> None:
        """Discard what was recorded so far; recording continues from now."""
        self.access.clear(self)

    def __copy__(self) -> Recorder:
        return self  # a handle: each recorder exists once

    def _absent(self, name: str) -> str:
        return super()._absent(name) or f"; what was recorded is in its result(), {self._gives}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.name}>"


class SpikeRecorder(Recorder):
    """Spikes of a population or of some of its neurons.

    Attributes
    ----------
    target : View
        Neurons whose spikes are recorded.
    """

    _gives = "SpikeTrains: recorder.result().times"

    def __init__(self, target: View, access: Access):
        super().__init__(f"{target.name}.spikes", None, access)
        self.target = target

    def counts(self) -> np.ndarray:
        """Return the number of spikes of each neuron since the start or the last `clear`.

        Returns
        -------
        ndarray of int64, shape (n,)
            Numbers of spikes.
        """
        return self.access.counts(self)


class StateRecorder(Recorder):
    """A state variable of some neurons, sampled at the end of steps at a fixed interval.

    Attributes
    ----------
    target : View
        Neurons whose variable is recorded.
    variable : str
        Its name.
    """

    def __init__(self, target: View, variable: str, every: float, access: Access):
        if target.population.is_source:
            raise ValidationError(
                f"a source of spikes has no variable {variable!r}; record 'spikes'", None, target
            )
        super().__init__(f"{target.name}.{variable}", every, access)
        self.target, self.variable = target, variable
        access.check_variable(target, variable)


class ElementRecorder(Recorder):
    """A variable of an element, such as the concentration of a neuromodulator.

    It is sampled at the end of steps at a fixed interval.

    Attributes
    ----------
    target : Element
        Element whose variable is recorded.
    variable : str
        Its name.
    """

    def __init__(self, target: Element, variable: str, every: float, access: Access):
        super().__init__(f"{target.name}.{variable}", every, access)
        self.target, self.variable = target, variable


class WeightRecorder(Recorder):
    """Weights, or another variable of plastic synapses, over time; of all synapses or some.

    Attributes
    ----------
    target : Projection
        Projection whose synapses are recorded.
    variable : str
        Name of the variable.
    synapses : ndarray of int64, or None
        Indices of the recorded synapses; None for all.
    """

    def __init__(
        self, target: Projection, variable: str, synapses: Any, every: float | None, access: Access
    ):
        if target.plasticity is None:
            raise ValidationError("is not plastic; its weights do not change", "weight", target)
        if every is None:
            raise ValidationError(
                "pass every=..., the sampling interval in ms, for example every=100.0", "every",
                target,
            )  # fmt: skip
        super().__init__(f"{target.name}.{variable}", every, access)
        self.target, self.variable = target, variable
        self.synapses = None if synapses is None else _chosen(synapses, target)


def _chosen(synapses: Any, owner: Projection) -> np.ndarray:
    given = np.atleast_1d(check_array(synapses, "synapses", owner, allowed="non-negative"))
    chosen = np.minimum(given, 2.0**62).astype(np.int64)
    if given.ndim != 1 or (chosen != given).any() or np.unique(chosen).size < chosen.size:
        raise ValidationError(
            f"must be distinct whole numbers, got {synapses!r}", "synapses", owner
        )
    sizes = len(owner.source), len(owner.target)
    check_synapses(chosen, owner.connector.count(*sizes, owner.self_offset), owner)
    chosen.flags.writeable = False
    return chosen


def check_synapses(chosen: np.ndarray, n: int | None, owner: Projection) -> None:
    """Raise if an index exceeds the `n` synapses of a projection.

    `n` is None if the number of synapses is random and not known yet.
    """
    if n is not None and chosen.size and chosen.max() >= n:
        raise ValidationError(
            f"must be indices below the {n} synapses that there are, got {chosen.max()}",
            "synapses", owner,
        )  # fmt: skip


def recorder_of(
    target: Any,
    variable: str,
    every: float | None,
    synapses: Any,
    dt: float,
    access: Access,
) -> Recorder:
    """Create the recorder that fits the type of `target`; by default it samples every `dt`."""
    if isinstance(target, Projection):
        _check_known(variable, target.variables, target)
        return WeightRecorder(target, variable, synapses, every, access)
    if isinstance(target, Element) and target.recordable:
        _check_known(variable, target.recordable, target)
    elif not isinstance(target, View):
        raise ValidationError(
            "must be a population, a projection or an element with recordable variables, such as "
            f"a modulator, got {target!r}",
            "target",
            "record",
        )
    if synapses is not None:
        raise ValidationError("only projections have synapses", "synapses", target)
    if isinstance(target, Element):
        return ElementRecorder(target, variable, every or dt, access)
    if not isinstance(variable, str) or variable != "spikes":
        return StateRecorder(target, variable, every or dt, access)
    if every is not None:
        raise ValidationError("spikes have no sampling interval", "every", target)
    return SpikeRecorder(target, access)


def _check_known(variable: str, known: Iterable[str], target: object) -> None:
    """Raise unless the variable is one of the known ones."""
    if not isinstance(variable, str) or variable not in known:
        raise unknown_name(variable, list(known), "variable", target)
