"""Helpers of inputs: the receptor that they reach, and the number of events in a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import pdtr

from spikesim.description.description import Description, Stimulus
from spikesim.description.populations import View
from spikesim.description.receptor_lookup import find_receptor
from spikesim.description.schedules import Schedule
from spikesim.equations.neuron_equations import INPUT
from spikesim.errors import ValidationError
from spikesim.neurons import Neuron
from spikesim.neurons.given import mentions
from spikesim.planning.context import Context
from spikesim.planning.use import Use
from spikesim.receptors import Receptor
from spikesim.runtime.blocks import Common
from spikesim.runtime.part import Part

MAX_COUNT_MEAN = 200.0  # events per step; the table of a drive has about this many columns


class RatedInputPart(Part):
    """Base of parts of inputs with rates, whose arrays are built anew when a schedule changes.

    Parameters
    ----------
    stimuli : list of Stimulus
        All inputs of the kind.
    context : Context
        Where their targets are.
    """

    args: Any

    def __init__(self, stimuli: list[Stimulus], context: Context):
        self._stimuli, self._context = stimuli, context
        self.args = self._build(0)

    def _build(self, step: int) -> Any:
        """Build the arrays with the rates in `step`."""
        raise NotImplementedError

    def changes(self) -> np.ndarray:
        rates = [s.input.rate for s in self._stimuli]  # type: ignore[attr-defined]
        return np.concatenate([change_steps(rate, self._context.dt) for rate in rates])

    def apply(self, plan: Common) -> None:
        self.args = self._build(plan.step)

    resume = apply


def check_felt(target: View) -> None:
    """Raise if the equations of the neurons have no injected current."""
    model = target.population.model
    assert isinstance(model, Neuron)
    if not mentions(model, INPUT):
        raise ValidationError(
            f"the stimulus has no effect: the equations of {type(model).__name__} do not contain "
            f"{INPUT}, the sum of the stimulating currents", "target", target,
        )  # fmt: skip


def value_at(value: np.ndarray | Schedule, step: int, dt: float) -> np.ndarray:
    """Evaluate a constant or a schedule in a step."""
    return value.at(step, dt) if isinstance(value, Schedule) else value


def change_steps(value: Any, dt: float) -> np.ndarray:
    """Steps at whose start a schedule changes."""
    return value.steps(dt) if isinstance(value, Schedule) else np.empty(0, np.int64)


def check_source_rate(rate: np.ndarray | Schedule, dt: float, owner: str) -> None:
    """Raise if a rate exceeds the largest number of spikes in a step."""
    values = rate.values if isinstance(rate, Schedule) else rate
    most = MAX_COUNT_MEAN / dt * 1000.0
    if values.size and values.max() > most:
        raise ValidationError(
            f"must be at most {most:g} Hz, {MAX_COUNT_MEAN:g} spikes a step; got "
            f"{float(values.max()):g} Hz", "rate", owner,
        )  # fmt: skip


def drive_port(
    stimulus: Stimulus, name: str | None, transmitter: str | None = None
) -> tuple[str, Receptor]:
    """Find the receptor that a drive reaches, by name and as an object."""
    view = stimulus.target
    port = find_receptor(view, name, transmitter, stimulus.name)
    return port, view.population.model.receptor(port)  # type: ignore[union-attr]


def drive_slot(stimulus: Stimulus, port: str, context: Context) -> int:
    """Slot of a drive's first target in the ring buffer."""
    view = stimulus.target
    block = context.blocks[view.population.name]
    table = context.tables[block.table]
    place = list(table.cell.ports).index(port)
    return table.args.slot0 + place * table.n + block.lo + int(view.ids[0])


def count_thresholds(means: np.ndarray) -> np.ndarray:
    """Tabulate cumulative Poisson probabilities, uint32, one row per mean.

    A uniform 32-bit number exceeds entry k with the probability of more than k events; for a mean
    of 0 it never does. Rows end where the tail is below 2**-33.
    """
    top = 1
    while means.size and pdtr(top - 1, means.max()) < 1 - 2.0**-33:
        top += 1
    cdf = pdtr(np.arange(top)[None, :], means[:, None])
    return (np.ceil(cdf * 2.0**32) - 1.0).astype(np.uint32).reshape(-1, top)


def memory_of(name: str, rates: list[np.ndarray], targets: int, each: int, dt: float) -> list[Use]:
    """Memory of drives with these rates (Hz): `each` bytes a target, and the table of counts."""
    if not rates:
        return []
    means = np.concatenate([np.ravel(rate) for rate in rates]) * (dt / 1000.0)
    distinct = np.unique(means)
    highest = min(distinct.max(initial=0.0), MAX_COUNT_MEAN)  # higher rates raise an error
    table = distinct.size * (highest + 7.0 * np.sqrt(highest) + 10.0)
    return [Use("inputs", name, int(targets * each + 4 * table), temporary=int(24 * table),
                what=f"{len(rates)} inputs")]  # fmt: skip


def judge_schedule(value: object, description: Description, owner: str) -> None:
    """Warn if times of a schedule are not multiples of the step."""
    if isinstance(value, Schedule):
        value.check_grid(description.dt, owner)
