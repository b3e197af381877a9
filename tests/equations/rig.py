"""Expressions for tests: from text, and random ones."""

from hypothesis import strategies as st

from spikesim.equations import parsing

VALUES = {"a": 0.7, "b": -1.3, "c": 2.1, "x": 0.4, "y": -0.9}


def parse(text):
    return parsing.parse(text, "Model", "equations")


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
