"""Row counts: over all u in [0, 1) each count must take its probability's share."""

import numpy as np
import pytest
from scipy import stats

from spikesim.kernels.counts import binomial, hypergeometric

N = 20_000
GRID = (np.arange(N) + 0.5) / N


def shares(function, *args):
    """The share of the unit interval that gives each count."""
    return np.bincount([function(u, *args) for u in GRID]) / N


@pytest.mark.parametrize(
    ("n", "p"),
    [(1, 0.5), (10, 0.01), (10, 0.99), (100, 0.5), (5000, 0.1), (12500, 1e-5), (7, 1e-300)],
)
def test_binomial(n, p):
    got = shares(binomial, n, p)
    # Each count owns one interval of u, so a grid of N points errs by at most one point.
    np.testing.assert_allclose(got, stats.binom(n, p).pmf(np.arange(got.size)), atol=1.01 / N)


def test_binomial_at_the_ends():
    assert binomial(0.5, 9, 0.0) == 0
    assert binomial(0.5, 9, 1.0) == 9
    assert binomial(0.5, 0, 0.5) == 0
    for u in (0.0, 1.0 - 2.0**-53):
        assert 0 <= binomial(u, 10**9, 0.3) <= 10**9


@pytest.mark.parametrize(
    ("good", "total", "draws"),
    [(5, 10, 5), (1, 100, 3), (99, 100, 50), (300, 10_000, 2000), (5000, 10**8, 10**6), (3, 4, 3)],
)
def test_hypergeometric(good, total, draws):
    got = shares(hypergeometric, good, total, draws)
    expected = stats.hypergeom(total, good, draws).pmf(np.arange(got.size))
    np.testing.assert_allclose(got, expected, atol=1.01 / N)


def test_hypergeometric_at_the_ends():
    assert hypergeometric(0.5, 4, 4, 3) == 3
    assert hypergeometric(0.5, 4, 9, 0) == 0
    assert hypergeometric(0.5, 4, 9, 9) == 4
    assert hypergeometric(0.5, 0, 9, 5) == 0
    for u in (0.0, 1.0 - 2.0**-53):
        assert 0 <= hypergeometric(u, 10**5, 10**10, 10**9) <= 10**5
