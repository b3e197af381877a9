"""The delta rule against a NumPy loop, and its fixed point against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from spikesim.errors import ValidationError
from spikesim.readout import DeltaRule


def digits_like(seed=3, n=400, n_neurons=20, n_classes=3):
    """Poisson counts whose rates depend on the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n)
    rates = rng.gamma(0.6, 2.0, (n_classes, n_neurons))
    return rng.poisson(rates[labels]), labels


def loop_fit(model, counts, labels, n_classes):
    """The rule as its module writes it, one image and one class at a time."""
    x = counts / model.scale
    w, b = np.zeros((x.shape[1], n_classes)), np.zeros(n_classes)
    for epoch in range(model.epochs):
        eta = model.eta * (1 - epoch / model.epochs)
        for i in model._order(epoch, len(x)):
            a = b + x[i] @ w
            if model.unit == "softmax":
                a = np.exp(a - a.max())
                a /= a.sum()
            error = np.eye(n_classes)[labels[i]] - a
            b += eta * error
            w += eta * np.outer(x[i], error)
    return w, b


@pytest.mark.parametrize("unit", ["softmax", "linear"])
def test_agrees_with_a_plain_loop(unit):
    counts, labels = digits_like(n=60)
    model = DeltaRule(unit, eta=0.2, epochs=3, seed=5).fit(counts, labels)
    w, b = loop_fit(model, counts, labels, 3)
    np.testing.assert_allclose(model.weight, w, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(model.bias, b, rtol=1e-10, atol=1e-12)


def test_linear_unit_reaches_least_squares():
    counts, labels = digits_like(n_neurons=5)
    model = DeltaRule("linear", eta=0.02, epochs=400).fit(counts, labels)
    best = LinearRegression().fit(counts, np.eye(3)[labels])
    np.testing.assert_allclose(model.scores(counts), best.predict(counts), atol=0.02)


def test_softmax_unit_reaches_logistic_regression():
    counts, labels = digits_like()
    train, test = slice(0, 300), slice(300, None)
    model = DeltaRule("softmax", eta=0.3, epochs=50).fit(counts[train], labels[train])
    best = LogisticRegression(max_iter=1000).fit(counts[train], labels[train])
    mine, theirs = model.score(counts[test], labels[test]), best.score(counts[test], labels[test])
    assert mine > 0.8
    assert abs(mine - theirs) < 0.04


def test_same_seed_same_weights_and_counts_may_have_any_dtype():
    counts, labels = digits_like(n=50)
    one = DeltaRule(seed=1).fit(counts, labels)
    for dtype in (np.uint8, np.float32, np.float64, np.float16):
        again = DeltaRule(seed=1).fit(counts.astype(dtype), labels)
        np.testing.assert_array_equal(one.weight, again.weight)
    other = DeltaRule(seed=2).fit(counts, labels)
    assert (one.weight != other.weight).any()


def test_scale_makes_eta_independent_of_the_rates():
    counts, labels = digits_like(n=50)
    one = DeltaRule(epochs=2).fit(counts, labels)
    two = DeltaRule(epochs=2).fit(counts * 8, labels)
    np.testing.assert_allclose(one.weight, two.weight, rtol=1e-12)


def test_curve_rises_and_shapes_are_as_said():
    counts, labels = digits_like()
    model = DeltaRule(epochs=7).fit(counts, labels)
    assert model.curve.shape == (7,)
    assert model.curve[-1] > model.curve[0] > 1 / 3
    assert model.weight.shape == (20, 3)
    assert model.bias.shape == (3,)


def test_silent_counts_give_the_commonest_class():
    model = DeltaRule(epochs=3).fit(np.zeros((10, 4)), [0] * 2 + [1] * 8)
    assert model.predict(np.zeros((2, 4))).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"unit": "relu"}, "unknown name 'relu'.*'softmax', 'linear'"),
        ({"eta": 0.0}, "DeltaRule.eta: must be positive"),
        ({"eta": float("nan")}, "DeltaRule.eta"),
        ({"epochs": 0}, "DeltaRule.epochs: must be at least 1, got 0"),
        ({"seed": 1.5}, "DeltaRule.seed: must be a whole number"),
        ({"n_classes": 0}, "DeltaRule.n_classes"),
    ],
)
def test_bad_parameters_are_named(kwargs, match):
    with pytest.raises(ValidationError, match=match):
        DeltaRule(**kwargs)


def test_bad_use_is_named():
    with pytest.raises(ValidationError, match="call fit"):
        DeltaRule().predict([[1]])
    with pytest.raises(ValidationError, match="one label for each"):
        DeltaRule().fit([[1, 2]], [0, 1])
    with pytest.raises(ValidationError, match="each of the 20 neurons"):
        DeltaRule().fit(*digits_like(n=20)).predict([[1]])


def test_divergence_is_an_error():
    counts, labels = digits_like(n=200)
    with pytest.raises(ValidationError, match="weights diverge, choose less than 1000"):
        DeltaRule("linear", eta=1000.0, epochs=30).fit(counts, labels)
