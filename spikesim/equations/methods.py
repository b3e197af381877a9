"""How equations that cannot be integrated exactly are carried over a step.

An explicit scheme is data: a Butcher tableau (Hairer, Norsett & Wanner 1993, II.1). To add one,
add a row. Exponential Euler needs equations that are linear in their own variable.

A splitting carries one variable after the other with the others held, and those that are joint by
one implicit solve. "strang" takes half a step of all but the membrane, a whole one of the membrane,
and the other halves in reverse order: it is symmetric, and so of second order (Strang 1968, SIAM
J. Numer. Anal. 5:506; Hines 1984, Int. J. Bio-Med. Comput. 15:69, where the halves are staggered
instead). "backward_euler" takes whole steps of the others, then of the membrane: of first order,
but what is stiff dies out at any step.
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
        """By what a linear process of rate z / dt is multiplied in one step."""
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
"""How many time constants a step of an explicit scheme may have.

Beyond it Euler's, Heun's and the midpoint method grow. Runge-Kutta's of fourth order does so from
2.8 on, but its third stage lies on the wrong side of the start before that: a membrane that is
pulled down is tried above, where an exponential may take it to a spike.
"""
SPLITTINGS = ("strang", "backward_euler")
METHODS = ("auto", "exact", "exponential_euler", *SPLITTINGS, *TABLEAUX)
