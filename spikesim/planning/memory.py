"""Estimate the memory of a network before anything is allocated.

Sizes are those of the arrays that the build and the simulator make. Numbers of synapses that are
left to chance are the expected ones. What the interpreter and the compiled kernels take is not in
them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikesim.codegen.step_source import noise_sources
from spikesim.description.description import Description
from spikesim.description.inputs import SpikeSource
from spikesim.description.populations import MAX_SIZE, Population
from spikesim.description.projections import Projection
from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.errors import ValidationError
from spikesim.machine import amount, available
from spikesim.neurons import Neuron
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.memory_synapses import (
    Layout,
    layout,
    learning,
    longest_delay,
    releasing,
    temporary,
    varies,
)
from spikesim.planning.use import Use, total
from spikesim.precision import PRECISIONS

SPIKE_BUFFER = 1 << 16  # as in `spikesim.runtime.recording`
Groups = Sequence[tuple[NeuronEquations, list[Population]]]


def uses(
    description: Description, groups: Groups, mechanisms: Sequence[Mechanism], threads: int = 1
) -> list[Use]:
    """Memory of each part of a network.

    Parameters
    ----------
    description : Description
        The network.
    groups : sequence of (NeuronEquations, list of Population)
        Its populations by model, from `spikesim.planning.neurons.group_by_model`.
    mechanisms : sequence of Mechanism
        All mechanisms of the simulator.
    threads : int
        Number of threads that will run it.
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
    for mechanism in mechanisms:
        elements = [element for element in description.elements if mechanism.claims(element)]
        parts += mechanism.memory(elements, description)
    slots = sum(len(cell.ports) * p.size for cell, members in groups for p in members)
    rows = 1 << (max(longest, default=1) - 1).bit_length()
    separate = any(
        mechanism.claims(element) and list(mechanism.currents(element))
        for element in description.elements
        for mechanism in mechanisms
    )
    ring = rows * (slots + len(static)) * sizes[1]
    parts.append(_buffers(description, ring, sizes[0] if separate else 0))
    return [part for part in parts if part.bytes]


def check_memory(
    description: Description, groups: Groups, mechanisms: Sequence[Mechanism], threads: int = 1
) -> None:
    """Raise a ValidationError if a network exceeds the memory or the range of indices."""
    n = sum(p.size for p in description.populations.values())
    if n > MAX_SIZE:
        raise ValidationError(
            f"its populations have {n} neurons and sources in all; at most {MAX_SIZE}, for indices "
            "have 32 bits", None, "Network",
        )  # fmt: skip
    parts = uses(description, groups, mechanisms, threads)
    kept, more = total(parts)
    left = available() if kept + more > 1 << 26 else None
    if left is None or kept + more <= left:
        return
    largest = max(parts, key=lambda p: p.bytes + p.building + p.temporary)
    raise ValidationError(
        f"would take {amount(kept)} of memory and, while it is built, {amount(more)} more, most of "
        f"it for the {largest.kind} {largest.name!r} ({largest.what}: "
        f"{amount(largest.bytes + largest.building + largest.temporary)}); {amount(left)} are "
        "available here. net.memory() tells what takes how much", None, "Network",
    )  # fmt: skip


def _population(population: Population, cells: dict[str, NeuronEquations], state: int) -> Use:
    n, model, name = population.size, population.model, population.name
    if isinstance(model, Neuron):
        return _neurons(population, model, cells[name], state)
    each = 8 + 4 + 1  # index, population, whether it is recorded
    if isinstance(model, SpikeSource):
        spikes = sum(times.size for times in model.times)
        return Use("population", name, n * each + 12 * spikes, temporary=40 * spikes,
                   what=f"{n} sources with {spikes} spikes")  # fmt: skip
    return Use("population", name, n * (each + 40), temporary=8 * n, what=f"{n} sources")


def _neurons(population: Population, model: Neuron, cell: NeuronEquations, state: int) -> Use:
    n, states = population.size, len(cell.states)
    varied = sum(varies(value) for value in model.full_values.values())
    # Index and population, spike flags, refractory counter and period; current and initial states,
    # and the injected current; parameters, and the constants computed from them.
    each = 8 + 4 + 2 + 8 + state * (2 * states + 1 + len(noise_sources(cell)))
    each += varied * (8 + 2 * state)
    return Use("population", population.name, n * each, temporary=8 * n * (states + 1),
               what=f"{n} neurons")  # fmt: skip


def _projection(projection: Projection, synapses: Layout, longest: int, threads: int) -> Use:
    s, plastic = synapses, projection.plasticity is not None
    size, more = s.kept + releasing(projection, s), s.built - s.kept
    if plastic:
        size += learning(projection, s, longest)
    if threads > 1 and not s.dense and not s.delays:
        size += 2 * s.rows * threads
    what = f"{s.n:.3g} synapses" if s.n else "a sum, or no synapses"
    # Static synapses are copied into shared arrays, one projection at a time.
    moved = 0 if plastic else s.kept
    briefly = max(moved, temporary(projection, s))
    return Use("projection", projection.name, size, more, briefly, what)


def _buffers(description: Description, ring: int, current: int) -> Use:
    """Ring buffer, spike buffers and currents of a step: `current` bytes for each neuron."""
    n_neurons = sum(p.size for p in description.populations.values() if not p.is_source)
    found = 4 * n_neurons + 12 * max(4 * n_neurons, SPIKE_BUFFER)  # spikes per step, and recorded
    return Use("buffers", "buffers", ring + found + current * n_neurons, what="spikes on their way")
