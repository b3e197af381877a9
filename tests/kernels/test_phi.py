import numpy as np
import pytest

from spikesim.jit import kernel
from spikesim.kernels.phi import phi, phi_rational


@kernel
def fill(x, out):
    for i in range(x.size):
        out[i] = phi(x[i])


def evaluated(x):
    out = np.empty_like(x)
    fill(x, out)
    return out


def exact(x):
    safe = np.where(x == 0.0, 1.0, x)
    return np.where(x == 0.0, 1.0, np.expm1(safe) / safe)


@pytest.mark.parametrize(
    ("low", "high", "bound"),
    [(-1e-9, 1e-9, 1e-15), (-1e-3, 1e-3, 1e-15), (-1.0, 1.0, 5e-15), (-39.9, 2.0, 2e-10)],
)
def test_it_is_expm1_over_its_argument(low, high, bound):
    x = np.concatenate([np.linspace(low, high, 2001), [0.0]])
    assert np.abs(evaluated(x) / exact(x) - 1.0).max() < bound


def test_stiff_equations_reach_their_end():
    x = -np.logspace(1, 9, 500)
    assert np.allclose(evaluated(x), exact(x), rtol=2e-10, atol=0.0)


def test_the_rational_form():
    """Within the error that it states, damping far below 0, and without a pole above it."""
    x = np.concatenate([-np.geomspace(1e-12, 1.0, 60), np.geomspace(1e-12, 1.0, 60)])
    moved = np.array([phi_rational(v) * v for v in x])
    assert (np.abs(moved - np.expm1(x)) <= np.abs(x) ** 6 / 7200 * np.exp(np.abs(x)) + 1e-16).all()
    assert phi_rational(0.0) == 1.0
    far = np.array([1.0 + v * phi_rational(v) for v in -np.geomspace(1.0, 1e6, 50)])
    assert (np.abs(far) < 1.0).all()
    assert abs(far[-1]) < 1e-5
    assert all(phi_rational(v) > 0.0 for v in np.linspace(0.0, 50.0, 99))
