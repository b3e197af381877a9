"""What is wrong in a part of a neuron is said of the part, in its own names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.units import ms, mV, nS, param
from tests.misspelt import misspelt

RECEPTOR = {
    "tau": param(5.0, ms, "positive"),
    "E_rev": param(0.0, mV),
    "equations": "gain = exp(-share) : 1\ndg/dt = -g / tau * gain : nS",
    "on_spike": {"g": "gain"},
    "current": "g * (E_rev - V_m)",
    "weight_unit": nS,
    "signed": False,
}
CHANNEL = {
    "g": param(5.0, nS),
    "tau": param(5.0, ms, "positive"),
    "equations": "m_inf = 1 / (1 + exp(-V_m / (5*mV))) : 1\ndm/dt = (m_inf - m) / tau : 1",
    "current": "g * m * (0*mV - V_m)",
    "initial": {"m": "m_inf"},
}


def with_receptor(name="exc", **members):
    part = type("Own", (sim.Receptor,), {**RECEPTOR, **members})()
    return sim.LIF(receptors={name: part, "other": sim.ExpCurrent()})


def with_channel(name="Na", **members):
    part = type("Own", (sim.Channel,), {**CHANNEL, **members})()
    return sim.ConductanceNeuron(receptors={}, channels={"leak": sim.Leak(g=1.0), name: part})


def in_compartment(**members):
    part = type("Own", (sim.Receptor,), {**RECEPTOR, **members})()
    soma, dend = sim.Compartment(C_m=10.0), sim.Compartment(C_m=10.0, receptors={"exc": part})
    return sim.MultiCompartment(
        compartments={"soma": soma, "dend": dend}, axial={("soma", "dend"): 1.0}
    )


EXC, NA = r"LIF\.receptors\['exc'\], Own", r"ConductanceNeuron\.channels\['Na'\], Own"
CASES = [
    (with_receptor, {"equations": "dg/dt = -g / tauu : nS"},
     rf"{EXC}\.equations: unknown name 'tauu' \(did you mean 'tau'\?\); .*'E_rev'.*'g'.*'share'"),
    (with_receptor, {"equations": "dg/dt = -g : nS"},
     rf"{EXC}\.equations: dg/dt must be in .*, but '-g' is in nS"),
    (with_receptor, {"equations": "a = b : 1\nb = a : 1\ndg/dt = -g / tau : nS"},
     rf"{EXC}\.equations: subexpressions go round in a circle: a -> b -> a"),
    (with_receptor, {"equations": "dg/dt = -g / tau + xi**2 * nS : nS"},
     rf"{EXC}\.equations: dg_exc/dt must be a sum of a drift and factors times 'xi'"),
    (with_receptor, {"equations": "n = xi : 1/ms**0.5\ndg/dt = -g / tau + n * nS : nS"},
     rf"{EXC}\.equations: "),
    (with_receptor, {"equations": "dg/dt = -g / tau * lastspike / ms : nS"},
     rf"{EXC}\.equations: there is no 'lastspike'"),
    (with_receptor, {"on_spike": {"gg": "1"}},
     rf"{EXC}\.on_spike: unknown name 'gg' \(did you mean 'g'"),
    (with_receptor, {"on_spike": {"g": "tau"}},
     rf"{EXC}\.on_spike: the gain of g \(nS\) for weights in nS must be .*, but 'tau' is in ms"),
    (with_receptor, {"on_spike": {"g": "tau +"}}, rf"{EXC}\.on_spike: cannot read 'tau \+'"),
    (with_receptor, {"current": "g"}, rf"{EXC}\.current: a current must be in pA, but 'g'"),
    (with_receptor, {"current": "g * (E_rev + 5 - V_m)"},
     rf"{EXC}\.current: cannot add '5' \(a plain number\) to 'E_rev' \(mV\) in 'E_rev \+ 5'"),
    (with_receptor, {"current": "g *"}, rf"{EXC}\.current: cannot read"),
    (with_channel, {"equations": "dm/dt = (m_in - m) / tau : 1"},
     rf"{NA}\.equations: unknown name 'm_in'"),
    (with_channel, {"current": "g * m"}, rf"{NA}\.current: I_Na must be in pA, but 'g \* m' is in"),
    (with_channel, {"current": "g * n * V_m"}, rf"{NA}\.current: unknown name 'n'"),
    (with_channel, {"initial": {"m": "tau"}}, rf"{NA}\.initial: m must be a .* 'tau' is in ms"),
    (in_compartment, {"current": "g * (E_rev - V_x)"},
     r"MultiCompartment\.receptors\['exc_dend'\], Own\.current: unknown name 'V_x' .*'V_m'"),
    (in_compartment, {"current": "g + V_m"},
     r"'exc_dend'\], Own\.current: cannot add 'V_m' \(mV\) to 'g' \(nS\) in 'g \+ V_m'"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "members", "text"), CASES)
def test_parts_are_named(make, members, text):
    with pytest.raises(sim.ValidationError, match=text):
        assemble(make(**members), with_input=False)


@given(data=st.data())
@settings(deadline=None, max_examples=100)
def test_a_misspelt_name_is_said_of_its_part(data):
    """Whatever name, in whatever text of a part, under whatever name the part is held."""
    receptor, channel = (with_receptor, RECEPTOR, "receptors"), (with_channel, CHANNEL, "channels")
    make, members, kind = data.draw(st.sampled_from([receptor, channel]))
    attribute = data.draw(st.sampled_from(["equations", "current"]))
    held = data.draw(st.sampled_from(["exc", "x", "tau", "Na_1"]))
    word = data.draw(st.sampled_from(["tau", "V_m"] if attribute == "equations" else ["V_m"]))
    wrong = data.draw(misspelt(word, ["V", "t", "m", "tau", "ta", "au"]))
    text = members[attribute]
    if f"/ {word}" not in text and f" {word}" not in text and f"-{word}" not in text:
        return
    model = make(held, **{attribute: text.replace(word, wrong)})
    with pytest.raises(sim.ValidationError) as error:
        assemble(model, with_input=True)
    said = str(error.value)
    assert said.startswith(f"{type(model).__name__}.{kind}[{held!r}], Own.{attribute}: "), said
    assert repr(wrong) in said


def test_the_membrane_s_own_equations_are_the_neuron_s():
    class Broken(sim.LIF):
        equations = "dV_m/dt = -(V_m - E_L) / tau_q + (I_syn + I_in + I_e) / C_m : mV"

    with pytest.raises(sim.ValidationError, match=r"^Broken\.equations: unknown name 'tau_q'"):
        assemble(Broken(), with_input=False)
