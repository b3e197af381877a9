"""Step currents: currents that change at given times."""

from spikesim.mechanisms.step_current.declaration import DCCurrent, StepCurrent

__all__ = ["DCCurrent", "StepCurrent"]
