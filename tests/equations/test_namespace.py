"""Pieces of a neuron under full names: what belongs to whom."""

import pytest

import spikesim as sim
from spikesim.equations.evaluation_order import in_order
from spikesim.equations.namespace import assigned_names, names_used
from spikesim.equations.neuron_equations import assemble
from spikesim.language.origins import Origins
from spikesim.language.parsing import parse
from spikesim.units import ms, one, pA, param


@pytest.mark.parametrize("name", ["e", "in", "syn"])
def test_full_names_may_not_collide(name):
    """A receptor "e" with a current I would have the state I_e, which is the constant current."""
    with pytest.raises(sim.ValidationError, match=rf"{name!r}.*I_{name}"):
        assemble(sim.LIF(receptors={name: sim.ExpCurrent()}), with_input=False)


def test_full_names_of_two_receptors_may_not_collide():
    class Two(sim.Receptor):
        tau_syn = param(1.0, ms, "positive", "time constant")
        equations = "dI/dt = -I / tau_syn : pA\n dI_b/dt = -I_b / tau_syn : pA"
        on_spike = {"I": "1"}
        current = "I"
        weight_unit = pA

    with pytest.raises(sim.ValidationError, match=r"I_b_a|I_b"):
        assemble(sim.LIF(receptors={"b": Two(), "b_b": Two()}), with_input=False)


def counting(**members):
    """A receptor without a current."""
    equations = "dc/dt = d - c / (50*ms) : 1\n dd/dt = -d / (9*ms) : 1/ms"
    kind = {"equations": equations, "on_spike": {"d": "1/ms"}, "weight_unit": one, **members}
    return {"n": type("Counting", (sim.Receptor,), kind)()}


def test_a_receptor_does_something():
    with pytest.raises(sim.ValidationError, match=r"LIF.receptors: 'n' does nothing.* reads 'd_n'"):
        assemble(sim.LIF(receptors=counting()), with_input=False)
    assemble(sim.LIF(receptors=counting(on_spike={"V_m": "mV"})), with_input=False)
    assemble(sim.LIF(receptors=counting(current="c * pA")), with_input=False)


@pytest.mark.parametrize(
    "members",
    [
        {"threshold": "V_m >= V_th or c_n > 3"},
        {"reset": "V_m = V_reset - c_n * mV"},
        {"equations": sim.LIF.equations + "\n dz/dt = c_n / ms : 1"},
    ],
)
def test_a_neuron_may_read_what_a_receptor_counts(members):
    kind = type("Own", (sim.LIF,), members)
    assert "c_n" in assemble(kind(receptors=counting()), with_input=False).states


def test_a_word_of_the_language_as_a_receptor():
    """Names become part of variables only, so they may be words of Python or of expressions."""
    names = ["lambda", "exp", "m", "dt", "held", "fired", "i", "x_1"]
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 1, sim.SpikeSource([1.0]))
    cells = net.population("cells", 2, sim.LIF(receptors={n: sim.ExpCurrent() for n in names}))
    for k, name in enumerate(names):
        net.project(source, cells, sim.AllToAll(), weight=k + 1.0, delay=1.0, receptor=name)
    net.run(2.0)
    assert [cells.get(f"I_{n}")[0] for n in names] == [k + 1.0 for k in range(len(names))]


def test_names_that_a_model_reads_and_sets():
    class Adapting(sim.Neuron):
        tau = param(10.0, ms, "positive", "time constant")
        equations = "dV_m/dt = -V_m / tau : 1\n w : 1"
        threshold = "V_m > theta"
        reset = "V_m = 0; w += 1"

    assert {"V_m", "tau", "theta"} <= names_used(Adapting(receptors={}))
    assert assigned_names(Adapting.reset, None, "Adapting") == {"V_m", "w"}


def test_what_is_read_comes_first():
    trees = {
        name: parse(text, "Model", "equations")
        for name, text in {"a": "b + c", "b": "2 * c", "c": "x"}.items()
    }
    assert in_order(trees, "equations", Origins("Model")) == ["c", "b", "a"]
    trees["c"] = parse("a", "Model", "equations")
    with pytest.raises(sim.ValidationError, match="in a circle: a -> b -> c -> a"):
        in_order(trees, "equations", Origins("Model"))
