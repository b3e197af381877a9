"""Projections to synapse tables: static ones into shared pools, plastic ones each into its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.codegen.modules import module_name
from spikesim.codegen.rule_source import rule_source
from spikesim.connectors import AllToAll
from spikesim.description.projections import Projection, Steps
from spikesim.distributions import bounding
from spikesim.errors import ValidationError
from spikesim.kernels import histories
from spikesim.kernels import plastic as template
from spikesim.kernels.args import PlasticArgs, StaticArgs
from spikesim.kernels.deliver import BROADCAST, DENSE, NO_SELF, SPARSE
from spikesim.kernels.sort_rows import BLOCKS
from spikesim.planning.connectivity import Connectivity, Places, Synapses, assign, build_csr
from spikesim.planning.plan import Block, NeuronTable, PlasticTable
from spikesim.synapses import COINCIDENCES, PAIRINGS, PlasticityRule, QuantalRelease
from spikesim.units import LONGEST_DELAY

# Spikes kept for each neuron: powers of two, doubled when needed.
HISTORY = 64
PRE_HISTORY = 8
LOG = 1 << 14  # for a dense projection as a whole
SENT_LIMIT = 1 << 30  # bytes
MOST_DECAYS = 10_000_000  # entries of a table of decays, 80 MB


@dataclass
class Built:
    """One projection with its synapses and its place in the network."""

    projection: Projection
    kind: int
    pre_lo: int
    pre_hi: int
    post_lo: int
    post_hi: int
    slot: int
    synapses: Synapses


def build_projection(
    projection: Projection,
    blocks: dict[str, Block],
    tables: list[NeuronTable],
    *,
    dt: float,
    seed: int,
    weight_type: Any,
) -> Built:
    """Make the synapses of one projection: keyed draws, straight into their final arrays."""
    source, target = projection.source, projection.target
    pre, post = blocks[source.population.name], blocks[target.population.name]
    (pre_first, pre_end), (post_first, post_end) = source.span, target.span
    table = tables[post.table]
    port = list(table.cell.ports).index(projection.receptor)
    slot = table.args.slot0 + port * table.n + post.lo + post_first
    key = rng.key(seed, "projection", projection.name)
    if is_sum(projection):  # needs no synapses at all
        connectivity = Connectivity(np.zeros(1, np.int64), np.empty(0, np.int32), len(target))
    else:
        connectivity = build_csr(
            projection.connector, len(source), len(target),
            key=rng.key(seed, "projection", projection.name, "connect"),
            self_offset=projection.self_offset,
        )  # fmt: skip
    ranges = source.contiguous and target.contiguous
    synapses = assign(
        connectivity, projection.initial_weight, projection.initial_delay, dt,
        key=key, dtype=weight_type, owner=projection.name,
        blocks=BLOCKS if projection.plasticity is None else 1,
        places=None if ranges else Places(
            source.ids - pre_first, target.ids - post_first,
            pre_end - pre_first, post_end - post_first,
        ),
    )  # fmt: skip
    check_weights(projection, np.asarray(synapses.weight), weight_type, projection.initial_weight)
    kind = storage(projection, synapses, len(source), len(target))
    return Built(
        projection, kind, pre.gid0 + pre_first, pre.gid0 + pre_end, post.gid0 + post_first,
        post.gid0 + post_end, slot, synapses,
    )  # fmt: skip


def check_weights(projection: Projection, weight: np.ndarray, dtype: Any, law: Any = None) -> None:
    """Raise if weights and transmitter, receptor or rule do not go together.

    `law` is what they were drawn from, if they were.
    """
    source = projection.source.population
    if weight.size == 0:
        return
    low = float(weight.min())
    receptor = projection.target.population.model.receptor(projection.receptor)  # type: ignore[union-attr]
    if source.transmitter is not None and low < 0:
        raise ValidationError(
            f"{source.name!r} releases {source.transmitter}, so weights are magnitudes; got {low}"
            f"{bounding(law, 0.0)}", "weight", projection,
        )  # fmt: skip
    if not receptor.signed and low < 0:
        raise ValidationError(
            f"a conductance cannot be negative, got {low} nS; the reversal potential gives the "
            f"sign{bounding(law, 0.0)}", "weight", projection,
        )  # fmt: skip
    bounds, high = bounds_of(projection, dtype), float(weight.max())
    if low < bounds[0] or high > bounds[1]:
        rule = projection.plasticity
        least, most = getattr(rule, "w_min", -np.inf), getattr(rule, "w_max", np.inf)
        got = f"{low}" if low == high else f"{low} ... {high}"
        named = [f"{name} = {bound} {receptor.weight_unit}" for name, bound in
                 (("w_min", least), ("w_max", most)) if np.isfinite(bound)]  # fmt: skip
        raise ValidationError(
            f"must lie within the rule's {' ... '.join(named)}, got {got}"
            f"{bounding(law, least, most)}", "weight", projection,
        )  # fmt: skip


def bounds_of(projection: Projection, dtype: Any) -> tuple[float, float]:
    """What the rule of a projection says that weights are between; users give none beyond.

    Weights that learnt up to a bound hold it rounded to the precision that they are stored in.
    """
    rule = projection.plasticity
    least, most = getattr(rule, "w_min", -np.inf), getattr(rule, "w_max", np.inf)
    with np.errstate(over="ignore"):
        return min(least, float(dtype(least))), max(most, float(dtype(most)))


def weight_bounds(projection: Projection, dtype: Any) -> tuple[float, float]:
    """What the weights of a projection are between, as they are stored, whatever has been learnt.

    Rules of users may have a ``w_max`` that they only tend to; those of the package keep to it.
    """
    rule, low, high = projection.plasticity, -np.inf, np.inf
    if rule is not None and type(rule).__module__.startswith("spikesim."):
        low, high = getattr(rule, "w_min", low), getattr(rule, "w_max", high)
        with np.errstate(over="ignore"):
            low, high = min(low, float(dtype(low))), max(high, float(dtype(high)))
    receptor = projection.target.population.model.receptor(projection.receptor)  # type: ignore[union-attr]
    if projection.source.population.transmitter is not None or not receptor.signed:
        low = max(low, 0.0)
    sign = projection.sign if rule is None else 1
    return (low, high) if sign > 0 else (-high, -low)


def is_sum(projection: Projection) -> bool:
    """All-to-all with one weight and one delay: a sum, however many synapses it stands for."""
    if not (projection.source.contiguous and projection.target.contiguous):
        return False
    delay = projection.initial_delay
    return (
        isinstance(projection.connector, AllToAll)
        and projection.plasticity is None
        and not isinstance(projection.release, QuantalRelease)  # each synapse draws
        and isinstance(projection.initial_weight, float)
        and isinstance(delay, Steps) and not delay.values.ndim
    )  # fmt: skip


def storage(projection: Projection, synapses: Synapses, n_pre: int, n_post: int) -> int:
    """Sparse; for all-to-all with one delay a matrix, or a sum where also the weight is one."""
    if is_sum(projection):
        return BROADCAST
    one_delay = not isinstance(synapses.delay_steps, np.ndarray)
    many_weights = isinstance(synapses.weight, np.ndarray) or projection.plasticity is not None
    ranges = projection.source.contiguous and projection.target.contiguous
    full = (
        ranges
        and isinstance(projection.connector, AllToAll)
        and synapses.targets.size == n_pre * n_post
    )
    return DENSE if full and one_delay and many_weights else SPARSE


def pool_static(built: list[Built], group: np.ndarray, n_groups: int, dtype: Any) -> StaticArgs:
    """All static projections in shared arrays; each is released as soon as it has been copied."""
    n = len(built)
    column = {
        name: np.full(n, -1, np.int64)
        for name in ("kind", "lo", "hi", "slot", "n_targets", "row0", "syn0", "weight0", "delay0",
                     "delay", "self0")
    }  # fmt: skip
    column["self0"][:] = NO_SELF
    weight = np.zeros(n, dtype)
    sizes = {"row": 0, "synapse": 0, "weight": 0, "delay": 0}
    for p, b in enumerate(built):
        s = b.synapses
        sign = b.projection.sign
        values = (b.kind, b.pre_lo, b.pre_hi, b.slot, b.post_hi - b.post_lo)
        for name, value in zip(("kind", "lo", "hi", "slot", "n_targets"), values, strict=True):
            column[name][p] = value
        if b.kind == SPARSE:
            column["row0"][p], column["syn0"][p] = sizes["row"], sizes["synapse"]
            sizes["row"] += s.indptr.size
            sizes["synapse"] += s.targets.size
        if isinstance(s.weight, np.ndarray):
            column["weight0"][p] = sizes["weight"]
            sizes["weight"] += s.weight.size
        else:
            weight[p] = sign * s.weight
        if isinstance(s.delay_steps, np.ndarray):
            column["delay0"][p] = sizes["delay"]
            sizes["delay"] += s.delay_steps.size
        else:
            column["delay"][p] = s.delay_steps
        connector = b.projection.connector
        spares = isinstance(connector, AllToAll) and not connector.autapses
        if b.kind == BROADCAST and spares and b.projection.self_offset is not None:
            column["self0"][p] = b.projection.self_offset
    indptr = np.empty(sizes["row"], np.int64)
    most = max([b.post_hi - b.post_lo for b in built], default=0)
    targets = np.empty(sizes["synapse"], target_type(most))
    weights = np.empty(sizes["weight"], dtype)
    longest = max([np.max(b.synapses.delay_steps, initial=0) for b in built], default=0)
    delays = np.empty(sizes["delay"], np.uint8 if longest < 1 << 8 else np.uint16)
    for p, b in enumerate(built):
        s = b.synapses
        if b.kind == SPARSE:
            _put(indptr, column["row0"][p], s.indptr)
            _put(targets, column["syn0"][p], s.targets)
        if isinstance(s.weight, np.ndarray):
            _put(weights, column["weight0"][p], s.weight)
            if b.projection.sign < 0:
                weights[column["weight0"][p] :][: s.weight.size] *= -1
        if isinstance(s.delay_steps, np.ndarray):
            _put(delays, column["delay0"][p], s.delay_steps)
        del s
        b.synapses = None  # type: ignore[assignment]
    # Those with release are delivered elsewhere.
    plain = [p for p, b in enumerate(built) if b.projection.release is None]
    first, projection = by_population(plain, column["lo"], group, n_groups)
    return StaticArgs(
        group=group, first=first, projection=projection, weight=weight, indptr=indptr,
        begin=indptr, end=indptr[1:], t_lo=np.zeros(n, np.int64), t_hi=column["n_targets"],
        targets=targets, weights=weights, delays=delays, **column,
    )  # fmt: skip


def by_population(
    chosen: list[int], lo: np.ndarray, group: np.ndarray, n_groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where each population's projections begin, and the chosen ones ordered by population."""
    places = np.array(chosen, np.int64)
    of = group[lo[places]]
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], np.arange(n_groups + 1)).astype(np.int64)
    return first, places[order]


