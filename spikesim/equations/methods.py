"""Numerical integration methods for equations that have no exact solution.

An explicit scheme is defined by its Butcher tableau (Hairer, Norsett & Wanner 1993, II.1); to add
a scheme, add a row. Exponential Euler needs equations that are linear in their own variable.

A splitting method advances one variable at a time while the others are constant; joint variables
are advanced by one implicit solve. "strang" takes half a step of all variables but the membrane
potential, a whole step of the potential, and the second halves in reverse order. It is symmetric
and therefore of second order (Strang 1968, SIAM J. Numer. Anal. 5:506; Hines 1984, Int. J. Bio-Med.
Comput. 15:69, where the halves are staggered instead). "backward_euler" takes whole steps of the
others, then of the potential. It is of first order, but damps stiff modes at any step size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tableau:
    """An explicit Runge-Kutta scheme.

    Attributes
    ----------
    nodes : tuple of float
        When each stage is evaluated, in steps.
    stages : tuple of tuple of float
        For each stage the weights of the slopes before it.
    weights : tuple of float
        Weights of the slopes in the result.
    """

    nodes: tuple[float, ...]
    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]

    def growth(self, z: np.ndarray) -> np.ndarray:
        """Stability function: the factor of x in one step of x' = (z / dt) x."""
        slopes: list[np.ndarray] = []
        for row in self.stages:
            inner = sum((a * k for a, k in zip(row, slopes, strict=True)), np.zeros_like(z))
            slopes.append(z * (1 + inner))
        return 1 + sum((b * k for b, k in zip(self.weights, slopes, strict=True)), 0 * z)


TABLEAUX = {
    "euler": Tableau((0.0,), ((),), (1.0,)),
    "rk2": Tableau((0.0, 0.5), ((), (0.5,)), (0.0, 1.0)),
    "heun": Tableau((0.0, 1.0), ((), (1.0,)), (0.5, 0.5)),
    "rk4": Tableau(
        (0.0, 0.5, 0.5, 1.0),
        ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
        (1 / 6, 1 / 3, 1 / 3, 1 / 6),
    ),
}
LONGEST = 2.0
"""Longest stable step of each explicit scheme, in time constants.

Beyond it Euler's, Heun's and the midpoint method are unstable. The fourth-order Runge-Kutta method
is unstable from 2.8 on, but its third stage overshoots to the wrong side of the start before that:
a falling membrane potential is then evaluated above its start, where an exponential spike term may
trigger a spike.
"""
SPLITTINGS = ("strang", "backward_euler")
METHODS = ("auto", "exact", "exponential_euler", *SPLITTINGS, *TABLEAUX)
