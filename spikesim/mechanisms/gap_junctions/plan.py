"""Build the arrays of gap junctions: rows of neighbours, each junction from both of its ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from spikesim import rng
from spikesim.codegen.step import Call, Stage
from spikesim.connectors import FromArrays, FromSparse, OneToOne
from spikesim.description.description import Description
from spikesim.description.elements import Element
from spikesim.description.populations import View
from spikesim.equations.neuron_equations import INPUT
from spikesim.errors import ValidationError, warn
from spikesim.language import expressions as ex
from spikesim.machine import require
from spikesim.mechanisms.gap_junctions.declaration import PAIRWISE_CONNECTORS, GapJunctions
from spikesim.mechanisms.gap_junctions.kernels import GapArgs
from spikesim.planning.checks import check_connections
from spikesim.planning.connectivity import Connectivity, build_csr, values_of
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism, is_a
from spikesim.planning.sampling import check_draws
from spikesim.planning.settings import IdentityEntry, counted, digest, selected
from spikesim.planning.use import Use
from spikesim.runtime.blocks import Block, Common
from spikesim.runtime.limits import NOT_NEGATIVE, Entry
from spikesim.runtime.part import Bundles, Part, Variable
from spikesim.runtime.split import Split
from spikesim.units import Param, nS

MEMBRANE = "V_m"
_CONDUCTANCE = Param(None, nS, "non-negative")
_BYTES = 56  # of each junction


@dataclass(frozen=True)
class _Joined:
    """Gap junctions of one call: the index of the first among all, and both ends of each."""

    first: int
    a: np.ndarray
    b: np.ndarray


class GapPart(Part):
    """All gap junctions of a network."""

    name = "gap_junctions"

    def __init__(self, args: GapArgs, joined: dict[str, _Joined]):
        self.args, self.joined = args, joined

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.gap_junctions.kernels:gap_currents"
        return [Call(Stage.CURRENT, kernel, "state, current, gaps", reads_others=True)]

    def bundles(self) -> Bundles:
        return {"gaps": self.args}

    def adds_current_to(self) -> np.ndarray:
        return self.args.place

    def share(self, split: Split, t: int) -> Bundles:
        rows = np.flatnonzero(split.mine(t)[self.args.place])
        return {"gaps": self.args._replace(rows=rows)}

    def state(self) -> dict[str, np.ndarray]:
        return {"gaps.g": self.args.g}

    def check_values(self, plan: Common) -> None:
        _check_strength(self.args, plan.blocks, plan.dt)

    def limits(self, step: int) -> Iterator[Entry]:
        yield Entry("gaps.g", NOT_NEGATIVE)

    def variables(self, owner: Element) -> dict[str, Variable]:
        if not isinstance(owner, GapJunctions):
            return {}
        own = self.joined[owner.name]
        g = self.args.g[own.first : own.first + own.a.size]
        return {"g": Variable(g, nS, "non-negative", each="junction")}

    def ends(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Indices within both populations of the neurons of each junction of a call."""
        return self.joined[name].a, self.joined[name].b


def check(gaps: GapJunctions, description: Description) -> None:
    """Raise unless currents act on the membranes of both sides and pairs can be connected."""
    _check_membranes(gaps, description)
    within = isinstance(
        gaps.connector, PAIRWISE_CONNECTORS
    )  # considers each pair within a population once
    check_connections(gaps, gaps.a, gaps.b, {"g": gaps.initial_g}, counted=not within)
    if isinstance(gaps.connector, (OneToOne, FromArrays, FromSparse)):
        joined(gaps, 0)
    n = gaps.connector.expected(len(gaps.a), len(gaps.b))
    require(_BYTES * n, f"{n:.3g} junctions (to be expected)", "connector", gaps)


def _check_membranes(gaps: GapJunctions, description: Description) -> None:
    """Raise unless both sides have a membrane potential on which currents act."""
    for role, view in (("a", gaps.a), ("b", gaps.b)):
        cell = description.cells.of(view.population.model, with_input=True)  # type: ignore[arg-type]
        model = type(view.population.model).__name__
        if MEMBRANE not in cell.states:
            raise ValidationError(
                f"{view.population.name!r} is of the model {model}, which has no membrane "
                f"potential {MEMBRANE!r} for a gap junction to read; its variables are "
                f"{', '.join(map(repr, cell.states))}", role, gaps,
            )  # fmt: skip
        if INPUT not in ex.names(cell.system.odes[MEMBRANE]):
            raise ValidationError(
                f"{view.population.name!r} is of the model {model}, in which no current can reach "
                f"{MEMBRANE}: its equation has no {INPUT}", role, gaps,
            )  # fmt: skip


