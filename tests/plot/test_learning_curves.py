import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.plot import learning_curves


def test_draws_means_and_their_range_over_runs(drawn):
    runs = np.array([[0.5, 0.7, 0.9], [0.6, 0.8, np.nan]])
    ax = drawn(learning_curves({"vote": ([1, 2, 3], runs)}, levels={"MLP": 0.98}))
    vote, level = ax.lines
    assert np.allclose(vote.get_ydata(), [0.55, 0.75, np.nan], equal_nan=True)
    assert level.get_ydata()[0] == 0.98
    assert len(ax.collections) == 1
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["vote", "MLP"]
    assert ax.yaxis.get_major_formatter()(0.925) == "92.5"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("images seen", "accuracy (%)")


def test_one_run_has_no_band(drawn):
    ax = drawn(learning_curves({"vote": (np.arange(100), np.linspace(0, 1, 100))}))
    assert not ax.collections
    drawn(learning_curves({}))


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([0.1, 0.2], "mapping"),
        ({"vote": [0.1]}, "pair"),
        ({"vote": ([1, 2], [0.1])}, "shape"),
        ({"vote": ([1, 2], np.zeros((0, 2)))}, "shape"),
        ({"vote": ([1, 2], [0.1, 1.2])}, "fractions from 0 to 1, got 1.2"),
        ({"vote": ([1, 2], [0.1, -0.2])}, "fractions"),
        ({"vote": ([1, np.nan], [0.1, 0.2])}, "finite"),
        ({"vote": ([1, 2], ["a", "b"])}, "pair"),
    ],
)
def test_bad_curves_are_errors(curves, words):
    with pytest.raises(ValidationError, match=words):
        learning_curves(curves)


@pytest.mark.parametrize("level", [98.0, np.nan, "high"])
def test_bad_levels_are_errors(level):
    with pytest.raises(ValidationError, match=r"MLP\.levels"):
        learning_curves({}, levels={"MLP": level})
