"""Indices of populations, and the arrays that all parts of a network share.

The fields of the argument bundles (`TableArgs` and the others) are documented with their shapes in
`spikesim.kernels.args` and beside the kernels of each mechanism. Global ids count the neurons of
all tables, then those of all sources. Ring slots count the ports of all tables: slot
``slot0 + port * n + i`` is port `port` of neuron i.
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
        Its place in the table.
    gid0 : int
        Global id of its neuron 0.
    name : str
        The population's name.
    values : Mapping
        Parameters by full name (``tau_syn_exc``), float64, shape () or (n,). Never changed: to set
        a parameter is to put another mapping here, for recorders keep the one that held.
    declared : Mapping
        What each parameter may be.
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
        The generated module of its update.
    state0 : int
        Place of its first state variable in the flat state.
    blocks : list of Block
        Its populations.
    args : TableArgs
        What its kernel takes.
    persistent : tuple of str
        States that survive `reset_state`.
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
        """Place of neuron 0's `variable` in the flat state."""
        return self.state0 + self.cell.states.index(variable) * self.n


@dataclass
class SourceTable:
    """A population whose trains are drawn (`step` is empty) or given (`rate` is empty).

    Attributes
    ----------
    gid0, n : int
        Its global ids.
    key : numpy.uint64
        Key of its draws.
    shape : numpy.ndarray
        Float64 (n): shape of the intervals' law, 1 for Poisson sources.
    rate : numpy.ndarray
        Float64 (n): spikes a step now.
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
        Of everything random.
    state_type, weight_type : type
        Of the state, and of weights as they are stored.
    blocks : dict of str to Block
        Where populations lie.
    tables : list of NeuronTable
        All neurons.
    sources : dict of str to SourceTable
        All sources of spikes.
    group : numpy.ndarray
        Int32, the population of each global id.
    state, initial : numpy.ndarray
        All state variables, flat, now and at the start; behind those of the neurons what mechanisms
        have appended for recorders and linked variables.
    ring, broadcast : numpy.ndarray
        What is in flight: (rows, slots) and (rows, static projections).
    base : numpy.ndarray
        Steady stimulating currents (pA) of all neurons.
    step : int
        Steps done.
    draws : dict
        How often `set` has drawn each variable, by ``"population.variable"``: int64, shape (n,).
    counters : numpy.ndarray
        Int64: recorded, spikes, static events, plastic events.
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
        """Neurons, without sources."""
        return self.base.size

    @property
    def n_ids(self) -> int:
        """Neurons and sources."""
        return self.group.size
