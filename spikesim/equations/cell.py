"""A neuron with its channels and receptors, put together into one set of checked equations."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from spikesim.equations import expressions as ex
from spikesim.equations.booleans import as_boolean, as_condition, with_conditions
from spikesim.equations.dimensions import CONDITION, Scope
from spikesim.equations.functions import (
    KNOWN_FUNCTIONS,
    Function,
    read_function,
    read_functions,
)
from spikesim.equations.sites import (
    IONIC,
    SYNAPTIC,
    ChannelDeclaration,
    PartDeclaration,
    ReceptorDeclaration,
    Site,
    local_names,
)
from spikesim.equations.system import System, is_noise
from spikesim.equations.text import BOOLEAN, Equation, Text, parse_statements, parse_text
from spikesim.errors import ValidationError, unknown_name
from spikesim.units import Param, Unit, is_common_unit

INPUT = "I_in"  # stimulating currents, constant within a step
TIME = "t"
_KINDS = {"receptors": "receptor", "channels": "channel", "parts": "part", "equations": "model"}
_PA, _MS, _ONE, _NOISE = Unit("pA"), Unit("ms"), Unit("1"), Unit("1/ms**0.5")
UNHELD = {
    "not_refractory": "write '(unless refractory)' behind the equation of a variable that is held "
    "after a spike, and refractory=... for how long",
    "lastspike": "write refractory=... for what a spike keeps away, or a variable of your own that "
    "the reset sets, such as 'last : ms' with 'last = t'",
}
GIVEN = {
    INPUT: "the stimulating currents", SYNAPTIC: "the receptors' currents",
    IONIC: "the channels' currents", TIME: "the time", "dt": "the step", "pi": "a constant",
}  # fmt: skip


class NeuronDeclaration(Protocol):
    """What this module needs of a neuron model."""

    equations: str
    threshold: ClassVar[str]
    reset: ClassVar[dict[str, str] | str]
    refractory: ClassVar[tuple[str, ...] | str]
    rearm: ClassVar[str]
    method: str
    joint: tuple[str, ...]
    functions: ClassVar[dict[str, Callable[..., Any]]]
    step: ClassVar[Callable[..., Any] | None]
    initial: dict[str, Any]
    declared: ClassVar[dict[str, Param]]

    @property
    def receptors(self) -> Mapping[str, ReceptorDeclaration]: ...

    @property
    def sites(self) -> tuple[Site, ...]: ...

    @property
    def parts(self) -> Mapping[str, PartDeclaration]: ...


@dataclass(frozen=True)
class Cell:
    """One neuron model with its named parts; what the kernel source is made from.

    Expressions are over plain numbers in the declared units of their names.

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
        States held while refractory.
    ports : dict
        For each receptor, and then for each transmitter that several of them bind,
        ``{state: gain}`` of an arriving weight.
    rearm : ast.expr, optional
        What must have held after a spike before the next one.
    rests : bool
        Whether there is a refractory period.
    t_ref : ast.expr, optional
        The refractory period (ms) over parameters, where it is not the parameter ``t_ref``.
    functions : dict
        The user's functions.
    step : Function, optional
        The user's step of the membrane variables.
    initial : dict
        Expressions of states that do not start at 0, over parameters and other states, each after
        those that it reads.
    given : dict
        Initial values that the model gives as numbers, arrays or distributions.
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
    t_ref: ast.expr | None = None
    functions: dict[str, Function] = field(default_factory=dict)
    step: Function | None = None
    initial: dict[str, ast.expr] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Equation] = field(default_factory=dict)

    @property
    def has_input(self) -> bool:
        """Whether stimulating currents act on this cell."""
        return INPUT in self.system.inputs


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
        name: Param(None, unit, BOOLEAN if BOOLEAN in flags else "finite", shared="shared" in flags)
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
    """Join a neuron's membrane with its channels and receptors.

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
    owner = type(neuron).__name__
    try:
        return _Assembly(neuron, owner).cell(with_input)
    except RecursionError:
        raise ValidationError(
            "subexpressions of subexpressions are too many; make some of them "
            "variables", "equations", owner,
        ) from None  # fmt: skip


class _Assembly:
    """The pieces of a neuron and of its parts under full names."""

    def __init__(self, neuron: NeuronDeclaration, owner: str):
        self.neuron, self.owner = neuron, owner
        self.functions = read_functions(neuron.functions, owner)
        self.arity = {name: len(f.arguments) for name, f in self.functions.items()}
        self.step = neuron.step and read_function(neuron.step, "step", owner, "step")
        text = parse_text(neuron.equations, owner, self.arity)
        parts = {name: eq.rhs for name, eq in text.subexpressions.items()}
        self.reset = parse_statements(neuron.reset, owner, "reset", self.arity, parts)
        self.odes, self.parts = dict(text.odes), dict(text.subexpressions)
        self.booleans = text.booleans
        for name in self.booleans & set(self.parts):
            rhs, unit, flags = (eq := self.parts[name]).rhs, eq.unit, eq.flags
            self.parts[name] = Equation(as_boolean(rhs, self.booleans), unit, flags)
        for into in (self.odes, self.parts):
            for name, eq in into.items():
                into[name] = Equation(with_conditions(eq.rhs, self.booleans), eq.unit, eq.flags)
        for name, tree in self.reset.items():
            change = as_boolean if name in self.booleans else with_conditions
            self.reset[name] = change(tree, self.booleans)
        for name, (unit, _) in text.parameters.items():
            if name not in neuron.declared:  # a variable without an equation keeps its value
                self.odes[name] = Equation(ast.Constant(0.0), unit)
        self.units = {name: p.unit for name, p in neuron.declared.items()}
        self.sums = {
            site.full(s): s for site in neuron.sites for s in (SYNAPTIC, IONIC)
            if s == SYNAPTIC or site.channels or site.full(s) not in text.names
        }  # fmt: skip
        self.taken = {name: meaning for name, meaning in GIVEN.items() if name != IONIC}
        self.taken |= {full: GIVEN[s] for full, s in self.sums.items()}
        for name in neuron.declared:
            self._check_free(name, name)
        self.taken |= dict.fromkeys(neuron.declared, owner)
        for name in text.names:
            self._check_free(name, "equations")
            self._take(name, owner, "equations")
        self.currents: dict[str, list[ast.expr]] = {name: [] for name in self.sums}
        self.gains: dict[str, dict[str, ast.expr]] = {}
        self.starts: dict[str, ast.expr | None] = {}
        for site in neuron.sites:
            for name, channel in site.channels.items():
                self._add_channel(name, channel, site)
            for name, receptor in site.receptors.items():
                self._add(name, receptor, site)
        for suffix, part in neuron.parts.items():
            for local, declared in part.declared.items():
                self._check_free(f"{local}_{suffix}", suffix)
                self._take(f"{local}_{suffix}", suffix, "parts")
                self.units[f"{local}_{suffix}"] = declared.unit
        for name, eq in {**self.odes, **self.parts}.items():
            self.units[name] = eq.unit

    def _check_free(self, name: str, attribute: str) -> None:
        """Raise for a name that the language has a meaning for."""
        meaning = self.taken.get(name) if name in GIVEN or name in self.sums else None
        if is_noise(name):
            meaning = "white noise"
        elif name in KNOWN_FUNCTIONS or name in self.functions:
            meaning = "a function"
        elif is_common_unit(name):
            meaning = "a unit"
        if meaning:
            raise ValidationError(
                f"the name {name!r} belongs to {meaning}; choose another", attribute, self.owner
            )

    def _take(self, name: str, by: str, attribute: str) -> None:
        if name.startswith("_"):
            raise ValidationError(
                f"{name!r}: names must not begin with an underscore", attribute, self.owner
            )
        if name in self.neuron.declared and by == self.owner:
            return
        known = self.taken.get(name)
        mine = by if by == self.owner else f"{_KINDS[attribute]} {by!r}"
        if known == mine or (attribute == "parts" and known and known.endswith(repr(by))):
            return
        if known or is_noise(name):
            belongs = known or "white noise"
            hint = f"; give the {_KINDS[attribute]} another name" if by != self.owner else ""
            raise ValidationError(
                f"{by!r} makes the name {name!r}, which belongs to {belongs}{hint}"
                if by != self.owner else f"the name {name!r} belongs to {belongs}",
                attribute, self.owner,
            )  # fmt: skip
        self.taken[name] = mine

    def _add(self, name: str, receptor: ReceptorDeclaration, site: Site) -> None:
        mapping = local_names(receptor, name)
        texts = [receptor.equations, receptor.current, *receptor.on_spike]
        if re.search(r"\bV_m\b", "\n".join(texts)) and site.voltage not in self.taken:
            raise ValidationError(
                f"{name!r} needs the membrane potential {site.voltage}, which the equations do not "
                f"have; call the membrane {site.voltage}", "receptors", self.owner,
            )  # fmt: skip
        self._join(name, receptor, mapping, {"V_m": ast.Name(site.voltage, ast.Load())})
        if receptor.current:
            tree = ex.parse(receptor.current, name, "current")
            renamed = ex.rename(tree, {"V_m": site.voltage, **mapping})
            self.currents[site.full(SYNAPTIC)].append(renamed)
        known = {"V_m": site.voltage, **mapping}
        self.gains[name] = {
            known.get(state, state): ex.rename(ex.parse(gain, name, "on_spike"), known)
            for state, gain in receptor.on_spike.items()
        }

    def _add_channel(self, name: str, channel: ChannelDeclaration, site: Site) -> None:
        """Its current becomes a subexpression; it sees the membrane and what pools offer."""
        mapping = local_names(channel, name) | {o: site.full(o) for o in channel.offers}
        around: dict[str, ast.expr] = {
            local: ast.Name(full, ast.Load())
            for local, full in {"V_m": site.voltage, **site.offered()}.items()
        }
        ions = {c.ion for c in site.channels.values() if c.ion} | {"Ca"}
        for ion in ions:
            currents = [f"I_{n}" for n, c in site.channels.items() if c.ion == ion and c.current]
            around[f"I_{ion}"] = ex.total(ast.Name(c, ast.Load()) for c in currents)
        own = {local: ast.Name(full, ast.Load()) for local, full in mapping.items()}
        self._join(name, channel, mapping, around, "channels")
        if channel.current:
            self._take(f"I_{name}", name, "channels")
            tree = ex.parse(channel.current, name, "current")
            self.parts[f"I_{name}"] = Equation(ex.substitute(tree, {**around, **own}), _PA)
            self.currents[site.full(IONIC)].append(ast.Name(f"I_{name}", ast.Load()))
        for local in parse_text(channel.equations, name).odes:
            text = channel.initial.get(local)
            given = ex.parse(text, name, "initial") if text else None
            self.starts[mapping[local]] = given and ex.substitute(given, {**around, **own})

    def _join(self, name: str, part: ReceptorDeclaration | ChannelDeclaration,
              mapping: dict[str, str], around: dict[str, ast.expr],
              attribute: str = "receptors") -> None:  # fmt: skip
        """Equations of a part, under full names."""
        for full in mapping.values():
            self._take(full, name, attribute)
        text = parse_text(part.equations, name)
        known = {**around, **{local: ast.Name(full, ast.Load()) for local, full in mapping.items()}}
        for into, equations in ((self.odes, text.odes), (self.parts, text.subexpressions)):
            for local, own in equations.items():
                into[mapping[local]] = Equation(ex.substitute(own.rhs, known), own.unit, own.flags)

    def _scope(self, attribute: str, trees: list[ast.expr] | None = None) -> Scope:
        noises = {n: _NOISE for tree in trees or [] for n in ex.names(tree) if is_noise(n)}
        given = {INPUT: _PA, TIME: _MS, "dt": _MS, "pi": _ONE} | dict.fromkeys(self.sums, _PA)
        return Scope({**given, **noises, **self.units}, self.owner, attribute)

    def cell(self, with_input: bool) -> Cell:
        """All of it, checked."""
        neuron, owner = self.neuron, self.owner
        self._check_unheld()
        rates = [eq.rhs for eq in self.odes.values()]
        scope = self._scope("equations", rates + [eq.rhs for eq in self.parts.values()])
        currents = self._scope("current")
        external: dict[str, ast.expr] = {
            name: ex.total(currents.convert(c, _PA, "a current") for c in trees)
            for name, trees in self.currents.items()
        }
        external["pi"] = ast.Constant(math.pi)
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
            given=self.step.returned if self.step else (), joint=neuron.joint,
        )  # fmt: skip
        held = [n for n, eq in self.odes.items() if "unless refractory" in eq.flags]
        t_ref, rearm = self._rest(system, external)
        return Cell(
            states=tuple(odes),
            units={name: eq.unit.symbol for name, eq in self.odes.items()},
            system=system,
            threshold=self._condition("threshold", neuron.threshold, external),
            reset=self._assignments(self.reset, "reset", external),
            clamped=self._clamped(held),
            ports=self._ports(),
            rearm=rearm,
            rests="t_ref" in neuron.declared or t_ref is not None,
            t_ref=t_ref,
            functions=self.functions,
            step=self._checked_step(),
            initial=self._initial(system) | self._started(system),
            given={n: v for n, v in neuron.initial.items() if not isinstance(v, str)},
            derived=self._derived(system, external),
        )

    def _check_unheld(self) -> None:
        """Raise for names by which Brian2 knows what is said in another way here."""
        neuron = self.neuron
        texts = {"threshold": neuron.threshold, "rearm": neuron.rearm}
        if isinstance(neuron.refractory, str):
            texts["refractory"] = neuron.refractory
        read = {a: set(re.findall(r"\b[A-Za-z_]\w*", text)) for a, text in texts.items()}
        read["equations"] = set().union(
            set(), *(ex.names(eq.rhs) for eq in (*self.odes.values(), *self.parts.values()))
        )
        read["reset"] = set().union(set(), *(ex.names(tree) for tree in self.reset.values()))
        for name, hint in UNHELD.items():
            for attribute, names in read.items():
                if name in names and name not in self.units:
                    raise ValidationError(f"there is no {name!r}; {hint}", attribute, self.owner)

    def _derived(self, system: System, external: dict[str, ast.expr]) -> dict[str, Equation]:
        found = {
            name: Equation(system.inlined(tree, set(system.subexpressions)), self.parts[name].unit)
            for name, tree in system.subexpressions.items()
        }
        for name in self.sums:
            if self.currents[name]:
                total = system.inlined(external[name], set(system.subexpressions))
                found[name] = Equation(total, _PA)
        return found

    def _ordered(self) -> dict[str, Equation]:
        """Subexpressions, each after those that it reads."""
        trees = {name: part.rhs for name, part in self.parts.items()}
        return {name: self.parts[name] for name in self._in_order(trees, "equations")}

    def _in_order(self, trees: dict[str, ast.expr], attribute: str) -> list[str]:
        """Names of expressions, each after those that it reads."""
        read = {name: ex.names(tree) & set(trees) for name, tree in trees.items()}
        done: dict[str, None] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                chain = " -> ".join((*path[path.index(name) :], name))
                what = "subexpressions" if attribute == "equations" else "initial values"
                raise ValidationError(f"{what} go round in a circle: {chain}", attribute,
                                      self.owner)  # fmt: skip
            if name not in done:
                for other in sorted(read[name]):
                    visit(other, (*path, name))
                done[name] = None

        for name in trees:
            visit(name, ())
        return list(done)

    def _condition(self, attribute: str, text: str, external: dict[str, ast.expr]) -> ast.expr:
        if text == "never":
            return ast.Constant(value=False)
        tree = as_condition(ex.parse(text, self.owner, attribute, self.arity), self.booleans)
        checked = self._scope(attribute).condition(tree, "it")
        return ex.substitute(checked, external)

    def _rest(
        self, system: System, external: dict[str, ast.expr]
    ) -> tuple[ast.expr | None, ast.expr | None]:
        """The refractory period where it is an expression, and what ends it if a condition does."""
        neuron, text = self.neuron, self.neuron.refractory
        if not isinstance(text, str):
            return None, self._condition("rearm", neuron.rearm, external) if neuron.rearm else None
        if neuron.rearm:
            raise ValidationError("cannot be used together with rearm", "refractory", self.owner)
        tree = as_condition(ex.parse(text, self.owner, "refractory", self.arity), self.booleans)
        scope = self._scope("refractory")
        scope.check_names(tree)
        if scope.kind(tree) == CONDITION:
            held = self._condition("refractory", text, external)
            return None, ast.UnaryOp(ast.Not(), held)
        if "t_ref" in neuron.declared:
            raise ValidationError(
                "is said twice: there is a parameter t_ref already", "refractory", self.owner
            )
        period = scope.convert(tree, _MS, "a refractory period, unless it is a condition,")
        return self._of_parameters(period, system, "refractory"), None

    def _of_parameters(self, tree: ast.expr, system: System, attribute: str) -> ast.expr:
        """An expression with its subexpressions put in, if parameters are all that it reads."""
        pi: dict[str, ast.expr] = {"pi": ast.Constant(math.pi)}
        whole = ex.substitute(system.inlined(tree, set(system.subexpressions)), pi)
        known = set(self.units) - set(self.odes) - set(self.parts)
        for name in sorted(ex.names(whole) - known):
            what = "a variable" if name in self.odes else GIVEN.get(name, "no parameter")
            raise ValidationError(
                f"must be made from parameters; {ex.source(tree)!r} reads {name!r}, which is "
                f"{what}", attribute, self.owner,
            )  # fmt: skip
        return whole

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

    def _initial(self, system: System) -> dict[str, ast.expr]:
        scope, found = self._scope("initial"), {}
        for name, text in self.neuron.initial.items():
            if name not in self.odes:
                raise unknown_name(name, self.odes, "initial", self.owner)
            if isinstance(text, str):
                if re.search(rf"\b{ex.RAND}n?\s*\(", text):
                    raise ValidationError(
                        f"{text!r}: there are no random numbers in expressions; give a "
                        "distribution, such as Uniform(-70.0, -60.0) or Normal(-65.0, 2.0)",
                        f"initial[{name!r}]", self.owner,
                    )  # fmt: skip
                tree = ex.parse(text, self.owner, "initial", self.arity)
                change = as_boolean if name in self.booleans else with_conditions
                tree = scope.convert(change(tree, self.booleans), self.odes[name].unit, name)
                found[name] = self._of_parameters(tree, system, f"initial[{name!r}]")
        return found

    def _started(self, system: System) -> dict[str, ast.expr]:
        """How channels start: as they say, or at the steady state of each equation by itself."""
        trees: dict[str, ast.expr] = {}
        for name, given in self.starts.items():
            if given is not None:
                scope = self._scope("initial")
                tree = scope.convert(given, self.odes[name].unit, name)
            else:
                terms = ex.linear_terms(system.whole(system.odes[name]), {name})
                if terms is None or name not in terms:
                    continue
                level = ast.UnaryOp(ast.USub(), terms.get(ex.CONSTANT, ast.Constant(0.0)))
                tree = ast.BinOp(level, ast.Div(), terms[name])
            trees[name] = system.whole(tree)
        return {name: trees[name] for name in self._in_order(trees, "initial")}

    def _clamped(self, held: list[str]) -> tuple[str, ...]:
        given = self.neuron.refractory
        names = dict.fromkeys(held if isinstance(given, str) else [*given, *held])
        for name in names:
            if name not in self.odes:
                raise unknown_name(name, self.odes, "refractory", self.owner)
        if names and self.neuron.rearm:
            raise ValidationError("cannot be used together with refractory variables", "rearm",
                                  self.owner)  # fmt: skip
        if names and not isinstance(given, str) and "t_ref" not in self.neuron.declared:
            raise ValidationError(
                f"{', '.join(map(repr, names))} shall be held after a spike, but how long is not "
                "said; give refractory=2*ms to from_text, or declare t_ref (ms) in a class",
                "refractory", self.owner,
            )  # fmt: skip
        return tuple(names)

    def _ports(self) -> dict[str, dict[str, ast.expr]]:
        scope, ports = self._scope("on_spike"), {}
        for port, gains in self.gains.items():
            unit = self.neuron.receptors[port].weight_unit
            for name in sorted(set(gains) - set(self.odes)):
                raise unknown_name(name, self.odes, "on_spike", port)
            ports[port] = {
                state: scope.convert(
                    gain,
                    self.odes[state].unit / unit,
                    f"the gain of {state} ({self.odes[state].unit}) for weights in {unit}",
                )
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
    trees += [*whole.reset.values(), *(c for cs in whole.currents.values() for c in cs)]
    trees += [
        ex.parse(text, whole.owner, "initial", whole.arity)
        for text in neuron.initial.values() if isinstance(text, str)
    ]  # fmt: skip
    refractory = neuron.refractory if isinstance(neuron.refractory, str) else ""
    for text in (neuron.threshold, neuron.rearm, refractory):
        if text and text != "never":
            trees.append(ex.parse(text, whole.owner, "threshold", whole.arity))
    arguments = whole.step.arguments if whole.step else ()
    return set(arguments).union(*(ex.names(tree) for tree in trees))
