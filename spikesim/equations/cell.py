"""A neuron with its receptors, put together into one set of checked equations."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from spikesim.equations import expressions as ex
from spikesim.equations.system import Equation, System, parse_equations
from spikesim.errors import ValidationError, unknown_name
from spikesim.units import Param

INPUT = "I_in"  # stimulating currents, constant within a step


class ReceptorDeclaration(Protocol):
    """What this module needs of a receptor."""

    equations: ClassVar[str]
    on_spike: ClassVar[dict[str, str]]
    current: ClassVar[str]
    declared: ClassVar[dict[str, Param]]


class NeuronDeclaration(Protocol):
    """What this module needs of a neuron model."""

    equations: ClassVar[str]
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str]]
    refractory: ClassVar[tuple[str, ...]]
    declared: ClassVar[dict[str, Param]]

    @property
    def receptors(self) -> Mapping[str, ReceptorDeclaration]: ...


@dataclass(frozen=True)
class Cell:
    """One neuron model with named receptors; what the kernel source is made from.

    Attributes
    ----------
    states : tuple of str
        Membrane variables first, then ``variable_receptor``.
    units : dict
        Unit of each state.
    system : System
        The differential equations.
    threshold : ast.expr
        Condition of a spike.
    reset : dict
        ``{state: expression}``.
    clamped : tuple of str
        States held while refractory.
    ports : dict
        For each receptor ``{state: gain}`` of an arriving weight.
    """

    states: tuple[str, ...]
    units: dict[str, str]
    system: System
    threshold: ast.expr
    reset: dict[str, ast.expr]
    clamped: tuple[str, ...]
    ports: dict[str, dict[str, ast.expr]]

    @property
    def has_input(self) -> bool:
        """Whether stimulating currents act on this cell."""
        return INPUT in self.system.inputs


def local_names(receptor: ReceptorDeclaration, name: str) -> dict[str, str]:
    """How a receptor's own names read inside a neuron: ``tau_syn`` as ``tau_syn_exc``."""
    own = [*receptor.declared, *parse_equations(receptor.equations, name)]
    return {local: f"{local}_{name}" for local in own}


def assemble(neuron: NeuronDeclaration, *, with_input: bool) -> Cell:
    """Join a neuron's membrane with its receptors.

    Parameters
    ----------
    neuron : Neuron
        The declaration.
    with_input : bool
        Whether stimulating currents are attached; else their term is left out.

    Raises
    ------
    ValidationError
        If an expression cannot be read, or names something that does not exist.
    """
    owner = type(neuron).__name__
    equations = dict(parse_equations(neuron.equations, owner))
    currents, ports = [], {}
    taken = {**dict.fromkeys(neuron.declared, owner), **dict.fromkeys(equations, owner)}
    taken |= {INPUT: "stimulating currents", "I_syn": "the receptors' currents", "dt": "the step"}
    for name, receptor in neuron.receptors.items():
        mapping = local_names(receptor, name)
        for full in mapping.values():
            if full in taken:
                raise ValidationError(
                    f"{name!r} makes the name {full!r}, which belongs to {taken[full]}; give the "
                    "receptor another name", "receptors", owner,
                )  # fmt: skip
            taken[full] = f"receptor {name!r}"
        for state, own in parse_equations(receptor.equations, name).items():
            equations[mapping[state]] = Equation(ex.rename(own.rhs, mapping), own.unit)
        if receptor.current:
            currents.append(ex.rename(ex.parse(receptor.current, name, "current"), mapping))
        ports[name] = {
            mapping.get(state, state): ex.rename(ex.parse(gain, name, "on_spike"), mapping)
            for state, gain in receptor.on_spike.items()
        }
    external: dict[str, ast.expr] = {"I_syn": ex.total(currents)}
    if not with_input:
        external[INPUT] = ast.Constant(0.0)
    for name in (*taken, *equations):
        if name.startswith("_"):
            raise ValidationError(
                f"{name!r}: names must not begin with an underscore", "equations", owner
            )
    odes = {state: ex.substitute(eq.rhs, external) for state, eq in equations.items()}
    cell = Cell(
        states=tuple(odes),
        units={state: eq.unit for state, eq in equations.items()},
        system=System.of(odes, (INPUT,) if with_input else (), owner),
        threshold=ex.parse(neuron.threshold, owner, "threshold"),
        reset={s: ex.parse(text, owner, "reset") for s, text in neuron.reset.items()},
        clamped=tuple(neuron.refractory),
        ports=ports,
    )
    _check_names(cell, neuron, owner)
    return cell


def _check_names(cell: Cell, neuron: NeuronDeclaration, owner: str) -> None:
    parameters = [*neuron.declared]
    for name, receptor in neuron.receptors.items():
        parameters += [f"{p}_{name}" for p in receptor.declared]
    known = {*cell.states, *parameters, INPUT}
    for attribute, trees in {
        "equations": list(cell.system.odes.values()),
        "threshold": [cell.threshold],
        "reset": list(cell.reset.values()),
        "on_spike": [gain for gains in cell.ports.values() for gain in gains.values()],
    }.items():
        for tree in trees:
            for name in sorted(ex.names(tree) - known):
                raise unknown_name(name, sorted(known), attribute, owner)
    targets = {*cell.reset, *cell.clamped, *(s for gains in cell.ports.values() for s in gains)}
    for name in sorted(targets - set(cell.states)):
        raise unknown_name(name, cell.states, "reset, refractory or on_spike", owner)
