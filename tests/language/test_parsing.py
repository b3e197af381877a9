"""Expressions from text: what may be written."""

import ast
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikesim.errors import ValidationError
from spikesim.language import parsing
from tests.equations.rig import parse


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
        ("a / (1 / 0)", "1 / 0 in 'a / \\(1 / 0\\)' is not finite"),
        ("a + 0 / 0", "is not finite"),
        ("1e999 * a", "is not finite"),
        ("1" + "0" * 400 + " * a", "is not finite"),
        ("10**400 * a", "is not finite"),
        ("(-1)**0.5 * a", "is not finite"),
        ("sinc(a)", "unknown name 'sinc'.*'exp'"),
        ("a := b", "cannot read"),
        ("yield a", "cannot read|not allowed"),
    ],
)
def test_what_is_refused(text, complaint):
    with pytest.raises(ValidationError, match=rf"Model\.equations: .*({complaint})"):
        parse(text)


@pytest.mark.parametrize("name", ["rand", "randn"])
@pytest.mark.parametrize("attribute", ["equations", "reset", "refractory", "on_pre"])
def test_random_numbers_are_for_thresholds(name, attribute):
    message = rf"Model\.{attribute}: {name}\(\) cannot .* thresholds only, .* equations is xi"
    with pytest.raises(ValidationError, match=message):
        parsing.parse(f"a + {name}()", "Model", attribute)
    assert parsing.parse("rand() < a", "Model", "threshold")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab12+-*/().,<>= exp'_[]:\n\x00", max_size=30) | st.text(max_size=12))
def test_nothing_but_a_clear_error(text):
    with contextlib.suppress(ValidationError):
        assert isinstance(parse(text), ast.expr)
