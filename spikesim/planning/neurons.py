"""Build neuron tables: one for each model, with populations as slices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.modules import module_name
from spikesim.codegen.neuron_constants import constant_values, constants_of
from spikesim.codegen.neuron_source import kept, neuron_kernel, reads_time
from spikesim.codegen.step_source import noise_sources
from spikesim.description.populations import Population
from spikesim.distributions import Distribution
from spikesim.equations.neuron_equations import TIME, EquationCache, NeuronEquations
from spikesim.errors import ValidationError
from spikesim.kernels.args import TableArgs
from spikesim.language import expressions as ex
from spikesim.neurons import Neuron
from spikesim.planning.sampling import check_draws, draw
from spikesim.planning.stability import check_stability
from spikesim.runtime.blocks import Block, NeuronTable
from spikesim.units import Param, check_array, ms, nearest_steps

MAX_REFRACTORY = 2**31 - 1


def drawn(value: Any, size: int, seed: int, *names: str) -> np.ndarray:
    """Return a parameter as float64 of shape () or (size,).

    A distribution is drawn; the draws depend on the seed and `names` alone.
    """
    if isinstance(value, Distribution):
        return draw(value, rng.key(seed, *names), np.arange(size))
    return np.asarray(value, dtype=np.float64)


def resolve_parameters(population: Population, seed: int) -> dict[str, np.ndarray]:
    """Return all parameter values of a population; drawn values are validated."""
    neuron = population.model
    assert isinstance(neuron, Neuron)
    values = {}
    for name, value in neuron.full_values.items():
        array = drawn(value, population.size, seed, "parameter", population.name, name)
        if isinstance(value, Distribution):
            owner = neuron.owner(name)
            assert owner is not None
            declared = owner[0].declared[owner[1]]
            check_draws(array, value, declared, name, population.name)
        values[name] = array
    return values


def _declared(population: Population, names: Iterable[str]) -> dict[str, Param]:
    """Declarations of the parameters of a population."""
    neuron = population.model
    assert isinstance(neuron, Neuron)
    owners = {name: neuron.owner(name) for name in names}
    return {name: o[0].declared[o[1]] for name, o in owners.items() if o is not None}


def initial_values(
    population: Population, cell: NeuronEquations, parameters: dict[str, np.ndarray], seed: int
) -> np.ndarray:
    """Initial values of all state variables, shape (states, n)."""
    neuron = population.model
    assert isinstance(neuron, Neuron)
    zeros = np.zeros(population.size)
    state = dict.fromkeys(cell.states, zeros)
    for name, given in population.initial.items():
        state[name] = drawn(given, population.size, seed, "initial", population.name, name)
    functions = {name: f.for_arrays() for name, f in cell.functions.items()}
    for name, tree in cell.initial.items():
        if name not in population.initial:
            with np.errstate(all="ignore"):
                state[name] = ex.evaluate(tree, {**parameters, **state}, functions)
            if not np.isfinite(state[name]).all():
                raise ValidationError(
                    "cannot be computed from the parameters", f"initial[{name!r}]", population.name
                )
    rows = [np.broadcast_to(state[name], population.size) for name in cell.states]
    return np.array(rows).reshape(len(rows), population.size)  # models may have no variables


def refractory_steps(cell: NeuronEquations, blocks: list[Block], dt: float) -> np.ndarray:
    """``round(t_ref / dt)`` of each neuron, int32; 0 for models without refractoriness."""
    steps = [refractory_of(cell, b.values, dt, b.name, silent=True) for b in blocks]
    return np.concatenate([np.broadcast_to(s, b.size) for s, b in zip(steps, blocks, strict=True)])


def refractory_of(
    cell: NeuronEquations, values: Mapping[str, np.ndarray], dt: float, owner: str, *, silent: bool
) -> np.ndarray:
    """Refractory periods of a population in steps of `dt` (ms), int32, shape () or (n,)."""
    if cell.t_ref is None:
        attribute, periods = "t_ref", np.asarray(values.get("t_ref", 0.0))
    else:
        functions = {name: f.for_arrays() for name, f in cell.functions.items()}
        attribute, periods = "refractory", ex.evaluate(cell.t_ref, values, functions)
    checked = check_array(periods, attribute, owner, unit=ms, allowed="non-negative")
    return nearest_steps(
        checked, dt, attribute, owner, most=MAX_REFRACTORY, dtype=np.int32, silent=silent
    )


def table_constants(
    cell: NeuronEquations, blocks: list[Block], dt: float, dtype: Any
) -> tuple[np.ndarray, np.ndarray, frozenset[str]]:
    """Constants of a kernel: scalars of each slice, arrays of those that vary, and their names.

    Where equations read the time they are float64 whatever `dtype` is, so that the time and its
    multiples are.
    """
    dtype = np.float64 if reads_time(cell) else dtype
    with np.errstate(all="ignore"):  # values that are not finite raise below
        values = [constant_values(cell, dict(block.values), dt) for block in blocks]
        for block, constants in zip(blocks, values, strict=True):
            check_constants(cell, constants, dt, block.name)
    names = constants_of(cell).names
    varied = frozenset(n for n in names if any(v[n].size > 1 for v in values))
    scalars = [n for n in names if n not in varied]
    uniform = np.array([[v[n][0] for n in scalars] for v in values], dtype=dtype)
    columns = [
        np.concatenate([np.broadcast_to(v[n], b.size) for v, b in zip(values, blocks, strict=True)])
        for n in names
        if n in varied
    ]
    n_total = sum(block.size for block in blocks)
    arrays = np.array(columns, dtype=dtype).reshape(len(columns), n_total)
    return uniform.reshape(len(blocks), len(scalars)), arrays, varied


def check_constants(
    cell: NeuronEquations, constants: dict[str, np.ndarray], dt: float, owner: str
) -> None:
    """Raise if a constant of the kernel is not finite."""
    for name, value in constants.items():
        if not np.isfinite(value).all():
            state = constants_of(cell).propagators.get(name, (name,))[0]
            raise ValidationError(
                f"the step of dt = {dt} ms cannot be computed from its parameters: that of {state} "
                "is not finite; is a time constant zero or far too small?", None, owner,
            )  # fmt: skip


def _check_clock(cell: NeuronEquations, dtype: Any, owner: str) -> None:
    """Raise if a state variable would store the time in single precision."""
    for state, tree in cell.reset.items():
        whole = cell.system.whole(tree)
        if TIME in ex.names(whole) and dtype != np.float64:
            raise ValidationError(
                f"sets {state!r} to an expression of the time t, of which precision='single' keeps "
                "seven digits; use precision='mixed'", "reset", owner,
            )  # fmt: skip


def group_by_model(
    populations: list[Population], stimulated: set[str], cells: EquationCache
) -> list[tuple[NeuronEquations, list[Population]]]:
    """Group populations by model, with the model's equations, in order of first appearance."""
    groups: dict[tuple[Any, ...], tuple[Neuron, list[Population]]] = {}
    for population in populations:
        model = population.model
        if isinstance(model, Neuron):
            groups.setdefault(model.key, (model, []))[1].append(population)
    return [
        (cells.of(model, with_input=any(p.name in stimulated for p in members)), members)
        for model, members in groups.values()
    ]


