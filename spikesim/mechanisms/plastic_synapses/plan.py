"""Plastic synapses: each projection has arrays and kernels of its own, which its rule has made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim.codegen.modules import load
from spikesim.codegen.step import Call, Stage
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.deliver import DENSE
from spikesim.kernels.threads import split_rows
from spikesim.mechanisms.plastic_synapses.histories import (
    GROWING,
    STATE,
    faults,
    limits,
    log_length,
    misshapen,
    with_longer_post,
    with_longer_pre,
)
from spikesim.mechanisms.plastic_synapses.normalizing import normalize
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism
from spikesim.planning.projections import (
    HISTORY,
    PRE_HISTORY,
    Built,
    target_type,
    weight_bounds,
)
from spikesim.planning.rules import rule_module
from spikesim.runtime.blocks import Common
from spikesim.runtime.limits import Entry
from spikesim.runtime.origin import checksum
from spikesim.runtime.part import Arrays, Bundles, Part, StoredSynapses
from spikesim.runtime.split import Split
from spikesim.synapses import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.units import LONGEST_DELAY

SENT_LIMIT = 1 << 30  # bytes
MOST_DECAYS = 10_000_000  # entries of a table of decays, 80 MB
# What each thread has a copy of: it is read by all, and follows from the one list of spikes.
_COPIED = [*(name for name in STATE if name not in ("weights", "kept")), "latest"]


@dataclass
class PlasticTable:
    """One plastic projection.

    Attributes
    ----------
    projection : Projection
        The projection.
    module : str
        The generated module of its rule.
    args : PlasticArgs
        What its kernels take.
    """

    projection: Projection
    module: str
    args: PlasticArgs

    @property
    def name(self) -> str:
        """The projection's name."""
        return self.projection.name

    def flush(self, step: int) -> None:
        """Bring its weights up to date, at the start of a step."""
        load(self.module).flush(step - 1, self.args)


