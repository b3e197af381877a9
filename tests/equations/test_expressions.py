"""Expressions: what may be written, and taking them apart without changing them."""

import ast
import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim.equations import expressions as ex
from spikesim.errors import ValidationError

VALUES = {"a": 0.7, "b": -1.3, "c": 2.1, "x": 0.4, "y": -0.9}


def parse(text):
    return ex.parse(text, "Model", "equations")


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
    again = ex.parse(ex.source(parse(text)), "Model", "equations")
    assert ex.evaluate(again, VALUES) == ex.evaluate(parse(text), VALUES)


def test_values_of_arrays():
    a = np.linspace(0.0, 1.0, 5)
    assert np.array_equal(ex.evaluate(parse("max(a, 0.5) * b"), {"a": a, "b": 2.0}),
                          np.maximum(a, 0.5) * 2.0)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a +", "cannot read"),
        ("", "cannot read"),
        ("a = b", "cannot read"),
        ("a b", "cannot read"),
        ("a\nb", "cannot read"),
        ("a; b", "cannot read"),
        ("a\x00b", "cannot read"),
        ("(" * 500 + "a" + ")" * 500, "cannot read"),
        ("__import__('os')", "unknown name '__import__'"),
        ("exec('1')", "unknown name 'exec'"),
        ("exp.real(a)", "unknown name 'exp.real'|not allowed"),
        ("a.b", "Attribute is not allowed"),
        ("a[0]", "Subscript is not allowed"),
        ("[a]", "List is not allowed"),
        ("(a, b)", "Tuple is not allowed"),
        ("lambda: a", "Lambda is not allowed"),
        ("f'{a}'", "not allowed"),
        ("'a'", "not allowed|must be a number"),
        ("None", "not allowed|must be a number"),
        ("exp(a, b)", "takes|argument"),
        ("exp()", "takes|argument"),
        ("max(a)", "takes|argument"),
        ("exp(x=a)", "not allowed"),
        ("exp(*a)", "not allowed"),
        ("sinc(a)", "unknown name 'sinc'.*'exp'"),
        ("a := b", "cannot read"),
        ("yield a", "cannot read|not allowed"),
    ],
)
def test_what_is_refused(text, complaint):
    with pytest.raises(ValidationError, match=rf"Model\.equations: .*({complaint})"):
        parse(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab12+-*/().,<>= exp'_[]:\n\x00", max_size=30) | st.text(max_size=12))
def test_nothing_but_a_clear_error(text):
    with contextlib.suppress(ValidationError):
        assert isinstance(parse(text), ast.expr)


def trees(names):
    """Random expressions over `names`."""
    leaves = st.sampled_from([*names, "1.5", "0.3"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
            inner.map(lambda t: f"(-{t})"),
            inner.map(lambda t: f"exp(0.1 * {t})"),
            inner.map(lambda t: f"({t} / 1.7)"),
        ),
        max_leaves=8,
    )


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


@given(trees(VALUES))
def test_linear_terms_add_up_to_the_expression(text):
    """Where they exist they hold no variable, and the expression is their sum."""
    tree = parse(text)
    before = ast.dump(tree)
    terms = ex.linear_terms(tree, {"x", "y"})
    assert ast.dump(tree) == before
    if terms is None:
        assert ex.names(tree) & {"x", "y"}
        return
    total = 0.0
    for variable, coefficient in terms.items():
        assert not ex.names(coefficient) & {"x", "y"}
        assert variable in ("x", "y", ex.CONSTANT)
        value = ex.evaluate(coefficient, VALUES)
        total += value * VALUES.get(variable, 1.0)
    assert total == pytest.approx(ex.evaluate(tree, VALUES), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("text", ["x * x", "exp(x)", "1 / x", "x ** 2", "a * x * y", "max(x, 0)"])
def test_what_is_not_linear(text):
    assert ex.linear_terms(parse(text), {"x", "y"}) is None


@pytest.mark.parametrize("text", ["(a + b) * (x - y) / c", "-(x - a) / b + (y + c)", "a", "2 * -x"])
def test_what_is_linear(text):
    assert ex.linear_terms(parse(text), {"x", "y"}) is not None


def test_names_are_variables_and_not_functions():
    assert ex.names(parse("exp(a) + max(b, exp(c))")) == {"a", "b", "c"}
    assert ex.names(parse("exp + exp(a)")) == {"exp", "a"}


def test_a_sum_of_nothing_is_zero():
    assert ex.evaluate(ex.total([]), {}) == 0.0
    assert ex.evaluate(ex.total([parse("a"), parse("b"), parse("c")]), VALUES) == pytest.approx(1.5)
