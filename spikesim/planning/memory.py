"""What a described network will take of memory, told before anything of it is allocated.

Sizes are those of the arrays that the build and the simulator make. Numbers of synapses that are
left to chance are the expected ones. What the interpreter and the compiled kernels take is not in
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spikesim.codegen.step_source import noise_sources
from spikesim.couplings import HALVED, GapJunctions
from spikesim.description.inputs import NoiseCurrent, PoissonDrive, SpikeSource
from spikesim.description.populations import MAX_SIZE, Population
from spikesim.description.projections import Projection
from spikesim.equations.neuron_equations import Cell
from spikesim.errors import ValidationError
from spikesim.machine import amount, available
from spikesim.miniatures import Miniatures
from spikesim.neurons import Neuron
from spikesim.planning.inputs import MAX_COUNT_MEAN, value_at
from spikesim.planning.memory_synapses import (
    Layout,
    layout,
    learning,
    longest_delay,
    passing,
    releasing,
    varies,
)
from spikesim.planning.modulators import HISTORY as CONCENTRATIONS
from spikesim.planning.plan import PRECISIONS

if TYPE_CHECKING:
    from spikesim.planning.builder import Description

SPIKE_BUFFER = 1 << 16  # as in `spikesim.runtime.recording`
Groups = Sequence[tuple[Cell, list[Population]]]


@dataclass(frozen=True)
class Use:
    """What a part of a network takes.

    Attributes
    ----------
    kind, name : str
        Such as ``"projection"`` and the projection's name.
    bytes : int
        As long as the network is there.
    building : int
        More of it, until the whole network is built.
    passing : int
        More of it, while this part is built.
    what : str
        What there is of it, such as ``"1e+09 synapses"``.
    per_second, per_spike : float
        What a recorder grows by in a second of biology, or at each spike.
    """

    kind: str
    name: str
    bytes: int
    building: int = 0
    passing: int = 0
    what: str = ""
    per_second: float = 0.0
    per_spike: int = 0


def total(parts: list[Use]) -> tuple[int, int]:
    """Bytes of all parts, and how much more there are at the worst moment of the build."""
    worst = max((p.passing for p in parts), default=0)
    return sum(p.bytes for p in parts), sum(p.building for p in parts) + worst


def uses(description: Description, groups: Groups, threads: int = 1) -> list[Use]:
    """What each part of a description takes.

    Parameters
    ----------
    description : Description
        The network.
    groups : sequence of (Cell, list of Population)
        Its neurons by model, from `build.tables.group_by_model`.
    threads : int
        How many will run it.
    """
    cells = {p.name: cell for cell, members in groups for p in members}
    sizes = [np.dtype(t).itemsize for t in PRECISIONS[description.precision]]
    projections = list(description.projections.values())
    longest = [
        longest_delay(p, description.dt, p.connector.expected(len(p.source), len(p.target)))
        for p in projections
    ]
    static = [k for k, p in enumerate(projections) if p.plasticity is None]
    most = max((len(projections[k].target) for k in static), default=0)
    latest = max((longest[k] for k in static), default=0)
    parts = [_population(p, cells, sizes[0]) for p in description.populations.values()]
    for projection, own in zip(projections, longest, strict=True):
        room = (most, latest) if projection.plasticity is None else (len(projection.target), own)
        synapses = layout(projection, sizes[1], *room)
        parts.append(_projection(projection, synapses, own, threads))
    parts += map(_gaps, description.gaps.values())
    slots = sum(len(cell.ports) * p.size for cell, members in groups for p in members)
    rows = 1 << (max(longest, default=1) - 1).bit_length()
    parts.append(_inputs(description, *sizes))
    parts.append(_buffers(description, rows * (slots + len(static)) * sizes[1]))
    return [part for part in parts if part.bytes]


def check_memory(description: Description, groups: Groups, threads: int = 1) -> None:
    """Raise a ValidationError if a network cannot be, for want of memory or of indices."""
    n = sum(p.size for p in description.populations.values())
    if n > MAX_SIZE:
        raise ValidationError(
            f"its populations have {n} neurons and sources in all; at most {MAX_SIZE}, for indices "
            "have 32 bits", None, "Network",
        )  # fmt: skip
    parts = uses(description, groups, threads)
    kept, more = total(parts)
    left = available() if kept + more > 1 << 26 else None
    if left is None or kept + more <= left:
        return
    largest = max(parts, key=lambda p: p.bytes + p.building + p.passing)
    raise ValidationError(
        f"would take {amount(kept)} of memory and, while it is built, {amount(more)} more, most of "
        f"it for the {largest.kind} {largest.name!r} ({largest.what}: "
        f"{amount(largest.bytes + largest.building + largest.passing)}); {amount(left)} are "
        "available here. net.memory() tells what takes how much", None, "Network",
    )  # fmt: skip


def _population(population: Population, cells: dict[str, Cell], state: int) -> Use:
    n, model, name = population.size, population.model, population.name
    if isinstance(model, Neuron):
        return _neurons(population, model, cells[name], state)
    each = 8 + 4 + 1  # its index, its population, whether it is recorded
    if isinstance(model, SpikeSource):
        spikes = sum(times.size for times in model.times)
        return Use("population", name, n * each + 12 * spikes, passing=40 * spikes,
                   what=f"{n} sources with {spikes} spikes")  # fmt: skip
    return Use("population", name, n * (each + 40), passing=8 * n, what=f"{n} sources")


def _neurons(population: Population, model: Neuron, cell: Cell, state: int) -> Use:
    n, states = population.size, len(cell.states)
    varied = sum(varies(value) for value in model.full_values.values())
    # Its index and population, marks of spikes, two times of refractoriness; states now and at
    # the start, and the current; parameters, and what is computed from them.
    each = 8 + 4 + 2 + 8 + state * (2 * states + 1 + len(noise_sources(cell)))
    each += varied * (8 + 2 * state)
    return Use("population", population.name, n * each, passing=8 * n * (states + 1),
               what=f"{n} neurons")  # fmt: skip


def _projection(projection: Projection, synapses: Layout, longest: int, threads: int) -> Use:
    s, plastic = synapses, projection.plasticity is not None
    size, more = s.kept + releasing(projection, s), s.built - s.kept
    if plastic:
        size += learning(projection, s, longest)
    if threads > 1 and not s.dense and not s.delays:
        size += 2 * s.rows * threads
    what = f"{s.n:.3g} synapses" if s.n else "a sum, or no synapses"
    # Static synapses are copied into what they share, projection by projection.
    moved = 0 if plastic else s.kept
    return Use("projection", projection.name, size, more, max(moved, passing(projection, s)), what)


def _gaps(gaps: GapJunctions) -> Use:
    n_a, n_b = len(gaps.a), len(gaps.b)
    n = gaps.connector.expected(n_a, n_b)
    if gaps.a.population is gaps.b.population and isinstance(gaps.connector, HALVED):
        n /= 2
    rows = min(2 * n, n_a + n_b)
    return Use("gap junctions", gaps.name, int(56 * n + 33 * rows), passing=int(100 * n),
               what=f"{n:.3g} junctions")  # fmt: skip


def _inputs(description: Description, state: int, weight: int) -> Use:
    """Drives, miniature events and noise, and the currents of a step where these change them."""
    size, means = 0, []
    for stimulus in description.stimuli:
        n, given = len(stimulus.target), stimulus.input
        if isinstance(given, (PoissonDrive, Miniatures)):
            rate: Any = given.rate if isinstance(given, PoissonDrive) else given.total_rate()
            means.append(np.ravel(value_at(rate, 0, description.dt) * description.dt / 1000.0))
            size += n * (4 + weight)
        elif isinstance(given, NoiseCurrent):
            size += 32 * n
    noisy = any(isinstance(s.input, NoiseCurrent) for s in description.stimuli)
    n_neurons = sum(p.size for p in description.populations.values() if not p.is_source)
    size += state * n_neurons * ((noisy or bool(description.gaps)) + noisy)
    distinct = np.unique(np.concatenate([*means, np.empty(0)]))
    highest = min(distinct.max(initial=0.0), MAX_COUNT_MEAN)  # above it a rate is refused
    table = distinct.size * (highest + 7.0 * np.sqrt(highest) + 10.0)
    return Use("inputs", "inputs", int(size + 4 * table), passing=int(24 * table),
               what=f"{len(description.stimuli)} inputs")  # fmt: skip


def _buffers(description: Description, ring: int) -> Use:
    read = any(p.plasticity is not None and p.plasticity.modulators
               for p in description.projections.values())  # fmt: skip
    levels = 8 * len(description.modulators) * (CONCENTRATIONS if read else 1)
    n_neurons = sum(p.size for p in description.populations.values() if not p.is_source)
    found = 4 * n_neurons + 12 * max(4 * n_neurons, SPIKE_BUFFER)  # spikes of a step, and recorded
    return Use("buffers", "buffers", ring + levels + found, what="spikes on their way")
