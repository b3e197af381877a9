"""Expressions taken apart without changing them."""

import ast

import pytest
from hypothesis import given

from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms, multiplied, simplified
from tests.equations.rig import VALUES, parse, trees


@given(trees(VALUES))
def test_linear_terms_add_up_to_the_expression(text):
    """Where they exist they hold no variable, and the expression is their sum."""
    tree = parse(text)
    before = ast.dump(tree)
    terms = linear_terms(tree, {"x", "y"})
    assert ast.dump(tree) == before
    if terms is None:
        assert ex.names(tree) & {"x", "y"}
        return
    total = 0.0
    for variable, coefficient in terms.items():
        assert not ex.names(coefficient) & {"x", "y"}
        assert variable in ("x", "y", CONSTANT)
        value = ex.evaluate(coefficient, VALUES)
        total += value * VALUES.get(variable, 1.0)
    assert total == pytest.approx(ex.evaluate(tree, VALUES), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("text", ["x * x", "exp(x)", "1 / x", "x ** 2", "a * x * y", "max(x, 0)"])
def test_what_is_not_linear(text):
    assert linear_terms(parse(text), {"x", "y"}) is None


@pytest.mark.parametrize("text", ["(a + b) * (x - y) / c", "-(x - a) / b + (y + c)", "a", "2 * -x"])
def test_what_is_linear(text):
    assert linear_terms(parse(text), {"x", "y"}) is not None


@given(trees(VALUES))
def test_what_is_made_simpler_has_the_same_value(text):
    tree = parse(text)
    before = ast.dump(tree)
    value = pytest.approx(ex.evaluate(tree, VALUES), rel=1e-9, abs=1e-9)
    assert ex.evaluate(simplified(tree), VALUES) == value
    assert ex.evaluate(multiplied(tree, {"x"}), VALUES) == value
    assert ast.dump(tree) == before


@pytest.mark.parametrize(
    ("text", "simpler"),
    [("1 * a", "a"), ("a / 1", "a"), ("2 * 3 + a", "6.0 + a"), ("-(1)", "-1")],
)
def test_numbers_are_worked_out(text, simpler):
    assert ex.source(simplified(parse(text))) == simpler


def test_divisions_by_what_holds_no_variable():
    assert ex.source(multiplied(parse("x / a + a / x"), {"x"})) == "x * (1.0 / a) + a / x"