class PlasticPart(Part):
    """All plastic projections of a network.

    Parameters
    ----------
    tables : dict of str to PlasticTable
        By the projections' names.
    signals : object or None
        The part whose `args.history` rules read, as far back as its `args.since`.
    dtype : type
        In which weights are stored.
    """

    name = "plastic_synapses"

    def __init__(self, tables: dict[str, PlasticTable], signals: Any, dtype: Any):
        self.tables, self.signals = tables, signals
        self.bounds = {n: weight_bounds(t.projection, dtype) for n, t in tables.items()}
        self._now: Callable[[], int] = lambda: 0
        # The projections whose rules read signals.
        self._readers = [table for table in tables.values() if table.args.sees.size]
        self._rows: tuple[Split | None, dict[tuple[str, int], dict[str, Any]]] = (None, {})

    def calls(self) -> list[Call]:
        calls = []
        for k, table in enumerate(self.tables.values()):
            calls += [
                Call(Stage.ARRIVE, f"{table.module}:arrivals", f"step, p{k}, ring", "plastic +=",
                     f"arrivals_{k}"),
                Call(Stage.SEND, f"{table.module}:emit", f"step, p{k}, ring, spikes, n",
                     "plastic +=", f"emit_{k}"),
            ]  # fmt: skip
        return calls

    def bundles(self) -> Bundles:
        return {f"p{k}": table.args for k, table in enumerate(self.tables.values())}

    def share(self, split: Split, t: int) -> Bundles:
        if self._rows[0] is not split:
            self._rows = split, {}
        shares, rows = {}, self._rows[1]
        for k, (name, table) in enumerate(self.tables.items()):
            a = table.args
            if (name, t) not in rows:
                rows[name, t] = _rows_of(a, split, t)
            copies = {} if t == 0 else {part: getattr(a, part).copy() for part in _COPIED}
            shares[f"p{k}"] = a._replace(**rows[name, t], **copies)
        return shares

    def full(self) -> list[str]:
        post, pre = histories.POST_FULL, histories.PRE_FULL
        return [f"p{k}.control[{post}] + p{k}.control[{pre}] > 0" for k in range(len(self.tables))]

    # --- between steps -------------------------------------------------------------------------

    def begin(self, plan: Common) -> None:
        self._now = lambda: plan.step

    def resume(self, plan: Common) -> None:
        for table in self.tables.values():
            table.projection._learning = bool(table.args.control[histories.LEARNING])

    def flush(self, name: str) -> PlasticTable:
        """Bring the weights of a projection up to date."""
        table = self.tables[name]
        table.flush(self._now())
        return table

    def next_stop(self, step: int) -> int | None:
        if not self._readers:
            return None
        return int(self.signals.args.since[0]) + int(self.signals.args.history.shape[0])

    def end_chunk(self, step: int) -> None:
        """Bring weights that read signals up to date, before the history is written over."""
        if not self._readers:
            return
        since, history = self.signals.args.since, self.signals.args.history
        if step - since[0] > history.shape[0] // 2:
            for table in self._readers:
                table.flush(step)
            since[0] = step

    def reserve(self, events: int) -> None:
        for table in self.tables.values():
            a = table.args
            if a.axonal and a.sent.shape[1] < a.pre_hi - a.pre_lo + events:
                wider = np.zeros((a.sent.shape[0], a.pre_hi - a.pre_lo + 2 * events), np.int32)
                wider[:, : a.sent.shape[1]] = a.sent
                table.args = a._replace(sent=wider)

    def make_room(self, step: int) -> None:
        for table in self.tables.values():
            control = table.args.control
            if control[histories.POST_FULL]:
                table.flush(step)
                table.args = with_longer_post(table.args)
            if control[histories.PRE_FULL]:
                table.args = with_longer_pre(table.args)
                control[histories.PRE_FULL] = 0

    def fault(self, plan: Common, bad: np.ndarray, stopped: bool) -> str | None:
        for name, table in self.tables.items():
            places = np.flatnonzero(~np.isfinite(table.args.weights))
            if places.size:
                k = int(places[0])
                return (
                    f"{name}.weight is {table.args.weights[k]:g} at synapse {k}, and at "
                    f"{places.size} of {table.args.weights.size}, at {plan.step * plan.dt:g} ms: "
                    "its plasticity rule does not give a number there; what was recorded until "
                    "then is kept"
                )
        return None

    def reset(self, plan: Common) -> None:
        for table in self.tables.values():
            table.flush(plan.step)
            _forget(table.args, plan.step)

    # --- state ---------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        return {
            f"plastic.{name}.{part}": getattr(table.args, part)
            for name, table in self.tables.items()
            for part in STATE
        }

    def is_free(self, name: str) -> bool:
        return name.startswith("plastic.") and name.rsplit(".", 1)[-1] in GROWING

    def limits(self, step: int) -> Iterator[Entry]:
        for name, table in self.tables.items():
            yield from limits(table.args, name, self.bounds[name], step)

    def misshapen(self, arrays: Arrays) -> Iterator[str]:
        for name, table in self.tables.items():
            wrong = misshapen(table.args, _own(name, arrays))
            yield from (f"plastic.{name}.{part}" for part in wrong)

    def relations(self, arrays: Arrays, step: int) -> Iterator[str]:
        if self._readers:
            kept = arrays["modulation.history"].shape[0]
            if step - int(arrays["modulation.since"][0]) >= kept:
                yield "'modulation.since' reaches further back than concentrations are kept"
        for name, table in self.tables.items():
            for wrong in faults(table.args, _own(name, arrays), step):
                yield f"'plastic.{name}': {wrong}"

    def load(self, arrays: Arrays, settings: Any) -> None:
        for name, table in self.tables.items():
            grown: dict[str, Any] = {p: arrays[f"plastic.{name}.{p}"].copy() for p in GROWING}
            a = table.args._replace(**grown)
            table.args = a._replace(latest=histories.latest_spikes(a.post, a.post_n))

    def structure(self) -> dict[str, int]:
        sums = {}
        for name, table in self.tables.items():
            a = table.args
            sums[name] = checksum(
                np.array([a.dense, a.axonal, a.pre_lo, a.post_lo, a.n_targets, a.delay_max]),
                a.indptr, a.targets, a.delays,
            )  # fmt: skip
        return sums

    # --- for users -----------------------------------------------------------------------------

    def stored(self, name: str) -> StoredSynapses | None:
        if name not in self.tables:
            return None
        a = self.tables[name].args
        return StoredSynapses(
            a.pre_hi - a.pre_lo, a.n_targets, a.weights.size, None if a.dense else a.indptr,
            None if a.dense else a.targets, None, a.weights, 1,
            a.delays if a.delays.size else a.delay, update=lambda: self._update(name),
        )  # fmt: skip

    def _update(self, name: str) -> None:
        self.flush(name)

    def set_learning(self, name: str, on: bool) -> None:
        """Freeze or free the weights of a projection from now on."""
        self.flush(name).args.control[histories.LEARNING] = int(on)

    def normalize(self, name: str, total: float, place: Callable[[], np.ndarray]) -> None:
        """Scale the weights onto each target, see `spikesim.description.projections`."""
        table = self.flush(name)
        normalize(table.args, table.projection, total, place)


