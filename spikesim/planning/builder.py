"""Build the plan of a network from its description."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikesim.description.description import Description
from spikesim.errors import ValidationError
from spikesim.planning.context import Context
from spikesim.planning.identity import identity
from spikesim.planning.injected_currents import InjectedCurrentPart
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.memory import Groups, check_memory
from spikesim.planning.neuron_part import NeuronPart
from spikesim.planning.neurons import build_table, group_by_model
from spikesim.planning.part_checks import check_part
from spikesim.planning.projections import Built, build_projection
from spikesim.planning.sources import SourcesPart, build_source
from spikesim.precision import PRECISIONS
from spikesim.runtime.blocks import Block, NeuronTable
from spikesim.runtime.plan import Plan

RING_LIMIT = 1 << 30  # bytes


def build(description: Description, mechanisms: Sequence[Mechanism], threads: int = 1) -> Plan:
    """Build the plan of a network that is run by so many threads.

    Raises
    ------
    ValidationError
        If parts of the description are incompatible, or if the network exceeds the memory of the
        machine.
    """
    dt, seed = description.dt, description.seed
    state_type, weight_type = PRECISIONS[description.precision]
    populations = list(description.populations.values())
    groups = grouped(description, mechanisms)
    check_memory(description, groups, mechanisms, threads)
    appended = [
        (element, value)
        for element in description.all_elements()
        for mechanism in mechanisms
        if mechanism.claims(element)
        for value in mechanism.appends(element)
    ]
    values = [value for _, value in appended]
    tables, blocks, state, base, n_slots = _build_tables(description, groups, state_type, values)
    sources, next_gid = {}, base.size
    for population in populations:
        if population.is_source:
            blocks[population.name] = Block(-1, 0, population.size, next_gid, population.name)
            sources[population.name] = build_source(population, next_gid, dt, seed)
            next_gid += population.size
    group = np.empty(next_gid, np.int32)
    for k, block in enumerate(blocks.values()):
        group[block.gid0 : block.gid0 + block.size] = k
    built = {
        name: build_projection(p, blocks, tables, dt=dt, seed=seed, weight_type=weight_type)
        for name, p in description.projections.items()
    }
    # The number of rows is a power of two, so that a row index needs no division.
    longest = max(map(_max_delay, built.values()), default=1)
    rows = 1 << (longest - 1).bit_length()
    _check_ring(rows, n_slots, np.dtype(weight_type).itemsize, list(built.values()))
    n_static = sum(p.plasticity is None for p in description.projections.values())
    first = state.size - len(values)
    context = Context(
        description, blocks, tables, group, built,
        {id(element): first + k for k, (element, _) in enumerate(appended)},
    )  # fmt: skip
    for mechanism in mechanisms:
        own = [e for e in description.all_elements() if mechanism.claims(e)]
        part = mechanism.plan(own, context)
        if part is not None:
            check_part(mechanism, part, own, tables, threads)
            context.parts[part.name] = part
    parts = {
        "neurons": NeuronPart(tables, blocks, dt),
        "sources": SourcesPart(populations, sources, dt),
        "injected_currents": InjectedCurrentPart(context.parts.values()),
        **context.parts,
    }
    plan = Plan(
        dt=dt, seed=seed, state_type=state_type, weight_type=weight_type, blocks=blocks,
        tables=tables, sources=sources, group=group, state=state, initial=state,
        ring=np.zeros((rows, n_slots), weight_type),
        broadcast=np.zeros((rows, n_static), weight_type), base=base, parts=parts,
        identity=identity(description, context, mechanisms),
    )  # fmt: skip
    plan.start_step()
    plan.initial = state.copy()
    for part in plan.parts.values():
        part.begin(plan)
    return plan


def grouped(description: Description, mechanisms: Sequence[Mechanism]) -> Groups:
    """Group populations by model, with its equations and, where needed, an injected current."""
    stimulated = {
        view.population.name
        for element in description.all_elements()
        for mechanism in mechanisms
        if mechanism.claims(element)
        for view in mechanism.currents(element)
    }
    return group_by_model(list(description.populations.values()), stimulated, description.cells)


def _build_tables(
    description: Description, groups: Groups, state_type: type, appended: list[float]
) -> tuple[list[NeuronTable], dict[str, Block], np.ndarray, np.ndarray, int]:
    sizes = [sum(p.size for p in members) for _, members in groups]
    n_states = sum(n * len(cell.states) for n, (cell, _) in zip(sizes, groups, strict=True))
    state: np.ndarray = np.concatenate([np.zeros(n_states), appended]).astype(state_type)
    base: np.ndarray = np.zeros(sum(sizes), state_type)
    tables: list[NeuronTable] = []
    blocks: dict[str, Block] = {}
    gid, slot, place = 0, 0, 0
    for n, (cell, members) in zip(sizes, groups, strict=True):
        span = n * len(cell.states)
        table, own = build_table(
            cell, members, table=len(tables), gid0=gid, slot0=slot, state0=place,
            state=state[place : place + span].reshape(len(cell.states), n),
            current=base[gid : gid + n], dt=description.dt, seed=description.seed,
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
