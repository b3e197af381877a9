"""(exp(x) - 1) / x without a call of exp: it vectorises, and its bits are the same everywhere."""

from __future__ import annotations

from spikesim.jit import kernel


@kernel(inline=True)
def phi(x):
    """phi_1(x) = (exp(x) - 1) / x: its series at x / 256, doubled eight times.

    phi(2 z) = phi(z) (1 + z phi(z) / 2). The relative error is below 3e-15 for -10 < x < 10. Below
    -40, exp(x) is lost beside 1, and phi is -1 / x.
    """
    z = x * 0.00390625
    p = 1.0 + z * 0.1
    p = 1.0 + z * 0.1111111111111111 * p
    p = 1.0 + z * 0.125 * p
    p = 1.0 + z * 0.14285714285714285 * p
    p = 1.0 + z * 0.16666666666666666 * p
    p = 1.0 + z * 0.2 * p
    p = 1.0 + z * 0.25 * p
    p = 1.0 + z * 0.3333333333333333 * p
    p = 1.0 + z * 0.5 * p
    p = p + z * 0.5 * p * p
    p = p + z * p * p
    p = p + z * 2.0 * p * p
    p = p + z * 4.0 * p * p
    p = p + z * 8.0 * p * p
    p = p + z * 16.0 * p * p
    p = p + z * 32.0 * p * p
    p = p + z * 64.0 * p * p
    return -1.0 / x if x < -40.0 else p
