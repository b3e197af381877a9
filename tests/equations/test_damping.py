"""Rates of relaxation: derivatives in which functions count with the value that they have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spikesim as sim
from spikesim.equations.damping import damping, derivative
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from tests.equations.rig import VALUES, parse

BRANCHES = st.sampled_from(["min({}, {})", "max({}, {})", "abs({} - {})", "({} if a > c else {})"])
ARITHMETIC = st.recursive(
    st.sampled_from(["x", "y", "a", "1.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} / (2.5 + ({t[1]})**2))"),
        inner.map(lambda t: f"(-{t})"),
        inner.map(lambda t: f"(0.3 * {t})**3"),
        st.tuples(BRANCHES, inner, inner).map(lambda t: t[0].format(f"1 * {t[1]}", f"1 * {t[2]}")),
    ),
    max_leaves=7,
)


@given(text=ARITHMETIC)
def test_arithmetic_is_differentiated(text):
    tree = parse(text)
    h = 1e-6
    below, above = (float(ex.evaluate(tree, VALUES | {"x": VALUES["x"] + d})) for d in (-h, h))
    slope = derivative(tree, "x")
    found = 0.0 if slope is None else float(ex.evaluate(slope, VALUES))
    assert found == pytest.approx((above - below) / (2 * h), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * exp(x) * (b - x)", -VALUES["a"] * np.exp(VALUES["x"])),
        ("exp(x) + tanh(x)", 0.0),
        ("min(x, 0.1) * a", VALUES["a"]),  # a cut-off counts as if there were none
        ("clip(2*x, 0.0, 0.5)", 0.0),
        ("clip(2*x, 0.0, 5.0)", 2.0),
        ("x**a", VALUES["a"] * VALUES["x"] ** (VALUES["a"] - 1)),
        ("floor(x)", 0.0),
    ],
)
def test_functions_count_with_their_value(text, expected):
    slope = derivative(parse(text), "x")
    assert (0.0 if slope is None else float(ex.evaluate(slope, VALUES))) == pytest.approx(expected)


def rate_of(model, state, values):
    cell = assemble(model, with_input=True)
    found = damping(cell.system)
    for name, tree in found.parts.items():
        values[name] = ex.evaluate(tree, values)
    return float(ex.evaluate(found.rates[state], values))


def test_conductances_are_what_a_membrane_relaxes_by():
    receptors = {"a": sim.ExpConductance(), "b": sim.DualExpConductance()}
    open_ = {"g_a": 30.0, "g_b": 500.0, "V_m": -60.0}
    adex = sim.AdEx(receptors=receptors)
    assert rate_of(adex, "V_m", {**adex.full_values, **open_}) == pytest.approx(-560.0 / 281.0)
    assert rate_of(adex, "w", {**adex.full_values, **open_}) == pytest.approx(-1 / 144.0)
    izhikevich = sim.Izhikevich(receptors=receptors)
    values = {**izhikevich.full_values, **open_, "V": -60.0}
    assert rate_of(izhikevich, "V_m", values) == pytest.approx(2 * 0.04 * -60.0 + 5.0 - 530.0)


def test_long_chains_of_subexpressions_stay_short():
    lines = "\n".join(f"a{k} = a{k - 1} * a{k - 1} / 2 : 1" for k in range(1, 40))
    text = f"dv/dt = -a39/ms : 1\na0 = v*v/2 : 1\n{lines}"
    model = sim.Neuron.from_text(text, threshold="never", method="heun")
    assert len(model.source()) < 50_000