def _own(name: str, arrays: Arrays) -> dict[str, np.ndarray]:
    return {part: arrays[f"plastic.{name}.{part}"] for part in STATE}


def _rows_of(a: PlasticArgs, split: Split, t: int) -> dict[str, Any]:
    """What of a plastic projection thread `t` delivers to."""
    lo, hi = split.within(t, a.post_lo, a.n_targets)
    share: dict[str, Any] = {"t_lo": lo, "t_hi": hi}
    if not a.dense and not a.delays.size:
        begin, end = np.empty_like(a.begin), np.empty_like(a.begin)
        split_rows(a.indptr, a.targets, lo, hi, begin, end)
        share |= {"begin": begin, "end": end}
    return share


def _forget(a: PlasticArgs, step: int) -> None:
    """Empty the histories of a plastic projection whose weights are up to date."""
    for array in (a.pre_n, a.post_n, a.post_kept, a.sent_n, a.kept):
        array[:] = 0
    a.latest[:] = histories.latest_spikes(a.post, a.post_n)
    a.control[histories.LOG_N] = a.control[histories.LOG_KEPT] = 0
    a.control[histories.SYNCED] = step - 1


def plan_plastic(projections: list[Projection], context: Context) -> PlasticPart | None:
    """The arrays and kernel modules of all plastic projections."""
    if not projections:
        return None
    signals: Any = context.parts.get("modulators")
    names = [] if signals is None else signals.names
    levels = np.zeros((1, 0)) if signals is None else signals.args.history
    tables = {
        p.name: _table(context.built.pop(p.name), context.dt, context.weight_type, levels,
                       _signals_read(p, names))
        for p in projections
    }  # fmt: skip
    return PlasticPart(tables, signals, context.weight_type)


def _signals_read(projection: Projection, names: list[str]) -> np.ndarray:
    """Which modulators the rule of a plastic projection reads, in the rule's order."""
    rule = projection.plasticity
    assert rule is not None
    places = []
    for variable in rule.modulators:
        given = projection.modulators.get(variable)
        chosen = variable if given is None else given.name
        if chosen not in names:
            there = ", ".join(map(repr, names)) if names else "none"
            raise ValidationError(
                f"{type(rule).__name__} reads the modulator {variable!r}, and the network has "
                f"{there}; add it by net.modulator({variable!r}, tau=...), or say which one is "
                f"meant by modulators={{{variable!r}: ...}}", "plasticity", projection,
            )  # fmt: skip
        places.append(names.index(chosen))
    return np.array(places, np.int64)


