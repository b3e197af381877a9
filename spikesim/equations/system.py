"""A set of differential equations, and how each of them is carried over one step.

Equations that are linear with constant coefficients, and whose neighbours are too, are integrated
exactly (Rotter & Diesmann 1999, Biol. Cybern. 81:381). An equation that is linear in its own
variable only (a membrane with conductances) takes exponential Euler: its coefficients are held at
their values at the start of the step.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from spikesim.equations import expressions as ex
from spikesim.errors import ValidationError

_LINE = re.compile(r"^d(?P<name>\w+)/dt\s*=\s*(?P<rhs>[^:]+?)\s*(?::\s*(?P<unit>\S+))?$")


@dataclass(frozen=True)
class Equation:
    """One differential equation: its right-hand side, and the unit of its variable."""

    rhs: ast.expr
    unit: str


def parse_equations(text: str, owner: str) -> dict[str, Equation]:
    """Equations by variable, from lines like ``dV_m/dt = -(V_m - E_L)/tau_m : mV``."""
    equations: dict[str, Equation] = {}
    for line in filter(None, (raw.split("#")[0].strip() for raw in text.splitlines())):
        match = _LINE.match(line)
        if not match:
            raise ValidationError(
                f"cannot read {line!r}; expected 'dx/dt = expression : unit'", "equations", owner
            )
        if match["name"] in equations:
            raise ValidationError(f"d{match['name']}/dt is given twice", "equations", owner)
        rhs = ex.parse(match["rhs"], owner, "equations")
        equations[match["name"]] = Equation(rhs, match["unit"] or "1")
    return equations


@dataclass(frozen=True)
class System:
    """Differential equations of one neuron model with its receptors.

    Attributes
    ----------
    odes : dict
        Right-hand side of each state variable, over states, parameters and `inputs`.
    inputs : tuple of str
        Names that are constant within a step and change between steps.
    exact : tuple of str
        States that are integrated exactly; the others take exponential Euler.
    """

    odes: dict[str, ast.expr]
    inputs: tuple[str, ...]
    exact: tuple[str, ...]

    @classmethod
    def of(cls, odes: dict[str, ast.expr], inputs: tuple[str, ...], owner: str) -> System:
        """Decide how each equation is integrated, or say which cannot be."""
        known = {**{s: ex.linear_terms(o, set(odes) | set(inputs)) for s, o in odes.items()}}
        exact = {s for s, terms in known.items() if terms is not None}
        while True:
            keep = {s for s in exact if set(known[s] or {}) & set(odes) <= exact}
            if keep == exact:
                break
            exact = keep
        for state in set(odes) - exact:
            if ex.linear_terms(odes[state], {state}) is None:
                raise ValidationError(
                    f"d{state}/dt is not linear in {state}; exponential Euler needs that",
                    "equations", owner,
                )  # fmt: skip
        return cls(odes, inputs, tuple(s for s in odes if s in exact))

    def coefficients(self) -> dict[str, ex.Terms]:
        """For each exact state the linear terms of its equation."""
        variables = set(self.odes) | set(self.inputs)
        terms = {s: ex.linear_terms(self.odes[s], variables) for s in self.exact}
        return {s: t for s, t in terms.items() if t is not None}

    def pattern(self) -> dict[str, list[str]]:
        """For each exact state the names that its value after a step depends on.

        These are the states and inputs that reach it through the equations, and
        `expressions.CONSTANT` where a constant does.
        """
        terms = self.coefficients()
        reach = {s: {s, *t} for s, t in terms.items()}
        for _ in reach:  # transitive closure: chains are no longer than the number of states
            reach = {s: set().union(*(reach.get(r, {r}) for r in rs)) for s, rs in reach.items()}
        order = [*self.exact, *self.inputs, ex.CONSTANT]
        return {s: [name for name in order if name in rs] for s, rs in reach.items()}

    def propagators(
        self, values: dict[str, np.ndarray], dt: float
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

        Returns
        -------
        dict
            ``(state, source)`` to an array of shape (m,), m = 1 if all values are uniform.
        """
        terms = self.coefficients()
        used = sorted(set().union(*(ex.names(e) for t in terms.values() for e in t.values()), ()))
        size = max([np.size(values[name]) for name in used], default=1)
        table = np.array([np.broadcast_to(values[name], size) for name in used]).reshape(-1, size)
        distinct, inverse = np.unique(table, axis=1, return_inverse=True)
        point = dict(zip(used, distinct, strict=True))
        increments = self._increments(terms, point, distinct.shape[1], dt)
        return {pair: column[inverse.ravel()] for pair, column in increments.items()}

    def _increments(
        self, terms: dict[str, ex.Terms], values: dict[str, np.ndarray], m: int, dt: float
    ) -> dict[tuple[str, str], np.ndarray]:
        k = len(self.exact)
        sources = [*self.exact, *self.inputs, ex.CONSTANT]
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
            for name in self.pattern()[state]
        }
