"""Parameters that are allowed, and yet hardly meant: a warning where the population is made."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.units import ms, mV, us

LIBRARY = [
    sim.LIF, sim.AdEx, sim.EIF, sim.QIF, sim.Izhikevich, sim.IzhikevichHalfSteps, sim.GIF,
    sim.McCullochPitts, sim.HodgkinHuxley, sim.TraubMiles, sim.WangBuzsaki, sim.MorrisLecar,
    sim.AdaptiveLIF, sim.PinskyRinzel,
]  # fmt: skip


def warned(call):
    """Messages of the warnings of a call; all of them point at this file."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(w.category is sim.SpikesimWarning for w in caught)
    assert all(w.filename == __file__ for w in caught)
    return [str(w.message) for w in caught]


def made(model, n=1, dt=0.1):
    return warned(lambda: sim.Network(dt=dt, seed=1).population("cells", n, model))


@pytest.mark.parametrize("model", LIBRARY, ids=lambda m: m.__name__)
def test_what_is_usual_gives_no_warning(model):
    assert made(model()) == []


# --- refractory periods --------------------------------------------------------------------------


def test_a_refractory_period_between_two_steps():
    text = "cells.t_ref: 0.25 ms is not a multiple of dt = 0.1 ms; rounded to 0.2 ms"
    assert made(sim.LIF(t_ref=0.25)) == [text]
    many = "cells.t_ref: 0.25 ms (and 1 more) are not multiples of dt = 0.1 ms; rounded to 0.2 ms"
    assert made(sim.LIF(t_ref=[1.0, 0.25, 0.31]), 3) == [many]
    assert made(sim.LIF(t_ref=sim.Uniform(1.0, 2.0)), 3) == []
    assert made(sim.LIF(t_ref=sim.Constant(0.25))) == [text]


def test_a_refractory_period_in_words():
    equations = "dv/dt = -v/(10*ms) : mV (unless refractory)"
    rest = {"threshold": "v > 5*mV", "reset": "v = 0*mV"}

    def model(**values):
        return sim.Neuron.from_text(equations, **rest, **values)

    text = "cells.refractory: 2.25 ms is not a multiple of dt = 0.1 ms; rounded to 2.2 ms"
    assert made(model(refractory="t_0 + 2*ms", t_0=0.25 * ms)) == [text]
    assert made(model(refractory="t_0 + 2*ms", t_0=sim.Uniform(0.2, 0.3) * ms)) == []
    assert made(model(refractory=2.25 * ms)) == [text.replace("refractory:", "t_ref:")]


def test_setting_a_refractory_period():
    net = sim.Network(seed=1)
    cells = net.population("cells", 4, sim.LIF())
    assert warned(lambda: cells.set(t_ref=0.25)) == [
        "cells.t_ref: 0.25 ms is not a multiple of dt = 0.1 ms; rounded to 0.2 ms"
    ]
    assert warned(lambda: cells.set(I_e=5.0, V_m=-60.0)) == [], "it is said once"
    assert warned(lambda: cells.set(t_ref=sim.Uniform(1.0, 2.0))) == []
    net.reset()
    with pytest.raises(sim.SpikesimWarning):
        cells.set(t_ref=0.25, V_m=-60.0)  # warnings are errors here
    assert (cells.get("t_ref") == 2.0).all()
    assert (cells.get("V_m") == -70.0).all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.1, 0.025, 0.01, 1 / 3]), st.floats(-0.49, 0.49))
def test_all_refractory_periods(steps, dt, off):
    t_ref = max((steps + off) * dt, 0.0)
    between = abs(t_ref / dt - round(t_ref / dt)) > 1e-5
    near = abs(t_ref / dt - round(t_ref / dt)) < 1e-7
    found = made(sim.LIF(t_ref=t_ref), dt=dt)
    if between or near:
        assert bool(found) == between
    assert all(f"rounded to {round(t_ref / dt) * dt:.12g} ms" in text for text in found)


# --- time constants ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (sim.LIF(tau_m=0.02), "tau_m: 0.02 ms"),
        (sim.LIF(receptors={"exc": sim.ExpCurrent(tau_syn=0.005)}), "tau_syn_exc: 0.005 ms"),
        (sim.LIF(tau_m=[10.0, 0.001]), "tau_m: 0.001 ms (at index 1)"),
        (sim.Neuron.from_text("dv/dt = -v/tau : 1", threshold="never", tau=9 * us), "tau: 9 us"),
        (sim.Neuron.from_text("dv/dt = -v/tau : 1\ntau : second", threshold="never", tau=5e-6),
         "tau: 5e-06 second"),
    ],
)  # fmt: skip
def test_time_constants_in_seconds(model, name):
    size = np.size(model.values.get("tau_m", 0.0))
    (text,) = made(model, size)
    assert text.startswith(f"cells.{name} is less than half of dt = 0.1 ms; values are in ")


@settings(deadline=None)
@given(st.floats(1e-4, 1e3), st.sampled_from([0.1, 0.01, 1.0]))
def test_all_time_constants(tau, dt):
    assert bool(made(sim.LIF(tau_m=tau), dt=dt)) == (tau < 0.5 * dt)


def test_time_constants_of_others():
    net = sim.Network(seed=1)
    cells = net.population("cells", 2, sim.LIF())
    to = {"weight": 0.5, "delay": 1.0, "delay_is": "axonal"}
    rule = sim.PairSTDP(tau_plus=0.005)
    assert warned(
        lambda: net.project(cells, cells, sim.OneToOne(), **to, plasticity=rule, name="p")
    )[0].startswith("p.tau_plus: 0.005 ms is less than half")
    assert warned(lambda: net.modulator("dopamine", tau=0.001))[0].startswith("dopamine.tau: 0.001")
    assert warned(lambda: cells.set(tau_m=0.003))[0].startswith("cells.tau_m: 0.003 ms is less")


