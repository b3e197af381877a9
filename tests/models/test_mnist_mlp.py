"""The MLP baseline: counts of its parameters, seeds, solvers."""

from __future__ import annotations

import numpy as np
import pytest

from models.mnist import mlp
from models.mnist.options import Options


def options(**values):
    return Options(**{"hidden": (8, 5), "epochs": 3} | values)


def test_parameters_and_multiply_adds(tiny):
    trained = mlp.train(options(), tiny.train, tiny.test, seed=1)
    assert trained.multiply_adds == 36 * 8 + 8 * 5 + 5 * 3
    assert trained.parameters == trained.multiply_adds + 8 + 5 + 3
    assert trained.predicted.shape == (25,)
    assert trained.seconds > 0


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_learns(tiny, solver):
    trained = mlp.train(options(epochs=60, solver=solver), tiny.train, tiny.test, seed=1)
    assert (trained.predicted == tiny.test.labels).mean() > 0.9


def test_same_seed_same_answers(tiny):
    one, two, other = (mlp.train(options(), tiny.train, tiny.test, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.predicted, two.predicted)
    assert one.curve == two.curve
    assert one.curve != other.curve


def test_curve_has_a_point_for_each_epoch(tiny):
    epochs = []
    trained = mlp.train(options(), tiny.train, tiny.test, 1, epochs.append)
    assert [point[0] for point in trained.curve] == [60, 120, 180]
    assert all(0 <= point[1] <= 1 for point in trained.curve)
    assert epochs == [1, 2, 3]
    assert mlp.train(options(solver="lbfgs"), tiny.train, tiny.test, 1).curve == []


def test_pixels_are_scaled_to_one(tiny):
    x = mlp.scaled(tiny.train)
    assert x.dtype == np.float32
    assert x.shape == (60, 36)
    assert x.max() == 1.0
