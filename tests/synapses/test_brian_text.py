"""Rules from text for Brian2: what is understood, and messages for what is not."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import Unit, ms, mV, nS

TRACES = """w : 1
    dapre/dt = -apre / taupre : 1 (event-driven)  # presynaptic; decays
    dapost/dt = -apost / taupost : 1 (event-driven)"""
TAUS = {"taupre": 20 * ms, "taupost": 30 * ms}
TRACE = "w : 1\nda/dt = -a / (20*ms) : 1 (event-driven)"


def rule(*texts, **values):
    return sim.PlasticityRule.from_text(*texts, **values)


def final(given, receptor, weight=1.0):
    """Weight after 50 ms without a postsynaptic spike, with presynaptic ones at 10 and 20 ms."""
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 1, sim.SpikeSource([10.0, 20.0]))
    cell = net.population("cell", 1, sim.LIF(receptors={"g": receptor}))
    learnt = net.project(
        source, cell, sim.OneToOne(), weight=weight, delay=1.0, plasticity=given,
        delay_is="axonal",
    )  # fmt: skip
    net.run(50.0)
    return learnt.weight[0]


def test_a_script_is_read():
    given = rule(
        TRACES,
        """# the neuron; first
           g_post += w * nS  # sent; apre is next
           apre += 1; w = clip(w - 0.01 * apost, 0, gmax)""",
        "apost += 1\nw = clip(w + 0.01 * apre, 0, gmax)",
        gmax=1.0, **TAUS,
    )  # fmt: skip
    assert given.transmits == "before"
    assert given.weight_unit == nS
    assert not given.is_stepped
    assert given.taupost == 30.0
    assert [*given.form().pre.traces, *given.form().post.traces] == ["apre", "apost"]


@pytest.mark.parametrize(
    ("on_pre", "transmits"),
    [
        ("v_post += w*mV; w += 0.1", "before"),
        ("w += 0.1; v_post += w*mV", "after"),
        ("w = w*0.99\nv_post += mV*w", "after"),
        ("v += w*mV  # the postsynaptic neuron\nw *= 0.99", "before"),
        ({"pre_transmission": "v_post += w*mV", "pre_plasticity": "w += 0.1"}, "after"),
        ({"plastic": "v_post += w*mV", "z": "w += 0.1"}, "before"),
    ],
)
def test_when_the_weight_is_transmitted(on_pre, transmits):
    """Brian2 executes pathways of one delay in the order of their names."""
    given = rule("w : 1", on_pre)
    assert given.transmits == transmits
    assert given.weight_unit == mV


@pytest.mark.parametrize(
    ("declared", "line", "unit"),
    [
        ("w : siemens", "g_post += w", "nS"), ("w : uS", "ge += w", "nS"),
        ("w : volt", "v_post += w", "mV"), ("w : amp", "I_post += w", "pA"),
        ("w : 1", "I_post += w*pA", "pA"), ("w : 1", "ge += w", "1"),
        ("w : 1 (constant)", "ge += 1*w", "1"),
        ("dw/dt = -w / (20*ms) : siemens (clock-driven)", "g_post += w", "nS"),
    ],
)  # fmt: skip
def test_units_of_weights(declared, line, unit):
    given = rule(declared, f"{line}; w *= 0.9")
    assert given.weight_unit == Unit(unit)
    assert given.form().variables["w"].unit == (Unit(unit) if declared[-3:] != ": 1" else Unit("1"))


def test_parameters_may_be_named_like_variables_of_neurons():
    given = rule("da/dt = -a / tau_pre : 1", "g_post += w*nS; a += A_pre", "w += a",
                 tau_pre=20 * ms, A_pre=0.1)  # fmt: skip
    assert given.tau_pre == 20.0
    assert given.form().pre.read == ()


def test_a_bound_has_the_unit_of_the_text():
    assert rule("w : 1", "g_post += w*nS; w = clip(w + 0.1, 0, w_max)", w_max=2.0).w_max == 2.0
    text = "g_post += w; w = clip(w + 0.1*nS, 0*nS, w_max)"
    assert rule("w : siemens", text, w_max=2 * nS).w_max == 2.0
    with pytest.raises(sim.ValidationError, match="w_max: must be a plain number"):
        rule("w : 1", "g_post += w*nS; w = clip(w + 0.1, 0, w_max)", w_max=2 * nS)


@pytest.mark.thorough
@pytest.mark.parametrize("flags", ["", " (clock-driven)  # : siemens"])
def test_an_equation_of_the_weight_in_siemens(flags):
    """The weight approaches 2 nS, and is changed at spikes by 0.1 nS."""
    model = f"x : 1  # w : 1\ndw/dt = # towards:\n (2*nS - w) /\n (100*ms) : siemens{flags}"
    given = rule(model, "g_post += w; w += 0.1*nS*x", x=1.0)
    expected = 2 - np.exp(-0.5) + 0.1 * (np.exp(-0.39) + np.exp(-0.29))
    assert final(given, sim.ExpConductance(tau_syn=5.0)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("declared", ["", "dopamine : 1 (shared)", "dopamine : 1 (linked)"])
def test_modulators_may_be_declared(declared):
    given = rule(
        f"dc/dt = -c / (200*ms) : 1\ndw/dt = c * dopamine / second : 1\n{declared}",
        "g_post += w*nS; c += 1", "c += 1", modulators=("dopamine",),
    )  # fmt: skip
    assert given.modulators == ("dopamine",)
    assert not given.declared
    assert not given.is_stepped


def test_a_value_for_each_synapse():
    given = rule(f"{TRACE}\ndw_max/dt = 0/second : 1", "v += w*mV; a += 1",
                 "w = clip(w + a, 0, w_max)")  # fmt: skip
    assert set(given.form().variables) == {"w", "w_max"}
    assert not given.is_stepped


@pytest.mark.parametrize(
    "flags", ["constant", "shared", "shared, constant"], ids=lambda flags: flags.replace(", ", "-")
)
def test_flags_of_parameters(flags):
    assert rule(f"w : 1\neta : 1 ({flags})", "v += w*mV; w += eta", eta=0.1).eta == 0.1


@pytest.mark.parametrize(
    ("texts", "values", "message"),
    [
        ((TRACE, "v += 0.5*w*mV; a += 1"), {}, "must add the weight itself"),
        ((TRACE, "v += -w*mV; a += 1"), {}, "must add the weight itself"),
        ((TRACE, "v += w*J; a += 1"), {"J": 1 * mV}, "must add the weight itself"),
        ((TRACE, "g_post += w*x_pre*nS; a += 1"), {}, "must add the weight itself"),
        ((TRACE, "g_post += w*uS; a += 1"), {}, "must add the weight in nS"),
        ((TRACE, "v_post -= w*mV; a += 1"), {}, "sets a variable of a neuron"),
        ((TRACE, "v_post = -60*mV; a += 1"), {}, "sets a variable of a neuron"),
        ((TRACE, "v_post += w*mV; u_post += w*mV"), {}, "sets a variable of a neuron"),
        ((TRACE, "a += 1", "v_pre += w*mV"), {}, "sets a variable of a neuron"),
        ((TRACE, "a += 1", "v_post += w*mV"), {}, "transmits at a postsynaptic spike"),
        (("g : siemens", "g_post += g", "g += 1*nS"), {}, "the weight is always called w"),
        (("dr/dt = -r / ms : 1\nw = 2 * r : 1", "v += w*mV; r += 1"), {},
         "'w' is a subexpression"),
        (("w : 1\nds/dt = -s / ms : 1\nG_post = w*s : 1 (summed)", "s += 1"), {},
         "unknown flag 'summed'"),
        (("w : 1", "v += w*mV; w *= exp(-(t - lastupdate) / ms)"), {}, "a trace, .* tells how"),
        (("w : 1", "v += w*mV; w += 0.1*int(t > 50*ms)"), {}, "does not depend on the time"),
        (("w : 1", "v += w*mV; w += 0.1*int(i != j)"), {}, "the same for all synapses"),
        (("w : 1", "v += w*mV; w += 0.1 / N_incoming"), {}, "a number by a name of your own"),
        (("w : 1", "v += w*mV; w += 0.1*int(rand() < 0.5)"), {}, r"rand\(\) cannot stand in"),
        (("w : 1", "v += w*mV; w += rate(t)"), {}, "'rate' is no function"),
        ((TRACES, "v += w*mV; apre += 1"), {"taupost": 20 * ms}, "taupre: .* give taupre=..."),
        ((TRACES, "v += w*mV; aprre += 1"), TAUS, "unknown name 'aprre'.*mean 'apre'"),
        (("w : 1\ntau : second", "v += w*mV; w += 0.1*second/tau"), {}, "give tau=..., a value in"),
        (("w : 1\nw_max : 1", "v += w*mV; w = clip(w + 1, 0, w_max)"), {}, "dw_max/dt = 0/second"),
        (("w : 1\nw_max : 1", "v += w*mV; w = clip(w + 1, 0, w_max)"), {"w_max": [1.0, 2.0]},
         "dw_max/dt = 0/second"),
        ((TRACE, "v += w*mV; a += 1"), {"tau": 20 * ms}, "tau: takes no value"),
        (("w : second", "g_post += w"), {}, "a plain number, a voltage, a conductance or a curr"),
        ((TRACE, ("v += w*mV", "a += 1")), {}, "must be statements"),
        (("w : 1", "v += w*mV"), {}, "neither on_pre nor on_post"),
        (("w : 1", "v += w*mV; w ="), {}, "cannot read 'w ='"),
    ],
)  # fmt: skip
def test_messages(texts, values, message):
    with pytest.raises(sim.ValidationError, match=message):
        rule(*texts, **values)
