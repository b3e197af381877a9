"""Sources, drives and currents to the arrays of their kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import pdtr

from spikesim import rng
from spikesim.description.inputs import (
    GammaSource,
    Input,
    NoiseCurrent,
    PoissonDrive,
    RateSource,
    Schedule,
    SpikeSource,
    StepCurrent,
)
from spikesim.description.populations import Population, View, check_gapless
from spikesim.description.receptor_lookup import find_receptor
from spikesim.equations.neuron_equations import INPUT
from spikesim.errors import ValidationError
from spikesim.kernels.args import DriveArgs, NoiseArgs
from spikesim.kernels.drive import CHUNK
from spikesim.kernels.sources import first_intervals
from spikesim.miniatures import Miniatures
from spikesim.neurons import Neuron
from spikesim.neurons.given import mentions
from spikesim.planning.plan import Block, NeuronTable, SourceTable
from spikesim.receptors import Receptor
from spikesim.units import check_range, nearest_steps, whole_steps

MAX_COUNT_MEAN = 200.0  # events a step; the table of a drive has about this many columns


@dataclass(frozen=True)
class Stimulus:
    """An input attached to neurons, under a name that keys its draws."""

    name: str
    target: View
    input: Input


def check_felt(target: View, stimulus: Input) -> None:
    """Raise for neurons that cannot take this input."""
    model = target.population.model
    assert isinstance(model, Neuron)
    if isinstance(stimulus, (PoissonDrive, Miniatures)):
        check_gapless(target, "target", "stimulate")
    if isinstance(stimulus, (StepCurrent, NoiseCurrent)) and not mentions(model, INPUT):
        raise ValidationError(
            f"would feel nothing of it, for the equations of {type(model).__name__} do not mention "
            f"{INPUT}, the sum of the stimulating currents", "target", target,
        )  # fmt: skip


def value_at(value: np.ndarray | Schedule, step: int, dt: float) -> np.ndarray:
    """A constant or scheduled value in a step."""
    return value.at(step, dt) if isinstance(value, Schedule) else value


def change_steps(value: Any, dt: float) -> np.ndarray:
    """The steps at whose start a schedule changes."""
    return value.steps(dt) if isinstance(value, Schedule) else np.empty(0, np.int64)


def check_source_rate(rate: np.ndarray | Schedule, dt: float, owner: str) -> None:
    """Raise if a source or drive would spike more often than kernels provide for."""
    values = rate.values if isinstance(rate, Schedule) else rate
    most = MAX_COUNT_MEAN / dt * 1000.0
    if values.size and values.max() > most:
        raise ValidationError(
            f"must be at most {most:g} Hz, {MAX_COUNT_MEAN:g} spikes a step; got "
            f"{float(values.max()):g} Hz", "rate", owner,
        )  # fmt: skip


def build_source(population: Population, gid0: int, dt: float, seed: int) -> SourceTable:
    """A source population."""
    n, model = population.size, population.model
    key = rng.key(seed, "source", population.name)
    if isinstance(model, SpikeSource):
        step, source = given_spikes(model.times, dt, population.name)
        none = np.empty(0)
        drawn = np.empty(0, np.int64)
        return SourceTable(gid0, n, key, none, none, none, none, drawn, step, source)
    assert isinstance(model, RateSource)
    check_source_rate(model.rate, dt, population.name)
    left, shape = np.empty(n), np.full(n, model.shape if isinstance(model, GammaSource) else 1.0)
    first_intervals(key, shape, left)
    return SourceTable(
        gid0, n, key, shape=shape, rate=np.zeros(n), left=left, since=np.zeros(n),
        drawn=np.ones(n, np.int64), step=np.empty(0, np.int64), source=np.empty(0, np.int32),
    )  # fmt: skip


def given_spikes(
    times: Sequence[np.ndarray], dt: float, owner: str, *, silent: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Given times as (step, source), ordered; a time t is the end of step t/dt - 1."""
    flat = np.concatenate([*times, np.empty(0)])
    source = np.repeat(np.arange(len(times), dtype=np.int32), [t.size for t in times])
    ends = nearest_steps(flat, dt, "times", owner, least=1, silent=silent)
    order = np.lexsort((source, ends))
    return ends[order] - 1, source[order]


def flat_places(view: View, blocks: dict[str, Block], tables: list[NeuronTable]) -> np.ndarray:
    """Places of neurons in the flat current arrays; gids of neurons are just these."""
    return blocks[view.population.name].gid0 + view.ids


def steady_currents(
    stimuli: list[Stimulus],
    blocks: dict[str, Block],
    tables: list[NeuronTable],
    base: np.ndarray,
    step: int,
    dt: float,
) -> None:
    """Fill `base` with the sum of the currents that act in `step`."""
    base[:] = 0.0
    for stimulus in stimuli:
        if isinstance(stimulus.input, StepCurrent):
            places = flat_places(stimulus.target, blocks, tables)
            base[places] += stimulus.input.schedule.at(step, dt)


