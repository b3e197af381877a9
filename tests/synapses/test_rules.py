"""Plastic weights against a plain event loop, for every pairing, order, delay and layout."""

import itertools

import numpy as np
import pytest

import spikesim as sim
from spikesim.synapses import COINCIDENCES, PAIRINGS
from spikesim.synapses.rule import TRACES
from spikesim.units import ms, mV, param
from tests.synapses.rig import (
    DT,
    LAYOUTS,
    PAIR,
    SIDES,
    TAU_MINUS,
    TAU_PLUS,
    Rig,
    pair_stdp,
    trains,
    unchanged,
)


@pytest.mark.thorough
@pytest.mark.parametrize("coincidence", COINCIDENCES)
@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_pair_stdp(layout, side, pairing, coincidence):
    """With tau 16.8 and 33.7 ms, lambda 0.01, alpha 0.85, and many coincident spikes."""
    rule = sim.PairSTDP(**PAIR, mu_plus=0.4, mu_minus=0.4, pairing=pairing, coincidence=coincidence)
    rig = Rig(rule, trains(3, 6), trains(4, 5, stride=3), layout=layout, side=side)
    rig.run().check(pair_stdp())


@pytest.mark.slow
@pytest.mark.parametrize("mu", [0.0, 1.0], ids=["additive", "multiplicative"])
@pytest.mark.parametrize("side", SIDES)
def test_additive_and_multiplicative(side, mu):
    rule = sim.PairSTDP(**PAIR, mu_plus=mu, mu_minus=mu)
    rig = Rig(rule, trains(3, 6, 2), trains(4, 5, 2), layout="sparse-delays", side=side)
    rig.run().check(pair_stdp(mu=mu))


@pytest.mark.parametrize(("lag", "sign"), [(1.3, 1), (20.0, 1), (-1.3, -1), (-20.0, -1)])
@pytest.mark.parametrize("side", SIDES)
def test_one_pair_moves_the_weight_by_the_window(side, lag, sign):
    """A postsynaptic spike `lag` after the presynaptic one, as the synapse sees them."""
    pre, delay = 300, 7
    post = pre + round(lag / DT) + (delay if side == "axonal" else -delay)
    rule = sim.PairSTDP(**PAIR)
    rig = Rig(
        rule, [np.array([pre])], [np.array([post - 1])], layout="dense", side=side, weight=1.0
    )
    rig.run(100.0)
    size = 0.01 * 2.0 * (np.exp(-lag / TAU_PLUS) if sign > 0 else -0.85 * np.exp(lag / TAU_MINUS))
    assert rig.plastic.weight - 1.0 == pytest.approx([size], rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_coincidence_at_the_synapse(side):
    """A pair that meets at the synapse: nothing, potentiation or depression, as was asked for."""
    pre, delay = 300, 7
    post = pre + (delay if side == "axonal" else -delay)
    change = {}
    for coincidence in COINCIDENCES:
        rule = sim.PairSTDP(**PAIR, coincidence=coincidence)
        rig = Rig(rule, [np.array([pre])], [np.array([post - 1])], layout="dense", side=side,
                  weight=1.0)  # fmt: skip
        change[coincidence] = rig.run(100.0).plastic.weight[0] - 1.0
    assert change == pytest.approx({"none": 0.0, "pre-first": 0.02, "post-first": -0.017})


RULES = {
    "trace": (
        lambda **k: sim.TraceSTDP(eta=0.01, x_target=0.3, mu=0.2, w_max=2.0, **k),
        (unchanged, lambda w, x, y: max(0.0, min(2.0, w + 0.01 * (x - 0.3) * (2.0 - w) ** 0.2))),
    ),
    "hebbian": (
        lambda **k: sim.Hebbian(eta=0.004, x_0=0.4, y_0=0.5, decay=0.1, w_max=2.0, **k),
        (
            lambda w, x, y: max(0.0, min(2.0, w + 0.004 * (y - 0.5) - 0.0004 * w)),
            lambda w, x, y: max(0.0, min(2.0, w + 0.004 * (x - 0.4))),
        ),
    ),
    "oja": (
        lambda **k: sim.Oja(eta=0.01, tau_minus=30.0, **k),
        (unchanged, lambda w, x, y: w + 0.01 * (x - w * y)),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize(("layout", "side"), list(itertools.product(LAYOUTS, SIDES)))
def test_other_rules(name, pairing, layout, side):
    make, functions = RULES[name]
    for coincidence in COINCIDENCES:
        rule = make(pairing=pairing, coincidence=coincidence)
        rig = Rig(rule, trains(3, 4), trains(4, 3, stride=3), layout=layout, side=side)
        rig.run().check(functions)


@pytest.mark.slow
def test_oja_settles_at_the_quotient_of_the_traces():
    """Regular firing in a fixed order: the weight ends where x = w y."""
    pre, post = np.arange(100, 40_000, 100), np.arange(140, 40_000, 100)
    rig = Rig(
        sim.Oja(eta=0.05), [pre], [post], layout="dense", side="dendritic", delay=DT, weight=0.2
    )
    rig.run(4100.0)
    x = np.exp(-4.2 / 20.0) / -np.expm1(-10.0 / 20.0)  # the postsynaptic spike is 4.2 ms late
    y = np.exp(-10.0 / 20.0) / -np.expm1(-10.0 / 20.0)
    assert rig.plastic.weight == pytest.approx([x / y], rel=1e-6)


TAUS = {"tau_plus": param(20.0, ms, "positive"), "tau_minus": param(20.0, ms, "positive")}


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"on_post": "w += x"}, r"on_post: unknown name 'x'; .*'dx/dt = -x / tau : 1'"),
        ({"on_post": "w += x", "equations": TRACES}, "equations: unknown name 'tau_plus'"),
        ({"on_post": "w += x", "equations": 3, **TAUS}, "equations: must be text"),
        (
            {"on_post": "w += x", "equations": TRACES, **TAUS, "tau_plus": param(1.0, mV)},
            "equations: .*must be in 1/ms",
        ),
        (TAUS, "there is neither on_pre nor on_post"),
        ({"on_pre": " ", **TAUS}, "there is neither on_pre nor on_post"),
        (
            {"on_pre": "w = w > 3", **TAUS},
            "on_pre: the new value of w .* but 'w > 3' is",
        ),
        ({"on_post": 3, **TAUS}, "on_post: must be text such as 'w \\+= eta \\* x', got 3"),
        ({"on_post": None, **TAUS}, "on_post: must be text"),
        ({"on_post": "w += 1", "initial": {"c": 1.0}}, "initial: unknown name 'c'"),
        ({"on_post": "w += 1", "initial": 3}, "initial: must map names"),
    ],
)
def test_rules_that_are_wrongly_declared(members, text):
    with pytest.raises(sim.ValidationError, match=rf"^Own\..*{text}"):
        type("Own", (sim.PlasticityRule,), members)()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("text", "moved"),
    [
        pytest.param("w += x", lambda w, x, y: w + x, marks=pytest.mark.slow),
        ("w = w if w > 0.7 else w + 0.01 * x", lambda w, x, y: w if w > 0.7 else w + 0.01 * x),
    ],
)
def test_one_expression_is_a_rule_and_a_choice_is_a_weight(text, moved):
    texts = {"equations": TRACES, "on_pre": "x += 1", "on_post": f"{text}; y += 1"}
    rule = type("Own", (sim.PlasticityRule,), {**texts, **TAUS})()
    Rig(rule, trains(3, 2), trains(4, 2), layout="dense").run().check((unchanged, moved))
