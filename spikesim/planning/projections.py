"""Build the synapses of projections, which the mechanisms of synapses then store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spikesim import rng
from spikesim.connectors import AllToAll
from spikesim.description.connections import Steps
from spikesim.description.projections import Projection
from spikesim.distributions import bounding
from spikesim.errors import ValidationError
from spikesim.kernels.deliver import BROADCAST, DENSE, SPARSE
from spikesim.kernels.sort_rows import BLOCKS
from spikesim.planning.connectivity import Connectivity, Places, Synapses, assign, build_csr
from spikesim.runtime.blocks import Block, NeuronTable
from spikesim.synapses import QuantalRelease

# Initial numbers of spikes kept per neuron: powers of two, doubled when needed.
HISTORY = 64
PRE_HISTORY = 8
LOG = 1 << 14  # for a dense projection as a whole


@dataclass
class Built:
    """A projection with its synapses, its id ranges and its ring buffer slot."""

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
    """Build the synapses of one projection, with random numbers that depend on its name alone."""
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
    """Raise if weights do not fit the transmitter, the receptor or the plasticity rule.

    `law` is what they were drawn from, if they were.
    """
    source = projection.source.population
    if weight.size == 0:
        return
    low = float(weight.min())
    receptor = projection.target.population.model.receptor(projection.receptor)  # type: ignore[union-attr]
    if source.transmitter is not None and low < 0:
        raise ValidationError(
            f"{source.name!r} releases {source.transmitter}, so weights must be non-negative; got "
            f"{low}{bounding(law, 0.0)}", "weight", projection,
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
    """Bounds of the weights that users may set, from the plasticity rule.

    Weights that learnt up to a bound hold it rounded to the precision that they are stored in.
    """
    rule = projection.plasticity
    least, most = getattr(rule, "w_min", -np.inf), getattr(rule, "w_max", np.inf)
    with np.errstate(over="ignore"):
        return min(least, float(dtype(least))), max(most, float(dtype(most)))


def weight_bounds(projection: Projection, dtype: Any) -> tuple[float, float]:
    """Bounds of the stored weights of a projection, whatever has been learnt.

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
    """Whether a projection is all-to-all with one weight and one delay: it is stored as a sum."""
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
    """Choose the storage: sparse rows, a matrix (all-to-all, one delay), or a sum."""
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


def by_population(
    chosen: list[int], lo: np.ndarray, group: np.ndarray, n_groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Order projections by source population; also returns where each population begins."""
    places = np.array(chosen, np.int64)
    of = group[lo[places]]
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], np.arange(n_groups + 1)).astype(np.int64)
    return first, places[order]


def target_type(n_targets: int) -> Any:
    """Narrowest integer type for indices of targets."""
    return np.uint16 if n_targets <= 1 << 16 else np.int32
