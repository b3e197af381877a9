"""Source lines of splitting methods, which advance one state at a time.

See `spikesim.equations.methods`. Source lines that are the same for several states except for
names, such as the gates of equal compartments or the two halves of a step, become one function: a
neuron with fifty compartments takes little longer to compile than one with three.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, multiplied, simplified

INLINED = 24  # most inlined calls: a third faster at run time, but each call adds compile time
MOST_ARGUMENTS = 25  # Numba cannot inline calls with more than about 30
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")


@dataclass
class Splitting:
    """Source lines of the loop, and functions that they call."""

    lines: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    texts: list[list[str]] = field(default_factory=list)
    calls: int = 0

    @property
    def functions(self) -> list[str]:
        """Source of the functions; they are inlined if there are few calls."""
        decorator = "@kernel(inline=True)" if self.calls <= INLINED else "@kernel(inner=True)"
        return [line for text in self.texts for line in ("", "", decorator, *text)]

    def call(self, target: str, arguments: Mapping[str, str], body: list[str], result: str) -> None:
        """Add a line ``target = f(...)``, and the function if there is no equal one yet.

        `arguments` maps each argument of the function to an expression in the loop.
        """
        text = "\n".join([*body, f"return {result}"])
        order = dict.fromkeys(n for n in _NAME.findall(text) if n in arguments)
        if len(order) > MOST_ARGUMENTS:
            placed = _NAME.sub(lambda m: arguments.get(m[0], m[0]), text).splitlines()
            self.lines += [*placed[:-1], f"{target} = {placed[-1].removeprefix('return ')}"]
            return
        places = {name: f"_{k}" for k, name in enumerate(order)}
        local = dict.fromkeys(line.split(" = ")[0] for line in body)
        places |= {name: f"_x{k}" for k, name in enumerate(local)}
        alike = _NAME.sub(lambda m: places.get(m[0], m[0]), text)
        if alike not in self.known:
            self.known[alike] = f"_piece{len(self.known)}"
            head = f"def {self.known[alike]}({', '.join(order)}):"
            self.texts.append([head, *("    " + line for line in text.splitlines())])
        self.calls += 1
        values = ", ".join(arguments[name] for name in order)
        self.lines.append(f"{target} = {self.known[alike]}({values})")


def splitting(cell: NeuronEquations) -> Splitting:
    """Source that computes `_new_x` from `x` for the states of a splitting method."""
    system = cell.system
    middle = system.joint or system.stepped[:1]
    others = [s for s in system.stepped if s not in middle]
    whole = Splitting(lines=[f"_new_{s} = {s}" for s in system.stepped])
    now = {s: f"_new_{s}" for s in system.stepped}
    after = {s: f"_new_{s}" for s in system.exact} | {TIME: f"({TIME} + dt)"}
    if set(cell.clamped) & set(system.stepped):
        # Other states read the clamped ones, so these stay constant within the step, too.
        whole.lines.append("_free = 0.0 if _left[_i] > 0 else 1.0")
    if system.method == "backward_euler":
        for state in others:
            _carry(whole, cell, state, now, "dt")
        _middle(whole, cell, middle, now | after, "dt", solve=True)
        return whole
    whole.lines.append("_half = 0.5 * dt")
    for state in others:
        _carry(whole, cell, state, now, "_half")
    between = now | {s: f"_mid_{s}" for s in system.exact} | {TIME: f"({TIME} + _half)"}
    solve = bool(system.joint)
    if any(system.terms(s, set(middle))[1] for s in middle):
        # Coefficients that depend on the membrane potential use its value half a step ahead.
        _middle(whole, cell, middle, between, "_half", solve=solve)
        whole.lines += [f"_mid_{s} = _new_{s}" for s in middle]
        between |= {s: f"_mid_{s}" for s in middle}
    _middle(whole, cell, middle, between, "_half" if solve else "dt", solve=solve)
    if solve:
        whole.lines += [
            f"_new_{s} = (1.0 + _ahead_{s}) * _new_{s} - _ahead_{s} * {s}" for s in middle
        ]
    for state in reversed(others):
        _carry(whole, cell, state, now | after, "_half")
    return whole


def _middle(
    whole: Splitting, cell: NeuronEquations, states: tuple[str, ...], now: Mapping[str, str],
    span: str,
    *, solve: bool,
) -> None:  # fmt: skip
    if solve:
        _solve(whole, cell, states, now, span)
    else:
        _carry(whole, cell, states[0], now, span, start=states[0])


def _carry(
    whole: Splitting,
    cell: NeuronEquations,
    state: str,
    now: Mapping[str, str],
    span: str,
    start: str = "",
) -> None:
    """Advance one state over a span with all others constant, from `start` or its current value."""
    (rate, drift), parts = _linear(cell, state, {state}, (state, CONSTANT))
    free = "_free * " if state in cell.clamped else ""
    body = [
        *parts, f"_rate = {rate}", f"_drift = {drift}",
        "_move = _span * _phi(_rate * _span) * (_rate * _start + _drift)",
    ]  # fmt: skip
    places = {"_span": span, "_free": "_free", "_start": start or now[state]}
    whole.call(f"_new_{state}", _arguments(body, now) | places, body, f"_start + {free}_move")


def _linear(
    cell: NeuronEquations, state: str, variables: set[str], wanted: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Coefficients of a state's equation, and the source lines that compute them."""
    system = cell.system
    terms, _ = system.terms(state, variables)
    assert terms is not None  # System.of has checked it
    changing = {*system.odes, *system.subexpressions, INPUT, TIME}
    chosen = [multiplied(terms.get(n, ast.Constant(0.0)), changing) for n in wanted]
    needed = [n for n in system.needed(chosen) if n not in system.frozen]
    parts = [f"{name} = {ex.source(system.subexpressions[name])}" for name in needed]
    return [ex.source(simplified(tree)) for tree in chosen], parts


