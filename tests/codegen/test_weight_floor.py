"""Lower bounds that the form of an expression shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikesim.codegen.weight_floor import least
from spikesim.language import expressions as ex
from spikesim.language.parsing import parse

VALUES = {"eta": 0.1, "w_max": 2.0, "target": 0.4, "down": -3.0}
LOWS = {"w": 0.5, "x": 0.0, "y": 0.0}


def bound(text):
    return least(parse(text, "Rule", "on_pre"), VALUES, LOWS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("w", 0.5),
        ("max(0, min(w_max, w + eta * (x - target)))", 0.0),
        ("max(w - y, 0.25)", 0.25),
        ("min(w_max, w + eta * x * w_max)", 0.5),
        ("min(w_max, w + eta * x * (w_max - w))", -np.inf),
        ("clip(w - y, 0.1, w_max)", 0.1),
        ("w if x > y else 0.3", 0.3),
        ("w - eta", 0.4),
        ("w - down", 3.5),
        ("w - y", -np.inf),
        ("-w", -np.inf),
        ("w * w + x ** eta", 0.25),
        ("eta ** 2", 0.01),
        ("w / x", 0.0),
        ("down * w", -np.inf),
        ("exp(-y) + w", 0.5),
        ("log(w)", -np.inf),
        ("w + dopamine", -np.inf),
        ("0 * w * log(eta)", -np.inf),
        ("log(down) + w", -np.inf),
    ],
)
def test_bounds(text, value):
    assert bound(text) == pytest.approx(value)


LEAVES = st.sampled_from([*VALUES, *LOWS, "0", "1.5", "-2"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: "({} {} {})".format(*t)),
        st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(
            lambda t: "{}({}, {})".format(*t)
        ),
        st.tuples(st.sampled_from(["exp", "abs", "-"]), inner).map(lambda t: "{}({})".format(*t)),
        st.tuples(inner, inner, inner).map(lambda t: "({} if {} > x else {})".format(*t)),
    ),
    max_leaves=8,
)  # fmt: skip


@given(TREES, st.tuples(*[st.floats(0.0, 50.0)] * 3))
def test_no_value_is_below_the_bound(text, above):
    try:
        tree = parse(text, "Rule", "on_pre")
    except ValueError:
        return  # constants that are not finite
    values = VALUES | {name: low + a for (name, low), a in zip(LOWS.items(), above, strict=True)}
    with np.errstate(all="ignore"):
        value = float(ex.evaluate(tree, values))
    low = least(tree, VALUES, LOWS)
    assert np.isnan(value) or value >= low - 1e-9 * max(1.0, abs(low))