def drive_weight(
    stimulus: Stimulus, drive: PoissonDrive, dt: float, dtype: Any
) -> tuple[str, np.ndarray]:
    """The port that a drive reaches, and its weight in the unit of that."""
    check_source_rate(drive.rate, dt, stimulus.name)
    port, receptor = drive_port(stimulus, drive.receptor)
    weight = drive.weight_in(receptor.weight_unit)
    if not receptor.signed and weight.min() < 0:
        raise ValidationError(
            f"a conductance cannot be negative, got {float(weight.min())} nS", "weight",
            stimulus.name,
        )  # fmt: skip
    check_range(weight, np.dtype(dtype), stimulus.name)
    return port, weight


def drive_port(
    stimulus: Stimulus, name: str | None, transmitter: str | None = None
) -> tuple[str, Receptor]:
    """The port that a drive reaches, and the receptor there."""
    view = stimulus.target
    port = find_receptor(view, name, transmitter, stimulus.name)
    return port, view.population.model.receptor(port)  # type: ignore[union-attr]


def drive_slot(
    stimulus: Stimulus, port: str, blocks: dict[str, Block], tables: list[NeuronTable]
) -> int:
    """The ring slot of a drive's first target."""
    view = stimulus.target
    block = blocks[view.population.name]
    table = tables[block.table]
    place = list(table.cell.ports).index(port)
    return table.args.slot0 + place * table.n + block.lo + int(view.ids[0])


def build_drives(
    stimuli: list[Stimulus],
    blocks: dict[str, Block],
    tables: list[NeuronTable],
    *,
    dt: float,
    seed: int,
    dtype: Any,
    step: int,
) -> DriveArgs:
    """All Poisson drives, with their rates in `step`."""
    keys, slots, sizes, lam, weights = [], [], [0], [], []
    for stimulus in stimuli:
        drive, view = stimulus.input, stimulus.target
        if not isinstance(drive, PoissonDrive):
            continue
        port, weight = drive_weight(stimulus, drive, dt, dtype)
        keys.append(rng.key(seed, "drive", stimulus.name))
        slots.append(drive_slot(stimulus, port, blocks, tables))
        sizes.append(len(view))
        lam.append(np.broadcast_to(value_at(drive.rate, step, dt) * (dt / 1000.0), len(view)))
        weights.append(np.broadcast_to(weight, len(view)))
    means = np.concatenate([*lam, np.empty(0)])
    distinct, row = np.unique(means, return_inverse=True)
    return DriveArgs(
        key=np.array(keys, np.uint64), slot=np.array(slots, np.int64),
        alike=np.array([np.ptp(m) == np.ptp(w) == 0 for m, w in zip(lam, weights, strict=True)],
                       np.bool_),
        begin=np.zeros(len(keys), np.int64), end=np.array(sizes[1:], np.int64),
        first=np.cumsum(sizes[:-1]).astype(np.int64), row=row.astype(np.int32).ravel(),
        weight=np.concatenate([*weights, np.empty(0)]).astype(dtype),
        threshold=count_thresholds(distinct),
        bits=np.empty(CHUNK, np.uint32), count=np.empty(CHUNK, np.int32),
    )  # fmt: skip


def count_thresholds(means: np.ndarray) -> np.ndarray:
    """Cumulative Poisson probabilities, uint32, a row a mean, until the tail is below 2**-33.

    Those that 32 bits exceed with the probability of more events; a mean of 0 is never exceeded.
    """
    top = 1
    while means.size and pdtr(top - 1, means.max()) < 1 - 2.0**-33:
        top += 1
    cdf = pdtr(np.arange(top)[None, :], means[:, None])
    return (np.ceil(cdf * 2.0**32) - 1.0).astype(np.uint32).reshape(-1, top)


def build_noises(
    stimuli: list[Stimulus],
    blocks: dict[str, Block],
    tables: list[NeuronTable],
    *,
    dt: float,
    seed: int,
) -> NoiseArgs:
    """All noise currents."""
    keys, every, sizes, places, means, stds = [], [], [0], [], [], []
    for stimulus in stimuli:
        noise, view = stimulus.input, stimulus.target
        if isinstance(noise, NoiseCurrent):
            keys.append(rng.key(seed, "noise", stimulus.name))
            every.append(whole_steps(noise.every or dt, dt, "every", stimulus.name))
            sizes.append(len(view))
            places.append(flat_places(view, blocks, tables))
            means.append(np.broadcast_to(noise.mean, len(view)))
            stds.append(np.broadcast_to(noise.std, len(view)))
    none = np.empty(0)
    return NoiseArgs(
        key=np.array(keys, np.uint64), every=np.array(every, np.int64),
        first=np.cumsum(sizes).astype(np.int64),
        index=np.concatenate([*(np.arange(size) for size in sizes), none]).astype(np.int64),
        place=np.concatenate([*places, none]).astype(np.int64),
        mean=np.concatenate([*means, none]), std=np.concatenate([*stds, none]),
    )  # fmt: skip
