"""What the options allow, the presets, and which images a run uses for what."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.mnist.idx import Dataset
from models.mnist.options import Options, preset
from models.mnist.protocol import fingerprint, order, split
from spikesim import ValidationError
from tests.models.conftest import strokes


def test_options_survive_json():
    options = Options(neurons=(5, 7), hidden=(3,), seeds=(2, 4), faithful=True)
    assert Options.from_json(json.loads(json.dumps(options.as_json()))) == options
    assert options.differences(Options(neurons=(5, 7), hidden=(3,), seeds=(2, 4))) == ["faithful"]


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"neurons": (0,)}, "mnist.neurons: must be at least 1, got 0"),
        ({"neurons": ()}, "mnist.neurons"),
        ({"neurons": (4, 4)}, "different numbers"),
        ({"hidden": (30, 0)}, "mnist.hidden"),
        ({"seeds": (-1,)}, "mnist.seeds"),
        ({"passes": 0}, "mnist.passes"),
        ({"epochs": 0}, "mnist.epochs"),
        ({"n_train": -5}, "mnist.n_train"),
        ({"activation": "step"}, "must be one of relu, tanh, logistic, identity, got 'step'"),
        ({"solver": "rprop"}, "must be one of adam, sgd, lbfgs, got 'rprop'"),
    ],
)
def test_bad_options_are_named(values, match):
    with pytest.raises(ValidationError, match=match):
        Options(**values)


def test_equal_hidden_layers_are_allowed():
    assert Options(hidden=(50, 50)).hidden == (50, 50)


def test_presets():
    default, quick = Options(**preset()), Options(**preset(quick=True))
    assert default.n_train == 0
    assert 0 < quick.n_train < 60_000
    assert len(Options(**preset(full=True)).seeds) >= 3
    assert Options(**preset(faithful=True)).n_train > 0
    assert "n_train" not in preset(full=True, faithful=True)
    with pytest.raises(ValidationError, match="exclude each other"):
        preset(quick=True, full=True)


def test_split_takes_the_first_images(tiny):
    images = split(tiny, Options(n_train=40, n_label=15, n_test=10))
    np.testing.assert_array_equal(images.train.labels, tiny.train.labels[:40])
    np.testing.assert_array_equal(images.label(9).labels, tiny.train.labels[:15])
    np.testing.assert_array_equal(images.test.labels, tiny.test.labels[:10])
    assert (images.n_pixels, images.n_classes) == (36, 3)
    with pytest.raises(ValidationError, match="there are 60 training images, got 61"):
        split(tiny, Options(n_train=61))


def test_labelled_images_grow_with_the_network():
    train = strokes(40_000, 2)
    images = split(Dataset("many", train, strokes(5, 1)), Options())
    sizes = [len(images.label(neurons)) for neurons in (100, 400, 1600, 6400)]
    assert sizes == [10_000, 10_000, 32_000, 40_000]


def test_held_out_images_are_neither_test_images_nor_learnt_from(tiny):
    images = split(tiny, Options(held_out=True))
    assert (len(images.train), len(images.test)) == (50, 10)
    np.testing.assert_array_equal(
        np.concatenate([images.train.pixels, images.test.pixels]), tiny.train.pixels
    )


def test_order_is_a_permutation_of_its_own_in_each_pass():
    one, two = order(50, 1, 0), order(50, 1, 1)
    assert sorted(one) == sorted(two) == list(range(50))
    assert (one != two).any()
    np.testing.assert_array_equal(one, order(50, 1, 0))


def test_fingerprint_sees_a_single_pixel(tiny):
    before = fingerprint(tiny)
    assert before == fingerprint(tiny)
    tiny.test.pixels[3, 2, 1] ^= 1
    assert fingerprint(tiny) != before
    assert len(strokes(3, 0)) == 3
