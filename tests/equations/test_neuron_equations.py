"""Neurons put together with their receptors: names, ports, and what cannot be put together."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from spikesim.units import ms, mV, pA, param


class Own(sim.Neuron):
    """A model of a user's own, to be broken in one place each."""

    tau = param(10.0, ms, "positive", "time constant")
    R = param(1.0, mV / pA, doc="resistance")
    t_ref = param(0.0, ms, "non-negative", "refractory period")
    equations = "dV_m/dt = (R * (I_syn + I_in) - V_m) / tau : mV"
    threshold = "V_m >= 1*mV"
    reset = {"V_m": "0"}


def broken(**attributes):
    return type("Own", (Own,), attributes)(receptors={"x": sim.Delta()})


def test_names_of_receptors_are_full_names():
    neuron = sim.LIF(receptors={"exc": sim.AlphaCurrent(), "inh": sim.ExpConductance()})
    cell = assemble(neuron, with_input=False)
    assert cell.states == ("V_m", "I_exc", "y_exc", "g_inh")
    assert cell.units == {"V_m": "mV", "I_exc": "pA", "y_exc": "pA/ms", "g_inh": "nS"}
    assert list(cell.ports) == ["exc", "inh"]
    assert {s: ex.source(g) for s, g in cell.ports["exc"].items()} == {
        "y_exc": "exp(1) / tau_syn_exc"
    }
    assert cell.clamped == ("V_m",)
    assert cell.system.exact == ("I_exc", "y_exc", "g_inh")
    assert not cell.has_input


def test_currents_sum_and_inputs_join():
    neuron = sim.LIF(receptors={"a": sim.ExpCurrent(), "b": sim.ExpCurrent(), "d": sim.Delta()})
    cell = assemble(neuron, with_input=True)
    assert cell.has_input
    assert {"I_a", "I_b", "I_in", "I_e"} <= ex.names(cell.system.odes["V_m"])
    assert cell.system.exact == cell.states == ("V_m", "I_a", "I_b")
    assert {s: ex.source(g) for s, g in cell.ports["d"].items()} == {"V_m": "1"}


def test_a_neuron_without_receptors():
    cell = assemble(sim.LIF(receptors={}), with_input=False)
    assert cell.states == ("V_m",)
    assert cell.ports == {}


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"equations": "dV_m/dt = -V_m / tua : mV"}, "equations: unknown name 'tua' .*'tau'"),
        ({"equations": "dV_m/dt = -V_m * : mV"}, "equations: cannot read"),
        ({"equations": "V_m = 1"}, "equations: 'V_m = 1' has no unit"),
        (
            {"equations": "dV_m/dt = -V_m : mV"},
            "equations: dV_m/dt must be in mV/ms, but '-V_m' is in mV",
        ),
        (
            {"equations": "dV_m/dt = (V_m + I_syn) / tau : mV"},
            r"equations: cannot add 'I_syn' \(pA\) to 'V_m' \(mV\)",
        ),
        (
            {"equations": "dV_m/dt = exp(V_m) / tau : mV"},
            "exp takes plain numbers, but 'V_m' is in",
        ),
        (
            {"method": "exponential_euler", "equations": "dV_m/dt = V_m ** 2 / mV / ms : mV"},
            "method: dV_m/dt is not linear",
        ),
        ({"threshold": "V_m"}, "threshold: it must be a condition such as"),
        ({"threshold": "V_m > 1"}, "cannot compare 'V_m' .*write 1.mV if that is meant"),
        ({"threshold": "V > 1*mV"}, "threshold: unknown name 'V'"),
        ({"threshold": "V_m >"}, "threshold: cannot read"),
        ({"reset": {"V_m": "V_reset"}}, "reset: unknown name 'V_reset'"),
        ({"reset": {"W": "0"}}, "reset: unknown name 'W'"),
        ({"refractory": ("W",)}, "refractory: unknown name 'W'"),
    ],
)
def test_what_does_not_fit_together(attributes, text):
    with pytest.raises(sim.ValidationError, match=rf"Own\.(.*){text}"):
        assemble(broken(**attributes), with_input=False)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", 5, None, "a.b"])
def test_names_of_receptors_are_identifiers(name):
    with pytest.raises(sim.ValidationError, match=r"LIF\.receptors: names must be identifiers"):
        sim.LIF(receptors={name: sim.ExpCurrent()})


@pytest.mark.parametrize(
    "receptors", [5, [sim.ExpCurrent()], "exc", {"exc": 5}, {"exc": sim.Delta}]
)
def test_receptors_are_a_mapping_to_receptors(receptors):
    with pytest.raises(sim.ValidationError, match=r"LIF\.receptors: .*must"):
        sim.LIF(receptors=receptors)


def test_two_parameters_of_a_user_model_reach_the_kernel():
    class Volts(Own):
        E = param(3.0, mV, doc="where it goes")
        equations = "dV_m/dt = (E - V_m) / tau : mV"
        threshold = "V_m >= 100*mV"
        initial = {"V_m": "2 * E"}

    net = sim.Network(seed=1, precision="double")
    cells = net.population("cells", 2, Volts(tau=[5.0, 9.0]))
    assert cells.get("V_m") == pytest.approx([6.0, 6.0])
    net.run(4.0)
    assert cells.get("V_m") == pytest.approx(3.0 + 3.0 * np.exp(-4.0 / np.array([5.0, 9.0])))
