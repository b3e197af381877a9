"""Expressions: what they read, put together again, and their values."""

import ast

import numpy as np
import pytest
from hypothesis import given

from spikesim.language import expressions as ex
from tests.equations.rig import VALUES, parse, trees


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", 0.7 - 1.3 * 2.1),
        (" -a ** 2 ", -(0.7**2)),
        ("exp(a) / (1 + c)", np.exp(0.7) / 3.1),
        ("max(a, min(b, c))", 0.7),
        ("sqrt(abs(b)) - tanh(a)", np.sqrt(1.3) - np.tanh(0.7)),
        ("(a > b) * c", 2.1),
        ("1.5e2", 150.0),
        ("log(c) + log1p(a) + expm1(b) + sin(a) + cos(a)",
         np.log(2.1) + np.log1p(0.7) + np.expm1(-1.3) + np.sin(0.7) + np.cos(0.7)),
    ],
)  # fmt: skip
def test_values(text, expected):
    assert ex.evaluate(parse(text), VALUES) == pytest.approx(expected, rel=1e-15)
    again = parse(ex.source(parse(text)))
    assert ex.evaluate(again, VALUES) == ex.evaluate(parse(text), VALUES)


def test_values_of_arrays():
    a = np.linspace(0.0, 1.0, 5)
    assert np.array_equal(ex.evaluate(parse("max(a, 0.5) * b"), {"a": a, "b": 2.0}),
                          np.maximum(a, 0.5) * 2.0)  # fmt: skip


@given(trees(VALUES))
def test_renaming_and_substituting_leave_the_original_alone(text):
    tree = parse(text)
    before = ast.dump(tree)
    renamed = ex.rename(tree, {name: f"{name}_exc" for name in VALUES})
    replaced = ex.substitute(tree, {"a": parse("b + c"), "exp": parse("a")})
    assert ast.dump(tree) == before
    assert ex.names(renamed) == {f"{name}_exc" for name in ex.names(tree)}
    value = ex.evaluate(renamed, {f"{name}_exc": v for name, v in VALUES.items()})
    assert value == ex.evaluate(tree, VALUES)
    changed = VALUES | {"a": VALUES["b"] + VALUES["c"]}
    assert ex.evaluate(replaced, VALUES) == pytest.approx(ex.evaluate(tree, changed), nan_ok=True)


def test_names_are_variables_and_not_functions():
    assert ex.names(parse("exp(a) + max(b, exp(c))")) == {"a", "b", "c"}
    assert ex.names(parse("exp + exp(a)")) == {"exp", "a"}


def test_a_sum_of_nothing_is_zero():
    assert ex.evaluate(ex.total([]), {}) == 0.0
    assert ex.evaluate(ex.total([parse("a"), parse("b"), parse("c")]), VALUES) == pytest.approx(1.5)
