"""Gap junctions and linked variables to the arrays of their kernels."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import numpy as np

from spikesim import rng
from spikesim.couplings import HALVED, GapJunctions, Link
from spikesim.description.populations import Population, View
from spikesim.equations.neuron_equations import INPUT, Cell, Cells
from spikesim.errors import ValidationError, unknown_name, warn
from spikesim.kernels.args import GapArgs, LinkArgs
from spikesim.language import expressions as ex
from spikesim.modulators import Modulator
from spikesim.neurons import Neuron
from spikesim.planning.connectivity import Connectivity, build_csr, values_of
from spikesim.planning.plan import Block, Junction, NeuronTable
from spikesim.planning.sampling import check_draws
from spikesim.units import Param, Unit, nS

MEMBRANE = "V_m"
_CONDUCTANCE = Param(None, nS, "non-negative")


def check_membranes(gaps: GapJunctions, cells: Cells) -> None:
    """Raise unless both sides have a membrane potential that currents act on."""
    for role, view in (("a", gaps.a), ("b", gaps.b)):
        cell = _cell(view.population, cells)
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


def check_link(link: Link, cells: Cells) -> None:
    """Raise unless the variables exist, and the one to fill has no equation of its own."""
    cell = _cell(link.target.population, cells)
    if not isinstance(link.variable, str) or link.variable not in cell.states:
        raise unknown_name(link.variable, cell.states, "variable", link.target)
    if not _is_zero(cell.system.odes[link.variable]):
        raise ValidationError(
            f"{link.variable!r} has an equation of its own; a variable to be linked has none",
            "variable", link.target,
        )  # fmt: skip
    if isinstance(link.source, Modulator):
        known: tuple[str, ...] = ("concentration",)
    else:
        known = _cell(link.source.population, cells).states
    if not isinstance(link.source_variable, str) or link.source_variable not in known:
        raise unknown_name(link.source_variable, known, "source_variable", link)
    if isinstance(link.source, View):  # a modulator's concentration has the unit that it is given
        _check_units(link, cell, _cell(link.source.population, cells))


def _check_units(link: Link, target: Cell, source: Cell) -> None:
    """Raise if numbers would be taken over that mean something else in the target's unit."""
    unit, given = Unit(target.units[link.variable]), Unit(source.units[link.source_variable])
    if unit == given:
        return
    cure = f"declare '{link.variable} : {given} (linked)'"
    if unit.dimension != given.dimension:
        cure = f"link it to a variable in {unit}, or {cure}"
    raise ValidationError(
        f"is declared in {unit}, but {link.source.name}.{link.source_variable} is in {given}, and "
        f"a link converts nothing; {cure}", None, link,
    )  # fmt: skip


def check_chain(link: Link, earlier: list[Link]) -> None:
    """Raise if a variable is linked twice, or takes its values from one that is linked itself."""
    for other in earlier:
        if _fills(other, link.target, link.variable, link.target.ids):
            raise ValidationError("is linked twice", None, link)
    pairs = [(link, other) for other in earlier] + [(other, link) for other in (*earlier, link)]
    for later, before in pairs:
        source = later.source
        if isinstance(source, View) and _fills(
            before, source, later.source_variable, source.ids[later.index]
        ):
            raise ValidationError(
                "its source is a linked variable itself; link to where that takes its values from",
                "source", later,
            )  # fmt: skip


def _fills(link: Link, view: View, variable: str, ids: np.ndarray) -> bool:
    """Whether a link fills a variable of some of these neurons."""
    same = link.target.population is view.population and link.variable == variable
    return same and bool(np.isin(link.target.ids, ids).any())


def check_unlinked(view: View, variable: str, links: list[Link]) -> None:
    """Raise if a value is set that a link would replace at the start of the next step."""
    for link in links:
        if _fills(link, view, variable, view.ids):
            source = f"{link.source.name}.{link.source_variable}"
            raise ValidationError(
                f"is linked: in every step it takes the value of {source}, so what is set is lost; "
                "set that of its source", variable, view,
            )  # fmt: skip


def check_linked(population: Population, cell: Cell, links: list[Link]) -> None:
    """Raise if a variable that is declared as linked is not, in any neuron of a population."""
    for variable in cell.linked:
        filled = np.zeros(population.size, bool)
        for link in links:
            if link.target.population is population and link.variable == variable:
                filled[link.target.ids] = True
        if not filled.all():
            raise ValidationError(
                f"is (linked), and neuron {int(np.argmin(filled))} takes it from nowhere; say from "
                f"where with net.link({population.name}, {variable!r}, source, ...)", variable,
                population.name,
            )  # fmt: skip


