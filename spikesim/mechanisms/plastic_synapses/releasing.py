"""Read the state of a model of release at plastic synapses between runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.codegen.release_source import FULL, OF_RELEASE
from spikesim.language import expressions as ex
from spikesim.mechanisms.plastic_synapses.base import PlasticTable

Share = tuple[np.ndarray, bool]  # values, and whether there is one for each synapse


def release_now(table: PlasticTable, step: int, source: np.ndarray) -> tuple[Share, Share]:
    """The state u and x of release at the start of `step`; `source` is that of each synapse."""
    rule = table.projection.rule
    assert rule is not None
    released = rule._released
    assert released is not None
    known: dict[str, Any] = {name: float(getattr(rule, name)) for name in rule.declared}
    known |= _of_sources(table, step, known)
    read = ex.names(released.u) | ex.names(released.empty)
    own = [name for name in table.others if name in read]
    known |= {name: table.values(name, step).astype(np.float64) for name in own}

    def shaped(value: np.ndarray, of_synapses: bool) -> Share:
        n = source.size if of_synapses else table.n_sources
        return np.broadcast_to(value, n).copy(), of_synapses

    u, empty = (
        shaped(ex.evaluate(tree, known), bool(ex.names(tree) & set(own)))
        for tree in (released.u, released.empty)
    )
    if not released.sites:
        return u, (1.0 - empty[0], empty[1])
    full = table.row(FULL).astype(np.float64) / released.sites
    return u, (1.0 - (1.0 - full) * empty[0][source], True)


def _of_sources(table: PlasticTable, step: int, known: dict[str, Any]) -> dict[str, np.ndarray]:
    """What sources keep of release, at the end of the step before `step`."""
    names, jumps = table.form.pre.names, table.form.pre.jumps
    before, count, factors = table.last_of_sources(step)
    now = {name: before[:, names.index(name)] for name in names if name in OF_RELEASE}
    for again in range(int(count.max(initial=0))):
        after = {name: ex.evaluate(jumps[name], {**known, **now}) for name in now}
        now = {name: np.where(count > again, after[name], now[name]) for name in now}
    return {name: value * factors[:, names.index(name)] for name, value in now.items()}
