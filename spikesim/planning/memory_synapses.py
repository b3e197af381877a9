"""Estimate the memory of the synapses of a projection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.codegen.event_source import width_of
from spikesim.connectors import AllToAll, FromArrays
from spikesim.connectors.base import MOST_SYNAPSES
from spikesim.description.connections import Steps
from spikesim.description.projections import Projection
from spikesim.distributions import Constant, Distribution
from spikesim.errors import ValidationError
from spikesim.kernels.histories import LATEST, NEAREST_SYMMETRIC, PRE_CENTRED
from spikesim.machine import require
from spikesim.planning.projections import HISTORY, LOG, PRE_HISTORY, is_sum, target_type
from spikesim.synapses import PAIRINGS, QuantalRelease
from spikesim.units import LONGEST_DELAY


def varies(value: Any) -> bool:
    """Whether a value is stored for each neuron or synapse."""
    if isinstance(value, Distribution):
        return not isinstance(value, Constant)
    return value is None or np.ndim(value) > 0


def _delay(projection: Projection) -> Any:
    """Return delays in steps, or their distribution in ms."""
    given = projection.initial_delay
    return given.values if isinstance(given, Steps) else given


def longest_delay(projection: Projection, dt: float, n: float) -> int:
    """Expected longest delay of `n` synapses, in steps; a power of two for random delays."""
    given = _delay(projection)
    if not isinstance(given, Distribution):
        return int(np.max(given, initial=1))
    steps = 1
    while steps < LONGEST_DELAY and n * given.mass(steps * dt, math.inf) > 0.5:
        steps *= 2
    return steps


@dataclass(frozen=True)
class Layout:
    """Storage layout of a projection's synapses.

    Attributes
    ----------
    n : float
        Expected number of synapses; 0 if the projection is stored as one sum.
    n_pre, n_post : int
        Numbers of sources and targets.
    dense : bool
        Whether weights are stored as a full matrix.
    targets, weights, delays : int
        Bytes of each of these per synapse.
    """

    n: float
    n_pre: int
    n_post: int
    dense: bool
    targets: int
    weights: int
    delays: int

    @property
    def rows(self) -> int:
        """Bytes of the row pointers."""
        return 8 * (self.n_pre + 1) if self.n else 0

    @property
    def kept(self) -> int:
        """Bytes in use for the lifetime of the network."""
        rows = 0 if self.dense else self.rows
        return rows + int(self.n * (self.targets + self.weights + self.delays))

    @property
    def built(self) -> int:
        """Bytes in use during the build: row pointers, and four bytes per target."""
        return self.rows + int(self.n * (4 + self.weights + self.delays))


def layout(projection: Projection, weight: int, most: int, longest: int) -> Layout:
    """Return the storage layout of a projection.

    Parameters
    ----------
    projection : Projection
        The projection.
    weight : int
        Bytes per weight.
    most, longest : int
        Largest number of targets and longest delay (in steps) that its arrays must represent;
        these are common to all static projections, which share their arrays.
    """
    ends = projection.source, projection.target
    n_pre, n_post = (end - first for first, end in (view.span for view in ends))
    ranges = all(view.contiguous for view in ends)
    n = 0.0 if is_sum(projection) else projection.connector.expected(*map(len, ends))
    plastic, delayed = projection.plasticity is not None, varies(_delay(projection))
    weighted = plastic or varies(projection.initial_weight)
    full = isinstance(projection.connector, AllToAll) and n == n_pre * n_post > 0 and ranges
    dense = full and weighted and not delayed
    return Layout(
        n, n_pre, n_post, dense,
        targets=0 if dense else np.dtype(target_type(most)).itemsize,
        weights=weight * weighted,
        delays=delayed * (2 if plastic or longest > 255 else 1),
    )  # fmt: skip


def check_synapses(projection: Projection, weight: int) -> None:
    """Raise a ValidationError if one projection alone exceeds the memory of the machine.

    `weight` is the number of bytes per weight.
    """
    found = layout(projection, weight, len(projection.target), 1)
    what = f"{found.n:.3g} synapses (to be expected)"
    if found.n > MOST_SYNAPSES:
        raise ValidationError(
            f"{what} are more than a projection may have, {MOST_SYNAPSES:.3g}", "connector",
            projection,
        )  # fmt: skip
    require(found.built, what, "connector", projection)


def learning(projection: Projection, synapses: Layout, longest: int) -> int:
    """Bytes of the spike histories of a plastic projection."""
    rule, s = projection.rule, synapses
    assert rule is not None
    pairing, form = PAIRINGS.index(rule.pairing), rule.form()
    width = 8 * width_of(form.post.names)
    size = s.n_pre * ((12 + 8 * len(form.pre.names)) * PRE_HISTORY + 8)
    size += s.n_post * (width * (HISTORY + LATEST) + 16)
    others = len(form.variables) - 1
    if rule.is_stepped and form.evolves and s.weights == 4:  # kept in double precision
        size += int(s.n) * 4 * (1 + others)
    if s.dense and form.is_logged and pairing <= NEAREST_SYMMETRIC:
        size += (12 + width) * max(LOG, 1 << (4 * s.n_post - 1).bit_length())
    if projection.delay_is == "axonal":
        size += 4 * s.n_pre * (longest + 1)
    return size + int(s.n) * (8 * (pairing == PRE_CENTRED) + s.weights * others)


def releasing(projection: Projection, synapses: Layout) -> int:
    """Bytes of the state of short-term plasticity (depression, facilitation)."""
    if projection.release is None or projection.plasticity is not None:
        return 0  # with plasticity, `learning` counts its variables
    quantal = isinstance(projection.release, QuantalRelease)
    return 32 * synapses.n_pre + int(synapses.n) * quantal


def temporary(projection: Projection, synapses: Layout) -> int:
    """Bytes that are needed only while these synapses are built."""
    each = 2 * bool(synapses.delays)
    for given in (projection.initial_weight, _delay(projection)):
        if varies(given) and not isinstance(given, Distribution):
            each = 16  # validated, and reordered
    if isinstance(projection.connector, FromArrays):
        each = max(16, each + 8)  # sort order of the given entries
    return int(each * synapses.n)
