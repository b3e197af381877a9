"""Source lines of explicit integration schemes, with a fallback for steps that are too long.

A step in which a variable relaxes by more than `methods.LONGEST` is too long for the scheme, and is
computed by exponential Euler instead, for that neuron alone. The loop over neurons, which has no
branch, does not change the states of such a neuron. It flags the neuron, and saves the states that
arriving spikes and exact integration change; a second loop advances the flagged neurons. The
decision record stable-steps.md gives the reasons.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from spikesim.codegen.exact_source import advance
from spikesim.equations.damping import Slopes, damping
from spikesim.equations.methods import LONGEST, TABLEAUX
from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.equations.ode_system import System
from spikesim.language import expressions as ex
from spikesim.language.algebra import multiplied

RUNAWAY = 1e20  # a variable beyond this has diverged, whatever its unit
SLIGHT = 0.01  # relative initial fall of a variable from which on a larger rise is an overshoot


class Explicit:
    """Explicit scheme for the equations of one neuron model.

    Attributes
    ----------
    driven : set of str
        States whose rates depend on other states or inputs, not only on the state and parameters.
    opaque : list of str
        States whose equations call a user-defined function of them, so that their rates are
        incomplete.
    watched : bool
        Whether the kernel checks for steps that are too long, and computes those by exponential
        Euler.
    """

    def __init__(self, cell: NeuronEquations):
        self.cell, self.system = cell, cell.system
        self.tableau = TABLEAUX[self.system.method]
        rates, slopes = damping(self.system)
        self.driven = {s for s in rates if not _alone(self.system, s, rates[s], slopes)}
        self.opaque = [s for s in self.system.stepped if _opaque(cell, s)]
        # Euler's method does not check rates that depend only on the variable itself: the check
        # would cost as much as the step.
        self.watched = bool(self.driven if len(self.tableau.nodes) == 1 else rates)
        if not self.watched:
            rates, slopes = {}, {}
        # Division is slow: reciprocals of constants are computed once, outside the loop.
        variables = {*self.system.odes, *self.system.subexpressions, INPUT, TIME}
        self.rates, self.slopes, self.equations, trees = (
            {name: multiplied(tree, variables) for name, tree in trees.items()}
            for trees in (
                rates, slopes, {s: self.system.odes[s] for s in self.system.stepped},
                self.system.subexpressions,
            )
        )  # fmt: skip
        needed = self.system.needed(self.equations.values())
        moving = self.system.depending({*self.system.stepped, *self.system.feeding, TIME})
        self.frozen = {n: trees[n] for n in trees if n in self.system.frozen}
        self.steady = {n: trees[n] for n in needed if n not in moving | self.system.frozen}
        self.parts = {n: trees[n] for n in needed if n in moving and n not in self.system.frozen}

    def lines(self, *, branches: bool) -> list[str]:
        """Source lines that compute `_new_x` from `x`.

        With `branches`, steps that are too long are left to `relaxed`; else they are computed here.
        """
        # Other states read the clamped ones, so these stay constant at all stages, too.
        held = set(self.cell.clamped) & set(self.system.stepped)
        lines = ["_free = 0.0 if _left[_i] > 0 else 1.0"] if held else []
        lines += _assigned(self.steady, {})
        checked: list[str] = []
        for k in range(len(self.tableau.nodes)):
            lines += self._stage(k)
            rates = [s for s in self.rates if k == 0 or self._may_rise(s, k)]
            lines += self._rates(rates, k)
            checked += [f"_r{k}_{s}" for s in rates]
        lines += [f"_new_{s} = {_moved_by(s, self.tableau.weights)}" for s in self.equations]
        return lines + self._unless_too_long(checked, branches=branches)

    @property
    def kept(self) -> list[str]:
        """States whose values at the start of the step are saved for steps that are too long."""
        if not self.watched:
            return []
        trees = (self.frozen, self.steady, self.parts, self.equations)
        read = set().union(*(ex.names(tree) for part in trees for tree in part.values()))
        moved = {*self.system.noise}.union(*self.cell.ports.values())
        own = {*self.equations}
        return [s for s in self.system.odes if s in (own & moved) | (read - own)]

    def relaxed(self) -> list[str]:
        """Exponential Euler in the loop over flagged neurons: adds increments to the states."""
        read = {s: f"_O_{s}" if s in self.kept else f"_S_{s}" for s in self.system.odes}
        lines = [f"{s} = {array}[_i]" for s, array in read.items()
                 if s in self.kept or s in self.equations]  # fmt: skip
        lines += [f"{INPUT} = _C_{INPUT}[_i]"] if self.cell.has_input else []
        if set(self.cell.clamped) & set(self.equations):
            lines.append("_free = 1.0 if _flags[_i] & 1 else 0.0")
        lines += _assigned({**self.frozen, **self.steady}, {})
        lines += [*self._stage(0), *self._rates(list(self.rates), 0)]
        return lines + [f"_S_{s}[_i] += {self._exponential(s)}" for s in self.equations]

    def _stage(self, k: int) -> list[str]:
        """Slopes `_k` at a stage, from the slopes of earlier stages."""
        node, row, at = self.tableau.nodes[k], self.tableau.stages[k], self._names(k)
        lines: list[str] = []
        if 0 < node < 1:
            exact = [s for s in self.system.exact if s in self.system.feeding]
            lines += [advance(self.cell, s, at[s], node) for s in exact]
        if any(row):
            lines += [f"{at[s]} = {_moved_by(s, row)}" for s in self.equations]
        lines += _assigned(self.parts, at)
        for s, tree in self.equations.items():
            slope = _at(tree, at)
            free = f"_free * ({slope})" if s in self.cell.clamped else slope
            lines.append(f"_k{k}_{s} = {free}")
        return lines

    def _rates(self, states: list[str], k: int) -> list[str]:
        """Relaxation rates `_r` at a stage."""
        at = self._names(k)
        read = _closure((self.rates[s] for s in states), self.slopes)
        lines = _assigned({n: tree for n, tree in self.slopes.items() if n in read}, at)
        return lines + [f"_r{k}_{s} = {_at(self.rates[s], at)}" for s in states]

    def _names(self, k: int) -> dict[str, str]:
        """Variables of the source text for the names in equations at a stage."""
        node = self.tableau.nodes[k]
        if k == 0:
            return {}
        at = {s: f"_x{k}_{s}" for s in (*self.equations, *self.parts, *self.slopes)}
        if node > 0:
            at |= {s: f"_x{k}_{s}" if node < 1 else f"_new_{s}" for s in self.system.feeding}
            at[TIME] = f"({TIME} + {node} * dt)"
        return at

    def _may_rise(self, state: str, k: int) -> bool:
        """Whether a rate can be faster at a stage than at earlier stages."""
        read = _closure([self.rates[state]], self.slopes)
        if read & {*self.equations, *self.parts, TIME}:
            return True
        # A freely decaying state is largest at the start.
        pattern = self.system.pattern()
        growing = (s for s in self.system.feeding if set(pattern[s]) != {s})
        return not read.isdisjoint(growing) and self.tableau.nodes[k] > self.tableau.nodes[k - 1]

    def _unless_too_long(self, checked: list[str], *, branches: bool) -> list[str]:
        """Source lines for a step in which a rate is too fast or a stage overshoots."""
        tests = [f"({rate} < _fastest)" for rate in checked]
        lines = [f"_fastest = {-LONGEST} / dt"] if tests else []
        lost: list[str] = []
        if len(self.tableau.nodes) > 1:
            for s in self.opaque:
                fast = "".join(f" & (not {test})" for test in tests)
                # A state with a negative slope that rises by more was driven up by the scheme.
                lines += [
                    f"_fall = -dt * _k0_{s}",
                    f"_odd_{s} = (_fall > {SLIGHT} * abs({s})) & (not (_new_{s} - {s} < _fall))"
                    + fast,
                ]
                lost.append(f"_new_{s} = _nan if _odd_{s} else _new_{s}")
            # During the upstroke of an exponential spike term a stage may overflow although the
            # step ends with a reset. Exponential Euler does not overflow there.
            total = " + ".join(f"abs(_new_{s})" for s in self.equations)
            tests.append(f"(not ({total} < {RUNAWAY}))")
        if not tests:
            return []
        lines.append(f"_long = {' | '.join(tests)}")
        if branches and self.watched:
            lines += [f"_O_{s}[_i] = {s}" for s in self.kept]
            lines += [f"_new_{s} = {s} if _long else _new_{s}" for s in self.equations]
        else:
            lines += [
                f"_new_{s} = {s} + {self._exponential(s)} if _long else _new_{s}"
                for s in self.equations
            ]
        return lines + lost

    def _exponential(self, state: str) -> str:
        factor = f"_phi(min(_r0_{state}, 0.0) * dt) * " if state in self.rates else ""
        return f"{factor}dt * _k0_{state}"


def _opaque(cell: NeuronEquations, state: str) -> bool:
    """Whether the equation of a state calls a user-defined function of it."""
    known = {state}
    for name, tree in cell.system.subexpressions.items():
        if name not in cell.system.frozen and ex.names(tree) & known:
            known.add(name)
    trees = [cell.system.odes[state]]
    trees += [cell.system.subexpressions[name] for name in cell.system.needed(trees)]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    own = (c for c in calls if isinstance(c.func, ast.Name) and c.func.id in cell.functions)
    return any(ex.names(call) & known for call in own)


def _alone(system: System, state: str, rate: ast.expr, slopes: Slopes) -> bool:
    """Whether a rate depends only on the state itself and parameters."""
    reached = _closure([rate], slopes)
    trees = [rate, *(slopes[name] for name in slopes if name in reached)]
    trees += [system.subexpressions[name] for name in system.needed(trees)]
    read = set().union(*(ex.names(tree) for tree in trees))
    return not read & ({*system.odes, *system.inputs, TIME} - {state})


def _closure(trees: Iterable[ast.expr], parts: Mapping[str, ast.expr]) -> set[str]:
    """Names that expressions read, directly or through the subexpressions `parts`."""
    read = set().union(set(), *(ex.names(tree) for tree in trees))
    for name in reversed(list(parts)):
        if name in read:
            read |= ex.names(parts[name])
    return read


def _assigned(trees: Mapping[str, ast.expr], names: Mapping[str, str]) -> list[str]:
    return [f"{names.get(name, name)} = {_at(tree, names)}" for name, tree in trees.items()]


def _at(tree: ast.expr, names: Mapping[str, str]) -> str:
    """Source text of an expression with renamed variables."""
    new = {old: ast.parse(name, mode="eval").body for old, name in names.items()}
    return ex.source(ex.substitute(tree, new))


def _moved_by(state: str, weights: tuple[float, ...]) -> str:
    """Source text of a state plus a weighted sum of slopes; uniform terms come first."""
    slopes = {f"_k{j}_{state}": b for j, b in enumerate(weights) if b}
    first = next(iter(slopes.values()))
    span = "dt" if first == 1 else f"({first!r} * dt)"
    terms = [k if b == first else f"{b / first!r} * {k}" for k, b in slopes.items()]
    return f"{state} + {span} * " + (terms[0] if len(terms) == 1 else f"({' + '.join(terms)})")
