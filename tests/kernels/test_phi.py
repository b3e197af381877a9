import numpy as np
import pytest

from spikesim.jit import kernel
from spikesim.kernels.phi import phi


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
    ("span", "bound"), [(1e-9, 1e-15), (1e-3, 1e-15), (1.0, 1e-15), (10.0, 4e-15), (39.9, 2e-14)]
)
def test_it_is_expm1_over_its_argument(span, bound):
    x = np.concatenate([np.linspace(-span, span, 2001), [0.0]])
    assert np.abs(evaluated(x) / exact(x) - 1.0).max() < bound


def test_stiff_equations_reach_their_end():
    x = -np.logspace(1, 9, 500)
    assert np.allclose(evaluated(x), exact(x), rtol=1e-13, atol=0.0)