def build_table(
    cell: NeuronEquations,
    members: list[Population],
    *,
    table: int,
    gid0: int,
    slot0: int,
    state0: int,
    state: np.ndarray,
    current: np.ndarray,
    dt: float,
    seed: int,
) -> tuple[NeuronTable, dict[str, Block]]:
    """Build one table; `state` (states, n) and `current` (n) are its slices of the flat arrays."""
    _check_clock(cell, state.dtype, members[0].name)
    blocks: dict[str, Block] = {}
    lo = 0
    for population in members:
        hi = lo + population.size
        values = resolve_parameters(population, seed)
        blocks[population.name] = Block(table, lo, hi, gid0 + lo, population.name, values,
                                        _declared(population, values))  # fmt: skip
        state[:, lo:hi] = initial_values(population, cell, values, seed)
        check_stability(cell, values, state[:, lo:hi], dt, population.name)
        lo = hi
    parts = list(blocks.values())
    uniform, varied_arrays, varied = table_constants(cell, parts, dt, state.dtype)
    text, scratch = neuron_kernel(cell, varied)
    noises = noise_sources(cell)
    flags = np.zeros(8 * (max(b.size for b in parts) // 8 + 1), np.uint8)
    args = TableArgs(
        state=state,
        refractory=np.zeros(lo, np.int32),
        flags=flags,
        words=flags.view(np.uint64),
        spiked=np.zeros(len(parts), np.int64),
        current=current,
        uniform=uniform,
        varied=varied_arrays,
        ref_steps=refractory_steps(cell, parts, dt),
        lo=np.array([b.lo for b in parts], np.int64),
        hi=np.array([b.hi for b in parts], np.int64),
        gid0=gid0,
        slot0=slot0,
        first=np.array([b.lo for b in parts], np.int64),
        key=np.array([[rng.key(seed, "xi", b.name, source) for source in noises] for b in parts],
                     np.uint64).reshape(len(parts), len(noises)),
        noise=np.empty((len(noises), lo if noises else 0), state.dtype),
        fault=np.full(1, -1, np.int64),
        scratch=np.empty(scratch),
        kept=np.empty((len(kept(cell)), max(b.size for b in parts)), state.dtype),
    )  # fmt: skip
    module = module_name("neuron", text)
    model = members[0].model
    assert isinstance(model, Neuron)
    return NeuronTable(cell, module, state0, parts, args, model.persistent), blocks


def refresh_table(table: NeuronTable, dt: float) -> None:
    """Recompute the constants of the kernel after parameters have been set."""
    args = table.args
    uniform, arrays, varied = table_constants(table.cell, table.blocks, dt, args.state.dtype)
    args.ref_steps[:] = refractory_steps(table.cell, table.blocks, dt)
    text, scratch = neuron_kernel(table.cell, varied)
    table.args = args._replace(uniform=uniform, varied=arrays, scratch=np.empty(scratch))
    table.module = module_name("neuron", text)
