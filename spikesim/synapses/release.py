"""Base class of transmitter release models (short-term plasticity)."""

from __future__ import annotations

from typing import Any

from spikesim.errors import ValidationError
from spikesim.parameters import Parametrized
from spikesim.units import check_scalar, ms, one, param


class Release(Parametrized):
    """Base class of release models; each parameter is one number for a whole projection."""

    U = param(0.5, one, "positive", "utilisation by the first spike, at most 1")
    tau_rec = param(800.0, ms, "positive", "time constant of the recovery from depression")
    tau_facil = param(0.0, ms, "non-negative", "time constant of facilitation; 0 for none")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for name in self.declared:
            setattr(self, name, check_scalar(getattr(self, name), name, self))
        if self.U > 1:
            raise ValidationError(f"must lie above 0 and be at most 1, got {self.U}", "U", self)
