"""Warn of parameter values that are allowed but probably mistakes.

A refractory period between two steps is taken to the nearest; a time constant below half the step
hints at a value in seconds; a reset that meets the threshold makes a neuron fire for ever.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from spikesim.equations.neuron_equations import NeuronEquations
from spikesim.errors import describe, warn
from spikesim.language import expressions as ex
from spikesim.neurons import Neuron
from spikesim.planning.neurons import refractory_of
from spikesim.units import Param, ms

_SHORTEST = 0.5  # time constants, in steps


def warn_of_neurons(
    model: Neuron,
    cell: NeuronEquations,
    values: dict[str, np.ndarray],
    dt: float,
    owner: str,
    *,
    drawn: Collection[str] = (),
    changed: Collection[str] | None = None,
) -> None:
    """Warn of a population's parameters.

    Parameters
    ----------
    model, cell : Neuron, NeuronEquations
        The model and its equations.
    values : dict
        Parameters by full name, of shape () or (n,).
    dt : float
        Step (ms).
    owner : str
        The population's name.
    drawn : collection of str
        Parameters that were drawn; they are not multiples of the step, and are rounded silently.
    changed : collection of str, optional
        Check only these parameters and what depends on them. Default: all parameters.
    """
    asked = set(values) if changed is None else set(changed)
    timed = {"t_ref"} if cell.t_ref is None else ex.names(cell.t_ref)
    if timed & asked:
        refractory_of(cell, values, dt, owner, silent=bool(timed & set(drawn)))
    declared = {}
    for name in asked:
        found = model.owner(name)
        if found is not None:
            declared[name] = found[0].declared[found[1]]
    warn_of_taus(declared, values, dt, owner)
    _warn_of_reset(model, cell, values, None if changed is None else asked, owner)


def warn_of_taus(
    declared: Mapping[str, Param], values: Mapping[str, Any], dt: float, owner: object
) -> None:
    """Warn of time constants below half of `dt` (ms): parameters in ms called ``tau...``."""
    for name, parameter in declared.items():
        if not name.startswith("tau") or parameter.unit.dimension != ms.dimension:
            continue
        given = np.atleast_1d(values[name])
        short = (given > 0) & (given * parameter.unit.scale < _SHORTEST * dt * (1 - 1e-9))
        if short.any():
            i = int(np.argmax(short))
            where = f" (at index {i})" if given.size > 1 else ""
            warn(
                f"{describe(owner)}.{name}: {given[i]:g} {parameter.unit}{where} is less than "
                f"half of dt = {dt:g} ms; values are in {parameter.unit}: is it meant in another "
                "unit?"
            )


def _warn_of_reset(
    model: Neuron,
    cell: NeuronEquations,
    values: dict[str, np.ndarray],
    changed: set[str] | None,
    owner: str,
) -> None:
    """Warn if the neuron meets its threshold after every reset, whatever its state.

    Threshold conditions that the reset does not affect are ignored: whether they hold depends on
    the neuron's state.
    """
    if cell.rearm is not None or not cell.reset:
        return
    reset = {name: cell.system.whole(tree) for name, tree in cell.reset.items()}
    parts = _joined(cell.system.whole(cell.threshold), ast.BitAnd)
    touched = [part for part in parts if ex.names(part) & set(reset)]
    after = [ex.substitute(part, reset) for part in touched]
    read: set[str] = set().union(*map(ex.names, after))
    if not touched or (changed is not None and not read & changed):
        return
    functions = {name: f.for_arrays() for name, f in cell.functions.items()}
    fires = np.ones(1, bool)
    for part in after:
        known = [p for p in _joined(part, ast.BitOr) if _readable(p, values)]
        with np.errstate(all="ignore"):
            holds = [ex.evaluate(p, values, functions) != 0 for p in known]
        fires = fires & functools.reduce(np.logical_or, holds, np.zeros(1, bool))
    if fires.any():
        i = int(np.argmax(fires))
        where = f" in neuron {i}" if fires.size > 1 else ""
        at = ", ".join(f"{n} = {values[n][i] if values[n].ndim else values[n]:g}"
                       for n in sorted(read & set(values)))  # fmt: skip
        rest = "" if len(touched) == len(parts) else " whenever its other conditions hold"
        warn(
            f"{owner}: the reset meets the threshold {model.threshold!r}{where}"
            f"{f' ({at})' if at else ''}, so that after one spike the neuron fires for ever{rest}"
        )


def _joined(tree: ast.expr, op: type[ast.operator], *, negated: bool = False) -> list[ast.expr]:
    """Split a condition into its operands of "and" (`ast.BitAnd`) or "or" (`ast.BitOr`)."""
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return _joined(tree.operand, op, negated=not negated)
    sign = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}[op] if negated else op  # de Morgan
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, sign):
        sides = (tree.left, tree.right)
        return [part for side in sides for part in _joined(side, op, negated=negated)]
    return [ast.UnaryOp(ast.Not(), tree) if negated else tree]


def _readable(tree: ast.expr, values: Mapping[str, Any]) -> bool:
    """Whether an expression contains only parameters, and no random draws."""
    return ex.names(tree) <= set(values) and ex.RAND not in ex.called(tree)
