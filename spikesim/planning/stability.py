"""Check that a step is short enough for an explicit method, at the initial state.

What relaxes too fast only because of other variables, such as a membrane with open conductances, is
no reason to refuse a step: where that happens, and while it does, the kernel takes another method
(`spikesim.codegen.explicit_source`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikesim.codegen.explicit_source import Explicit
from spikesim.equations.methods import TABLEAUX, Tableau
from spikesim.equations.neuron_equations import INPUT, TIME, NeuronEquations
from spikesim.errors import ValidationError
from spikesim.language import expressions as ex

_LOOKED_AT = 4  # neurons of a population, besides those with extreme parameters


def check_stability(
    cell: NeuronEquations,
    parameters: dict[str, np.ndarray],
    state: np.ndarray,
    dt: float,
    owner: str,
) -> None:
    """Raise if a decaying mode of the equations would grow from step to step.

    Parameters
    ----------
    cell : NeuronEquations
        The model.
    parameters : dict
        Parameter values of shape () or (n,).
    state : numpy.ndarray
        Initial state, shape (states, n).
    dt : float
        Step (ms).
    owner : str
        The population's name.
    """
    tableau = TABLEAUX.get(cell.system.method)
    if tableau is None or not judged(cell):
        return
    some = outermost(parameters, state.shape[1])
    values: dict[str, Any] = {
        name: v[some, None] if v.ndim else v[()] for name, v in parameters.items()
    }
    values |= dict(zip(cell.states, state[:, some, None], strict=True))
    values |= {INPUT: 0.0, TIME: 0.0, "dt": dt}
    with np.errstate(all="ignore"):
        all_rates, all_modes = np.linalg.eig(_jacobians(cell, values, some.size))
        growth = np.abs(tableau.growth(all_rates * dt))
    for rates, modes, grows in zip(all_rates, all_modes, growth > 1 + 1e-9, strict=True):
        unstable = (rates.real < 0) & grows
        if not unstable.any():
            continue
        worst = int(np.argmin(np.where(unstable, rates.real, 0.0)))
        name = cell.system.stepped[int(np.argmax(np.abs(modes[:, worst])))]
        if name in Explicit(cell).driven:
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


def judged(cell: NeuronEquations) -> bool:
    """Whether an explicit method integrates some of the states."""
    return cell.system.method in TABLEAUX and bool(cell.system.stepped)


def outermost(values: dict[str, np.ndarray], size: int) -> np.ndarray:
    """Return indices of a few neurons and of those with the extreme parameter values."""
    places = set(np.linspace(0, size - 1, _LOOKED_AT).astype(int).tolist())
    for value in values.values():
        if value.ndim:
            places |= {int(np.argmin(value)), int(np.argmax(value))}
    return np.array(sorted(places))


def _longest(tableau: Tableau, rate: complex, dt: float) -> float:
    """Return the longest step at which a mode of this rate does not grow."""
    stable, growing = 0.0, dt
    for _ in range(30):
        middle = (stable + growing) / 2
        if abs(tableau.growth(np.asarray(rate * middle))) > 1:
            growing = middle
        else:
            stable = middle
    return stable


def _jacobians(cell: NeuronEquations, values: dict[str, Any], n: int) -> np.ndarray:
    """Derivatives of the stepped states' rates in n neurons, by central differences, (n, k, k).

    `values` have the shape (n, 1) or are scalars.
    """
    system = cell.system
    trees = [system.inlined(system.odes[s], set(system.subexpressions)) for s in system.stepped]
    functions = {name: f.for_arrays() for name, f in cell.functions.items()}
    k = len(system.stepped)
    h = [1e-5 * np.maximum(np.abs(values[name]), 1e-3) for name in system.stepped]
    moved = {  # column j with state j above, column k + j with it below
        name: values[name] + np.concatenate([np.eye(k)[j], -np.eye(k)[j]]) * h[j]
        for j, name in enumerate(system.stepped)
    }
    rates = np.array(
        [np.broadcast_to(ex.evaluate(tree, values | moved, functions), (n, 2 * k))
         for tree in trees]
    )  # fmt: skip
    jacobians = (rates[..., :k] - rates[..., k:]) / (2 * np.concatenate(h, axis=1))
    return np.where(np.isfinite(jacobians), jacobians, 0.0).swapaxes(0, 1)
