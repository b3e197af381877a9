"""The label vote against plain NumPy loops and against a hand-made case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spikesim.errors import ValidationError
from spikesim.readout import NO_CLASS, LabelVote


def loop_fit(counts, labels, n_classes):
    """Diehl & Cook's assignment as loops over neurons and classes."""
    assignment = []
    for j in range(counts.shape[1]):
        means = [
            np.mean([row[j] for row, y in zip(counts, labels, strict=True) if y == c] or [0.0])
            for c in range(n_classes)
        ]
        assignment.append(int(np.argmax(means)) if max(means) > 0 else NO_CLASS)
    return np.array(assignment)


def loop_predict(counts, assignment, n_classes):
    answers = []
    for row in counts:
        scores = [
            np.mean(row[assignment == c]) if c in assignment else 0.0 for c in range(n_classes)
        ]
        answers.append(int(np.argmax(scores)) if max(scores) > 0 else NO_CLASS)
    return np.array(answers)


def random_case(seed, n_images=60, n_neurons=12, n_classes=4):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n_images)
    return rng.poisson(0.7, (n_images, n_neurons)), labels


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_plain_loops(seed):
    counts, labels = random_case(seed)
    vote = LabelVote(n_classes=4).fit(counts, labels)
    np.testing.assert_array_equal(vote.assignment, loop_fit(counts, labels, 4))
    np.testing.assert_array_equal(
        vote.predict(counts), loop_predict(counts, vote.assignment, vote.n_classes)
    )


def test_hand_made_case():
    counts = np.array([[5, 0, 0, 1], [4, 1, 0, 0], [0, 3, 0, 2]], np.uint8)
    vote = LabelVote().fit(counts, [0, 0, 1])
    assert vote.assignment.tolist() == [0, 1, NO_CLASS, 1]
    assert vote.n_unassigned == 1
    np.testing.assert_allclose(vote.scores([[2, 3, 9, 0]]), [[2.0, 1.5]])
    assert vote.predict([[2, 3, 9, 0]]).tolist() == [0]
    assert vote.score(counts, [0, 0, 1]) == 1.0


def test_silent_images_and_unassigned_neurons_have_no_vote():
    vote = LabelVote().fit([[1, 0, 0], [0, 1, 0]], [0, 1])
    assert vote.predict([[0, 0, 0], [0, 0, 7]]).tolist() == [NO_CLASS, NO_CLASS]
    assert vote.score([[0, 0, 0], [1, 0, 0]], [0, 0]) == 0.5


def test_class_without_images_or_neurons_scores_zero():
    vote = LabelVote(n_classes=3).fit([[1, 0], [0, 1]], [0, 2])
    assert vote.response[1].tolist() == [0, 0]
    assert vote.scores([[1, 1]])[0, 1] == 0


@settings(deadline=None, max_examples=50)
@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_uniform_scaling_changes_nothing(counts, n_classes, random):
    labels = np.array([random.randrange(n_classes) for _ in counts])
    one = LabelVote(n_classes=n_classes).fit(counts, labels)
    two = LabelVote(n_classes=n_classes).fit(counts * 4.0, labels)
    np.testing.assert_array_equal(one.assignment, two.assignment)
    np.testing.assert_array_equal(one.predict(counts), two.predict(counts * 4.0))


@pytest.mark.parametrize(
    ("counts", "labels", "match"),
    [
        ([1, 2, 3], [0, 1, 2], "LabelVote.counts: must have shape"),
        ([[1.0, np.nan]], [0], "finite and not negative"),
        ([[1, -1]], [0], "finite and not negative"),
        ([["a"]], [0], "must be numbers"),
        ([[1, 2]], [0, 1], "one label for each of the 1 images"),
        ([[1, 2]], [-1], "must not be negative, got -1"),
        ([[1, 2]], [0.5], "whole numbers"),
        (np.zeros((0, 3)), [], "at least one image"),
    ],
)
def test_bad_input_is_named(counts, labels, match):
    with pytest.raises(ValidationError, match=match):
        LabelVote().fit(counts, labels)


def test_bad_use_is_named():
    with pytest.raises(ValidationError, match="call fit"):
        LabelVote().predict([[1]])
    with pytest.raises(ValidationError, match="at least 1"):
        LabelVote(n_classes=0)
    with pytest.raises(ValidationError, match="below the number of classes 2, got 5"):
        LabelVote(n_classes=2).fit([[1]], [5])
    with pytest.raises(ValidationError, match="each of the 2 neurons"):
        LabelVote().fit([[1, 2]], [0]).predict([[1, 2, 3]])
