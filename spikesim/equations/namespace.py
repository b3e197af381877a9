"""Collect the equations of a neuron, its receptors and its channels under full names."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from spikesim.equations.membranes import (
    INPUT,
    IONIC,
    SYNAPTIC,
    TIME,
    ChannelDeclaration,
    NeuronDeclaration,
    ReceptorDeclaration,
    Site,
    local_names,
)
from spikesim.equations.ode_system import System, is_noise
from spikesim.errors import ValidationError, unknown_name
from spikesim.language import expressions as ex
from spikesim.language.booleans import as_boolean, with_conditions
from spikesim.language.dimensions import Scope
from spikesim.language.functions import KNOWN_FUNCTIONS, read_function, read_functions
from spikesim.language.origins import Origins, within
from spikesim.language.parsing import parse
from spikesim.language.text import Equation, parse_statements, parse_text
from spikesim.units import Unit, is_common_unit

Trees = dict[str, ast.expr]
_KINDS = {"receptors": "receptor", "channels": "channel", "parts": "part", "equations": "model"}
PA, MS, _ONE, _NOISE = Unit("pA"), Unit("ms"), Unit("1"), Unit("1/ms**0.5")
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


class EquationNamespace:
    """Equations, currents and gains of a neuron with its channels and receptors, not yet checked.

    Parameters
    ----------
    neuron : Neuron
        The declaration.
    owner : str
        Owner in error messages.

    Attributes
    ----------
    odes, parts : dict
        Differential equations and subexpressions by variable.
    units : dict
        Unit of each parameter, state and subexpression.
    booleans : set of str
        Variables of the unit ``boolean``.
    reset : dict
        Reset after a spike, ``{variable: expression}``.
    sums : dict
        Names of sums of currents, each with its name in a neuron with a single membrane.
    currents : dict
        Terms of each of these sums, with the receptor or channel that each comes from.
    gains : dict
        For each receptor ``{state: gain}``: the increment of a state for each unit of weight.
    starts : dict
        Initial values of channel states; None for the steady state.
    """

    def __init__(self, neuron: NeuronDeclaration, owner: str):
        self.neuron, self.owner = neuron, owner
        self.origins = Origins(owner)
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
        for name, (unit, flags) in text.parameters.items():
            if name not in neuron.declared:  # a variable without an equation keeps its value
                self.odes[name] = Equation(ast.Constant(0.0), unit, flags)
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
        self.currents: dict[str, list[tuple[str, ast.expr]]] = {name: [] for name in self.sums}
        self.gains: dict[str, Trees] = {}
        self.starts: dict[str, ast.expr | None] = {}
        for site in neuron.sites:
            for name, channel in site.channels.items():
                self._add_channel(name, channel, site)
            for name, receptor in site.receptors.items():
                self._add_receptor(name, receptor, site)
        for suffix, part in neuron.parts.items():
            for local, declared in part.declared.items():
                self._check_free(f"{local}_{suffix}", suffix)
                self._take(f"{local}_{suffix}", suffix, "parts")
                self.units[f"{local}_{suffix}"] = declared.unit
        for name, eq in {**self.odes, **self.parts}.items():
            self.units[name] = eq.unit
        self._check_pools()

    def _check_free(self, name: str, attribute: str) -> None:
        """Raise an error for a name that is reserved by the model language."""
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

    def _add_receptor(self, name: str, receptor: ReceptorDeclaration, site: Site) -> None:
        mapping = local_names(receptor, name)
        here = {"V_m": site.voltage, **mapping}
        owner = self.origins.add("receptors", name, receptor, mapping, site.voltage)
        texts = [receptor.equations, receptor.current, *receptor.on_spike]
        if re.search(r"\bV_m\b", "\n".join(texts)) and site.voltage not in self.taken:
            raise ValidationError(
                f"{name!r} needs the membrane potential {site.voltage}, which the equations do not "
                f"have; call the membrane {site.voltage}", "receptors", self.owner,
            )  # fmt: skip
        self._join(name, receptor, mapping, {"V_m": ast.Name(site.voltage, ast.Load())})
        if receptor.current:
            tree = ex.rename(parse(receptor.current, owner, "current"), here)
            self.currents[site.full(SYNAPTIC)].append((name, tree))
        self.gains[name] = {
            here.get(state, state): ex.rename(parse(gain, owner, "on_spike"), here)
            for state, gain in receptor.on_spike.items()
        }

    def _add_channel(self, name: str, channel: ChannelDeclaration, site: Site) -> None:
        """Add a channel: it may read the membrane potential and the variables of pools."""
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
        owner = self.origins.add("channels", name, channel, mapping, site.voltage)
        for other, earlier in site.channels.items():
            if other == name:
                break
            for offered in sorted({*earlier.offers} & {*channel.offers}):
                raise ValidationError(
                    f"{other!r} and {name!r} are both pools of {offered!r}; a membrane takes one",
                    "channels", self.owner,
                )  # fmt: skip
        self._join(name, channel, mapping, around, "channels")
        if channel.current:
            self._take(f"I_{name}", name, "channels")
            self.origins.add_current(name)
            tree = parse(channel.current, owner, "current")
            self.parts[f"I_{name}"] = Equation(ex.substitute(tree, {**around, **own}), PA)
            self.currents[site.full(IONIC)].append((name, ast.Name(f"I_{name}", ast.Load())))
        text = parse_text(channel.equations, owner)
        for attribute, named, there in (("initial", channel.initial, list(text.odes)),
                                        ("offers", channel.offers, text.names)):  # fmt: skip
            for local in named:
                if local not in there:
                    raise unknown_name(local, there, attribute, owner)
        for local in text.odes:
            start = channel.initial.get(local)
            given = parse(start, owner, "initial") if start else None
            self.starts[mapping[local]] = given and ex.substitute(given, {**around, **own})

    def _check_pools(self) -> None:
        """Raise an error for a channel that reads calcium where there is no pool."""
        for site in self.neuron.sites:
            for name, channel in site.channels.items():
                text = parse_text(channel.equations, name)
                trees = [eq.rhs for eq in (*text.odes.values(), *text.subexpressions.values())]
                trees += [parse(channel.current, name, "current")] if channel.current else []
                read = set().union(*map(ex.names, trees)) - {*text.names, *channel.declared}
                if "Ca" in read and "Ca" not in {*self.units, *site.offered()}:
                    raise ValidationError(
                        f"{name!r} reads 'Ca', but its membrane has no pool of calcium; add one, "
                        "such as channels={..., 'pool': CalciumPool(area=1000.0)}", "channels",
                        self.owner,
                    )  # fmt: skip

    def check_receptors(self) -> None:
        """Raise an error for a receptor with neither a current nor a state that others read."""
        texts = [self.neuron.threshold, self.neuron.rearm, self.neuron.refractory]
        asked = set(re.findall(r"\w+", " ".join(t for t in texts if isinstance(t, str))))
        asked |= set(self.step.arguments) if self.step else set()
        asked |= set().union(set(), *(ex.names(tree) for tree in self.reset.values()))
        equations = {**self.odes, **self.parts}
        for name, receptor in self.neuron.receptors.items():
            own = {f"{local}_{name}" for local in parse_text(receptor.equations, name).names}
            elsewhere = (ex.names(eq.rhs) for n, eq in equations.items() if n not in own)
            if receptor.current or not set(self.gains[name]) <= own:
                continue
            if not own & asked.union(*elsewhere):
                raise ValidationError(
                    f"{name!r} does nothing: it has no current, and nothing reads "
                    f"{', '.join(map(repr, sorted(self.gains[name])))}; give the receptor a "
                    "current, or read the variable in the neuron's equations", "receptors",
                    self.owner,
                )  # fmt: skip

    def _join(self, name: str, part: ReceptorDeclaration | ChannelDeclaration,
              mapping: dict[str, str], around: dict[str, ast.expr],
              attribute: str = "receptors") -> None:  # fmt: skip
        """Add the equations of a receptor or channel under full names."""
        for full in mapping.values():
            self._take(full, name, attribute)
        text = parse_text(part.equations, name)
        known = {**around, **{local: ast.Name(full, ast.Load()) for local, full in mapping.items()}}
        for into, equations in ((self.odes, text.odes), (self.parts, text.subexpressions)):
            for local, own in equations.items():
                into[mapping[local]] = Equation(ex.substitute(own.rhs, known), own.unit, own.flags)

    def scope(self, attribute: str, trees: list[ast.expr] | None = None) -> Scope:
        """Scope with all names and units, and the white noises that `trees` read."""
        noises = {n: _NOISE for tree in trees or [] for n in ex.names(tree) if is_noise(n)}
        given = {INPUT: PA, TIME: MS, "dt": MS, "pi": _ONE} | dict.fromkeys(self.sums, PA)
        return Scope({**given, **noises, **self.units}, self.owner, attribute)

    def external(self, with_input: bool) -> Trees:
        """Expressions of the sums of currents and of the constants of the language."""
        scope = self.scope("current")
        external: Trees = {
            name: ex.total(
                within(scope, self.origins.part(part)).convert(tree, PA, "a current")
                for part, tree in trees
            )
            for name, trees in self.currents.items()
        }
        external["pi"] = ast.Constant(math.pi)
        if not with_input:
            external[INPUT] = ast.Constant(0.0)
        return external

    def check_unheld(self) -> None:
        """Raise an error for Brian2 names that are written differently in spikesim."""
        neuron = self.neuron
        texts = {"threshold": neuron.threshold, "rearm": neuron.rearm}
        if isinstance(neuron.refractory, str):
            texts["refractory"] = neuron.refractory
        read = {a: set(re.findall(r"\b[A-Za-z_]\w*", text)) for a, text in texts.items()}
        read["reset"] = set().union(set(), *(ex.names(tree) for tree in self.reset.values()))
        places = [(self.owner, attribute, names) for attribute, names in read.items()]
        for variable, eq in {**self.odes, **self.parts}.items():
            places.append((self.origins.of(variable).owner, "equations", ex.names(eq.rhs)))
        for name, hint in UNHELD.items():
            for owner, attribute, names in places:
                if name in names and name not in self.units:
                    raise ValidationError(f"there is no {name!r}; {hint}", attribute, owner)

    def of_parameters(self, tree: ast.expr, system: System, attribute: str) -> ast.expr:
        """Inline subexpressions; raise an error unless the expression reads only parameters."""
        pi: Trees = {"pi": ast.Constant(math.pi)}
        whole = ex.substitute(system.inlined(tree, set(system.subexpressions)), pi)
        known = set(self.units) - set(self.odes) - set(self.parts)
        for name in sorted(ex.names(whole) - known):
            what = "a variable" if name in self.odes else GIVEN.get(name, "no parameter")
            raise ValidationError(
                f"must be made from parameters; {ex.source(tree)!r} reads {name!r}, which is "
                f"{what}", attribute, self.owner,
            )  # fmt: skip
        return whole


def assigned_names(reset: Mapping[str, str] | str, step: Callable[..., Any] | None,
                   owner: str, functions: Mapping[str, Any] | None = None) -> set[str]:  # fmt: skip
    """Names that a model's reset or step function assigns."""
    arity = {n: len(f.arguments) for n, f in read_functions(functions or {}, owner).items()}
    names = set(parse_statements(reset, owner, "reset", arity))
    if step is not None:
        names |= set(read_function(step, "step", owner, "step").returned)
    return names


def names_used(neuron: NeuronDeclaration) -> set[str]:
    """All names that a model's expressions read."""
    whole = EquationNamespace(neuron, type(neuron).__name__)
    trees = [eq.rhs for eq in (*whole.odes.values(), *whole.parts.values())]
    trees += [*whole.reset.values(), *(c for cs in whole.currents.values() for _, c in cs)]
    trees += [
        parse(text, whole.owner, "initial", whole.arity)
        for text in neuron.initial.values() if isinstance(text, str)
    ]  # fmt: skip
    refractory = neuron.refractory if isinstance(neuron.refractory, str) else ""
    for text in (neuron.threshold, neuron.rearm, refractory):
        if text and text != "never":
            trees.append(parse(text, whole.owner, "threshold", whole.arity))
    arguments = whole.step.arguments if whole.step else ()
    return set(arguments).union(*(ex.names(tree) for tree in trees))
