import numpy as np
import pytest

from spikesim.errors import ValidationError
from spikesim.plot import confusion_matrix


def written(ax):
    return {tuple(map(int, text.get_position())): text.get_text() for text in ax.texts}


def test_colours_are_shares_of_the_true_class(drawn):
    ax = drawn(confusion_matrix([[9, 1], [0, 0]], labels=["zero", "one"]))
    assert np.allclose(ax.images[0].get_array(), [[0.9, 0.1], [0.0, 0.0]])
    assert written(ax) == {(0, 0): "90", (1, 0): "10"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["zero", "one"]


def test_cells_may_be_counts_and_answers_may_be_missing(drawn):
    ax = drawn(confusion_matrix([[990, 2, 8], [3, 997, 0]], percent=False))
    assert written(ax)[(2, 0)] == "8"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "none"]


def test_small_shares_are_not_rounded_to_nothing_and_many_classes_have_no_numbers(drawn):
    assert written(drawn(confusion_matrix([[996, 4], [0, 1]])))[(1, 0)] == "0.4"
    assert not drawn(confusion_matrix(np.eye(47))).texts


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ([[1, -1], [0, 1]], None),
        ([[1, 2, 3, 4], [0, 1, 2, 3]], None),
        ([1, 2], None),
        (np.empty((0, 0)), None),
        ([[np.nan]], None),
        ([[1, 2], [3, 4]], ["one"]),
    ],
)
def test_bad_input_is_an_error(counts, labels):
    with pytest.raises(ValidationError, match="confusion_matrix"):
        confusion_matrix(counts, labels=labels)
