import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.plot import receptive_fields


def test_each_neuron_is_an_image_at_its_place(drawn):
    weights = np.random.default_rng(0).random((2 * 3, 5))
    ax = drawn(receptive_fields(weights, (2, 3), columns=3, unit="pA"))
    mosaic = ax.images[0].get_array()
    assert mosaic.shape == (2 * 3 - 1, 3 * 4 - 1)
    for neuron in range(5):
        row, column = divmod(neuron, 3)
        part = mosaic[3 * row : 3 * row + 2, 4 * column : 4 * column + 3]
        assert np.array_equal(part.filled(np.nan), weights[:, neuron].reshape(2, 3))
    assert mosaic.count() == weights.size
    assert ax.figure.axes[1].get_ylabel() == "weight (pA)"


@pytest.mark.parametrize(("n", "columns"), [(1, None), (4, None), (7, 50)])
def test_grids_of_all_kinds_are_drawn(drawn, n, columns):
    drawn(receptive_fields(np.random.default_rng(0).random((16, n)), (4, 4), columns=columns))


@pytest.mark.parametrize(
    ("weights", "shape", "words"),
    [
        (np.ones(4), (2, 2), "n_pre, n_post"),
        (np.ones((4, 0)), (2, 2), "n_pre, n_post"),
        (np.ones((4, 2)), (2, 3), "must have 4 pixels"),
        (np.ones((4, 2)), (-2, -2), "at least 1"),
        (np.ones((4, 2)), (2.0, 2.0), "whole number"),
        (np.ones((4, 2)), (4,), "height and width"),
        (np.ones((4, 2)), 4, "height and width"),
        (np.full((4, 2), np.nan), (2, 2), "finite"),
    ],
)
def test_bad_input_is_an_error(weights, shape, words):
    with pytest.raises(ValidationError, match=words):
        receptive_fields(weights, shape)
