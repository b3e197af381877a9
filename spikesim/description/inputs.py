"""Inputs: sources of spikes, and the base of all that acts on neurons. Plain description.

A *source* is a population of its own, whose trains are shared by all that it projects to and can
drive plasticity. A *drive* or a *current* is attached to neurons with `Network.stimulate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spikesim.attributes import Guarded, altered
from spikesim.description.schedules import Schedule, check_columns, check_rate
from spikesim.errors import ValidationError
from spikesim.units import (
    check_array,
    given_array,
    in_unit,
    ms,
    refuse_masked,
)


class Input(Guarded):
    """Base of everything that acts on a network from outside."""

    def check_size(self, size: int, owner: str) -> None:
        """Raise a ValidationError if this does not fit so many neurons or sources.

        Parameters
        ----------
        size : int
            Number of neurons or sources.
        owner : str
            Whom messages name.
        """
        raise NotImplementedError

    def _instead(self, name: str) -> str:
        return f"is fixed once it is made; make another, {type(self).__name__}({name}=...)"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Source(Input):
    """Base of populations that only emit."""


class RateSource(Source):
    """Base of sources with a rate (Hz): one for all, one for each source, or a schedule."""

    rate: np.ndarray | Schedule

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.rate, size, "rate", owner)

    def with_rate(self, rate: Any, size: int, owner: str) -> RateSource:
        """The same source with another rate (Hz), checked for a population of `size`.

        Parameters
        ----------
        rate : float, array or Schedule
            In Hz.
        size : int
            Number of sources.
        owner : str
            Whom messages name.

        Returns
        -------
        RateSource
            A copy with that rate.
        """
        changed = altered(self, rate=check_rate(rate, owner))
        changed.check_size(size, owner)
        return changed


class PoissonSource(RateSource):
    """Independent Poisson trains.

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
    """Independent renewal trains whose intervals follow a gamma law.

    Trains are stationary from the start on: 0 is no spike, but a time like any other. Where the
    rate changes, what is left of an interval is stretched by the ratio of the rates.

    Parameters
    ----------
    rate : float, array or Schedule
        Rate in Hz: one for all, one for each source, or piecewise constant in time.
    shape : float or array
        Shape of the law, for each source or for all: 1 is a Poisson train, above that trains are
        more regular. The intervals' coefficient of variation is ``1 / sqrt(shape)``.

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
    """Spikes at given times.

    Parameters
    ----------
    times : sequence
        For each source a sequence of times (ms, above 0); or, for a population of one, its times.
        Times off the grid are rounded to the nearest step with one warning.

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
    """Spike times (ms) as one sorted array for each source."""
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
