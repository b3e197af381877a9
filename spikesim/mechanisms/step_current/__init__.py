"""Step currents: piecewise constant currents."""

from spikesim.mechanisms.step_current.declaration import DCCurrent, StepCurrent

__all__ = ["DCCurrent", "StepCurrent"]
