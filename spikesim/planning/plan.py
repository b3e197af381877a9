"""The plan: everything a simulation needs, as arrays. Kernels and the simulator see nothing else.

The fields of the argument bundles (`TableArgs` and the others) are documented with their shapes in
`spikesim.kernels.args`. Global ids count the neurons of all tables, then those of all sources. Ring
slots count the ports of all tables: slot ``slot0 + port * n + i`` is port `port` of neuron i.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from spikesim.equations.neuron_equations import Cell
from spikesim.kernels.args import (
    DriveArgs,
    GapArgs,
    LinkArgs,
    MiniArgs,
    ModulationArgs,
    NoiseArgs,
    PlasticArgs,
    ReleaseArgs,
    StaticArgs,
    TableArgs,
)
from spikesim.units import Param

PRECISIONS = {  # state, stored weights
    "mixed": (np.float64, np.float32),
    "double": (np.float64, np.float64),
    "single": (np.float32, np.float32),
}


@dataclass
class Block:
    """Where a population lies.

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
    cell : Cell
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

    cell: Cell
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
class PlasticTable:
    """One plastic projection.

    Attributes
    ----------
    name : str
        The projection's name.
    module : str
        The generated module of its rule.
    args : PlasticArgs
        What its kernels take.
    """

    name: str
    module: str
    args: PlasticArgs


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


@dataclass(frozen=True)
class Junction:
    """Gap junctions of one call: the first one's place among all, and both ends of each."""

    first: int
    a: np.ndarray
    b: np.ndarray


@dataclass(frozen=True)
class Identity:
    """What tells a network from others, as text: by kind, name and aspect.

    Attributes
    ----------
    same : dict
        What a network must have, too, if a state shall go on in it.
    settings : dict
        What a state does not bring, and may be another there.
    """

    same: dict[str, dict[str, dict[str, str]]]
    settings: dict[str, dict[str, dict[str, str]]]


class Feed(Protocol):
    """What changes from outside while a network runs: rates and currents with schedules."""

    def mutable(self) -> dict[str, np.ndarray]:
        """The rates of sources, which users may set, as entries of `Plan.mutable`."""
        ...

    def read(self, plan: Plan, arrays: Mapping[str, np.ndarray]) -> Any:
        """The rates and spike times that a state's arrays say, checked; nothing is changed."""
        ...

    def restore(self, settings: Any) -> None:
        """Let sources have what `read` has returned."""
        ...

    def changes(self) -> np.ndarray:
        """The steps at whose start something changes, int64, ascending."""
        ...

    def apply(self, plan: Plan) -> None:
        """Set rates and currents that change at the plan's step."""
        ...

    def apply_stimuli(self, plan: Plan) -> None:
        """Set currents, drives and miniature events to their values at the plan's step."""
        ...


@dataclass
class Plan:
    """A network as arrays.

    Attributes
    ----------
    dt : float
        Step (ms).
    step : int
        Steps done.
    state, initial : numpy.ndarray
        All state variables, flat, now and at the start; behind them those of the modulators'
        concentrations, for recorders and linked variables.
    ring, broadcast : numpy.ndarray
        What is in flight: (rows, slots) and (rows, static projections).
    base : numpy.ndarray
        Steady stimulating currents (pA) of all neurons.
    static_place : dict
        Index of each static projection in `static`, those with release among them.
    gaps, links : GapArgs, LinkArgs or None
        Gap junctions and linked variables, if there are any.
    junctions : dict
        Those of each call of `Network.gap_junctions`, by name.
    modulation : ModulationArgs or None
        Neuromodulators, if there are any.
    modulators : tuple of str
        Their names, in the order of the arrays.
    weight_bounds : dict
        What the weights of each projection are between, as they are stored.
    draws : dict
        How often `set` has drawn each variable, by ``"population.variable"``: int64, shape (n,).
    counters : numpy.ndarray
        Int64: recorded, spikes, static events, plastic events.
    identity : Identity
        What tells the network from others.
    """

    dt: float
    seed: int
    state_type: Any
    weight_type: Any
    blocks: dict[str, Block]
    tables: list[NeuronTable]
    sources: dict[str, SourceTable]
    static: StaticArgs
    static_place: dict[str, int]
    release: ReleaseArgs
    drives: DriveArgs
    minis: MiniArgs
    noises: NoiseArgs
    feed: Feed
    plastic: dict[str, PlasticTable]
    state: np.ndarray
    initial: np.ndarray
    ring: np.ndarray
    broadcast: np.ndarray
    base: np.ndarray
    gaps: GapArgs | None = None
    links: LinkArgs | None = None
    junctions: dict[str, Junction] = field(default_factory=dict)
    modulation: ModulationArgs | None = None
    modulators: tuple[str, ...] = ()
    step: int = 0
    weight_bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    draws: dict[str, np.ndarray] = field(default_factory=dict)
    counters: np.ndarray = field(default_factory=lambda: np.zeros(4, np.int64))
    identity: Identity = field(default_factory=lambda: Identity({}, {}))

    def __reduce__(self) -> Any:
        raise TypeError("arrays of a plan are views of one another; copy or pickle its network")

    @property
    def n_neurons(self) -> int:
        """Neurons, without sources."""
        return self.base.size

    @property
    def n_ids(self) -> int:
        """Neurons and sources."""
        return self.static.group.size

    def fill_linked(self) -> None:
        """Give linked variables their sources' values, as the start of a step does."""
        if self.links is not None:
            self.state[self.links.target] = self.state[self.links.source]

    def mutable(self) -> dict[str, np.ndarray]:
        """All that a run changes and that users set, by name: what a saved state holds.

        What is added here is saved and put back; what its numbers may be, for a file is not
        believed, is said in `spikesim.planning.state_limits`. An entry that may come in another
        shape is named by `spikesim.runtime.state.is_free`; of one that older files lack
        `older_state` says what it is then.
        """
        arrays = {
            "state": self.state, "ring": self.ring, "broadcast": self.broadcast,
            "counters": self.counters, "static.weight": self.static.weight,
            "static.weights": self.static.weights,
        }  # fmt: skip
        if self.gaps is not None:
            arrays["gaps.g"] = self.gaps.g
        if self.modulation is not None:
            for part in ("now", "pending", "history", "since"):
                arrays[f"modulation.{part}"] = getattr(self.modulation, part)
        for k, table in enumerate(self.tables):
            arrays[f"table{k}.refractory"] = table.args.refractory
        for part in RELEASE_STATE if self.release.U.size else ():
            arrays[f"release.{part}"] = getattr(self.release, part)
        for name, source in self.sources.items():
            for part in ("rate", "left", "since", "drawn", "step", "source"):
                arrays[f"source.{name}.{part}"] = getattr(source, part)
        for name, plastic in self.plastic.items():
            for part in PLASTIC_STATE:
                arrays[f"plastic.{name}.{part}"] = getattr(plastic.args, part)
        for name, block in self.blocks.items():
            for parameter, value in block.values.items():
                arrays[f"parameter.{name}.{parameter}"] = value
        for variable, count in self.draws.items():
            arrays[f"draws.{variable}"] = count
        return arrays | self.feed.mutable()


RELEASE_STATE = ("u", "x", "last", "number", "full")
PLASTIC_STATE = (
    "weights", "control", "pre_t", "pre_v", "pre_m", "pre_n", "post", "post_n",
    "post_kept", "log_t", "log_j", "log_v", "sent", "sent_n", "kept",
)  # fmt: skip
