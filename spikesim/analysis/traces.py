"""Traces: recorded variables over time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikesim.analysis.checks import ROUNDING, frozen, positions, whole_numbers
from spikesim.attributes import Guarded, guarded
from spikesim.errors import ValidationError
from spikesim.units import (
    Unit,
    check_array,
    check_count,
    check_label,
    check_scalar,
    ms,
    refuse_masked,
)


@guarded
@dataclass(frozen=True, eq=False, repr=False)
class Traces(Guarded):
    """Variable of k neurons (or synapses), sampled T times.

    Immutable: slices and windows are new objects, and the arrays are read-only.

    Parameters
    ----------
    times : array_like of float, shape (T,)
        Sample times in ms, increasing.
    values : array_like of float, shape (T, k)
        Samples in `unit`, one column for each neuron. NaN and infinite values, as from a
        diverging simulation, are kept.
    variable : str
        Name of the variable, such as ``"V_m"``.
    unit : str or Unit
        Unit of the values, such as ``"mV"``.
    ids : array_like of int, shape (k,)
        Neuron of each column: indices in the population, without repeats.
    name : str, optional
        Name of the neurons in plots and messages.

    Raises
    ------
    ValidationError
        If shapes do not match, times do not increase, or an id is repeated.

    Examples
    --------
    >>> traces = Traces([1.0, 2.0], [[-70.0], [-69.5]], variable="V_m", unit="mV", ids=[3])
    >>> traces.trace(3)
    array([-70. , -69.5])
    """

    times: NDArray[np.float64]
    values: NDArray[np.floating]
    variable: str = field(kw_only=True)
    unit: str = field(kw_only=True)
    ids: NDArray[np.int64] = field(kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        who = check_label(self.name, "name", "Traces") or "Traces"
        check_label(self.variable, "variable", who)
        if not isinstance(self.unit, (str, Unit)):
            raise ValidationError(f"must be a unit's symbol, got {self.unit!r}", "unit", who)
        times = check_array(self.times, "times", who, unit=ms)
        if times.ndim != 1 or (np.diff(times) <= 0).any():
            raise ValidationError("must be one increasing row", "times", who)
        ids = whole_numbers(self.ids, "ids", who)
        if len(np.unique(ids)) < len(ids):
            raise ValidationError("must not name a neuron twice", "ids", who)
        values = _samples(self.values, (len(times), len(ids)), who)
        object.__setattr__(self, "unit", str(self.unit))
        object.__setattr__(self, "times", frozen(times))
        object.__setattr__(self, "values", frozen(values))
        object.__setattr__(self, "ids", frozen(ids))

    @property
    def _who(self) -> str:
        return self.name or "Traces"

    def __repr__(self) -> str:
        name = f"{self.name!r}: " if self.name else ""
        when = f"{self.times[0]:g} to {self.times[-1]:g} ms" if len(self.times) else "no time"
        return (
            f"<Traces {name}{self.variable} ({self.unit}) of {len(self):,}, "
            f"{len(self.times):,} samples, {when}>"
        )

    def __len__(self) -> int:
        """Number of columns."""
        return len(self.ids)

    # Iteration is ambiguous: over samples or over neurons.
    __iter__ = None

    def __getitem__(self, key: Any) -> Traces:
        """Select columns by index; they keep their `ids`.

        Parameters
        ----------
        key : int, slice, sequence of int or bool array of shape (k,)
            Negative numbers count from the end; repeats are not allowed.
        """
        chosen = positions(key, len(self), self._who, "columns")
        return replace(self, values=self.values[:, chosen], ids=self.ids[chosen])

    def window(self, t0: float, t1: float) -> Traces:
        """Select the samples with ``t0 <= t <= t1`` (ms).

        Parameters
        ----------
        t0, t1 : float
            Start and end of the window, in ms.

        Returns
        -------
        Traces
            Samples of the same neurons.
        """
        t0 = check_scalar(t0, "t0", self._who, unit=ms)
        t1 = check_scalar(t1, "t1", self._who, unit=ms)
        if t1 < t0:
            raise ValidationError(f"must not be reversed, got {t0} to {t1} ms", "window", self._who)
        slack = ROUNDING * max(1.0, abs(t0), abs(t1))
        kept = (self.times >= t0 - slack) & (self.times <= t1 + slack)
        return replace(self, times=self.times[kept], values=self.values[kept])

    def trace(self, neuron: int) -> NDArray[np.floating]:
        """Samples of the neuron with id `neuron`, shape (T,).

        Parameters
        ----------
        neuron : int
            One of `ids`.

        Returns
        -------
        ndarray of float, shape (T,)
            In `unit`.
        """
        neuron = check_count(neuron, "neuron", self._who)
        places = np.flatnonzero(self.ids == neuron)
        if len(places) == 0:
            raise ValidationError(
                f"{neuron!r} was not recorded; recorded were {_short(self.ids)}",
                "neuron",
                self._who,
            )
        return self.values[:, places[0]]

    def equals(self, other: Traces) -> bool:
        """Whether samples, neurons and variable are exactly the same; names are ignored.

        Parameters
        ----------
        other : Traces
            Traces to compare with.

        Returns
        -------
        bool
            True if variable, unit, ids, times and values are equal; NaN equals NaN.
        """
        if not isinstance(other, Traces):
            raise ValidationError(f"must be Traces, got {type(other).__name__}", "other", "equals")
        return (
            (self.variable, self.unit) == (other.variable, other.unit)
            and np.array_equal(self.ids, other.ids)
            and np.array_equal(self.times, other.times)
            and np.array_equal(self.values, other.values, equal_nan=True)
        )


def _samples(value: Any, shape: tuple[int, int], who: str) -> NDArray[np.floating]:
    """Validate samples, and copy them to a float array of this shape; float32 is kept."""
    refuse_masked(value, "values", who)
    try:
        array = np.array(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        array = np.array(None)
    if array.dtype.kind not in "iuf":
        raise ValidationError("must be numbers", "values", who)
    if array.shape != shape:
        raise ValidationError(
            f"must have the shape (times, ids) = {shape}, got {array.shape}", "values", who
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _short(ids: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, ids[:8]))
    return f"{shown}, ... ({len(ids)} in all)" if len(ids) > 8 else shown or "none"