def _table(
    built: Built, dt: float, dtype: Any, levels: np.ndarray, sees: np.ndarray
) -> PlasticTable:
    """The arrays and the kernel module of one plastic projection.

    Of the concentrations in `levels`, of shape (steps, modulators), its rule reads those that
    `sees` numbers.
    """
    projection, s = built.projection, built.synapses
    rule = projection.plasticity
    assert rule is not None
    n_pre, n_post = built.pre_hi - built.pre_lo, built.post_hi - built.post_lo
    one_delay = not isinstance(s.delay_steps, np.ndarray)
    delays = np.empty(0, np.uint16) if one_delay else np.asarray(s.delay_steps, np.uint16)
    low, high = (
        (int(s.delay_steps),) * 2 if one_delay
        else (int(delays.min(initial=LONGEST_DELAY)), int(delays.max(initial=1)))
    )  # fmt: skip
    dense, axonal = built.kind == DENSE, projection.delay_is == "axonal"
    pairing = PAIRINGS.index(rule.pairing)
    n_synapses = n_pre * n_post if dense else s.targets.size
    logged = dense and not rule.on_pre and pairing < 2
    if axonal and high * n_pre * 4 > SENT_LIMIT:
        raise ValidationError(
            f"{high} steps of axonal delay times {n_pre} sources would keep "
            f"{high * n_pre * 4 / 2**30:.1f} GB in flight; at most 1 GB", "delay", projection,
        )  # fmt: skip
    weights = np.full(n_synapses, s.weight, dtype) if not isinstance(s.weight, np.ndarray) else (
        s.weight.astype(dtype, copy=False)
    )  # fmt: skip
    empty = np.empty(0, np.int64)
    control = np.zeros(8, np.int64)
    control[histories.LEARNING], control[histories.SYNCED] = int(projection.learning), -1
    log = log_length(n_post) if logged else 0
    post = np.zeros((n_post, 2 * HISTORY))
    args = PlasticArgs(
        pre_lo=built.pre_lo, pre_hi=built.pre_hi, post_lo=built.post_lo, post_hi=built.post_hi,
        slot=built.slot, sign=projection.sign, dense=dense, axonal=axonal, pairing=pairing,
        coincidence=COINCIDENCES.index(rule.coincidence), n_targets=n_post,
        delay=low, delay_min=low, delay_max=high,
        indptr=empty if dense else s.indptr,
        begin=empty if dense else s.indptr[:-1], end=empty if dense else s.indptr[1:],
        t_lo=0, t_hi=n_post,
        targets=np.empty(0, np.uint16) if dense else s.targets.astype(target_type(n_post)),
        weights=weights, delays=delays,
        par=np.array([getattr(rule, name) for name in rule.declared], np.float64),
        control=control,
        pre_fine=_fine(rule, rule.tau_pre, dt), pre_coarse=_coarse(rule, rule.tau_pre, dt),
        post_fine=_fine(rule, rule.tau_post, dt), post_coarse=_coarse(rule, rule.tau_post, dt),
        pre_t=np.zeros((n_pre, PRE_HISTORY), np.int64), pre_v=np.zeros((n_pre, PRE_HISTORY)),
        pre_m=np.zeros((n_pre, PRE_HISTORY), np.int32), pre_n=np.zeros(n_pre, np.int64),
        post=post, latest=histories.latest_spikes(post, np.zeros(n_post, np.int64)),
        post_n=np.zeros(n_post, np.int64), post_kept=np.zeros(n_post, np.int64),
        log_t=np.zeros(log, np.int64), log_j=np.zeros(log, np.int32), log_v=np.zeros(log),
        sent=np.zeros((high + 1, n_pre if axonal else 0), np.int32),
        sent_n=np.zeros(high + 1, np.int64),
        kept=np.zeros(n_synapses if pairing == histories.PRE_CENTRED else 0),
        levels=levels, sees=sees,
    )  # fmt: skip
    return PlasticTable(projection, rule_module(rule, projection.floor), args)


def _fine(rule: PlasticityRule, tau: str, dt: float) -> np.ndarray:
    return np.exp(-np.arange(1024) * dt / getattr(rule, tau))


def _coarse(rule: PlasticityRule, tau: str, dt: float) -> np.ndarray:
    """Decay over multiples of 1024 steps, until it is below 1e-20; then 0."""
    span = 1024 * dt / getattr(rule, tau)
    if 46.0 / span > MOST_DECAYS:
        longest = MOST_DECAYS * 1024 * dt / 46.0
        raise ValidationError(
            f"must be at most {longest:.3g} ms with dt = {dt} ms, got {getattr(rule, tau):g} ms",
            tau, rule,
        )  # fmt: skip
    table = np.exp(-np.arange(int(np.ceil(46.0 / span)) + 2) * span)
    table[-1] = 0.0
    return table


PLASTIC_SYNAPSES = Mechanism(
    "plastic_synapses",
    lambda element: isinstance(element, Projection) and element.plasticity is not None,
    plan_plastic,
)
