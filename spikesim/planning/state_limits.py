"""What kernels rely on in the arrays of a state: a table with limits for each entry.

A state that comes from a file is checked by these before anything is changed, for kernels do not
look whether an index lies within its array, or whether a loop ends. `entries` follows
`Plan.mutable` entry by entry, and a test compares their names; parameters have their declarations.
What holds between entries is in `spikesim.planning.state_relations`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from spikesim.kernels import histories
from spikesim.planning.inputs import MAX_COUNT_MEAN
from spikesim.planning.plan import PLASTIC_STATE, Plan, PlasticTable, SourceTable
from spikesim.planning.synapses import HISTORY, PRE_HISTORY, log_length
from spikesim.planning.tables import MAX_REFRACTORY
from spikesim.units import MOST_STEPS

LARGEST = float(np.finfo(np.float64).max)
MANY = 1 << 62  # counts stay away from where they would overflow
MOST_AT_ONCE = 1 << 16  # spikes of one source in a step


@dataclass(frozen=True)
class Limits:
    """What each number of an array may be.

    Attributes
    ----------
    low, high : float or int
        Bounds, which are allowed; NaN never is.
    whole : bool
        Whether numbers of a float array are whole.
    """

    low: float = -LARGEST
    high: float = LARGEST
    whole: bool = False

    def fault(self, array: np.ndarray) -> str | None:
        """What is wrong with an array, or None."""
        if not array.size:
            return None
        if not (self.low <= array.min().item() and array.max().item() <= self.high):
            given = array.ravel().astype(np.float64)
            bad = given[~((given >= self.low) & (given <= self.high))]
            return f"must be {self}, got {bad[0] if bad.size else given[0]:g}"
        if self.whole and array.dtype.kind == "f" and (np.rint(array) != array).any():
            return f"must be {self}, got {array[np.rint(array) != array].flat[0]}"
        return None

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        if self.low == -LARGEST and self.high == LARGEST:
            return "finite"
        if self.high in (LARGEST, MANY):
            return f"{kind} of at least {self.low:g}"
        if self.low == -LARGEST:
            return f"{kind} of at most {self.high:g}"
        return f"{kind} from {self.low:g} to {self.high:g}"


class Entry(NamedTuple):
    """An array of a state, or a part of it, and what errors call it."""

    name: str
    limits: Limits
    part: slice | None = None
    said: str = ""

    def fault(self, array: np.ndarray) -> str | None:
        """What is wrong with the array, or None."""
        wrong = self.limits.fault(array if self.part is None else array[self.part])
        return wrong and f"{self.said or repr(self.name)} {wrong}"


FINITE = Limits()
NOT_NEGATIVE = Limits(0.0)
COUNT = Limits(0, MANY, whole=True)
SHARE = Limits(-1e-12, 1.0 + 1e-12)
FLAG = Limits(0, 1, whole=True)


def entries(plan: Plan, step: int) -> Iterator[Entry]:
    """Limits of all arrays of a state, of a network after so many steps."""
    past = Limits(0, max(step - 1, 0), whole=True)
    for name in ("state", "ring", "broadcast"):
        yield Entry(name, FINITE)
    yield Entry("counters", COUNT)
    yield from _static(plan)
    if plan.gaps is not None:
        yield Entry("gaps.g", NOT_NEGATIVE)
    if plan.modulation is not None:
        for name in ("now", "pending", "history"):
            yield Entry(f"modulation.{name}", FINITE)
        yield Entry("modulation.since", Limits(0, step, whole=True))
    for k in range(len(plan.tables)):
        yield Entry(f"table{k}.refractory", Limits(0, MAX_REFRACTORY, whole=True))
    if plan.release.U.size:
        yield from _release(plan, past)
    for name, source in plan.sources.items():
        yield from _source(f"source.{name}", source)
    for name, plastic in plan.plastic.items():
        yield from _plastic(f"plastic.{name}", plastic, plan.weight_bounds[name], past)
    for name in plan.feed.mutable():
        yield Entry(name, NOT_NEGATIVE)
    for variable in plan.draws:
        yield Entry(f"draws.{variable}", COUNT)


def _static(plan: Plan) -> Iterator[Entry]:
    """Uniform weights and pools of weights, by projection."""
    s = plan.static
    yield Entry("static.weight", FINITE)
    yield Entry("static.weights", FINITE)
    for name, p in plan.static_place.items():
        limits, said = _within(plan.weight_bounds[name]), f"{name}.weight as stored"
        first = int(s.weight0[p])
        if first < 0:
            yield Entry("static.weight", limits, slice(p, p + 1), said)
        else:
            later = s.weight0[s.weight0 > first]
            yield Entry("static.weights", limits, slice(first, int(later.min(initial=MANY))), said)


def _release(plan: Plan, past: Limits) -> Iterator[Entry]:
    r = plan.release
    yield from (Entry("release.u", SHARE), Entry("release.x", SHARE))
    yield from (Entry("release.last", past), Entry("release.number", COUNT))
    yield Entry("release.full", Limits(0, 255, whole=True))
    for first, end, sites in zip(r.site0, [*r.site0[1:], r.full.size], r.sites, strict=True):
        yield Entry("release.full", Limits(0, int(sites), whole=True), slice(first, end))


def _source(name: str, source: SourceTable) -> Iterator[Entry]:
    yield Entry(f"{name}.rate", Limits(0.0, MAX_COUNT_MEAN * (1.0 + 1e-9)))
    yield Entry(f"{name}.left", Limits(-1.0))  # what rounding may have taken too much
    yield Entry(f"{name}.since", Limits(0.0, MOST_STEPS))
    yield Entry(f"{name}.drawn", COUNT)
    yield Entry(f"{name}.step", Limits(0, MOST_STEPS, whole=True))
    yield Entry(f"{name}.source", Limits(0, source.n - 1, whole=True))


def _plastic(
    name: str, plastic: PlasticTable, bounds: tuple[float, float], past: Limits
) -> Iterator[Entry]:
    a = plastic.args
    control = {
        histories.LEARNING: FLAG, histories.SYNCED: replace(past, low=-1),
        histories.POST_FULL: Limits(0, 0, whole=True), histories.PRE_FULL: Limits(0, 0, whole=True),
        histories.LOG_N: COUNT, histories.LOG_KEPT: COUNT,
    }  # fmt: skip
    yield Entry(f"{name}.weights", _within(bounds), said=f"{plastic.name}.weight")
    yield Entry(f"{name}.control", Limits(-1, MANY, whole=True))
    for place, limits in control.items():
        yield Entry(f"{name}.control", limits, slice(place, place + 1))
    table = {
        "pre_t": past, "pre_v": FINITE, "pre_m": Limits(0, MOST_AT_ONCE, whole=True),
        "pre_n": Limits(0, past.high + 1, whole=True), "post": FINITE,
        "post_n": Limits(0, past.high + 1, whole=True), "post_kept": past, "log_t": past,
        "log_j": Limits(0, a.n_targets - 1, whole=True), "log_v": FINITE,
        "sent": Limits(0, max(a.pre_hi - a.pre_lo - 1, 0), whole=True), "sent_n": COUNT,
        "kept": FINITE,
    }  # fmt: skip
    for part, limits in table.items():
        yield Entry(f"{name}.{part}", limits)


def _within(bounds: tuple[float, float]) -> Limits:
    return Limits(max(bounds[0], -LARGEST), min(bounds[1], LARGEST))


def shapes(plan: Plan, arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Names of the histories, which grow while a network runs, whose shapes cannot be."""
    for name, plastic in plan.plastic.items():
        a, own = plastic.args, {part: arrays[f"plastic.{name}.{part}"] for part in PLASTIC_STATE}
        sources, targets = a.pre_n.size, a.post_n.size
        width, wide = _width(own["pre_t"], 1), _width(own["post"], 1)
        length, sent = _width(own["log_t"], 0), own["sent"].shape
        logged = _ring(length, log_length(a.n_targets)) if a.log_t.size else length == 0
        before = _ring(width, PRE_HISTORY)
        fits = {
            **{part: before and own[part].shape == (sources, width)
               for part in ("pre_t", "pre_v", "pre_m")},
            "post": _ring(wide, 2 * HISTORY) and own["post"].shape == (targets, wide),
            **{part: logged and own[part].shape == (length,)
               for part in ("log_t", "log_j", "log_v")},
            "sent": len(sent) == 2 and sent[0] == a.sent.shape[0]
            and sent[1] >= (sources if a.axonal else 0),
        }  # fmt: skip
        yield from (f"plastic.{name}.{part}" for part, fit in fits.items() if not fit)


def _width(array: np.ndarray, axis: int) -> int:
    return array.shape[axis] if array.ndim > axis else 0


def _ring(width: int, least: int) -> bool:
    """Whether a ring can have this width: a power of two, as indices are masked by it."""
    return width >= least and width & (width - 1) == 0
