"""Step currents (piecewise constant) and constant currents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spikesim.description.inputs import Input
from spikesim.description.schedules import Schedule, check_columns
from spikesim.errors import ValidationError
from spikesim.units import check_array, check_scalar, ms, pA


class StepCurrent(Input):
    """A current that changes at specified times and is constant in between.

    Parameters
    ----------
    times : sequence of float
        Time from which each amplitude holds (ms).
    amplitudes : array
        Amplitudes in pA, shape (n_times,) or (n_times, n_neurons).

    Examples
    --------
    >>> net.stimulate(cells, StepCurrent([10.0, 50.0], [300.0, 0.0]))
    """

    def __init__(self, times: Sequence[float], amplitudes: Any):
        self.schedule = Schedule(times, amplitudes, owner=type(self).__name__, what="amplitudes",
                                 unit=pA)  # fmt: skip

    def _arguments(self) -> dict[str, Any]:
        return {"times": self.schedule.times, "amplitudes": self.schedule.values}

    def check_size(self, size: int, owner: str) -> None:
        check_columns(self.schedule, size, "amplitudes", owner)


class DCCurrent(StepCurrent):
    """A constant current.

    Parameters
    ----------
    amplitude : float or array
        Amplitude in pA, one for all neurons or one for each.
    start, stop : float
        Interval in which the current is on (ms). By default it starts at 0 and does not stop.

    Examples
    --------
    >>> net.stimulate(cells, DCCurrent(500.0, start=20.0, stop=80.0))
    """

    def __init__(self, amplitude: Any, start: float = 0.0, stop: float | None = None):
        value = check_array(amplitude, "amplitude", self, unit=pA)
        if value.ndim > 1:
            raise ValidationError(
                f"must be one value or one for each neuron, got shape {value.shape}", "amplitude",
                self,
            )  # fmt: skip
        times = [check_scalar(start, "start", self, unit=ms, allowed="non-negative")]
        values = [value]
        if stop is not None:
            if check_scalar(stop, "stop", self, unit=ms) <= times[0]:
                raise ValidationError(
                    f"must be after start = {times[0]} ms, got {stop} ms", "stop", self
                )
            times.append(check_scalar(stop, "stop", self, unit=ms, allowed="non-negative"))
            values.append(np.zeros_like(value))
        super().__init__(times, np.stack(values))

    def _arguments(self) -> dict[str, Any]:
        times, values = self.schedule.times, self.schedule.values
        stop = times[1] if times.size > 1 else None
        return {"amplitude": values[0], "start": times[0], "stop": stop}
