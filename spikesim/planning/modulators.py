"""Neuromodulators to the arrays of their kernel."""

from __future__ import annotations

import numpy as np

from spikesim.description.projections import Projection
from spikesim.errors import ValidationError
from spikesim.kernels.args import ModulationArgs
from spikesim.modulators import Modulator, Secretion
from spikesim.planning.plan import Block

HISTORY = 1 << 14
"""Steps for which concentrations are kept, where plasticity reads them."""


def build_modulation(
    modulators: list[Modulator],
    releases: list[Secretion],
    blocks: dict[str, Block],
    *,
    state0: int,
    read: bool,
    dt: float,
) -> ModulationArgs | None:
    """All concentrations, or None if there are none.

    Parameters
    ----------
    modulators, releases : list
        What there is, and what raises it.
    blocks : dict
        Where populations lie.
    state0 : int
        Place of the first concentration in the flat state.
    read : bool
        Whether plasticity reads any of them.
    dt : float
        Step (ms).
    """
    if not modulators:
        return None
    n = len(modulators)
    names = [m.name for m in modulators]
    first = [blocks[r.source.population.name].gid0 + int(r.source.ids[0]) for r in releases]
    delays = [r.steps for r in releases]
    rows = 1 << (max(delays, default=1) - 1).bit_length()
    baseline = np.array([m.baseline for m in modulators])
    return ModulationArgs(
        now=baseline.copy(), baseline=baseline, decay=np.exp([-dt / m.tau for m in modulators]),
        pending=np.zeros((rows, n)), history=np.zeros((HISTORY if read else 1, n)),
        since=np.zeros(1, np.int64), place=np.arange(state0, state0 + n),
        lo=np.array(first, np.int64),
        hi=np.array([lo + len(r.source) for lo, r in zip(first, releases, strict=True)], np.int64),
        released=np.array([names.index(r.modulator.name) for r in releases], np.int64),
        amount=np.array([r.amount for r in releases], np.float64),
        delay=np.array(delays, np.int64),
    )  # fmt: skip


def concentrations_read(projection: Projection, modulators: dict[str, Modulator]) -> np.ndarray:
    """Which modulators the rule of a plastic projection reads, in the rule's order."""
    rule = projection.plasticity
    assert rule is not None
    places, names = [], list(modulators)
    for variable in rule.modulators:
        chosen = projection.modulators.get(variable, modulators.get(variable))
        if chosen is None:
            there = ", ".join(map(repr, names)) if names else "none"
            raise ValidationError(
                f"{type(rule).__name__} reads the modulator {variable!r}, and the network has "
                f"{there}; add it by net.modulator({variable!r}, tau=...), or say which one is "
                f"meant by modulators={{{variable!r}: ...}}", "plasticity", projection,
            )  # fmt: skip
        places.append(names.index(chosen.name))
    return np.array(places, np.int64)
