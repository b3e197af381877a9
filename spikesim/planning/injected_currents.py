"""Injected currents: reset to the steady ones in each step, before mechanisms add to them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.kernels.currents import InjectedArgs
from spikesim.runtime.part import Bundles, Part
from spikesim.runtime.split import Split


class InjectedCurrentPart(Part):
    """The neurons to whose injected currents some mechanism adds in each step.

    Parameters
    ----------
    parts : iterable of Part
        Parts of all mechanisms.
    """

    name = "injected_currents"

    def __init__(self, parts: Iterable[Part]):
        places = [part.adds_current_to() for part in parts]
        self.args = InjectedArgs(np.unique(np.concatenate([np.empty(0, np.int64), *places])))

    def calls(self) -> list[Call]:
        if not self.args.injected.size:
            return []
        kernel = "spikesim.kernels.currents:start_currents"
        return [Call(Stage.CURRENT, kernel, "current, base, injected")]

    def bundles(self) -> Bundles:
        return {"injected": self.args}

    def share(self, split: Split, t: int) -> Bundles:
        places = self.args.injected
        return {"injected": InjectedArgs(places[split.mine(t)[places]])}