def _cell(population: Population, cells: Cells) -> Cell:
    assert isinstance(population.model, Neuron)
    return cells.of(population.model, with_input=True)


def _is_zero(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value == 0


@dataclass(frozen=True)
class Places:
    """Where the states of a plan's neurons lie."""

    blocks: dict[str, Block]
    tables: list[NeuronTable]

    def of(self, view: View, variable: str) -> np.ndarray:
        """Places of a variable in the flat state."""
        block = self.blocks[view.population.name]
        return self.tables[block.table].state_place(variable) + block.lo + view.ids

    def gids(self, view: View) -> np.ndarray:
        """Global ids, which are also places in the flat currents."""
        return self.blocks[view.population.name].gid0 + view.ids


def build_gaps(
    gaps: list[GapJunctions], places: Places, noisy: np.ndarray, *, dt: float, seed: int
) -> tuple[GapArgs | None, dict[str, Junction]]:
    """All gap junctions, and where those of each call are; `noisy` are gids with noise currents.

    Warns
    -----
    SpikesimWarning
        If the junctions of a neuron are so strong that its membrane may overshoot in a step.
    """
    if not gaps:
        return None, {}
    ends: list[np.ndarray] = []
    membranes: list[np.ndarray] = []
    conductances: list[np.ndarray] = []
    found: dict[str, Junction] = {}
    for call in gaps:
        connectivity = joined(call, seed)
        a = np.repeat(np.arange(connectivity.n_pre), np.diff(connectivity.indptr))
        b = connectivity.targets.astype(np.int64)
        given = values_of(
            connectivity, call.initial_g, rng.key(seed, "gap junctions", call.name, "g"),
            np.dtype(np.float64), call, "g",
        )  # fmt: skip
        checked = check_draws(given, call.initial_g, _CONDUCTANCE, "g", call)
        conductances.append(np.broadcast_to(checked, a.size))
        first = sum(j.a.size for j in found.values())
        found[call.name] = Junction(first, a, b)
        ends.append(np.stack([places.gids(call.a)[a], places.gids(call.b)[b]]))
        membranes.append(np.stack([places.of(call.a, MEMBRANE)[a], places.of(call.b, MEMBRANE)[b]]))
    gid, V_m = np.concatenate(ends, axis=1), np.concatenate(membranes, axis=1)
    n = gid.shape[1]
    # Each junction seen from both of its ends; by neuron, and then in the order of the calls.
    order = np.argsort(gid.ravel(), kind="stable")
    place, starts = np.unique(gid.ravel()[order], return_index=True)
    args = GapArgs(
        rows=np.arange(place.size), place=place.astype(np.int64),
        own=V_m.ravel()[order][starts], noisy=np.isin(place, noisy),
        first=np.append(starts, 2 * n).astype(np.int64), other=V_m[::-1].ravel()[order],
        junction=np.tile(np.arange(n), 2)[order], g=np.concatenate(conductances).astype(float),
    )  # fmt: skip
    _check_strength(args, places, dt)
    return args, found


def _check_strength(gaps: GapArgs, places: Places, dt: float) -> None:
    """Steps are sure to be stable as long as dt times the conductances is below the capacitance."""
    rows = np.repeat(gaps.place, np.diff(gaps.first))
    for block in places.blocks.values():
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
    """The pairs that are joined, each once."""
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
    if isinstance(gaps.connector, HALVED):
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


def build_links(
    links: list[Link], places: Places, concentrations: dict[str, int]
) -> LinkArgs | None:
    """All linked variables; `concentrations` are the modulators' places in the flat state."""
    if not links:
        return None
    target, source, gid = [], [], []
    for link in links:
        target.append(places.of(link.target, link.variable))
        if isinstance(link.source, Modulator):
            origin = np.array([concentrations[link.source.name]])
        else:
            origin = places.of(link.source, link.source_variable)
        source.append(origin[link.index])
        gid.append(places.gids(link.target))
    return LinkArgs(
        target=np.concatenate(target).astype(np.int64),
        source=np.concatenate(source).astype(np.int64), gid=np.concatenate(gid),
    )  # fmt: skip