def plan_gaps(gaps: list[GapJunctions], context: Context) -> GapPart | None:
    """Build the part of all gap junctions.

    Warns
    -----
    SpikesimWarning
        If the junctions of a neuron are so strong that its membrane potential may overshoot within
        a step.
    """
    if not gaps:
        return None
    ends: list[np.ndarray] = []
    membranes: list[np.ndarray] = []
    conductances: list[np.ndarray] = []
    found: dict[str, _Joined] = {}
    for call in gaps:
        connectivity = joined(call, context.seed)
        a = np.repeat(np.arange(connectivity.n_pre), np.diff(connectivity.indptr))
        b = connectivity.targets.astype(np.int64)
        given = values_of(
            connectivity, call.initial_g, rng.key(context.seed, "gap junctions", call.name, "g"),
            np.dtype(np.float64), call, "g",
        )  # fmt: skip
        checked = check_draws(given, call.initial_g, _CONDUCTANCE, "g", call)
        conductances.append(np.broadcast_to(checked, a.size))
        first = sum(j.a.size for j in found.values())
        found[call.name] = _Joined(first, a, b)
        ends.append(np.stack([context.gids(call.a)[a], context.gids(call.b)[b]]))
        V_m_a, V_m_b = context.places(call.a, MEMBRANE), context.places(call.b, MEMBRANE)
        membranes.append(np.stack([V_m_a[a], V_m_b[b]]))
    gid, V_m = np.concatenate(ends, axis=1), np.concatenate(membranes, axis=1)
    n = gid.shape[1]
    # One entry for each end of each junction, sorted by neuron, then in the order of the calls.
    order = np.argsort(gid.ravel(), kind="stable")
    place, starts = np.unique(gid.ravel()[order], return_index=True)
    args = GapArgs(
        rows=np.arange(place.size), place=place.astype(np.int64),
        own=V_m.ravel()[order][starts],
        first=np.append(starts, 2 * n).astype(np.int64), other=V_m[::-1].ravel()[order],
        junction=np.tile(np.arange(n), 2)[order], g=np.concatenate(conductances).astype(float),
    )  # fmt: skip
    _check_strength(args, context.blocks, context.dt)
    return GapPart(args, found)


def _check_strength(gaps: GapArgs, blocks: Mapping[str, Block], dt: float) -> None:
    """Warn unless dt times the sum of conductances is below C_m, which ensures stable steps."""
    rows = np.repeat(gaps.place, np.diff(gaps.first))
    for block in blocks.values():
        if block.table < 0 or "C_m" not in block.values:
            continue
        mine = (rows >= block.gid0) & (rows < block.gid0 + block.size)
        total = np.bincount(rows[mine] - block.gid0, gaps.g[gaps.junction[mine]], block.size)
        strong = total * dt >= block.values["C_m"]
        if strong.any():
            i = int(np.argmax(strong))
            warn(
                f"{block.name}[{i}] has gap junctions of {total[i]:g} nS in all; with dt = {dt} ms "
                "its membrane may oscillate from step to step. Take a smaller dt"
            )


def joined(gaps: GapJunctions, seed: int) -> Connectivity:
    """The connected pairs, each once."""
    same = gaps.a.population is gaps.b.population
    drawn = build_csr(
        gaps.connector, len(gaps.a), len(gaps.b),
        key=rng.key(seed, "gap junctions", gaps.name, "connect"), self_offset=gaps.self_offset,
    )  # fmt: skip
    if not same:
        _check_once(gaps, np.repeat(np.arange(drawn.n_pre), np.diff(drawn.indptr)), drawn.targets)
        return drawn
    i = gaps.a.ids[np.repeat(np.arange(drawn.n_pre), np.diff(drawn.indptr))]
    j = gaps.b.ids[drawn.targets]
    if isinstance(gaps.connector, PAIRWISE_CONNECTORS):
        both_ways = np.isin(i, gaps.b.ids) & np.isin(j, gaps.a.ids)
        keep = ~(both_ways & (i > j))
        indptr = np.concatenate([[0], np.cumsum(keep)])[drawn.indptr]
        drawn = Connectivity(indptr.astype(np.int64), drawn.targets[keep], drawn.n_post)
        i, j = i[keep], j[keep]
    if (i == j).any():
        raise ValidationError(
            f"joins neuron {int(i[i == j][0])} of {gaps.a.population.name!r} to itself; a neuron "
            "has no junction with itself", "connector", gaps,
        )  # fmt: skip
    _check_once(gaps, np.minimum(i, j), np.maximum(i, j))
    return drawn


def _check_once(gaps: GapJunctions, i: np.ndarray, j: np.ndarray) -> None:
    if not i.size:
        return
    pairs, count = np.unique(np.stack([i, j]), axis=1, return_counts=True)
    if (count > 1).any():
        p, q = (int(end) for end in pairs[:, np.argmax(count)])
        raise ValidationError(
            f"joins neurons {p} and {q} more than once; a junction conducts both ways, so list "
            "each pair once", "connector", gaps,
        )  # fmt: skip


def identity(gaps: GapJunctions, context: Context, part: GapPart) -> IdentityEntry:
    """Identity for checkpoints: the two populations, with a checksum of the pairs."""
    own = part.joined[gaps.name]
    pairs = f"{counted(own.a.size, 'pair')} ({digest(own.a, own.b)})"
    same = {"a": selected(gaps.a), "b": selected(gaps.b), "pairs": pairs}
    return "gap junction", gaps.name, same, {}


def memory(all_gaps: list[GapJunctions], description: Description) -> Iterable[Use]:
    """Estimate the memory of the gap junctions of each call."""
    for gaps in all_gaps:
        n_a, n_b = len(gaps.a), len(gaps.b)
        n = gaps.connector.expected(n_a, n_b)
        if gaps.a.population is gaps.b.population and isinstance(
            gaps.connector, PAIRWISE_CONNECTORS
        ):
            n /= 2
        rows = min(2 * n, n_a + n_b)
        yield Use("gap junctions", gaps.name, int(_BYTES * n + 33 * rows), temporary=int(100 * n),
                  what=f"{n:.3g} junctions")  # fmt: skip


def currents(gaps: GapJunctions) -> tuple[View, View]:
    """The neurons that receive currents: those of both sides."""
    return gaps.a, gaps.b


GAP_JUNCTIONS = Mechanism(
    "gap_junctions", is_a(GapJunctions), plan_gaps,
    check=check, identity=identity, memory=memory, currents=currents,
)  # fmt: skip
