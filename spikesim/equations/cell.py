"""A neuron with its receptors, put together into one set of checked equations."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from spikesim.equations import expressions as ex
from spikesim.equations.dimensions import Scope
from spikesim.equations.functions import Function, read_function, read_functions
from spikesim.equations.system import System, is_noise
from spikesim.equations.text import Equation, Text, parse_statements, parse_text
from spikesim.errors import ValidationError, unknown_name
from spikesim.units import Param, Unit

INPUT = "I_in"  # stimulating currents, constant within a step
SYNAPTIC = "I_syn"  # the receptors' currents
TIME = "t"
_PA, _MS, _ONE, _NOISE = Unit("pA"), Unit("ms"), Unit("1"), Unit("1/ms**0.5")
GIVEN = {
    INPUT: "the stimulating currents", SYNAPTIC: "the receptors' currents", TIME: "the time",
    "dt": "the step", "pi": "a constant",
}  # fmt: skip


class ReceptorDeclaration(Protocol):
    """What this module needs of a receptor."""

    equations: ClassVar[str]
    on_spike: ClassVar[dict[str, str]]
    current: ClassVar[str]
    weight_unit: ClassVar[Unit]
    signed: ClassVar[bool]
    declared: ClassVar[dict[str, Param]]

    @property
    def transmitter(self) -> str | None: ...


class NeuronDeclaration(Protocol):
    """What this module needs of a neuron model."""

    equations: ClassVar[str]
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str] | str]
    refractory: ClassVar[tuple[str, ...]]
    rearm: ClassVar[str]
    method: ClassVar[str]
    functions: ClassVar[dict[str, Callable[..., Any]]]
    step: ClassVar[Callable[..., Any] | None]
    initial: ClassVar[dict[str, str]]
    declared: ClassVar[dict[str, Param]]

    @property
    def receptors(self) -> Mapping[str, ReceptorDeclaration]: ...


@dataclass(frozen=True)
class Cell:
    """One neuron model with named receptors; what the kernel source is made from.

    Expressions are over plain numbers in the declared units of their names.

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
        For each receptor, and then for each transmitter that several of them bind,
        ``{state: gain}`` of an arriving weight.
    rearm : ast.expr, optional
        What must have held after a spike before the next one.
    rests : bool
        Whether there is a refractory period.
    functions : dict
        The user's functions.
    step : Function, optional
        The user's step of the membrane variables.
    initial : dict
        Expressions over parameters of states that do not start at 0.
    derived : dict
        Subexpressions and ``I_syn`` over states, parameters, ``I_in`` and ``t``, with their units.
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
    functions: dict[str, Function] = field(default_factory=dict)
    step: Function | None = None
    initial: dict[str, ast.expr] = field(default_factory=dict)
    derived: dict[str, Equation] = field(default_factory=dict)

    @property
    def has_input(self) -> bool:
        """Whether stimulating currents act on this cell."""
        return INPUT in self.system.inputs


def local_names(receptor: ReceptorDeclaration, name: str) -> dict[str, str]:
    """How a receptor's own names read inside a neuron: ``tau_syn`` as ``tau_syn_exc``."""
    own = [*receptor.declared, *parse_text(receptor.equations, name).names]
    return {local: f"{local}_{name}" for local in own}


def shared_transmitters(receptors: Mapping[str, ReceptorDeclaration]) -> dict[str, list[str]]:
    """Transmitters that several receptors bind, each with the names of those."""
    bound: dict[str, list[str]] = {}
    for name, receptor in receptors.items():
        if receptor.transmitter is not None:
            bound.setdefault(receptor.transmitter, []).append(name)
    return {transmitter: names for transmitter, names in bound.items() if len(names) > 1}


def alike(receptors: Iterable[ReceptorDeclaration]) -> bool:
    """Whether a weight means the same to all of these receptors."""
    first, *rest = receptors
    return all((r.weight_unit, r.signed) == (first.weight_unit, first.signed) for r in rest)


