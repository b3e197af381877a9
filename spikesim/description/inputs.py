"""Spike sources, and the base class of all inputs.

A *source* is a population of its own: all its targets receive the same spike trains, which can
drive plasticity. A *drive* or a *current* is attached to neurons with `Network.stimulate`. These
classes hold parameters only, no arrays of a running network.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from spikesim.attributes import Guarded, copy_with
from spikesim.description.schedules import Schedule, check_columns, check_rate, short
from spikesim.errors import ValidationError
from spikesim.units import (
    check_array,
    given_array,
    in_unit,
    ms,
    refuse_masked,
)


class Input(Guarded):
    """Base class of all external inputs to a network."""

    def check_size(self, size: int, owner: str) -> None:
        """Raise a ValidationError unless the parameters fit the number of neurons or sources.

        Parameters
        ----------
        size : int
            Number of neurons or sources.
        owner : str
            Name of the object in error messages.
        """
        raise NotImplementedError

    def _instead(self, name: str) -> str:
        return f"is fixed once it is made; make another, {type(self).__name__}({name}=...)"

    def _arguments(self) -> dict[str, Any]:
        """The arguments from which it could be created again, by name."""
        return {n: vars(self).get(n) for n in inspect.signature(type(self)).parameters}

    def __repr__(self) -> str:
        parameters, told = inspect.signature(type(self)).parameters, []
        for name, value in self._arguments().items():
            text = short(value)
            if value is not None and text != short(parameters[name].default):
                told.append(f"{name}={text}")
        return f"{type(self).__name__}({', '.join(told)})"


class Source(Input):
    """Base class of populations that only emit spikes."""


class RateSource(Source):
    """Base class of sources with a rate (Hz): one value, one for each source, or a schedule."""

    rate: np.ndarray | Schedule

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.rate, size, "rate", owner)

    def with_rate(self, rate: Any, size: int, owner: str) -> RateSource:
        """Return a copy with another rate (Hz), validated for a population of `size` sources.

        Parameters
        ----------
        rate : float, array or Schedule
            Rate in Hz.
        size : int
            Number of sources.
        owner : str
            Name of the object in error messages.

        Returns
        -------
        RateSource
            The copy.
        """
        changed = copy_with(self, rate=check_rate(rate, owner))
        changed.check_size(size, owner)
        return changed


class PoissonSource(RateSource):
    """Independent Poisson spike trains.

    Parameters
    ----------
    rate : float, array or Schedule
        Rate in Hz: one for all, one for each source, or piecewise constant in time.

    Examples
    --------
    >>> source = net.population("noise", 100, PoissonSource(rate=20.0))
    """

    def __init__(self, rate: Any = 0.0):
        self.rate = check_rate(rate, self)


class GammaSource(RateSource):
    """Independent renewal processes with gamma-distributed inter-spike intervals.

    The trains are stationary from time 0 on: a run does not start with a spike at time 0. Where
    the rate changes, the rest of the current interval is scaled by the ratio of the old to the new
    rate.

    Parameters
    ----------
    rate : float, array or Schedule
        Rate in Hz: one for all, one for each source, or piecewise constant in time.
    shape : float or array
        Shape of the gamma distribution, one for all or one for each source: 1 is a Poisson
        process, larger values give more regular trains. The coefficient of variation of the
        intervals is ``1 / sqrt(shape)``.

    Examples
    --------
    >>> source = net.population("regular", 100, GammaSource(rate=20.0, shape=4.0))
    """

    def __init__(self, rate: Any = 0.0, shape: Any = 1.0):
        self.rate = check_rate(rate, self)
        self.shape = given_array(shape, "shape", self, allowed="positive")

    def check_size(self, size: int, owner: str) -> None:
        super().check_size(size, owner)
        check_columns(self.shape, size, "shape", owner)


class SpikeSource(Source):
    """Spikes at specified times.

    Parameters
    ----------
    times : sequence
        One sequence of spike times (ms, above 0) for each source; for a population of size 1 also
        its spike times alone. Times that are not multiples of the time step are rounded to the
        nearest step, with one warning.

    Examples
    --------
    >>> source = net.population("pair", 2, SpikeSource([[5.0, 10.0], [7.5]]))
    """

    def __init__(self, times: Any = ()):
        self.times: Sequence[np.ndarray] = check_times(times, self)

    def check_size(self, size: int, owner: str) -> None:
        if len(self.times) != size:
            raise ValidationError(
                f"must hold one sequence for each of the {size} sources, got {len(self.times)}",
                "times", owner,
            )  # fmt: skip


def check_times(times: Any, owner: object) -> list[np.ndarray]:
    """Validate spike times (ms) and return one sorted array for each source."""
    refuse_masked(times, "times", owner)
    try:
        rows = list(in_unit(times, ms, "times", owner))
        if all(np.ndim(row) == 0 for row in rows):
            rows = [rows]
        sizes = [np.size(row) for row in rows]
    except ValidationError:
        raise
    except (TypeError, ValueError, RecursionError):
        raise ValidationError(
            f"must be times or sequences of times in ms, got {times!r}", "times", owner
        ) from None
    given = [
        np.sort(check_array(row, f"times[{k}]", owner, unit=ms, allowed="positive").ravel())
        if size
        else np.empty(0)
        for k, (row, size) in enumerate(zip(rows, sizes, strict=True))
    ]
    for k, row in enumerate(rows):
        if np.ndim(row) > 1:
            raise ValidationError(
                f"must be one row of times for each source, got shape {np.shape(row)} for source "
                f"{k}", "times", owner,
            )  # fmt: skip
    for row in given:
        row.flags.writeable = False
    return given
