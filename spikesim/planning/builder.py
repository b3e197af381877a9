"""Description to plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.couplings import GapJunctions, Link
from spikesim.description.inputs import NoiseCurrent, StepCurrent
from spikesim.description.populations import Population
from spikesim.description.projections import Projection
from spikesim.equations.neuron_equations import Cells
from spikesim.errors import ValidationError
from spikesim.modulators import Modulator, Secretion
from spikesim.planning.couplings import Places, build_gaps, build_links, check_linked
from spikesim.planning.identity import identity
from spikesim.planning.inputs import Stimulus, build_drives, build_noises, build_source
from spikesim.planning.memory import Groups, check_memory
from spikesim.planning.miniatures import build_miniatures
from spikesim.planning.modulators import build_modulation, concentrations_read
from spikesim.planning.plan import PRECISIONS, Block, NeuronTable, Plan
from spikesim.planning.release import build_release
from spikesim.planning.schedules import ScheduledFeed
from spikesim.planning.synapses import (
    Built,
    build_plastic,
    build_projection,
    pool_static,
    weight_bounds,
)
from spikesim.planning.tables import build_table, group_by_model

RING_LIMIT = 1 << 30  # bytes


@dataclass
class Description:
    """What the user has said so far."""

    dt: float
    seed: int
    precision: str
    populations: dict[str, Population] = field(default_factory=dict)
    projections: dict[str, Projection] = field(default_factory=dict)
    stimuli: list[Stimulus] = field(default_factory=list)
    gaps: dict[str, GapJunctions] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    modulators: dict[str, Modulator] = field(default_factory=dict)
    releases: list[Secretion] = field(default_factory=list)
    cells: Cells = field(default_factory=Cells)

    @property
    def weight_type(self) -> Any:
        """The type in which weights are stored."""
        return PRECISIONS[self.precision][1]


def build(description: Description, threads: int = 1) -> Plan:
    """Make the plan of a described network, which so many threads will run.

    Raises
    ------
    ValidationError
        If parts of the description do not fit each other, or the whole does not fit the machine.
    """
    dt, seed = description.dt, description.seed
    state_type, weight_type = PRECISIONS[description.precision]
    populations = list(description.populations.values())
    groups = grouped(description)
    check_memory(description, groups, threads)
    tables, blocks, state, base, n_slots = _build_tables(description, groups, state_type)
    sources, next_gid = {}, base.size
    for population in populations:
        if population.is_source:
            blocks[population.name] = Block(-1, 0, population.size, next_gid, population.name)
            sources[population.name] = build_source(population, next_gid, dt, seed)
            next_gid += population.size
    group = np.empty(next_gid, np.int32)
    for k, block in enumerate(blocks.values()):
        group[block.gid0 : block.gid0 + block.size] = k
    built = [
        build_projection(p, blocks, tables, dt=dt, seed=seed, weight_type=weight_type)
        for p in description.projections.values()
    ]
    # A power of two, so that a row is found without a division.
    rows = 1 << (max([_max_delay(b) for b in built], default=1) - 1).bit_length()
    _check_ring(rows, n_slots, np.dtype(weight_type).itemsize, built)
    static = [b for b in built if b.projection.plasticity is None]
    sees = {
        b.projection.name: concentrations_read(b.projection, description.modulators)
        for b in built
        if b.projection.plasticity is not None
    }
    modulators = description.modulators
    state0 = state.size - len(modulators)
    modulation = build_modulation(
        list(modulators.values()), description.releases, blocks, state0=state0,
        read=any(s.size for s in sees.values()), dt=dt,
    )  # fmt: skip
    levels = np.zeros((1, 0)) if modulation is None else modulation.history
    static_place = {b.projection.name: k for k, b in enumerate(static)}
    plastic = {
        b.projection.name: build_plastic(b, dt, weight_type, levels, sees[b.projection.name])
        for b in built
        if b.projection.plasticity is not None
    }
    pools = pool_static(static, group, len(blocks), weight_type)
    stimuli = description.stimuli
    noises = build_noises(stimuli, blocks, tables, dt=dt, seed=seed)
    places = Places(blocks, tables)
    gaps, junctions = build_gaps(
        list(description.gaps.values()), places, noises.place, dt=dt, seed=seed
    )
    concentrations = {name: state0 + k for k, name in enumerate(modulators)}
    for population in populations:
        if not population.is_source:
            cell = tables[blocks[population.name].table].cell
            check_linked(population, cell, description.links)
    links = build_links(description.links, places, concentrations)
    if links is not None:
        state[links.target] = state[links.source]
    feed = ScheduledFeed(populations, stimuli, dt)
    plan = Plan(
        dt=dt, seed=seed, state_type=state_type, weight_type=weight_type, blocks=blocks,
        tables=tables, sources=sources,
        static=pools, static_place=static_place,
        release=build_release(static, pools, len(blocks), dt=dt, seed=seed),
        drives=build_drives(stimuli, blocks, tables, dt=dt, seed=seed, dtype=weight_type, step=0),
        minis=build_miniatures(
            stimuli, blocks, tables, dt=dt, seed=seed, dtype=weight_type, step=0
        ),
        noises=noises, gaps=gaps, links=links, junctions=junctions,
        modulation=modulation, modulators=tuple(modulators),
        feed=feed, plastic=plastic, state=state,
        initial=state.copy(), ring=np.zeros((rows, n_slots), weight_type),
        broadcast=np.zeros((rows, len(static)), weight_type), base=base,
        weight_bounds={
            name: weight_bounds(p, weight_type) for name, p in description.projections.items()
        },
        identity=identity(description, junctions),
    )  # fmt: skip
    for population in feed.sources:
        feed.apply_rate(plan, population)
    feed.apply_stimuli(plan)
    return plan


def grouped(description: Description) -> Groups:
    """The populations of each model, with its equations."""
    stimulated = {
        s.target.population.name
        for s in description.stimuli
        if isinstance(s.input, (StepCurrent, NoiseCurrent))
    }
    for gaps in description.gaps.values():
        stimulated |= {gaps.a.population.name, gaps.b.population.name}
    return group_by_model(list(description.populations.values()), stimulated, description.cells)


def _build_tables(
    description: Description, groups: Groups, state_type: type
) -> tuple[list[NeuronTable], dict[str, Block], np.ndarray, np.ndarray, int]:
    noisy = any(isinstance(s.input, NoiseCurrent) for s in description.stimuli)
    sizes = [sum(p.size for p in members) for _, members in groups]
    n_states = sum(n * len(cell.states) for n, (cell, _) in zip(sizes, groups, strict=True))
    concentrations = [m.baseline for m in description.modulators.values()]
    state: np.ndarray = np.concatenate([np.zeros(n_states), concentrations]).astype(state_type)
    base: np.ndarray = np.zeros(sum(sizes), state_type)
    current = np.zeros_like(base) if noisy else base
    tables: list[NeuronTable] = []
    blocks: dict[str, Block] = {}
    gid, slot, place = 0, 0, 0
    for n, (cell, members) in zip(sizes, groups, strict=True):
        span = n * len(cell.states)
        table, own = build_table(
            cell, members, table=len(tables), gid0=gid, slot0=slot, state0=place,
            state=state[place : place + span].reshape(len(cell.states), n),
            current=current[gid : gid + n], dt=description.dt, seed=description.seed,
        )  # fmt: skip
        tables.append(table)
        blocks |= own
        gid, slot, place = gid + n, slot + n * len(cell.ports), place + span
    return tables, blocks, state, base, slot


def _max_delay(built: Built) -> int:
    return int(np.max(built.synapses.delay_steps, initial=1))


def _check_ring(rows: int, slots: int, itemsize: int, built: list[Built]) -> None:
    size = rows * slots * itemsize
    if size > RING_LIMIT:
        longest = max(built, key=_max_delay)
        raise ValidationError(
            f"its longest delay of {_max_delay(longest)} steps times {slots} receptors would need "
            f"a buffer of {size / 2**30:.1f} GB; at most 1 GB. Shorten the delay or take a "
            "larger dt",
            "delay", longest.projection,
        )  # fmt: skip
