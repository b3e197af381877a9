"""Compute the steady currents of neurons from step currents, and when they change."""

from __future__ import annotations

import numpy as np

from spikesim.description.description import Description, Stimulus
from spikesim.mechanisms.step_current.declaration import StepCurrent
from spikesim.planning.context import Context
from spikesim.planning.drives import check_felt, judge_schedule
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.settings import IdentityEntry, selected, settings_of
from spikesim.runtime.blocks import Common
from spikesim.runtime.part import Part
from spikesim.units import pA


class StepCurrentPart(Part):
    """All step currents of a network; their sum at each neuron is its steady current.

    Parameters
    ----------
    stimuli : list of Stimulus
        All step currents.
    dt : float
        Time step (ms).
    """

    name = "step_current"

    def __init__(self, stimuli: list[Stimulus], dt: float):
        self.dt = dt
        self.given = [(s.target, s.input.schedule) for s in stimuli]  # type: ignore[attr-defined]

    def changes(self) -> np.ndarray:
        steps = [schedule.steps(self.dt) for _, schedule in self.given]
        return np.concatenate([np.empty(0, np.int64), *steps])

    def apply(self, plan: Common) -> None:
        plan.base[:] = 0.0
        for view, schedule in self.given:
            places = plan.blocks[view.population.name].gid0 + view.ids
            plan.base[places] += schedule.at(plan.step, self.dt)

    begin = resume = apply


def check(stimulus: Stimulus, description: Description) -> None:
    """Raise if currents do not act on the target; warn of times that are not on steps."""
    assert isinstance(stimulus.input, StepCurrent)
    check_felt(stimulus.target)
    judge_schedule(stimulus.input.schedule, description, stimulus.name)


def identity(stimulus: Stimulus, context: Context, part: StepCurrentPart) -> IdentityEntry:
    """Identity for checkpoints: target; amplitudes and times."""
    current = stimulus.input
    assert isinstance(current, StepCurrent)
    same = {"kind": type(current).__name__, "target": selected(stimulus.target)}
    return "stimulus", stimulus.name, same, settings_of(amplitudes=(current.schedule, pA))


STEP_CURRENT = Mechanism(
    "step_current",
    lambda element: isinstance(element, Stimulus) and isinstance(element.input, StepCurrent),
    lambda stimuli, context: StepCurrentPart(stimuli, context.dt) if stimuli else None,
    check=check, identity=identity, currents=lambda stimulus: [stimulus.target],
)  # fmt: skip
