"""Plastic projections whose synapses are updated in every time step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.modules import module_name
from spikesim.codegen.step import Call, Stage
from spikesim.description.populations import View
from spikesim.description.projections import Projection
from spikesim.errors import ValidationError, unknown_name
from spikesim.kernels import stepped
from spikesim.kernels.args import SteppedArgs
from spikesim.kernels.deliver import DENSE
from spikesim.language import expressions as ex
from spikesim.mechanisms.plastic_synapses.base import (
    Arrays,
    PlasticTable,
    draws,
    initial_values,
    late_steps,
    mean_levels,
    regular,
    steps_of,
)
from spikesim.planning.context import Context
from spikesim.planning.projections import Built, target_type
from spikesim.runtime.limits import FINITE, FLAG, MANY, Entry, Limits, within
from spikesim.synapses import COINCIDENCES
from spikesim.synapses.form import POST, PRE, Side
from spikesim.synapses.rule_text import stepped_text
from spikesim.units import Unit


class SteppedTable(PlasticTable):
    """A plastic projection whose synapses are updated in every time step."""

    STATE = ("weights", "others", "control", "pre", "pre_n", "post", "post_n")
    copied = ("control", "pre", "pre_n")

    def calls(self, k: int) -> list[Call]:
        first = []
        if self.form.on_interval:
            first.append(Call(Stage.ARRIVE, f"{self.module}:at_intervals", f"step, p{k}, state",
                              name=f"at_intervals_{k}", reads_others=True))  # fmt: skip
        return [
            *first,
            Call(Stage.ARRIVE, f"{self.module}:begin_step", f"step, p{k}, ring, state",
                 "plastic +=", f"begin_step_{k}", reads_others=True),
            Call(Stage.SEND, f"{self.module}:emit", f"step, p{k}, ring, spikes, n, state",
                 "plastic +=", f"emit_{k}"),
        ]  # fmt: skip

    def forget(self, step: int) -> None:
        a = self.args
        a.pre[:], a.post[:] = (
            initial_side(self.projection, s) for s in (self.form.pre, self.form.post)
        )
        a.pre_n[:] = a.post_n[:] = 0
        a.control[stepped.FRESH] = 1
        self.rest()

    def last_of_sources(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        row = (step - 1) & (self.args.pre_n.shape[0] - 1)
        before = self.args.pre[row]
        return before, self.args.pre_n[row], np.ones_like(before)

    def limits(self, bounds: tuple[float, float], step: int) -> Iterator[Entry]:
        name = f"plastic.{self.name}"
        yield Entry(f"{name}.weights", within(bounds), said=f"{self.name}.weight")
        yield Entry(f"{name}.control", Limits(-2, MANY, whole=True))
        yield Entry(f"{name}.control", FLAG, slice(0, 1))
        for part in ("others", "pre", "post"):
            yield Entry(f"{name}.{part}", FINITE)
        for part in ("pre_n", "post_n"):
            yield Entry(f"{name}.{part}", Limits(0, MANY, whole=True))
        yield from self.limits_of_draws()

    def faults(self, own: Arrays, step: int) -> Iterator[str]:
        applied = int(own["control"][stepped.APPLIED])
        if not step - 2 <= applied <= step - 1:
            yield "its synapses are not of this time"


def build_stepped_table(
    built: Built, context: Context, levels: np.ndarray, sees: np.ndarray, modulators: Any
) -> SteppedTable:
    """Build the arrays and the kernel module of one plastic projection."""
    projection, s = built.projection, built.synapses
    rule, dt, dtype = projection.rule, context.dt, context.weight_type
    assert rule is not None
    form = rule.form()
    sides = (form.pre, projection.source, PRE), (form.post, projection.target, POST)
    units: dict[str, Unit] = {}
    reads = [_reads(side, view, suffix, projection, context, units) for side, view, suffix in sides]
    form = rule.form(units)
    sides = (form.pre, projection.source, PRE), (form.post, projection.target, POST)
    if form.evolves:  # a step may change a slow variable by less than float32 resolves
        dtype = np.float64
    text, rates = stepped_text(rule, projection.floor, units)
    n_pre, n_post = built.pre_hi - built.pre_lo, built.post_hi - built.post_lo
    one_delay = not isinstance(s.delay_steps, np.ndarray)
    delays = np.empty(0, np.uint16) if one_delay else np.asarray(s.delay_steps, np.uint16)
    longest = int(s.delay_steps) if one_delay else int(delays.max(initial=1))
    values = {name: float(getattr(rule, name)) for name in rule.declared}
    earlier = [_earlier(side, values, dt, rule) for side, _, _ in sides]
    late = late_steps(rule, dt)
    most = max((int(spans.max(initial=0)) for spans in earlier), default=0)
    rows = 1 << (longest + late + most + 1).bit_length()
    dense = built.kind == DENSE
    n = n_pre * n_post if dense else s.targets.size
    control = np.zeros(4, np.int64)
    control[0], control[stepped.APPLIED], control[stepped.FRESH] = projection.learning, -1, 1
    pre, post = (len(s.names) + len(s.read) + len(s.delayed) for s, _, _ in sides)
    args = SteppedArgs(
        pre_lo=built.pre_lo, post_lo=built.post_lo, slot=built.slot, sign=projection.sign,
        dense=dense, axonal=projection.delay_is == "axonal", n_targets=n_post,
        coincidence=COINCIDENCES.index(rule.coincidence), delay=longest, dt=dt,
        indptr=np.empty(0, np.int64) if dense else s.indptr,
        t_lo=0, t_hi=n_post,
        targets=np.empty(0, np.uint16) if dense else s.targets.astype(target_type(n_post)),
        weights=np.broadcast_to(s.weight, n).astype(dtype),
        others=initial_values(projection, form, n, context.seed, dtype), delays=delays,
        par=np.array(list(values.values())), con=_exponentials(rates, values, dt),
        control=control,
        pre=np.zeros((rows, n_pre, pre)) + initial_side(projection, form.pre),
        post=np.zeros((rows, n_post, post)) + initial_side(projection, form.post),
        pre_n=np.zeros((rows, n_pre), np.int32), post_n=np.zeros((rows, n_post), np.int32),
        late=late, pre_delays=earlier[0], post_delays=earlier[1],
        noise_key=int(rng.key(context.seed, "projection", projection.name, "noise") >> 1),
        released=np.zeros(0) if modulators is None else modulators.arrived,
        pre_reads=reads[0], post_reads=reads[1], levels=levels, sees=sees,
        **mean_levels(modulators, sees), **regular(projection, form, dt),
        draws=draws(projection, n_pre, context.seed),
    )  # fmt: skip
    return SteppedTable(projection, form, module_name("stepped", text), args)


def _reads(
    side: Side, view: View, suffix: str, projection: Any, context: Context, units: dict[str, Unit]
) -> np.ndarray:
    """Places in the flat state of the variables that are read, of the first neuron of a view."""
    block = context.blocks[view.population.name]
    places = []
    for name in side.read:
        if view.population.is_source:
            raise ValidationError(
                f"reads {name}{suffix}, and {view.name!r} is a source of spikes, which has no "
                "variables", "plasticity", projection,
            )  # fmt: skip
        table = context.tables[block.table]
        if name not in table.cell.states:
            raise unknown_name(
                f"{name}{suffix}", [f"{n}{suffix}" for n in table.cell.states], "plasticity",
                projection,
            )  # fmt: skip
        units[f"{name}{suffix}"] = Unit(table.cell.units[name])
        places.append(int(table.state_place(name)) + block.lo + view.span[0])
    return np.array(places, np.int64)


def initial_side(projection: Projection, side: Side) -> np.ndarray:
    """Initial values of what a neuron keeps; copies of its state are filled in the first step."""
    rule = projection.rule
    assert rule is not None
    own = [float(rule.initial.get(name, 0.0)) for name in side.names]
    earlier = [float(rule.initial.get(source, 0.0)) for source, _ in side.delayed.values()]
    return np.array([*own, *[0.0] * len(side.read), *earlier])


def _earlier(side: Side, values: dict[str, float], dt: float, rule: Any) -> np.ndarray:
    """How many steps earlier variables of a neuron are read."""
    spans = [
        steps_of(float(ex.evaluate(span, values)), dt, f"the delay of {source}", rule, least=1)
        for source, span in side.delayed.values()
    ]
    return np.array(spans, np.int64)


def _exponentials(rates: list[Any], values: dict[str, float], dt: float) -> np.ndarray:
    """For each rate exp(rate dt), its integral over the time step, and its mean."""
    table = []
    for tree in rates:
        rate = float(ex.evaluate(tree, values))
        integral = np.expm1(rate * dt) / rate if rate else dt
        table += [np.exp(rate * dt), integral, integral / dt]
    return np.array(table)
