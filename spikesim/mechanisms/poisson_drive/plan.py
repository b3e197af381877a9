"""Build the arrays of Poisson drives for their kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.step import Call, Stage
from spikesim.description.description import Description, Stimulus
from spikesim.description.selections import check_gapless
from spikesim.errors import ValidationError
from spikesim.kernels.draws import CHUNK
from spikesim.mechanisms.poisson_drive.declaration import PoissonDrive
from spikesim.mechanisms.poisson_drive.kernels import DriveArgs
from spikesim.planning.context import Context
from spikesim.planning.drives import (
    RatedInputPart,
    check_source_rate,
    count_thresholds,
    drive_port,
    drive_slot,
    judge_schedule,
    memory_of,
    value_at,
)
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.settings import IdentityEntry, selected, settings_of
from spikesim.planning.use import Use
from spikesim.runtime.part import Bundles
from spikesim.runtime.split import Split
from spikesim.units import Hz, check_range


class DrivePart(RatedInputPart):
    """All Poisson drives of a network."""

    name = "poisson_drive"

    def _build(self, step: int) -> Any:
        return build_drives(self._stimuli, self._context, step)

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.poisson_drive.kernels:poisson_drives"
        return [Call(Stage.ARRIVE, kernel, "step, ring, drives", "events +=")]

    def bundles(self) -> Bundles:
        return {"drives": self.args}

    def share(self, split: Split, t: int) -> Bundles:
        d = self.args
        begin, end = split.of_slots(t, d.slot, d.end)
        return {"drives": d._replace(
            begin=begin, end=end, bits=np.empty_like(d.bits), count=np.empty_like(d.count)
        )}  # fmt: skip


def check(stimulus: Stimulus, description: Description) -> None:
    """Raise if a drive cannot act on its target; warn of times that are not on steps."""
    assert isinstance(stimulus.input, PoissonDrive)
    check_gapless(stimulus.target, "target", "stimulate")
    drive_weight(stimulus, stimulus.input, description)
    judge_schedule(stimulus.input.rate, description, stimulus.name)


def drive_weight(
    stimulus: Stimulus, drive: PoissonDrive, description: Description
) -> tuple[str, np.ndarray]:
    """The receptor input on which a drive acts, and the weight in its unit."""
    check_source_rate(drive.rate, description.dt, stimulus.name)
    port, receptor = drive_port(stimulus, drive.receptor)
    weight = drive.weight_in(receptor.weight_unit)
    if not receptor.signed and weight.min() < 0:
        raise ValidationError(
            f"a conductance cannot be negative, got {float(weight.min())} nS", "weight",
            stimulus.name,
        )  # fmt: skip
    check_range(weight, np.dtype(description.weight_type), stimulus.name)
    return port, weight


def build_drives(stimuli: list[Stimulus], context: Context, step: int) -> DriveArgs:
    """Build the arrays of all Poisson drives, with their rates in `step`."""
    keys, slots, sizes, lam, weights = [], [], [0], [], []
    for stimulus in stimuli:
        drive, view = stimulus.input, stimulus.target
        assert isinstance(drive, PoissonDrive)
        port, weight = drive_weight(stimulus, drive, context.description)
        keys.append(rng.key(context.seed, "drive", stimulus.name))
        slots.append(drive_slot(stimulus, port, context))
        sizes.append(len(view))
        rate = value_at(drive.rate, step, context.dt) * (context.dt / 1000.0)
        lam.append(np.broadcast_to(rate, len(view)))
        weights.append(np.broadcast_to(weight, len(view)))
    means = np.concatenate([*lam, np.empty(0)])
    distinct, row = np.unique(means, return_inverse=True)
    return DriveArgs(
        key=np.array(keys, np.uint64), slot=np.array(slots, np.int64),
        alike=np.array([np.ptp(m) == np.ptp(w) == 0 for m, w in zip(lam, weights, strict=True)],
                       np.bool_),
        begin=np.zeros(len(keys), np.int64), end=np.array(sizes[1:], np.int64),
        first=np.cumsum(sizes[:-1]).astype(np.int64), row=row.astype(np.int32).ravel(),
        weight=np.concatenate([*weights, np.empty(0)]).astype(context.weight_type),
        threshold=count_thresholds(distinct),
        bits=np.empty(CHUNK, np.uint32), count=np.empty(CHUNK, np.int32),
    )  # fmt: skip


def identity(stimulus: Stimulus, context: Context, part: DrivePart) -> IdentityEntry:
    """Identity for checkpoints: target and receptor; rate and weight."""
    drive = stimulus.input
    assert isinstance(drive, PoissonDrive)
    port, receptor = drive_port(stimulus, drive.receptor)
    unit = receptor.weight_unit
    same = {"kind": "PoissonDrive", "target": selected(stimulus.target), "receptor": port,
            "transmitter": "none"}  # fmt: skip
    values = settings_of(rate=(drive.rate, Hz), weight=(drive.weight_in(unit), unit))
    return "stimulus", stimulus.name, same, values


def memory(stimuli: list[Stimulus], description: Description) -> Iterable[Use]:
    """Estimate the memory of all drives."""
    rates: list[Any] = [s.input.rate for s in stimuli]  # type: ignore[attr-defined]
    targets = sum(len(s.target) for s in stimuli)
    each = 4 + np.dtype(description.weight_type).itemsize
    now = [value_at(rate, 0, description.dt) for rate in rates]
    return memory_of("Poisson drives", now, targets, each, description.dt)


POISSON_DRIVE = Mechanism(
    "poisson_drive",
    lambda element: isinstance(element, Stimulus) and isinstance(element.input, PoissonDrive),
    lambda stimuli, context: DrivePart(stimuli, context) if stimuli else None,
    check=check, identity=identity, memory=memory,
)  # fmt: skip