def _arguments(body: list[str], now: Mapping[str, str]) -> dict[str, str]:
    """Loop variables for the names that lines read but do not define."""
    local = {line.split(" = ")[0] for line in body}
    trees = [ast.parse(line.split(" = ", 1)[1], mode="eval").body for line in body]
    read = set().union(*(ex.names(tree) for tree in trees)) - local
    return {name: now.get(name, name) for name in sorted(read)}


def _solve(
    whole: Splitting,
    cell: NeuronEquations,
    joint: tuple[str, ...],
    now: Mapping[str, str],
    span: str,
) -> None:
    """Advance joint states over a span by one implicit solve: ``(1 - span A) x' = x + span b``.

    Over the whole step this is backward Euler. Half a step of it is the middle of a Crank-Nicolson
    step, which ends at ``2 x' - x``. Where conductances to the outside relax a state within less
    than half a step, that would overshoot and oscillate from step to step. There the extrapolation
    is shortened, so that the state ends at its equilibrium. Equations with few neighbours are
    eliminated first, so that a tree has no fill-in (Hines 1984).
    """
    near = {}
    for state in joint:
        terms, _ = cell.system.terms(state, set(joint))
        assert terms is not None
        near[state] = set(terms) & set(joint) - {state}
        free = " * _free" if state in cell.clamped else ""
        others = sorted(near[state])
        found, parts = _linear(cell, state, set(joint), (state, CONSTANT, *others))
        links = [f"_O_{state}__{other}" for other in others]
        for target, text in zip([f"_D_{state}", f"_B_{state}", *links], found, strict=True):
            body = [*parts, f"_value = {text}"]
            body = [line for line in body if _used(line, body)]
            whole.call(target, _arguments(body, now), body, "_value")
        whole.lines += [
            f"_D_{state} = 1.0 - {span}{free} * _D_{state}",
            f"_B_{state} = {state} + {span}{free} * _B_{state}",
            *(f"{link} *= -{span}{free}" for link in links),
        ]
        if cell.system.method == "strang":
            outwards = " + ".join([f"_D_{state}", *links])
            whole.lines.append(f"_ahead_{state} = 1.0 / max(1.0, {outwards} - 1.0)")
    whole.lines += _eliminated(joint, near)


def _eliminated(joint: tuple[str, ...], near: dict[str, set[str]]) -> list[str]:
    """Source lines of the elimination from the leaves of the tree, and of the back substitution."""
    lines: list[str] = []
    links = {s: near[s] | {o for o in joint if s in near[o]} for s in joint}
    filled = {(s, o) for s in joint for o in near[s]}
    left, order = list(joint), []
    while left:
        state = min(left, key=lambda s: (len(links[s] & set(left)), -joint.index(s)))
        left.remove(state)
        order.append(state)
        rest = [o for o in left if o in links[state]]
        for row in rest:
            if (row, state) not in filled:
                continue
            lines += [f"_f = _O_{row}__{state} / _D_{state}", f"_B_{row} -= _f * _B_{state}"]
            for other in rest:
                if (state, other) not in filled:
                    continue
                term = f"_f * _O_{state}__{other}"
                if other == row:
                    lines.append(f"_D_{row} -= {term}")
                elif (row, other) in filled:
                    lines.append(f"_O_{row}__{other} -= {term}")
                else:
                    lines.append(f"_O_{row}__{other} = -{term}")
                    filled.add((row, other))
                    links[row] |= {other}
                    links[other] |= {row}
    for k in reversed(range(len(order))):
        state = order[k]
        known = [f" - _O_{state}__{o} * _new_{o}" for o in order[k + 1 :] if (state, o) in filled]
        lines.append(f"_new_{state} = (_B_{state}{''.join(known)}) / _D_{state}")
    return lines


def _used(line: str, body: list[str]) -> bool:
    """Whether the value of the last line depends on this line."""
    wanted = {"_value"}
    for other in reversed(body):
        name, text = other.split(" = ", 1)
        if name in wanted:
            wanted |= set(_NAME.findall(text))
    return line.split(" = ")[0] in wanted
