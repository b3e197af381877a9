"""Base class of the tables of plastic projections: arrays, kernels, and their state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.modules import load
from spikesim.codegen.release_source import FULL, OF_RELEASE
from spikesim.codegen.step import Call
from spikesim.description.projections import Projection
from spikesim.distributions import Distribution
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.args import DrawArgs
from spikesim.language import expressions as ex
from spikesim.planning.sampling import draw
from spikesim.runtime.limits import COUNT, Entry, Limits
from spikesim.runtime.origin import checksum
from spikesim.runtime.split import Split
from spikesim.synapses import QuantalRelease
from spikesim.synapses.form import WEIGHT, RuleForm
from spikesim.units import LONGEST_DELAY, whole_steps

Arrays = Mapping[str, np.ndarray]
NUMBER = "number"  # of the spikes of sources, for quantal release


class PlasticTable:
    """Arrays and kernels of one plastic projection.

    Attributes
    ----------
    projection : Projection
        The described projection.
    form : RuleForm
        What its rule computes.
    module : str
        Name of the generated module of its rule.
    args : PlasticArgs or SteppedArgs
        Arguments of its kernels. `args.others` holds the variables beside the weight, one after
        the other.
    """

    STATE: tuple[str, ...]  # arrays of a checkpoint
    GROWING: tuple[str, ...] = ()  # of these, those whose shapes may change
    copied: tuple[str, ...]  # arrays of which each thread has a copy

    def __init__(self, projection: Projection, form: RuleForm, module: str, args: Any):
        self.projection, self.form, self.module, self.args = projection, form, module, args

    @property
    def name(self) -> str:
        """Name of the projection."""
        return self.projection.name

    @property
    def parts(self) -> tuple[str, ...]:
        """Arrays of its checkpoint."""
        return (*self.STATE, NUMBER) if self.args.draws else self.STATE

    def array(self, part: str) -> np.ndarray:
        """An array of its checkpoint."""
        own = self.args.draws if part == NUMBER else self.args
        found: np.ndarray = getattr(own, part)
        return found

    def copies(self) -> dict[str, Any]:
        """Copies for another thread."""
        own = {part: self.array(part).copy() for part in self.copied}
        draws = self.args.draws
        return own | {"draws": draws and draws._replace(number=draws.number.copy())}

    def flush(self, step: int) -> None:
        """Apply all spikes before `step`."""
        load(self.module).flush(step - 1, self.args)

    def values(self, variable: str, step: int) -> np.ndarray:
        """A variable of all synapses as of the start of `step`; changes nothing else."""
        self.flush(step)
        return self.row(variable)

    def row(self, variable: str) -> np.ndarray:
        """A variable other than the weight as it is stored."""
        n = self.args.weights.size
        return self.args.others[self.others.index(variable) * n :][:n]

    def bring_to(self, step: int) -> None:
        """Bring all variables to the start of `step`."""
        self.flush(step)

    @property
    def readable(self) -> list[str]:
        """Names of the variables that `values` reads."""
        return self.others

    @property
    def n_sources(self) -> int:
        """Number of sources."""
        first, end = self.projection.source.span
        return end - first

    @property
    def others(self) -> list[str]:
        """Names of the variables beside the weight."""
        return [name for name in self.form.variables if name != WEIGHT]

    def rows_of(self, split: Split, t: int) -> dict[str, Any]:
        """The arrays that belong to the targets of thread `t`."""
        lo, hi = split.within(t, self.args.post_lo, self.args.n_targets)
        return {"t_lo": lo, "t_hi": hi}

    def structure(self) -> int:
        """Checksum of connectivity and delays."""
        a = self.args
        longest = int(a.delays.max()) if a.delays.size else a.delay
        return checksum(
            np.array([a.dense, a.axonal, a.pre_lo, a.post_lo, a.n_targets, longest]),
            a.indptr, a.targets, a.delays,
        )  # fmt: skip

    @abstractmethod
    def last_of_sources(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What sources kept just before their last spikes, and the number of these spikes.

        The last array has the factors by which that has decayed until the end of the step before
        `step`. Shapes: (sources, values), (sources,), (sources, values).
        """

    def rest(self) -> None:
        """Return the variables of release to their initial values."""
        rule = self.projection.rule
        assert rule is not None
        for name in self.others:
            if name in OF_RELEASE:
                self.row(name)[:] = rule.initial.get(name, 0.0)

    def learn(self, on: bool) -> None:
        """Switch plasticity on or off; variables must be up to date."""
        self.args.control[histories.LEARNING] = int(on)

    # --- for the loop --------------------------------------------------------------------------

    @abstractmethod
    def calls(self, k: int) -> list[Call]:
        """Kernels that each step calls; `k` is the number of the table."""

    def full(self, k: int) -> list[str]:
        """Conditions on which the loop returns to Python."""
        return []

    @property
    def reads_levels(self) -> bool:
        """Whether spikes read concentrations of modulators, at times that may be long ago."""
        trees = [*self.form.on_pre.values(), *self.form.on_post.values()]
        return any(ex.names(tree) & set(self.form.modulators) for tree in trees)

    @property
    def grid(self) -> int | None:
        """Every so many steps, all variables must be brought to the present time."""
        return None

    def make_room(self, step: int) -> None:
        """Enlarge arrays that are full."""

    def reserve(self, events: int) -> None:
        """Make room for so many spikes of sources in one step."""

    # --- state ---------------------------------------------------------------------------------

    @abstractmethod
    def forget(self, step: int) -> None:
        """Empty the histories; variables are up to date."""

    @abstractmethod
    def limits(self, bounds: tuple[float, float], step: int) -> Iterator[Entry]:
        """Allowed values of the arrays of a checkpoint."""

    def limits_of_draws(self) -> Iterator[Entry]:
        """Those of quantal release."""
        if not self.args.draws:
            return
        name, n = f"plastic.{self.name}", self.args.weights.size
        yield Entry(f"{name}.{NUMBER}", COUNT)
        rule = self.projection.rule
        assert rule is not None
        first, sites = self.others.index(FULL) * n, rule.initial[FULL]
        yield Entry(f"{name}.others", Limits(0, sites, whole=True), slice(first, first + n))

    def misshapen(self, own: Arrays) -> Iterator[str]:
        """Names of growing arrays with impossible shapes."""
        return iter(())

    def faults(self, own: Arrays, step: int) -> Iterator[str]:
        """Violated relations between arrays of a checkpoint."""
        return iter(())

    def upgraded(self, arrays: Arrays) -> dict[str, np.ndarray]:
        """Arrays of a state of a former version, in the present form."""
        return {}

    def load(self, own: Arrays) -> None:
        """Take growing arrays of a checkpoint."""


