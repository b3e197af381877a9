"""Complete, checked equations of a neuron with its channels and receptors."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field
from typing import Any

from spikesim.equations.damping import derivative
from spikesim.equations.evaluation_order import in_order
from spikesim.equations.initial_values import starts_of
from spikesim.equations.membranes import INPUT, TIME, NeuronDeclaration
from spikesim.equations.namespace import GIVEN, MS, PA, EquationNamespace, Trees
from spikesim.equations.ode_system import System
from spikesim.equations.receptor_inputs import ports_of
from spikesim.equations.spike_condition import clamped_of, condition, reset_of, rest_of
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.functions import Function
from spikesim.language.text import Equation
from spikesim.units import Unit

_ONE = Unit("1")

# INPUT and TIME are names in neuron equations.
__all__ = ["INPUT", "TIME", "EquationCache", "NeuronEquations", "assemble"]


@dataclass(frozen=True)
class NeuronEquations:
    """Equations of one neuron model with its receptors and channels; input of the code generation.

    Expressions take plain numbers in the declared units of their names.

    Attributes
    ----------
    states : tuple of str
        Membrane variables first, then ``variable_channel`` and ``variable_receptor``.
    units : dict
        Unit of each state.
    system : System
        The differential equations.
    threshold : ast.expr
        Condition of a spike.
    reset : dict
        ``{state: expression}``.
    clamped : tuple of str
        States that are constant during the refractory period.
    ports : dict
        ``{state: gain}`` of an arriving weight, for each receptor and then for each transmitter
        that several receptors share.
    rearm : ast.expr, optional
        Condition that must hold after a spike before the next spike is possible.
    rests : bool
        Whether the neuron has a refractory period.
    t_ref : ast.expr, optional
        Refractory period (ms), an expression of parameters; None for the parameter ``t_ref``.
    functions : dict
        User-defined functions.
    step : Function, optional
        User-defined step function of the membrane variables.
    initial : dict
        Initial values of states that do not start at 0, as expressions of parameters and other
        states, in evaluation order.
    given : dict
        Initial values that the model declares as numbers, arrays or distributions.
    derived : dict
        Subexpressions and ``I_syn`` in terms of states, parameters, ``I_in`` and ``t``, with units.
    linked : tuple of str
        Variables that `Network.link` must connect.
    relaxing : dict
        Relaxation rate (1/ms) for each argument of the step function that depends on the state
        itself, such as the current through conductances.
    """

    states: tuple[str, ...]
    units: dict[str, str]
    system: System
    threshold: ast.expr
    reset: dict[str, ast.expr]
    clamped: tuple[str, ...]
    ports: dict[str, dict[str, ast.expr]]
    rearm: ast.expr | None = None
    rests: bool = True
    t_ref: ast.expr | None = None
    functions: dict[str, Function] = field(default_factory=dict)
    step: Function | None = None
    initial: dict[str, ast.expr] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Equation] = field(default_factory=dict)
    linked: tuple[str, ...] = ()
    relaxing: dict[str, ast.expr] = field(default_factory=dict)

    @property
    def has_input(self) -> bool:
        """Whether the neuron receives stimulation currents."""
        return INPUT in self.system.inputs

    @functools.cached_property
    def held(self) -> frozenset[str]:
        """Exact states that are constant while refractory, and that other states read."""
        held = frozenset(self.clamped) & set(self.system.exact)
        others = (set(names) - {s} for s, names in self.system.pattern().items())
        return held if held & self.system.feeding.union(*others) else frozenset()

    @functools.cached_property
    def readers(self) -> list[str]:
        """Exact states that are not constant while refractory, but depend on states that are."""
        pattern = self.system.pattern()
        return [s for s in self.system.exact if s not in self.held and set(pattern[s]) & self.held]


def assemble(neuron: NeuronDeclaration, *, with_input: bool) -> NeuronEquations:
    """Combine a neuron with its channels and receptors into one set of equations.

    Parameters
    ----------
    neuron : Neuron
        The declaration.
    with_input : bool
        Whether stimulation currents are attached; if not, their term is left out.

    Raises
    ------
    ValidationError
        If an expression cannot be read, names something that does not exist, or has a wrong unit.
    """
    owner = type(neuron).__name__
    try:
        return _assembled(EquationNamespace(neuron, owner), with_input)
    except RecursionError:
        raise ValidationError(
            "subexpressions of subexpressions are too many; make some of them "
            "variables", "equations", owner,
        ) from None  # fmt: skip


class EquationCache:
    """Cache of the assembled equations of a network's neuron models."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], NeuronEquations] = {}

    def __reduce__(self) -> tuple[type[EquationCache], tuple[()]]:
        """Pickle as an empty cache: its keys contain classes that pickle may not find."""
        return EquationCache, ()

    def of(self, neuron: NeuronDeclaration, *, with_input: bool = False) -> NeuronEquations:
        """Equations of a neuron; models with the same equations are assembled once."""
        key = (*neuron.key, with_input)
        if key not in self._known:
            self._known[key] = assemble(neuron, with_input=with_input)
        return self._known[key]


