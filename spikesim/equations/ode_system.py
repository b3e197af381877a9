"""System of differential equations, and the integration method of each.

Linear equations with constant coefficients that depend only on equations of the same kind are
integrated exactly (Rotter & Diesmann 1999, Biol. Cybern. 81:381). The others use the requested
method. The default is exponential Euler if each of them is linear in its own variable (a membrane
with conductances, a gate of an ion channel), and otherwise a fourth-order Runge-Kutta scheme.
Variables that a model declares as joint, the potentials of compartments, are solved together.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import expm

from spikesim.equations.methods import METHODS, SPLITTINGS
from spikesim.errors import ValidationError, check_known
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, Terms, linear_terms


@dataclass(frozen=True)
class System:
    """Differential equations of one neuron model with its receptors.

    Attributes
    ----------
    odes : dict
        Right-hand side of each state variable, without its noise, in terms of states,
        subexpressions, parameters and `inputs`.
    inputs : tuple of str
        Names that are constant within a step and change between steps.
    exact : tuple of str
        States that are integrated exactly.
    method : str
        Integration method of the other states.
    subexpressions : dict
        Named parts of the right-hand sides; each may read the ones before it.
    frozen : frozenset of str
        Subexpressions that keep their value from the start of a step.
    noise : dict
        ``{state: {name: coefficient}}`` of white noises.
    given : frozenset of str
        States that a user-defined step function advances.
    joint : tuple of str
        States that are linear in each other and solved together; empty for other methods.
    """

    odes: dict[str, ast.expr]
    inputs: tuple[str, ...]
    exact: tuple[str, ...]
    method: str = "exponential_euler"
    subexpressions: dict[str, ast.expr] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    noise: dict[str, Terms] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    joint: tuple[str, ...] = ()

    @property
    def stepped(self) -> tuple[str, ...]:
        """States that `method` integrates."""
        return tuple(s for s in self.odes if s not in self.exact and s not in self.given)

    @classmethod
    def of(
        cls,
        odes: dict[str, ast.expr],
        inputs: tuple[str, ...],
        owner: str,
        *,
        method: str = "auto",
        subexpressions: dict[str, ast.expr] | None = None,
        frozen: Iterable[str] = (),
        functions: Iterable[str] = (),
        given: Iterable[str] = (),
        joint: Iterable[str] = (),
        owners: Mapping[str, str] | None = None,
    ) -> System:
        """Choose the integration method of each equation; raise an error if there is none.

        `owners` gives the owner of variables that error messages name.
        """
        check_known(method, METHODS, "method", owner)
        parts = dict(subexpressions or {})
        held = frozenset(frozen)
        drifts, noise = {}, {}
        whose = dict(owners or {})
        for name, part in parts.items():
            if any(map(is_noise, ex.names(part))):
                raise ValidationError(
                    f"white noise must stand in an equation, not in the subexpression {name!r}",
                    "equations", whose.get(name, owner),
                )  # fmt: skip
        for state, tree in odes.items():
            drifts[state], terms = _split_noise(tree, state, whose.get(state, owner))
            if terms:
                noise[state] = terms
        system = cls(drifts, inputs, (), method, parts, held, noise)
        full = {state: system.inlined(tree) for state, tree in drifts.items()}
        variables = {*odes, *inputs, *held, "t"}
        known = {state: linear_terms(tree, variables) for state, tree in full.items()}
        allowed = {*odes, *inputs, CONSTANT}
        exact = {
            s for s, terms in known.items()
            if terms is not None and set(terms) <= allowed and s not in set(given)
            and not ex.called(full[s]) & set(functions)
        } - (set(joint) if method in SPLITTINGS else set())  # fmt: skip
        while True:
            keep = {s for s in exact if set(known[s] or {}) & set(odes) <= exact}
            if keep == exact:
                break
            exact = keep
        rest = [s for s in odes if s not in exact and s not in set(given)]
        together = tuple(s for s in joint if s in rest)
        crooked = [s for s in rest if linear_terms(full[s], {s}) is None]
        if method in SPLITTINGS or (method == "auto" and together):
            crooked = [s for s in rest if not system._splits(s, together or tuple(rest[:1]))]
        if method == "exact" and rest:
            raise ValidationError(
                f"d{rest[0]}/dt is not linear with constant coefficients, so that it cannot be "
                "integrated exactly; leave the method out, or name another", "method", owner,
            )  # fmt: skip
        if method in ("exponential_euler", *SPLITTINGS) and crooked:
            words = "exponential Euler" if method == "exponential_euler" else f"{method!r}"
            linear = ", ".join(together) if crooked[0] in together else crooked[0]
            raise ValidationError(
                f"d{crooked[0]}/dt is not linear in {linear}; {words} needs that; "
                "use method = 'rk4'", "method", owner,
            )  # fmt: skip
        if method in ("auto", "exact"):
            plain = "strang" if together else "exponential_euler"
            method = "rk4" if crooked else plain
        return cls(
            drifts, inputs, tuple(s for s in odes if s in exact), method, parts, held, noise,
            frozenset(given), together if method in SPLITTINGS else (),
        )  # fmt: skip

    def inlined(self, tree: ast.expr, only: set[str] | None = None) -> ast.expr:
        """Inline subexpressions: all that are not frozen, or those in `only`."""
        chosen = set(self.subexpressions) - self.frozen if only is None else only
        read = ex.names(tree)
        for name in reversed(self.subexpressions):
            if name in chosen and name in read:
                tree = ex.substitute(tree, {name: self.subexpressions[name]})
                read |= self.reads[name]
        return tree

    @functools.cached_property
    def reads(self) -> dict[str, set[str]]:
        """Names that each subexpression reads."""
        return {name: ex.names(tree) for name, tree in self.subexpressions.items()}

    def whole(self, tree: ast.expr) -> ast.expr:
        """Inline all subexpressions, frozen ones too."""
        return self.inlined(tree, set(self.subexpressions))

    def terms(self, state: str, variables: set[str]) -> tuple[Terms | None, set[str]]:
        """Linear terms of an equation in some states, and the subexpressions in the coefficients.

        Subexpressions that are not linear in these states, such as a gate that is always at its
        steady state, are not inlined.
        """
        key = frozenset(variables)
        if key not in self._linear_parts:
            put: dict[str, ast.expr] = {}
            kept: set[str] = set()
            depending = self.depending(variables)
            for name in self.subexpressions:
                if name in depending:
                    tree = ex.substitute(self.subexpressions[name], put)
                    if linear_terms(tree, variables) is None:
                        kept.add(name)
                    else:
                        put[name] = tree
            self._linear_parts[key] = put, kept
        put, kept = self._linear_parts[key]
        tree = ex.substitute(self.odes[state], put)
        return linear_terms(tree, variables), kept & set(self.needed([tree]))

    @functools.cached_property
    def _linear_parts(self) -> dict[frozenset[str], tuple[dict[str, ast.expr], set[str]]]:
        return {}

    def _splits(self, state: str, middle: tuple[str, ...]) -> bool:
        """Whether a splitting method can integrate this state."""
        terms, kept = self.terms(state, set(middle) if state in middle else {state})
        return terms is not None and (state in middle or not kept)

    def depending(self, names: set[str]) -> set[str]:
        """Subexpressions that depend on any of these names, except frozen ones."""
        found: set[str] = set()
        for name, read in self.reads.items():
            if name not in self.frozen and not read.isdisjoint(names | found):
                found.add(name)
        return found

    def needed(self, trees: Iterable[ast.expr]) -> list[str]:
        """Subexpressions that these expressions read, in evaluation order."""
        wanted = set().union(set(), *(ex.names(tree) for tree in trees))
        for name in reversed(self.subexpressions):
            if name in wanted:
                wanted |= self.reads[name]
        return [name for name in self.subexpressions if name in wanted]

    @functools.cached_property
    def feeding(self) -> frozenset[str]:
        """Exact states that the stepped ones read."""
        trees = [self.inlined(self.odes[s]) for s in self.stepped]
        return frozenset().union(*(ex.names(tree) for tree in trees)) & set(self.exact)

    @functools.cached_property
    def coefficients(self) -> dict[str, Terms]:
        """Linear terms of the equation of each exact state."""
        variables = set(self.odes) | set(self.inputs)
        full = {s: self.inlined(self.odes[s]) for s in self.exact}
        terms = {s: linear_terms(tree, variables) for s, tree in full.items()}
        return {s: t for s, t in terms.items() if t is not None}

    def pattern(self, held: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """For each exact state the names that its value after a step depends on.

        These are the states and inputs that it depends on through the equations, and
        `expressions.CONSTANT` for a constant term, while the states in `held` are constant.
        """
        if held not in self._patterns:
            terms = {s: {} if s in held else t for s, t in self.coefficients.items()}
            reach: dict[str, set[str]] = {}
            further = {s: {s, *t} for s, t in terms.items()}
            while reach != further:  # until the closure is transitive
                reach = further
                further = {
                    s: set().union(*(reach.get(r, {r}) for r in rs)) for s, rs in reach.items()
                }
            order = [*self.exact, *self.inputs, CONSTANT]
            self._patterns[held] = {s: [n for n in order if n in rs] for s, rs in reach.items()}
        return self._patterns[held]

    @functools.cached_property
    def _patterns(self) -> dict[frozenset[str], dict[str, list[str]]]:
        return {}

    def propagators(
        self, values: dict[str, np.ndarray], dt: float, held: frozenset[str] = frozenset()
    ) -> dict[tuple[str, str], np.ndarray]:
        """Increments of the exact states over one step.

        With x' = A x + B u + c the step is ``x += Q x + dt phi (B u + c)``, where
        ``phi = phi_1(A dt)`` and ``Q = A dt phi``. Increments, not factors, keep the fixed point
        exact at small steps, and ``phi_1`` from one matrix exponential stays finite and smooth
        where time constants coincide.

        Parameters
        ----------
        values : dict
            Parameter values, each of shape () or (n,).
        dt : float
            Step (ms).
        held : frozenset of str
            States that are constant in this step.

        Returns
        -------
        dict
            ``(state, source)`` to an array of shape (m,), m = 1 if all values are uniform.
        """
        terms = {s: {} if s in held else t for s, t in self.coefficients.items()}
        used = sorted(set().union(*(ex.names(e) for t in terms.values() for e in t.values()), ()))
        size = max([np.size(values[name]) for name in used], default=1)
        table = np.array([np.broadcast_to(values[name], size) for name in used]).reshape(-1, size)
        distinct, inverse = np.unique(table, axis=1, return_inverse=True)
        point = dict(zip(used, distinct, strict=True))
        increments = self._increments(terms, point, distinct.shape[1], dt)
        return {
            (state, source): increments[state, source][inverse.ravel()]
            for state, sources in self.pattern(held).items() for source in sources
        }  # fmt: skip

    def _increments(
        self, terms: dict[str, Terms], values: dict[str, np.ndarray], m: int, dt: float
    ) -> dict[tuple[str, str], np.ndarray]:
        k = len(self.exact)
        sources = [*self.exact, *self.inputs, CONSTANT]
        rates = np.zeros((m, k, len(sources)))
        for row, state in enumerate(self.exact):
            for name, tree in terms[state].items():
                rates[:, row, sources.index(name)] = ex.evaluate(tree, values)
        scaled = np.zeros((m, 2 * k, 2 * k))
        scaled[:, :k, :k] = rates[:, :, :k] * dt
        scaled[:, :k, k:] = np.eye(k)
        phi = expm(scaled)[:, :k, k:]
        step = phi @ (rates * dt)
        return {
            (state, name): step[:, row, sources.index(name)]
            for row, state in enumerate(self.exact)
            for name in sources
        }


def _split_noise(tree: ast.expr, state: str, owner: str) -> tuple[ast.expr, Terms]:
    """Split an equation into drift and coefficients of white noises: ``xi`` and ``xi_*``."""
    found = {name for name in ex.names(tree) if is_noise(name)}
    if not found:
        return tree, {}
    terms = linear_terms(tree, found)
    if terms is None:
        raise ValidationError(
            f"d{state}/dt must be a sum of a drift and factors times {min(found)!r}", "equations",
            owner,
        )  # fmt: skip
    return terms.pop(CONSTANT, ast.Constant(0.0)), terms


def is_noise(name: str) -> bool:
    """Whether a name denotes white noise."""
    return name == "xi" or name.startswith("xi_")
