"""Indices of populations, and the arrays that all parts of a network share.

The fields of the argument bundles (`TableArgs` and the others) are documented with their shapes in
`spikesim.kernels.args` and beside the kernels of each mechanism. Global ids number the neurons of
all tables, then all sources. Slots of the ring buffer number the receptor inputs of all tables:
slot ``slot0 + port * n + i`` is receptor input `port` of neuron i.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.kernels.args import TableArgs
from spikesim.units import Param


@dataclass
class Block:
    """Indices of a population.

    Attributes
    ----------
    table : int
        Its neuron table, -1 for a source.
    lo, hi : int
        Its range of neurons in the table.
    gid0 : int
        Global id of its neuron 0.
    name : str
        The population's name.
    values : Mapping
        Parameters by full name (``tau_syn_exc``), float64, shape () or (n,). Never modified in
        place: setting a parameter replaces the mapping, since recorders keep the previous one.
    declared : Mapping
        Declaration (unit and allowed values) of each parameter.
    """

    table: int
    lo: int
    hi: int
    gid0: int
    name: str
    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    declared: Mapping[str, Param] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.hi - self.lo


@dataclass
class NeuronTable:
    """All neurons of one model with one set of receptors.

    Attributes
    ----------
    cell : NeuronEquations
        The model.
    module : str
        Name of the generated module with its update kernel.
    state0 : int
        Index of its first state variable in the flat state.
    blocks : list of Block
        Its populations.
    args : TableArgs
        Arguments of its kernel.
    persistent : tuple of str
        State variables that `reset_state` does not reset.
    """

    cell: NeuronEquations
    module: str
    state0: int
    blocks: list[Block]
    args: TableArgs
    persistent: tuple[str, ...]

    @property
    def n(self) -> int:
        return self.args.refractory.size

    def state_place(self, variable: str) -> int:
        """Index of neuron 0's `variable` in the flat state."""
        return self.state0 + self.cell.states.index(variable) * self.n


@dataclass
class SourceTable:
    """A source population whose spikes are drawn (`step` is empty) or given (`rate` is empty).

    Attributes
    ----------
    gid0, n : int
        Its first global id and its size.
    key : numpy.uint64
        Key of its random draws.
    shape : numpy.ndarray
        Float64 (n): shape of the gamma distribution of intervals, 1 for Poisson sources.
    rate : numpy.ndarray
        Float64 (n): present rate in spikes per step.
    left, since, drawn : numpy.ndarray
        State of the intervals, see `spikesim.kernels.sources`.
    step, source : numpy.ndarray
        Given spikes, int64 and int32, ordered by step.
    """

    gid0: int
    n: int
    key: np.uint64
    shape: np.ndarray
    rate: np.ndarray
    left: np.ndarray
    since: np.ndarray
    drawn: np.ndarray
    step: np.ndarray
    source: np.ndarray


@dataclass
class Common:
    """Arrays that all parts of a network share.

    Attributes
    ----------
    dt : float
        Step (ms).
    seed : int
        Seed of all random numbers.
    state_type, weight_type : type
        Data types of the state and of stored weights.
    blocks : dict of str to Block
        Locations of the populations, by name.
    tables : list of NeuronTable
        Tables of all neurons.
    sources : dict of str to SourceTable
        All sources of spikes.
    group : numpy.ndarray
        Int32, index of the population of each global id.
    state, initial : numpy.ndarray
        All state variables, flat: present and initial values. Those of the neurons are followed by
        values that mechanisms append for recorders and linked variables.
    ring, broadcast : numpy.ndarray
        Ring buffers of spikes in flight: (rows, slots) and (rows, static projections).
    base : numpy.ndarray
        Constant stimulating currents (pA) of all neurons.
    step : int
        Number of steps simulated.
    draws : dict
        Number of draws of each variable by `set`, by ``"population.variable"``: int64, shape (n,).
    counters : numpy.ndarray
        Int64 counts: recorded spikes, spikes, static events, plastic events.
    """

    dt: float
    seed: int
    state_type: Any
    weight_type: Any
    blocks: dict[str, Block]
    tables: list[NeuronTable]
    sources: dict[str, SourceTable]
    group: np.ndarray
    state: np.ndarray
    initial: np.ndarray
    ring: np.ndarray
    broadcast: np.ndarray
    base: np.ndarray
    step: int = 0
    draws: dict[str, np.ndarray] = field(default_factory=dict)
    counters: np.ndarray = field(default_factory=lambda: np.zeros(4, np.int64))

    @property
    def n_neurons(self) -> int:
        """Number of neurons, without sources."""
        return self.base.size

    @property
    def n_ids(self) -> int:
        """Number of neurons and sources."""
        return self.group.size