def text_parameters(
    text: Text, assigned: set[str], declared: Mapping[str, Param], owner: str
) -> dict[str, Param]:
    """Parameters that a text declares; what is assigned or linked is a variable instead.

    A class may give a default to what the text declares, in the same unit.
    """
    for name in assigned & set(text.subexpressions):
        raise ValidationError(f"{name!r} is a subexpression, which cannot be set", "reset", owner)
    return {
        name: Param(None, unit, shared="shared" in flags)
        for name, (unit, flags) in text.parameters.items()
        if name not in assigned and name not in declared and "linked" not in flags
    }


def assigned_names(reset: Mapping[str, str] | str, step: Callable[..., Any] | None,
                   owner: str, functions: Mapping[str, Any] | None = None) -> set[str]:  # fmt: skip
    """Names that a model's reset or step sets."""
    arity = {n: len(f.arguments) for n, f in read_functions(functions or {}, owner).items()}
    names = set(parse_statements(reset, owner, "reset", arity))
    if step is not None:
        names |= set(read_function(step, "step", owner, "step").returned)
    return names


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
        If an expression cannot be read, names something that does not exist, or has a wrong unit.
    """
    return _Assembly(neuron, type(neuron).__name__).cell(with_input)


class _Assembly:
    """The pieces of a neuron and of its receptors under full names."""

    def __init__(self, neuron: NeuronDeclaration, owner: str):
        self.neuron, self.owner = neuron, owner
        self.functions = read_functions(neuron.functions, owner)
        self.arity = {name: len(f.arguments) for name, f in self.functions.items()}
        self.step = neuron.step and read_function(neuron.step, "step", owner, "step")
        self.reset = parse_statements(neuron.reset, owner, "reset", self.arity)
        text = parse_text(neuron.equations, owner, self.arity)
        self.odes, self.parts = dict(text.odes), dict(text.subexpressions)
        for name, (unit, _) in text.parameters.items():
            if name not in neuron.declared:  # a variable without an equation keeps its value
                self.odes[name] = Equation(ast.Constant(0.0), unit)
        self.units = {name: p.unit for name, p in neuron.declared.items()}
        self.taken = {**GIVEN, **dict.fromkeys(neuron.declared, owner)}
        for name in text.names:
            self._take(name, owner, "equations")
        self.currents: list[ast.expr] = []
        self.gains: dict[str, dict[str, ast.expr]] = {}
        for name, receptor in neuron.receptors.items():
            self._add(name, receptor)
        for name, eq in {**self.odes, **self.parts}.items():
            self.units[name] = eq.unit

    def _take(self, name: str, by: str, attribute: str) -> None:
        if name.startswith("_"):
            raise ValidationError(
                f"{name!r}: names must not begin with an underscore", attribute, self.owner
            )
        if name in self.neuron.declared and by == self.owner:
            return
        if name in self.taken or is_noise(name):
            belongs = self.taken.get(name, "white noise")
            hint = "; give the receptor another name" if by != self.owner else ""
            raise ValidationError(
                f"{by!r} makes the name {name!r}, which belongs to {belongs}{hint}"
                if by != self.owner else f"the name {name!r} belongs to {belongs}",
                "receptors" if by != self.owner else attribute, self.owner,
            )  # fmt: skip
        self.taken[name] = by if by == self.owner else f"receptor {by!r}"

    def _add(self, name: str, receptor: ReceptorDeclaration) -> None:
        mapping = local_names(receptor, name)
        for full in mapping.values():
            self._take(full, name, "receptors")
        text = parse_text(receptor.equations, name)
        for into, equations in ((self.odes, text.odes), (self.parts, text.subexpressions)):
            for local, own in equations.items():
                into[mapping[local]] = Equation(ex.rename(own.rhs, mapping), own.unit, own.flags)
        self.units |= {mapping[p]: declared.unit for p, declared in receptor.declared.items()}
        if receptor.current:
            tree = ex.rename(ex.parse(receptor.current, name, "current"), mapping)
            self.currents.append(tree)
        self.gains[name] = {
            mapping.get(state, state): ex.rename(ex.parse(gain, name, "on_spike"), mapping)
            for state, gain in receptor.on_spike.items()
        }

    def _scope(self, attribute: str, trees: list[ast.expr] | None = None) -> Scope:
        noises = {n: _NOISE for tree in trees or [] for n in ex.names(tree) if is_noise(n)}
        given = {INPUT: _PA, SYNAPTIC: _PA, TIME: _MS, "dt": _MS, "pi": _ONE}
        return Scope({**given, **noises, **self.units}, self.owner, attribute)

    def cell(self, with_input: bool) -> Cell:
        """All of it, checked."""
        neuron, owner = self.neuron, self.owner
        rates = [eq.rhs for eq in self.odes.values()]
        scope = self._scope("equations", rates + [eq.rhs for eq in self.parts.values()])
        currents = self._scope("current")
        total = ex.total(currents.convert(c, _PA, "a current") for c in self.currents)
        external: dict[str, ast.expr] = {SYNAPTIC: total, "pi": ast.Constant(math.pi)}
        if not with_input:
            external[INPUT] = ast.Constant(0.0)
        odes = {
            name: scope.convert(eq.rhs, eq.unit / _MS, f"d{name}/dt")
            for name, eq in self.odes.items()
        }
        parts = {name: scope.convert(eq.rhs, eq.unit, name) for name, eq in self._ordered().items()}
        odes = {name: ex.substitute(tree, external) for name, tree in odes.items()}
        parts = {name: ex.substitute(tree, external) for name, tree in parts.items()}
        system = System.of(
            odes, (INPUT,) if with_input else (), owner, method=neuron.method,
            subexpressions=parts, functions=set(self.functions),
            frozen=[n for n, eq in self.parts.items() if "constant over dt" in eq.flags],
            given=self.step.returned if self.step else (),
        )  # fmt: skip
        held = [n for n, eq in self.odes.items() if "unless refractory" in eq.flags]
        return Cell(
            states=tuple(odes),
            units={name: eq.unit.symbol for name, eq in self.odes.items()},
            system=system,
            threshold=self._condition("threshold", neuron.threshold, external),
            reset=self._assignments(self.reset, "reset", external),
            clamped=self._clamped(held),
            ports=self._ports(),
            rearm=self._condition("rearm", neuron.rearm, external) if neuron.rearm else None,
            rests="t_ref" in neuron.declared,
            functions=self.functions,
            step=self._checked_step(),
            initial=self._initial(),
            derived=self._derived(system, external),
        )

    def _derived(self, system: System, external: dict[str, ast.expr]) -> dict[str, Equation]:
        found = {
            name: Equation(system.inlined(tree, set(system.subexpressions)), self.parts[name].unit)
            for name, tree in system.subexpressions.items()
        }
        if self.currents:
            total = system.inlined(external[SYNAPTIC], set(system.subexpressions))
            found[SYNAPTIC] = Equation(total, _PA)
        return found

    def _ordered(self) -> dict[str, Equation]:
        """Subexpressions, each after those that it reads."""
        done: dict[str, Equation] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                chain = " -> ".join((*path[path.index(name) :], name))
                raise ValidationError(
                    f"subexpressions go round in a circle: {chain}", "equations", self.owner
                )
            for other in sorted(ex.names(self.parts[name].rhs) & set(self.parts)):
                visit(other, (*path, name))
            done.setdefault(name, self.parts[name])

        for name in self.parts:
            visit(name, ())
        return done

    def _condition(self, attribute: str, text: str, external: dict[str, ast.expr]) -> ast.expr:
        if text == "never":
            return ast.Constant(value=False)
        tree = ex.parse(text, self.owner, attribute, self.arity)
        checked = self._scope(attribute).condition(tree, "it")
        return ex.substitute(checked, external)

    def _assignments(
        self, trees: dict[str, ast.expr], attribute: str, external: dict[str, ast.expr]
    ) -> dict[str, ast.expr]:
        scope = self._scope(attribute)
        for name in sorted(set(trees) - set(self.odes)):
            raise unknown_name(name, self.odes, attribute, self.owner)
        return {
            name: ex.substitute(scope.convert(tree, self.odes[name].unit, name), external)
            for name, tree in trees.items()
        }

    def _initial(self) -> dict[str, ast.expr]:
        trees = {
            name: ex.parse(text, self.owner, "initial", self.arity)
            for name, text in self.neuron.initial.items()
        }
        known = {n: unit for n, unit in self.units.items() if n not in self.odes}
        scope = Scope({**known, "pi": _ONE}, self.owner, "initial")
        for name in sorted(set(trees) - set(self.odes)):
            raise unknown_name(name, self.odes, "initial", self.owner)
        return {
            name: ex.substitute(scope.convert(tree, self.odes[name].unit, name),
                                {"pi": ast.Constant(math.pi)})
            for name, tree in trees.items()
        }  # fmt: skip

    def _clamped(self, held: list[str]) -> tuple[str, ...]:
        names = dict.fromkeys([*self.neuron.refractory, *held])
        for name in names:
            if name not in self.odes:
                raise unknown_name(name, self.odes, "refractory", self.owner)
        if names and self.neuron.rearm:
            raise ValidationError("cannot be used together with refractory variables", "rearm",
                                  self.owner)  # fmt: skip
        if names and "t_ref" not in self.neuron.declared:
            raise ValidationError(
                f"{', '.join(map(repr, names))} shall be held after a spike, but how long is not "
                "said; declare t_ref (ms)", "refractory", self.owner,
            )  # fmt: skip
        return tuple(names)

    def _ports(self) -> dict[str, dict[str, ast.expr]]:
        scope, ports = self._scope("on_spike"), {}
        for port, gains in self.gains.items():
            unit = self.neuron.receptors[port].weight_unit
            for name in sorted(set(gains) - set(self.odes)):
                raise unknown_name(name, self.odes, "on_spike", port)
            ports[port] = {
                state: scope.convert(gain, self.odes[state].unit / unit, f"the gain of {state}")
                for state, gain in gains.items()
            }
        receptors = self.neuron.receptors
        for transmitter, names in shared_transmitters(receptors).items():
            if transmitter in ports:
                raise ValidationError(
                    f"{transmitter!r} is what {' and '.join(map(repr, names))} bind; give the "
                    "receptor of that name another one", "receptors", self.owner,
                )  # fmt: skip
            if alike(receptors[name] for name in names):
                ports[transmitter] = self._shared_port([(n, ports[n]) for n in names])
        return ports

    def _shared_port(self, parts: list[tuple[str, dict[str, ast.expr]]]) -> dict[str, ast.expr]:
        """Gains of a weight that reaches several receptors, each with its share."""
        joint: dict[str, list[ast.expr]] = {}
        for name, gains in parts:
            share = ast.Name(f"share_{name}", ast.Load())
            for state, gain in gains.items():
                product = ex.simplified(ast.BinOp(gain, ast.Mult(), share))
                joint.setdefault(state, []).append(product)
        return {state: ex.total(gains) for state, gains in joint.items()}

    def _checked_step(self) -> Function | None:
        if self.step is None:
            return None
        for name in self.step.arguments:
            if name not in self.units and name not in GIVEN:
                raise unknown_name(name, [*self.units, *GIVEN], "step", self.owner)
        if not self.step.returned:
            raise ValidationError(
                "must return names of variables, such as 'return V_m, w'", "step", self.owner
            )
        for name in self.step.returned:
            if name not in self.odes:
                raise unknown_name(name, self.odes, "step", self.owner)
        return self.step


def names_used(neuron: NeuronDeclaration) -> set[str]:
    """All names that a model's expressions read."""
    whole = _Assembly(neuron, type(neuron).__name__)
    trees = [eq.rhs for eq in (*whole.odes.values(), *whole.parts.values())]
    trees += [*whole.reset.values(), *whole.currents]
    trees += [
        ex.parse(text, whole.owner, "initial", whole.arity) for text in neuron.initial.values()
    ]
    for text in (neuron.threshold, neuron.rearm):
        if text and text != "never":
            trees.append(ex.parse(text, whole.owner, "threshold", whole.arity))
    arguments = whole.step.arguments if whole.step else ()
    return set(arguments).union(*(ex.names(tree) for tree in trees))
