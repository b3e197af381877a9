"""Build the arrays of miniature events for their kernel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.step import Call, Stage
from spikesim.description.description import Description, Stimulus
from spikesim.description.schedules import Schedule
from spikesim.description.selections import check_gapless
from spikesim.distributions import Distribution, Uniform
from spikesim.errors import ValidationError
from spikesim.kernels.draws import CHUNK
from spikesim.mechanisms.miniatures.declaration import Miniatures
from spikesim.mechanisms.miniatures.kernels import MiniArgs
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
from spikesim.planning.sampling import law
from spikesim.planning.settings import IdentityEntry, selected, settings_of
from spikesim.planning.use import Use
from spikesim.runtime.part import Bundles
from spikesim.runtime.split import Split
from spikesim.units import Hz, check_range


class MiniaturePart(RatedInputPart):
    """All miniature events of a network."""

    name = "miniatures"

    def _build(self, step: int) -> Any:
        return build_miniatures(self._stimuli, self._context, step)

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.miniatures.kernels:miniatures"
        return [Call(Stage.ARRIVE, kernel, "step, ring, minis", "events +=")]

    def bundles(self) -> Bundles:
        return {"minis": self.args}

    def share(self, split: Split, t: int) -> Bundles:
        m = self.args
        begin, end = split.of_slots(t, m.slot, m.end)
        return {"minis": m._replace(begin=begin, end=end, bits=np.empty_like(m.bits))}


def check(stimulus: Stimulus, description: Description) -> None:
    """Raise if miniature events cannot act on the target; warn of times that are not on steps."""
    assert isinstance(stimulus.input, Miniatures)
    check_gapless(stimulus.target, "target", "stimulate")
    minis_of(stimulus, stimulus.input, description)
    judge_schedule(stimulus.input.rate, description, stimulus.name)


def build_miniatures(stimuli: list[Stimulus], context: Context, step: int) -> MiniArgs:
    """Build the arrays of all miniature events, with their rates in `step`."""
    keys, slots, sizes, lam, laws, signs = [], [], [0], [], [], []
    for stimulus in stimuli:
        minis, view = stimulus.input, stimulus.target
        assert isinstance(minis, Miniatures)
        rate, port, amplitude, sign = minis_of(stimulus, minis, context.description)
        signs.append(sign)
        name = stimulus.name
        keys.append([rng.key(context.seed, "miniatures", name, p) for p in ("count", "amplitude")])
        slots.append(drive_slot(stimulus, port, context))
        sizes.append(len(view))
        mean = value_at(rate, step, context.dt) * (context.dt / 1000.0)
        lam.append(np.broadcast_to(mean, len(view)))
        laws.append(law(amplitude))
    distinct, row = np.unique(np.concatenate([*lam, np.empty(0)]), return_inverse=True)
    key, amplitude_key = np.array(keys, np.uint64).reshape(-1, 2).T.copy()
    a, b, low, high = np.array([x[1:] for x in laws], np.float64).reshape(-1, 4).T.copy()
    return MiniArgs(
        key=key, amplitude_key=amplitude_key, slot=np.array(slots, np.int64),
        begin=np.zeros(len(keys), np.int64), end=np.array(sizes[1:], np.int64),
        first=np.cumsum(sizes[:-1]).astype(np.int64), row=row.astype(np.int32).ravel(),
        threshold=count_thresholds(distinct), bits=np.empty(CHUNK, np.uint32),
        kind=np.array([x.kind for x in laws], np.int64), a=a, b=b, low=low, high=high,
        sign=np.array(signs, np.float64),
    )  # fmt: skip


def minis_of(
    stimulus: Stimulus, minis: Miniatures, description: Description
) -> tuple[np.ndarray | Schedule, str, Distribution, int]:
    """Rate, receptor, amplitude and sign of miniature events, validated for their target."""
    rate = minis.total_rate()
    check_source_rate(rate, description.dt, stimulus.name)
    port, receptor = drive_port(stimulus, minis.receptor, minis.transmitter)
    sign = minis.sign(receptor, stimulus.name)
    amplitude = minis.amplitude_in(receptor.weight_unit)
    _check_amplitude(amplitude, np.dtype(description.weight_type), stimulus.name)
    return rate, port, amplitude, sign


def _check_amplitude(given: Distribution, dtype: np.dtype, owner: str) -> None:
    """Raise if typical amplitudes exceed the range of the stored type."""
    usual = [given.low, given.high] if isinstance(given, Uniform) else [
        getattr(given, "value", getattr(given, "mean", 0.0))
    ]  # fmt: skip
    try:
        check_range(np.array(usual), dtype, owner)
    except ValidationError:
        raise ValidationError(f"too large for {dtype}: {given!r}", "amplitude", owner) from None


def identity(stimulus: Stimulus, context: Context, part: MiniaturePart) -> IdentityEntry:
    """Identity for checkpoints: target, receptor and transmitter; rate and amplitude."""
    minis = stimulus.input
    assert isinstance(minis, Miniatures)
    port, receptor = drive_port(stimulus, minis.receptor, minis.transmitter)
    unit = receptor.weight_unit
    same = {"kind": type(minis).__name__, "target": selected(stimulus.target), "receptor": port,
            "transmitter": minis.transmitter or "none"}  # fmt: skip
    values = settings_of(rate=(minis.rate, Hz), amplitude=(minis.amplitude_in(unit), unit),
                      n_synapses=minis.n_synapses)  # fmt: skip
    return "stimulus", stimulus.name, same, values


def memory(stimuli: list[Stimulus], description: Description) -> Iterable[Use]:
    """Estimate the memory of all miniature inputs."""
    rates: list[Any] = [s.input.total_rate() for s in stimuli]  # type: ignore[attr-defined]
    targets = sum(len(s.target) for s in stimuli)
    now = [value_at(rate, 0, description.dt) for rate in rates]
    return memory_of("miniature events", now, targets, 4, description.dt)


MINIATURES = Mechanism(
    "miniatures",
    lambda element: isinstance(element, Stimulus) and isinstance(element.input, Miniatures),
    lambda stimuli, context: MiniaturePart(stimuli, context) if stimuli else None,
    check=check, identity=identity, memory=memory,
)  # fmt: skip
