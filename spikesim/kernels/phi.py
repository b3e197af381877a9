"""Approximations of (exp(x) - 1) / x that vectorise and give the same bits on every processor."""

from __future__ import annotations

from spikesim.jit import kernel


@kernel(inline=True)
def phi(x):
    """phi_1(x) = (exp(x) - 1) / x: a Pade approximation at x / 8, doubled three times.

    phi(2 z) = phi(z) (1 + z phi(z) / 2). The relative error is below 5e-15 for -1 < x < 1 and below
    2e-10 for x < 2. Below -40, exp(x) is negligible, and phi is -1 / x.
    """
    z = x * 0.125
    d = 1.0 - z * (
        0.5 - z * (0.10714285714285714 - z * (0.011904761904761904 - z * 0.0005952380952380953))
    )
    p = (1.0 + z * z * 0.023809523809523808) / d
    h = 0.5 * z
    p += h * p * p
    h += h
    p += h * p * p
    h += h
    p += h * p * p
    return -1.0 / x if x < -40.0 else p


@kernel(inline=True)
def phi_rational(x):
    """phi_1(x) from Pade approximations of exp, (2, 3) below 0 and (3, 2) above: one division.

    The error of ``x phi(x)`` is x**6 / 7200, 2e-6 for x = -0.5, and the result stays damped for
    large negative x. It is used by splitting methods, whose own error is larger.
    """
    fall = x < 0.0
    a = -0.1 if fall else 0.1
    b = 0.6 if fall else 0.4
    c = 0.15 if fall else 0.05
    d = 0.016666666666666666 if fall else 0.0
    return (1.0 + x * (x * 0.016666666666666666 + a)) / (1.0 - x * (b - x * (c - x * d)))
