"""Whether a step is short enough for an explicit method, seen from the state at the start.

What relaxes too fast only because of other variables, such as a membrane with open conductances, is
no reason to refuse a step: where that happens, and while it does, the kernel takes another method
(`spikesim.equations.explicit_source`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.equations import expressions as ex
from spikesim.equations.cell import INPUT, TIME, Cell
from spikesim.equations.explicit_source import Explicit
from spikesim.equations.methods import TABLEAUX, Tableau
from spikesim.errors import ValidationError

_LOOKED_AT = 4  # neurons of a population


def check_stability(
    cell: Cell, parameters: dict[str, np.ndarray], state: np.ndarray, dt: float, owner: str
) -> None:
    """Raise if a process that decays would grow from step to step.

    Parameters
    ----------
    cell : Cell
        The model.
    parameters : dict
        Values of shape () or (n,).
    state : numpy.ndarray
        State at the start, (states, n).
    dt : float
        Step (ms).
    owner : str
        The population's name.
    """
    tableau = TABLEAUX.get(cell.system.method)
    if tableau is None or not cell.system.stepped:
        return
    damped = Explicit(cell).driven
    for i in np.unique(np.linspace(0, state.shape[1] - 1, _LOOKED_AT).astype(int)):
        values = {name: v[i] if v.ndim else v[()] for name, v in parameters.items()}
        values |= dict(zip(cell.states, state[:, i], strict=True))
        values |= {INPUT: 0.0, TIME: 0.0, "dt": dt}
        with np.errstate(all="ignore"):
            rates, modes = np.linalg.eig(_jacobian(cell, values))
            unstable = (rates.real < 0) & (np.abs(tableau.growth(rates * dt)) > 1 + 1e-9)
        if not unstable.any():
            continue
        worst = int(np.argmin(np.where(unstable, rates.real, 0.0)))
        name = cell.system.stepped[int(np.argmax(np.abs(modes[:, worst])))]
        if name in damped:
            continue
        longest = _longest(tableau, rates[worst], dt)
        advice = f"take dt <= {longest:.2g} ms or another method"
        if longest < 1e-6:
            advice = "check its time constants, or take another method"
        raise ValidationError(
            f"dt = {dt:g} ms is too long a step for the method {cell.system.method!r}: {name} "
            f"relaxes within {-1 / rates[worst].real:.3g} ms at the start, and would grow without "
            f"bound; {advice}", None, owner,
        )  # fmt: skip


def _longest(tableau: Tableau, rate: complex, dt: float) -> float:
    """The longest step at which a process of this rate does not grow."""
    stable, growing = 0.0, dt
    for _ in range(30):
        middle = (stable + growing) / 2
        if abs(tableau.growth(np.asarray(rate * middle))) > 1:
            growing = middle
        else:
            stable = middle
    return stable


def _jacobian(cell: Cell, values: dict[str, Any]) -> np.ndarray:
    """Derivatives of the stepped states' rates, by central differences."""
    system = cell.system
    trees = [system.inlined(system.odes[s], set(system.subexpressions)) for s in system.stepped]
    functions = {name: f.for_arrays() for name, f in cell.functions.items()}
    k = len(system.stepped)
    h = np.array([1e-5 * max(abs(values[name]), 1e-3) for name in system.stepped])
    moved = {  # column j with state j above, column k + j with it below
        name: values[name] + np.concatenate([np.eye(k)[j], -np.eye(k)[j]]) * h[j]
        for j, name in enumerate(system.stepped)
    }
    rates = [np.broadcast_to(ex.evaluate(tree, values | moved, functions), 2 * k) for tree in trees]
    jacobian = np.array([(r[:k] - r[k:]) / (2 * h) for r in rates])
    return np.where(np.isfinite(jacobian), jacobian, 0.0)