def mean_levels(modulators: Any, sees: np.ndarray) -> dict[str, np.ndarray]:
    """Baselines of the modulators that a rule reads, and means of their decay over a step."""
    if modulators is None:
        return {"level_base": np.zeros(0), "level_mean": np.zeros(0)}
    decay = modulators.decay[sees]
    return {"level_base": modulators.baseline[sees], "level_mean": (decay - 1.0) / np.log(decay)}


def draws(projection: Projection, n_sources: int, seed: int) -> DrawArgs | tuple[()]:
    """What the random numbers of quantal release need; empty without it."""
    if not isinstance(projection.release, QuantalRelease):
        return ()
    key = np.array([rng.key(seed, "release", projection.name)], np.uint64)
    return DrawArgs(np.zeros(n_sources, np.int64), key)


def regular(projection: Projection, form: RuleForm, dt: float) -> dict[str, np.ndarray]:
    """Steps of the intervals of a rule, and room for the sums over the synapses of each target."""
    rule = projection.plasticity
    assert rule is not None
    every = [whole_steps(getattr(rule, name), dt, name, rule) for name in form.on_interval]
    n_sums = sum(len(part.sums) for part in form.on_interval.values())
    first, end = projection.target.span
    return {"every": np.array(every, np.int64), "sums": np.zeros((n_sums, end - first))}


def initial_values(
    projection: Projection, form: RuleForm, n: int, seed: int, dtype: Any
) -> np.ndarray:
    """Initial values of the variables beside the weight, one after the other."""
    rule = projection.rule
    assert rule is not None
    names = [name for name in form.variables if name != WEIGHT]
    rows = np.zeros((len(names), n), dtype)
    for row, name in zip(rows, names, strict=True):
        value = rule.initial.get(name, 0.0)
        if isinstance(value, Distribution):
            key = rng.key(seed, "projection", projection.name, f"variable {name}")
            row[:] = draw(value, key, np.arange(n))
        else:
            row[:] = value
    return rows.ravel()


def late_steps(rule: Any, dt: float) -> int:
    """Steps by which presynaptic spikes act later than they are transmitted."""
    name = rule.on_pre_delay
    return steps_of(getattr(rule, name), dt, name, rule) if rule.acts_late else 0


def steps_of(span: float, dt: float, what: str, rule: Any, least: int = 0) -> int:
    """Number of steps that a time span (ms) of a rule has; it must be whole."""
    steps = round(span / dt)
    if abs(steps * dt - span) > 1e-6 * dt or steps < least or steps > LONGEST_DELAY:
        raise ValidationError(
            f"must be a multiple of dt = {dt:g} ms, from {least * dt:g} to {LONGEST_DELAY * dt:g} "
            f"ms, got {span:g} ms", what, rule,
        )  # fmt: skip
    return steps
