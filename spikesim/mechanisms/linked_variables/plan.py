"""Build the arrays of linked variables: pairs of indices into the flat state."""

from __future__ import annotations

import ast

import numpy as np

from spikesim.codegen.step import Call, Stage
from spikesim.description.description import Description
from spikesim.description.elements import Signal
from spikesim.description.populations import Population, View
from spikesim.equations.neuron_equations import EquationCache, NeuronEquations
from spikesim.errors import ValidationError, unknown_name
from spikesim.mechanisms.linked_variables.declaration import Link
from spikesim.mechanisms.linked_variables.kernels import LinkArgs
from spikesim.neurons import Neuron
from spikesim.planning.context import Context
from spikesim.planning.mechanism import Mechanism, is_a
from spikesim.planning.settings import IdentityEntry, said, selected
from spikesim.runtime.part import Bundles, Part
from spikesim.runtime.split import Split
from spikesim.units import Unit


class LinkPart(Part):
    """All linked variables of a network."""

    name = "linked_variables"

    def __init__(self, args: LinkArgs):
        self.args = args

    def calls(self) -> list[Call]:
        kernel = "spikesim.mechanisms.linked_variables.kernels:fill_linked"
        return [Call(Stage.LINK, kernel, "state, links", reads_others=True)]

    def bundles(self) -> Bundles:
        return {"links": self.args}

    def share(self, split: Split, t: int) -> Bundles:
        chosen = split.mine(t)[self.args.gid]
        return {"links": LinkArgs(*(column[chosen] for column in self.args))}

    def start_step(self, state: np.ndarray) -> None:
        state[self.args.target] = state[self.args.source]


def check(link: Link, description: Description) -> None:
    """Raise unless both variables exist and the target is neither computed nor linked yet."""
    _check_variables(link, description.cells)
    _check_chain(link, description.of(Link))


def _check_variables(link: Link, cells: EquationCache) -> None:
    """Raise unless both variables exist and the target has no equation of its own."""
    cell = _cell(link.target.population, cells)
    if not isinstance(link.variable, str) or link.variable not in cell.states:
        raise unknown_name(link.variable, cell.states, "variable", link.target)
    if not _is_zero(cell.system.odes[link.variable]):
        raise ValidationError(
            f"{link.variable!r} has an equation of its own; a variable to be linked has none",
            "variable", link.target,
        )  # fmt: skip
    if isinstance(link.source, Signal):
        known: tuple[str, ...] = tuple(link.source.recordable)
    else:
        known = _cell(link.source.population, cells).states
    if not isinstance(link.source_variable, str) or link.source_variable not in known:
        raise unknown_name(link.source_variable, known, "source_variable", link)
    if isinstance(link.source, View):  # the unit of a signal is free
        _check_units(link, cell, _cell(link.source.population, cells))


def _check_units(link: Link, target: NeuronEquations, source: NeuronEquations) -> None:
    """Raise if the units of source and target differ: a link does not convert values."""
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


def _check_chain(link: Link, earlier: list[Link]) -> None:
    """Raise if a variable is linked twice, or if its source is itself linked."""
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
    """Whether a link sets a variable of some of these neurons."""
    same = link.target.population is view.population and link.variable == variable
    return same and bool(np.isin(link.target.ids, ids).any())


def check_unlinked(view: View, variable: str, links: list[Link]) -> None:
    """Raise if the user sets a value that a link would overwrite at the next step."""
    for link in links:
        if _fills(link, view, variable, view.ids):
            source = f"{link.source.name}.{link.source_variable}"
            raise ValidationError(
                f"is linked: in every step it takes the value of {source}, so what is set is lost; "
                "set that of its source", variable, view,
            )  # fmt: skip


def check_linked(population: Population, cell: NeuronEquations, links: list[Link]) -> None:
    """Raise if a variable that the model declares as linked has no link in some neuron."""
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


def _cell(population: Population, cells: EquationCache) -> NeuronEquations:
    assert isinstance(population.model, Neuron)
    return cells.of(population.model, with_input=True)


def _is_zero(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value == 0


def plan_links(links: list[Link], context: Context) -> LinkPart | None:
    """Build the part of all links; raise if a variable declared as linked has no link."""
    for population in context.description.populations.values():
        if not population.is_source:
            cell = context.tables[context.blocks[population.name].table].cell
            check_linked(population, cell, links)
    if not links:
        return None
    target, source, gid = [], [], []
    for link in links:
        target.append(context.places(link.target, link.variable))
        if isinstance(link.source, Signal):
            origin = np.array([context.place_of(link.source)])
        else:
            origin = context.places(link.source, link.source_variable)
        source.append(origin[link.index])
        gid.append(context.gids(link.target))
    return LinkPart(LinkArgs(
        target=np.concatenate(target).astype(np.int64),
        source=np.concatenate(source).astype(np.int64), gid=np.concatenate(gid),
    ))  # fmt: skip


def identity(link: Link, context: Context, part: LinkPart) -> IdentityEntry:
    """Identity for checkpoints: source and target variables."""
    same = {"source": f"{selected(link.source)}.{link.source_variable}"}
    same |= {"target": selected(link.target), "index": said(link.index)}
    return "link", link.name, same, {}


LINKED_VARIABLES = Mechanism(
    "linked_variables", is_a(Link), plan_links, check=check, identity=identity
)
