"""Plastic projections whose synapses are updated at spikes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from spikesim.codegen import event_source
from spikesim.codegen.event_source import Integral
from spikesim.codegen.modules import load
from spikesim.codegen.step import Call, Stage
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels.args import PlasticArgs
from spikesim.kernels.deliver import DENSE
from spikesim.kernels.threads import split_rows
from spikesim.language import expressions as ex
from spikesim.mechanisms.plastic_synapses.base import (
    Arrays,
    PlasticTable,
    draws,
    initial_values,
    late_steps,
    mean_levels,
    regular,
)
from spikesim.mechanisms.plastic_synapses.histories import (
    GROWING,
    STATE,
    faults,
    limits,
    log_length,
    misshapen,
    width_of,
    with_longer_post,
    with_longer_pre,
)
from spikesim.planning.context import Context
from spikesim.planning.projections import (
    HISTORY,
    PRE_HISTORY,
    Built,
    target_type,
)
from spikesim.runtime.limits import Entry
from spikesim.runtime.split import Split
from spikesim.synapses import COINCIDENCES, PAIRINGS, PlasticityRule
from spikesim.synapses.form import WEIGHT, Variable
from spikesim.synapses.rule_text import decay_rates, decaying, integrals_of, rule_module
from spikesim.units import LONGEST_DELAY

SENT_LIMIT = 1 << 30  # bytes
INTEGRALS = 1 << 16
"""Number of steps over which integrals are kept; every half of it all synapses are updated."""
LONGEST_EPOCH = 13  # binary logarithm of steps
MOST_DECAYS = 10_000_000  # maximum entries of a decay table, 80 MB


# Arrays that threads share: each writes its own part of them, or the first thread alone does.
SHARED = ("weights", "kept", "others", "integrals", "totals")


class EventTable(PlasticTable):
    """A plastic projection whose synapses are updated at spikes."""

    STATE = STATE
    GROWING = GROWING
    copied = (*(n for n in STATE if n not in SHARED), "latest", "irregular")

    @property
    def readable(self) -> list[str]:
        weight = [] if self.form.variables[WEIGHT].rhs is None else [WEIGHT]
        return weight + self.others

    def values(self, variable: str, step: int) -> np.ndarray:
        if self.form.variables[variable].rhs is None:
            return super().values(variable, step)
        self.flush(step)
        return self._now(step)[list(self.form.variables).index(variable)]

    def bring_to(self, step: int) -> None:
        super().bring_to(step)
        if self.form.evolves:
            now = self._now(step)
            self.args.weights[:], self.args.others[:] = now[0], now[1:].ravel()
            self.args.control[histories.SET] = step - 1

    def _now(self, step: int) -> np.ndarray:
        """All variables as of the start of `step`; they are kept as of their last event."""
        a = self.args
        out = np.empty((1 + len(self.others), a.weights.size), a.weights.dtype)
        load(self.module).current(step - 1, a, out)
        return out

    def rows_of(self, split: Split, t: int) -> dict[str, Any]:
        a, share = self.args, super().rows_of(split, t)
        if not a.dense and not a.delays.size:
            begin, end = np.empty_like(a.begin), np.empty_like(a.begin)
            split_rows(a.indptr, a.targets, share["t_lo"], share["t_hi"], begin, end)
            share |= {"begin": begin, "end": end}
        return share

    def calls(self, k: int) -> list[Call]:
        calls = [
            Call(Stage.ARRIVE, f"{self.module}:arrivals", f"step, p{k}, ring", "plastic +=",
                 f"arrivals_{k}"),
            Call(Stage.SEND, f"{self.module}:emit", f"step, p{k}, ring, spikes, n", "plastic +=",
                 f"emit_{k}"),
        ]  # fmt: skip
        if self.form.on_event:
            calls.insert(0, Call(Stage.ARRIVE, f"{self.module}:releases", f"step, p{k}",
                                 name=f"releases_{k}"))  # fmt: skip
        if self.form.on_interval:
            calls.insert(-2, Call(Stage.ARRIVE, f"{self.module}:at_intervals", f"step, p{k}",
                                  name=f"at_intervals_{k}"))  # fmt: skip
        if self.args.epoch.size:
            calls.append(Call(Stage.SPIKED, f"{self.module}:integrate", f"step, p{k}",
                              name=f"integrate_{k}", first_thread=True))  # fmt: skip
        return calls

    def full(self, k: int) -> list[str]:
        return [f"p{k}.control[{histories.POST_FULL}] + p{k}.control[{histories.PRE_FULL}] > 0"]

    def make_room(self, step: int) -> None:
        control = self.args.control
        if control[histories.POST_FULL]:
            self.flush(step)
            self.args = with_longer_post(self.args)
        if control[histories.PRE_FULL]:
            self.args = with_longer_pre(self.args)
            control[histories.PRE_FULL] = 0

    @property
    def grid(self) -> int | None:
        return INTEGRALS // 2 if self.args.epoch.size else None

    def reserve(self, events: int) -> None:
        a = self.args
        if (a.axonal or a.late) and a.sent.shape[1] < a.pre_hi - a.pre_lo + events:
            wider = np.zeros((a.sent.shape[0], a.pre_hi - a.pre_lo + 2 * events), np.int32)
            wider[:, : a.sent.shape[1]] = a.sent
            self.args = a._replace(sent=wider)

    def forget(self, step: int) -> None:
        a = self.args
        for array in (a.pre_n, a.post_n, a.post_kept, a.sent_n, a.kept):
            array[:] = 0
        a.latest[:] = histories.latest_spikes(a.post, a.post_n, width_of(a))
        a.control[histories.LOG_N] = a.control[histories.LOG_KEPT] = 0
        a.control[histories.SYNCED] = a.control[histories.SET] = step - 1
        self.rest()

    def last_of_sources(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        a, sources = self.args, np.arange(self.args.pre_n.size)
        place = (a.pre_n - 1) & (a.pre_t.shape[1] - 1)
        elapsed = np.where(a.pre_n > 0, step - 1 - a.pre_t[sources, place], 0)[:, None]
        rows = np.arange(a.pre_v.shape[2])  # those of the traces of sources come first
        far = np.minimum(elapsed >> 10, a.coarse.shape[1] - 1)
        factors = a.fine[rows, elapsed & 1023] * a.coarse[rows, far]
        spikes = np.where(a.pre_n > 0, a.pre_m[sources, place], 0)
        return a.pre_v[sources, place] * (a.pre_n > 0)[:, None], spikes, factors

    def limits(self, bounds: tuple[float, float], step: int) -> Iterator[Entry]:
        yield from limits(self.args, self.name, bounds, step)
        yield from self.limits_of_draws()

    def misshapen(self, own: Arrays) -> Iterator[str]:
        return misshapen(self.args, own)

    def faults(self, own: Arrays, step: int) -> Iterator[str]:
        return faults(self.args, own, step)

    def upgraded(self, arrays: Arrays) -> dict[str, np.ndarray]:
        """Histories that held one trace for each neuron, in arrays of their own."""
        name, steps, values = f"plastic.{self.name}", "log_t", "log_v"
        if f"{name}.post" not in arrays or arrays[f"{name}.post"].ndim != 2:
            return {}
        own = {part: arrays[f"{name}.{part}"] for part in ("post", "pre_v", steps, values)}
        pairs = np.stack([own[steps].astype(float), own[values]], axis=-1)
        return {
            "post": own["post"].reshape(-1), "pre_v": own["pre_v"][..., None],
            values: pairs.reshape(-1),
            **{part: getattr(self.args, part) for part in ("others", "integrals", "totals")},
        }  # fmt: skip

    def load(self, own: Arrays) -> None:
        grown: dict[str, Any] = {part: own[part].copy() for part in GROWING}
        width = width_of(self.args)
        a = self.args._replace(**grown)
        capacity = np.array([a.post.size // (a.post_n.size * width)])
        latest = histories.latest_spikes(a.post, a.post_n, width)
        self.args = a._replace(latest=latest, post_capacity=capacity)


def build_event_table(
    built: Built, context: Context, levels: np.ndarray, sees: np.ndarray, modulators: Any
) -> EventTable:
    """Build the arrays and the kernel module of one plastic projection.

    `levels` has the concentrations, shape (steps, modulators); `sees` has the indices of the
    modulators that the rule reads.
    """
    projection, s = built.projection, built.synapses
    dt, dtype = context.dt, context.weight_type
    rule = projection.rule
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
    form = rule.form()
    width, n_pre_traces = event_source.width_of(form.post.names), len(form.pre.names)
    late = late_steps(rule, dt)
    logged = dense and form.is_logged and pairing < 2 and not late
    flight, kept = (high if axonal else 0) + late, n_pre if axonal or late else 0
    if flight * kept * 4 > SENT_LIMIT:
        raise ValidationError(
            f"{flight} steps of delay times {n_pre} sources would keep "
            f"{flight * kept * 4 / 2**30:.1f} GB in flight; at most 1 GB", "delay", projection,
        )  # fmt: skip
    weights = np.full(n_synapses, s.weight, dtype) if not isinstance(s.weight, np.ndarray) else (
        s.weight.astype(dtype, copy=False)
    )  # fmt: skip
    empty = np.empty(0, np.int64)
    control = np.zeros(8, np.int64)
    control[histories.LEARNING] = int(projection.learning)
    control[histories.SYNCED] = control[histories.SET] = -1
    log = log_length(n_post) if logged else 0
    post = np.zeros(n_post * HISTORY * width)
    values = {name: float(getattr(rule, name)) for name in rule.declared}
    fine, coarse = _tables(rule, decaying(form), decay_rates(form, values), dt)
    args = PlasticArgs(
        pre_lo=built.pre_lo, pre_hi=built.pre_hi, post_lo=built.post_lo, post_hi=built.post_hi,
        slot=built.slot, sign=projection.sign, dense=dense, axonal=axonal, pairing=pairing,
        coincidence=COINCIDENCES.index(rule.coincidence), n_targets=n_post,
        delay=low, delay_min=low, delay_max=high, late=late, dt=dt,
        indptr=empty if dense else s.indptr,
        begin=empty if dense else s.indptr[:-1], end=empty if dense else s.indptr[1:],
        t_lo=0, t_hi=n_post,
        targets=np.empty(0, np.uint16) if dense else s.targets.astype(target_type(n_post)),
        weights=weights, others=initial_values(projection, form, n_synapses, context.seed, dtype),
        delays=delays,
        dendritic=np.zeros(1, np.uint16) if axonal or not delays.size else delays,
        par=np.array(list(values.values()), np.float64),
        control=control,
        fine=fine, coarse=coarse,
        pre_t=np.zeros((n_pre, PRE_HISTORY), np.int64),
        pre_v=np.zeros((n_pre, PRE_HISTORY, n_pre_traces)),
        pre_m=np.zeros((n_pre, PRE_HISTORY), np.int32), pre_n=np.zeros(n_pre, np.int64),
        post=post, post_capacity=np.array([HISTORY]),
        latest=histories.latest_spikes(post, np.zeros(n_post, np.int64), width),
        irregular=np.zeros(2, np.int64),
        post_n=np.zeros(n_post, np.int64), post_kept=np.zeros(n_post, np.int64),
        log_t=np.zeros(log, np.int64), log_j=np.zeros(log, np.int32), log_v=np.zeros(log * width),
        sent=np.zeros((high + late + 1, kept), np.int32),
        sent_n=np.zeros(high + late + 1, np.int64),
        kept=np.zeros(n_synapses if pairing == histories.PRE_CENTRED else 0),
        levels=levels, sees=sees,
        released=np.zeros(0) if modulators is None else modulators.arrived,
        **mean_levels(modulators, sees), **regular(projection, form, dt),
        draws=draws(projection, n_pre, context.seed),
        **_integrals(integrals_of(rule, form), decaying(form), decay_rates(form, values), dt),
    )  # fmt: skip
    return EventTable(projection, form, rule_module(rule, projection.floor), args)


def _integrals(
    terms: list[Integral], variables: list[Variable], rates: np.ndarray, dt: float
) -> dict[str, np.ndarray]:
    """Arrays of the integrals; an epoch lasts at most as long as a decay to 1e-3."""
    names = [variable.name for variable in variables]
    rows = np.array([names.index(term.decaying) for term in terms], np.int64)
    spans = np.maximum(7.0 / (rates[rows] * dt), 1.0)
    epoch = np.minimum(np.log2(spans).astype(np.int64), LONGEST_EPOCH)
    kept = INTEGRALS >> int(epoch.min(initial=LONGEST_EPOCH))
    return {
        "integrals": np.zeros((len(terms), INTEGRALS if terms else 1)),
        "totals": np.zeros((len(terms), kept)), "epoch": epoch, "integrated": rows,
        "step_integral": -np.expm1(-rates[rows] * dt) / rates[rows],
    }  # fmt: skip


def _tables(
    rule: PlasticityRule, variables: list[Variable], rates: np.ndarray, dt: float
) -> tuple[np.ndarray, np.ndarray]:
    """Tables of decays over few steps, and over multiples of 1024, until they are below 1e-20."""
    spans = 1024 * dt * rates
    for variable, span in zip(variables, spans, strict=True):
        assert variable.rhs is not None
        if not span > 0:
            raise ValidationError(
                f"d{variable.name}/dt = {ex.source(variable.rhs)} must decay, and its rate is "
                f"{-span / (1024 * dt):g}/ms", "equations", rule,
            )  # fmt: skip
        if 46.0 / span > MOST_DECAYS:
            longest = MOST_DECAYS * 1024 * dt / 46.0
            raise ValidationError(
                f"{variable.name} must decay with at most {longest:.3g} ms with dt = {dt} ms, got "
                f"{1024 * dt / span:g} ms", "equations", rule,
            )  # fmt: skip
    most = int(np.ceil(46.0 / spans.min(initial=46.0))) + 2
    fine = np.exp(-np.arange(1024) * (dt * rates)[:, None])
    coarse = np.exp(-np.arange(most) * spans[:, None])
    coarse[coarse < 1e-20] = 0.0
    coarse[:, -1] = 0.0
    return fine, coarse
