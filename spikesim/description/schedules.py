"""Piecewise constant schedules of values over time, and validation of rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spikesim.attributes import Guarded
from spikesim.errors import ValidationError
from spikesim.machine import require
from spikesim.units import (
    MOST_STEPS,
    Hz,
    Quantity,
    Unit,
    check_array,
    given_array,
    ms,
    nearest_steps,
    one,
)

_NEVER = 1.5 * 2.0**61  # steps
_SHOWN = 6  # entries of an array that a text shows; of a longer one, the first three and the last


class Schedule(Guarded):
    """Values that change at specified times and are constant in between.

    Parameters
    ----------
    times : sequence of float
        Time (ms) from which each value holds, ascending, rounded to the nearest step. The value
        before the first time is 0.
    values : array
        The values, shape (n_times,) or (n_times, n_neurons).
    owner, what : str
        Object and argument that error messages name.
    unit : Unit
        Unit of the values.

    Examples
    --------
    >>> PoissonSource(rate=Schedule([0.0, 500.0], [20.0, 80.0]))
    PoissonSource(rate=Schedule(times=[0.0, 500.0], values=[20.0, 80.0]))
    """

    def __init__(
        self,
        times: Sequence[float],
        values: Any,
        *,
        owner: str = "Schedule",
        what: str = "values",
        unit: Unit = one,
    ):
        self.owner = owner
        self.times = given_array(times, "times", owner, unit=ms, allowed="non-negative")
        if self.times.ndim != 1 or not self.times.size:
            raise ValidationError("must be a non-empty list of times", "times", owner)
        if (np.diff(self.times) <= 0).any():
            k = int(np.argmax(np.diff(self.times) <= 0))
            raise ValidationError(
                f"must be ascending, got {self.times[k]:.12g} ms and then {self.times[k + 1]:.12g} "
                f"ms (at index {k + 1})", "times", owner,
            )  # fmt: skip
        self.values = given_array(values, what, owner, unit=unit)
        if self.values.ndim not in (1, 2) or self.values.shape[0] != self.times.size:
            raise ValidationError(
                f"must have one row for each of the {self.times.size} times, got shape "
                f"{self.values.shape}", what, owner,
            )  # fmt: skip

    def __repr__(self) -> str:
        return f"Schedule(times={short(self.times)}, values={short(self.values)})"

    def steps(self, dt: float) -> np.ndarray:
        """Return the steps at whose start the values change, with times rounded to the nearest.

        Parameters
        ----------
        dt : float
            Time step in ms.

        Returns
        -------
        ndarray of int64, shape (n_times,)
            Numbers of steps.
        """
        times = np.minimum(self.times, _NEVER * dt)
        return nearest_steps(times, dt, "times", self.owner, most=1 << 62, silent=True)

    def check_grid(self, dt: float, owner: str) -> None:
        """Warn once if times are not multiples of `dt`; they are rounded to the nearest step.

        Parameters
        ----------
        dt : float
            Time step in ms.
        owner : str
            Name of the object in the warning.
        """
        nearest_steps(np.minimum(self.times, MOST_STEPS * dt), dt, "times", owner)

    def at(self, step: int, dt: float) -> np.ndarray:
        """Return the value in a step.

        Parameters
        ----------
        step : int
            Number of the step.
        dt : float
            Time step in ms.

        Returns
        -------
        ndarray, shape () or (n_neurons,)
            In the unit of the values.
        """
        place = int(np.searchsorted(self.steps(dt), step, side="right")) - 1
        return np.zeros(self.values.shape[1:]) if place < 0 else self.values[place]


def partly_constant(
    schedule: Schedule, places: np.ndarray, value: Any, size: int, dt: float
) -> Schedule:
    """Return a schedule with a constant value for some neurons, unchanged for the others.

    Parameters
    ----------
    schedule : Schedule
        The schedule of `size` neurons to start from.
    places : numpy.ndarray
        Indices of the neurons whose value becomes constant.
    value : float or numpy.ndarray
        One value for all of them, or one for each.
    size, dt : int, float
        Number of neurons, and the time step (ms).
    """
    need = 8 * size * schedule.times.size
    require(need, "a schedule for each neuron", "values", schedule.owner)
    shape = schedule.times.size, size
    rows = np.broadcast_to(schedule.values.reshape(shape[0], -1), shape).copy()
    times = schedule.times
    if schedule.steps(dt)[0] > 0:  # before the first time the other neurons have the value 0
        times, rows = np.append(0.0, times), np.concatenate([np.zeros((1, size)), rows])
    rows[:, places] = value
    return Schedule(list(times), rows, owner=schedule.owner)


def check_rate(rate: Any, owner: object) -> np.ndarray | Schedule:
    """Validate a rate (Hz) and return it as an array or a schedule."""
    if isinstance(rate, Schedule):
        check_array(rate.values, "rate", owner, unit=Hz, allowed="non-negative")
        return rate
    return given_array(rate, "rate", owner, unit=Hz, allowed="non-negative")


def check_columns(value: np.ndarray | Schedule, size: int, attribute: str, owner: str) -> None:
    """Raise unless `value` is a single value or has one entry for each of `size` neurons."""
    shape = value.values.shape[1:] if isinstance(value, Schedule) else value.shape
    if shape not in ((), (size,)):
        raise ValidationError(
            f"must be one value or {size}, one for each neuron; got {shape[-1]}", attribute, owner
        )


def short(value: Any) -> str:
    """Text of a value for ``repr``; long arrays are shortened, and numbers have 12 digits."""
    if isinstance(value, Quantity):
        return f"{short(value.value)} * {value.unit}"
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if isinstance(value, (np.ndarray, list, tuple)):
        whole = len(value) <= _SHOWN
        items = [short(item) for item in (value if whole else value[:3])]
        return f"[{', '.join(items if whole else [*items, '...', short(value[-1])])}]"
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return repr(float(f"{value:.12g}"))
    return repr(value)
