"""The learning curve of the spiking network against votes on all counts at once."""

from __future__ import annotations

import json

import numpy as np

from models.mnist.running_vote import MEMORY, RunningVote
from spikesim.readout import LabelVote


def responses(n=400, neurons=9, n_classes=3):
    rng = np.random.default_rng(4)
    labels = rng.integers(0, n_classes, n)
    return rng.poisson(rng.gamma(0.5, 2.0, (n_classes, neurons))[labels]), labels


def feed(vote, counts, labels, chunk=10):
    for at in range(0, len(labels), chunk):
        vote.see(counts[at : at + chunk], labels[at : at + chunk])


def test_each_block_is_scored_by_labels_of_the_blocks_before():
    counts, labels = responses()
    vote, block = RunningVote(3, 9, 20), 20
    feed(vote, counts, labels)
    expected = []
    for at in range(block, len(labels), block):
        before = slice(max(0, at - MEMORY * block), at)
        now = slice(at, at + block)
        fitted = LabelVote(3).fit(counts[before], labels[before])
        expected.append([at + block, fitted.score(counts[now], labels[now])])
    np.testing.assert_allclose(vote.curve, expected)


def test_goes_on_from_a_saved_state():
    counts, labels = responses()
    whole, first = RunningVote(3, 9, 20), RunningVote(3, 9, 20)
    feed(whole, counts, labels)
    feed(first, counts[:130], labels[:130])
    second = RunningVote(3, 9, 20)
    second.restore(json.loads(json.dumps(first.record())), first.arrays())
    feed(second, counts[130:], labels[130:])
    assert second.curve == whole.curve


def test_unfinished_blocks_give_no_point():
    counts, labels = responses(30)
    vote = RunningVote(3, 9, 20)
    feed(vote, counts, labels)
    assert vote.curve == []