def _assembled(pieces: EquationNamespace, with_input: bool) -> NeuronEquations:
    neuron = pieces.neuron
    pieces.check_unheld()
    pieces.check_receptors()
    for attribute, names in (("persistent", neuron.persistent), ("joint", neuron.joint)):
        for name in names:
            if name not in pieces.odes:
                raise unknown_name(name, pieces.odes, attribute, pieces.owner)
    external = pieces.external(with_input)
    system = _system(pieces, external, with_input)
    t_ref, rearm = rest_of(pieces, system, external)
    derived = _derived(pieces, system, external)
    return NeuronEquations(
        states=tuple(pieces.odes),
        units={name: eq.unit.symbol for name, eq in pieces.odes.items()},
        system=system,
        threshold=condition(pieces, "threshold", neuron.threshold, external),
        reset=reset_of(pieces, external),
        clamped=clamped_of(pieces),
        ports=ports_of(pieces),
        rearm=rearm,
        rests="t_ref" in neuron.declared or t_ref is not None,
        t_ref=t_ref,
        functions=pieces.functions,
        step=_checked_step(pieces),
        initial=starts_of(pieces, system),
        given={n: v for n, v in neuron.initial.items() if not isinstance(v, str)},
        derived=derived,
        linked=tuple(name for name, eq in pieces.odes.items() if "linked" in eq.flags),
        relaxing=_relaxing(pieces, derived),
    )


def _system(pieces: EquationNamespace, external: Trees, with_input: bool) -> System:
    """The differential equations, in consistent units."""
    rates = [eq.rhs for eq in pieces.odes.values()]
    scope = pieces.scope("equations", rates + [eq.rhs for eq in pieces.parts.values()])
    origins = pieces.origins
    odes = {
        name: origins.scope(scope, name).convert(
            eq.rhs, eq.unit / MS, f"d{origins.of(name).local.get(name, name)}/dt"
        )
        for name, eq in pieces.odes.items()
    }
    trees = {name: part.rhs for name, part in pieces.parts.items()}
    parts = {
        name: origins.scope(scope, name).convert(
            trees[name], pieces.parts[name].unit, origins.of(name).local.get(name, name)
        )
        for name in in_order(trees, "equations", origins)
    }
    return System.of(
        {name: ex.substitute(tree, external) for name, tree in odes.items()},
        (INPUT,) if with_input else (), pieces.owner, method=pieces.neuron.method,
        subexpressions={name: ex.substitute(tree, external) for name, tree in parts.items()},
        functions=set(pieces.functions),
        frozen=[n for n, eq in pieces.parts.items() if "constant over dt" in eq.flags],
        given=pieces.step.returned if pieces.step else (), joint=pieces.neuron.joint,
        owners={name: origins.of(name).owner for name in (*odes, *parts)},
    )  # fmt: skip


def _derived(pieces: EquationNamespace, system: System, external: Trees) -> dict[str, Equation]:
    found = {
        name: Equation(system.inlined(tree, set(system.subexpressions)), pieces.parts[name].unit)
        for name, tree in system.subexpressions.items()
    }
    for name in pieces.sums:
        if pieces.currents[name]:
            total = system.inlined(external[name], set(system.subexpressions))
            found[name] = Equation(total, PA)
    return found


def _checked_step(pieces: EquationNamespace) -> Function | None:
    step, owner = pieces.step, pieces.owner
    if step is None:
        return None
    for name in step.arguments:
        if name not in pieces.units and name not in GIVEN:
            raise unknown_name(name, [*pieces.units, *GIVEN], "step", owner)
    if not step.returned:
        raise ValidationError(
            "must return names of variables, such as 'return V_m, w'", "step", owner
        )
    for name in step.returned:
        if name not in pieces.odes:
            raise unknown_name(name, pieces.odes, "step", owner)
    return step


def _relaxing(pieces: EquationNamespace, derived: dict[str, Equation]) -> Trees:
    """Rates for the arguments of a step function; those of a current are divided by capacitance."""
    step, found = pieces.step, {}
    if step is None:
        return {}
    for name in step.arguments:
        for state in step.returned:
            slope = derivative(derived[name].rhs, state) if name in derived else None
            if slope is None:
                continue
            needed = derived[name].unit / (pieces.units[state] / MS)
            over = [p for p in step.arguments if p in pieces.neuron.declared
                    and pieces.units[p] == needed]  # fmt: skip
            if needed == _ONE:
                found[name] = slope
            elif len(over) == 1:
                found[name] = ast.BinOp(slope, ast.Div(), ast.Name(over[0], ast.Load()))
    return found