def target_type(n_targets: int) -> Any:
    """The narrowest type that holds the targets' numbers."""
    return np.uint16 if n_targets <= 1 << 16 else np.int32


def _put(pool: np.ndarray, place: int, part: np.ndarray) -> None:
    pool[place : place + part.size] = part


def build_plastic(
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
    return PlasticTable(projection.name, rule_module(rule, projection.floor), args)


def log_length(n_targets: int) -> int:
    """Places in the log of a dense projection at first: room for some steps in which all fire."""
    return max(LOG, 1 << (4 * n_targets - 1).bit_length())


def rule_module(rule: PlasticityRule, floor: float | None = None) -> str:
    """The generated module of a rule's kernels; no weight falls below `floor`, if there is one."""
    return module_name("plastic", rule_text(rule, floor))


def rule_text(rule: PlasticityRule, floor: float | None = None) -> str:
    """The Python text of a rule's kernels.

    Raises
    ------
    ValidationError
        If an expression of the rule cannot be read.
    """
    places = {name: k for k, name in enumerate(rule.declared)}
    # What nearly all use has kernels of its own: they are a quarter faster.
    common = rule.pairing == PAIRINGS[0] and rule.coincidence == COINCIDENCES[0]
    fixed = {"pairing": 0, "coincidence": 0} if common else {}
    return rule_source(
        type(rule).__name__, rule.on_pre, rule.on_post, places, Path(template.__file__), fixed,
        rule.modulators, floor, {name: getattr(rule, name) for name in rule.declared},
    )  # fmt: skip


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