# --- resets that meet the threshold --------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (sim.LIF(V_reset=-50.0), "V_reset = -50, V_th = -55"),
        (sim.LIF(V_reset=-55.0, t_ref=5.0), "V_reset = -55, V_th = -55"),
        (sim.LIF(V_th=-80.0), "V_reset = -70, V_th = -80"),
        (sim.AdEx(V_reset=0.0, V_peak=0.0), "V_peak = 0, V_reset = 0"),
        (sim.EIF(V_reset=30.0, V_peak=20.0), "V_peak = 20, V_reset = 30"),
        (sim.QIF(V_reset=50.0, V_peak=20.0), "V_peak = 20, V_reset = 50"),
        (sim.Izhikevich(c=40.0), "c = 40"),
        (sim.Neuron.from_text("dv/dt = -v/(9*ms) : mV\nhigh = 2*top : mV", threshold="v > high",
                              reset="v = low + 1*mV", low=4 * mV, top=2 * mV), "low = 4, top = 2"),
    ],
)  # fmt: skip
def test_resets_that_meet_the_threshold(model, values):
    (text,) = made(model)
    assert text.startswith("cells: the reset meets the threshold ")
    assert values in text
    assert text.endswith("so that after one spike the neuron fires for ever")


@pytest.mark.parametrize(
    ("threshold", "reset", "fires"),
    [
        ("v > 5*mV", "v = 6*mV", "for ever"),
        ("v >= 5*mV", "v = 5*mV", "for ever"),
        ("v > 5*mV", "v = 5*mV", None),
        ("not (v < 5*mV)", "v = 6*mV", "for ever"),
        ("not (v < 5*mV or u > 3)", "v = 6*mV", "for ever whenever its other conditions hold"),
        ("v > 5*mV and u < 3", "v = 6*mV", "for ever whenever its other conditions hold"),
        ("v > 5*mV and u < 3", "v = 6*mV; u = 2", "for ever"),
        ("v > 5*mV and u < 3", "v = 6*mV; u = 4", None),
        ("v > 5*mV and u < 3", "v = 6*mV; u += 1", None),
        ("v > 5*mV or u > 3", "v = 6*mV; u += 1", "for ever"),
        ("v > 5*mV or u > 3", "v = 4*mV; u += 1", None),
        ("v > 5*mV and rand() < 0.5", "v = 6*mV", "for ever whenever its other conditions hold"),
        ("v > level", "v = 6*mV", "for ever"),
    ],
)  # fmt: skip
def test_resets_in_numbers(threshold, reset, fires):
    values = {"level": 5 * mV} if "level" in threshold else {}
    model = sim.Neuron.from_text(
        "dv/dt = (20*mV - v)/(9*ms) : mV\ndu/dt = -u/(9*ms) : 1", threshold=threshold, reset=reset,
        **values,
    )  # fmt: skip
    said = made(model)
    assert len(said) == (fires is not None)
    at = " (level = 5)" if values else ""
    for text in said:
        assert text == (
            f"cells: the reset meets the threshold {threshold!r}{at}, so that after one spike the "
            f"neuron fires {fires}"
        )


def test_resets_in_numbers_are_said_once():
    net = sim.Network(seed=1)
    model = sim.Neuron.from_text(
        "dv/dt = (E - v)/(9*ms) : mV", threshold="v > 5*mV", reset="v = 6*mV", E=2 * mV
    )
    assert len(warned(lambda: net.population("cells", 1, model))) == 1
    assert warned(lambda: net.build()) == []


def test_the_neuron_is_named():
    (text,) = made(sim.LIF(V_reset=[-70.0, -70.0, -40.0]), 3)
    assert "in neuron 2 (V_reset = -40, V_th = -55)" in text
    assert made(sim.LIF(V_th=sim.Uniform(-54.0, -50.0)), 50) == []
    assert len(made(sim.LIF(V_th=sim.Uniform(-75.0, -50.0)), 50)) == 1


def test_setting_a_reset():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF())
    (text,) = warned(lambda: cells[1].set(V_reset=-50.0))
    assert "in neuron 1" in text
    assert warned(lambda: cells.set(I_e=1.0)) == []
    assert len(warned(lambda: cells.set(V_th=-71.0))) == 1


@settings(deadline=None)
@given(st.floats(-100.0, 0.0), st.floats(-100.0, 0.0))
def test_all_resets(V_reset, V_th):
    assert bool(made(sim.LIF(V_reset=V_reset, V_th=V_th))) == (V_reset >= V_th)


@pytest.mark.parametrize(
    "text",
    [
        {"equations": "rate : Hz", "threshold": "rand() < rate*dt", "rate": 5.0},
        {"equations": "dv/dt = -v/(9*ms) : 1", "threshold": "v > 1"},
        {"equations": "dv/dt = -v/(9*ms) : 1", "threshold": "v > 1", "reset": "v -= 1"},
        {"equations": "dv/dt = -v/(9*ms) : 1\ndth/dt = -th/(9*ms) : 1", "threshold": "v > th",
         "reset": "v = 0; th += 1"},
        {"equations": "dv/dt = -v/(9*ms) : 1", "threshold": "v > 1", "reset": "v = 2",
         "refractory": "v > 0.5"},
        {"equations": "dv/dt = -v/(9*ms) : 1", "threshold": "v > rand()", "reset": "v = 0.5"},
    ],
)  # fmt: skip
def test_what_cannot_be_known_gives_no_warning(text):
    assert made(sim.Neuron.from_text(**text)) == []
