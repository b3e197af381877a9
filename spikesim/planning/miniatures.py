"""Miniature events to the arrays of their kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim import rng
from spikesim.description.schedules import Schedule
from spikesim.distributions import Distribution, Uniform
from spikesim.errors import ValidationError
from spikesim.kernels.args import MiniArgs
from spikesim.kernels.drive import CHUNK
from spikesim.miniatures import Miniatures
from spikesim.planning.inputs import (
    Stimulus,
    check_source_rate,
    count_thresholds,
    drive_port,
    drive_slot,
    value_at,
)
from spikesim.planning.plan import Block, NeuronTable
from spikesim.planning.sampling import law
from spikesim.units import check_range


def build_miniatures(
    stimuli: list[Stimulus],
    blocks: dict[str, Block],
    tables: list[NeuronTable],
    *,
    dt: float,
    seed: int,
    dtype: Any,
    step: int,
) -> MiniArgs:
    """All miniature events, with their rates in `step`."""
    keys, slots, sizes, lam, laws, signs = [], [], [0], [], [], []
    for stimulus in stimuli:
        minis, view = stimulus.input, stimulus.target
        if not isinstance(minis, Miniatures):
            continue
        rate, port, amplitude, sign = minis_of(stimulus, minis, dt, dtype)
        signs.append(sign)
        keys.append([rng.key(seed, "miniatures", stimulus.name, p) for p in ("count", "amplitude")])
        slots.append(drive_slot(stimulus, port, blocks, tables))
        sizes.append(len(view))
        lam.append(np.broadcast_to(value_at(rate, step, dt) * (dt / 1000.0), len(view)))
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
    stimulus: Stimulus, minis: Miniatures, dt: float, dtype: Any
) -> tuple[np.ndarray | Schedule, str, Distribution, int]:
    """Rate, port, amplitude and sign of miniature events, if they fit their target."""
    rate = minis.total_rate()
    check_source_rate(rate, dt, stimulus.name)
    port, receptor = drive_port(stimulus, minis.receptor, minis.transmitter)
    sign = minis.sign(receptor, stimulus.name)
    amplitude = minis.amplitude_in(receptor.weight_unit)
    _check_amplitude(amplitude, np.dtype(dtype), stimulus.name)
    return rate, port, amplitude, sign


def _check_amplitude(given: Distribution, dtype: np.dtype, owner: str) -> None:
    """Raise if usual amplitudes are beyond what is stored."""
    usual = [given.low, given.high] if isinstance(given, Uniform) else [
        getattr(given, "value", getattr(given, "mean", 0.0))
    ]  # fmt: skip
    try:
        check_range(np.array(usual), dtype, owner)
    except ValidationError:
        raise ValidationError(f"too large for {dtype}: {given!r}", "amplitude", owner) from None
