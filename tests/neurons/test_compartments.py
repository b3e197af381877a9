"""Channels and compartments as parts of neurons: names, values, and what is refused."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble

LEAK = {"leak": sim.Leak(g=5.0)}
SOMA = sim.Compartment(C_m=50.0, channels=LEAK)
DEND = sim.Compartment(
    C_m=80.0, channels={**LEAK, "CaL": sim.CaL(g=1.0), "pool": sim.CalciumPool(area=100.0)},
    receptors={"exc": sim.ExpConductance(transmitter="glutamate")},
)  # fmt: skip


def two(**more):
    return sim.MultiCompartment(
        compartments={"soma": SOMA, "dend": DEND}, axial={("soma", "dend"): 4.0}, **more
    )


def test_names_of_compartments():
    cell = assemble(two(), with_input=True)
    assert cell.states == ("V_m", "V_dend", "q_CaL_dend", "r_CaL_dend", "Ca_dend", "g_exc_dend")
    assert cell.units["Ca_dend"] == "mM"
    assert list(cell.ports) == ["exc_dend"]
    assert cell.system.joint == ("V_m", "V_dend")
    assert cell.system.method == "strang"


def test_parameters_are_read_and_set_by_name():
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, two())
    assert cells.get("g_soma_dend") == pytest.approx(4.0)
    assert cells.get("C_m_dend") == pytest.approx(80.0)
    cells[:2].set(g_CaL_dend=[2.0, 3.0], tau_pool_dend=7.0)
    assert cells.get("g_CaL_dend") == pytest.approx([2.0, 3.0, 1.0])
    with pytest.raises(sim.ValidationError, match=r"g_leak_soma: must be zero or positive.*nS"):
        cells.set(g_leak_soma=-1.0)
    with pytest.raises(sim.ValidationError, match="unknown name 'g_Na_dend'"):
        cells.set(g_Na_dend=1.0)


def test_populations_with_the_same_parts_share_a_table():
    net = sim.Network(seed=1)
    net.population("a", 1, two())
    net.population("b", 2, two(V_th=-10.0))
    net.population("c", 2, two(current_into="dend"))
    net.population("d", 1, sim.ConductanceNeuron(channels=LEAK))
    net.population("e", 1, sim.ConductanceNeuron(channels={"leak": sim.Leak(g=[7.0])}))
    net.population("f", 1, sim.ConductanceNeuron(channels={"rest": sim.Leak(g=7.0)}))
    net.build()
    assert [len(table.blocks) for table in net.plan.tables] == [2, 1, 2, 1]


def test_gates_start_in_their_steady_state_where_the_membrane_starts():
    net = sim.Network(seed=1)
    model = sim.ConductanceNeuron(channels={"K": sim.K(g=1.0)})
    cells = net.population("cells", 2, model, initial={"V_m": [-65.0, -55.0]})
    given = net.population("given", 1, model, initial={"n_K": 0.1})
    beta = 0.125 * np.exp(-10 / 80)
    assert cells.get("n_K")[1] == pytest.approx(0.1 / (0.1 + beta))
    assert given.get("n_K") == pytest.approx([0.1])


@pytest.mark.thorough
def test_a_leaky_neuron_takes_channels_too():
    """Of any model that mentions I_ion, with a reset and refractoriness."""

    class Adapting(sim.LIF):
        equations = "dV_m/dt = -(V_m - E_L) / tau_m + (I_ion + I_syn + I_in + I_e) / C_m : mV"

    def count(channels):
        net = sim.Network(seed=1)
        cell = net.population("cell", 1, Adapting(I_e=600.0, channels=channels))
        spikes = net.record(cell, "spikes")
        net.run(500.0)
        return spikes.result().times.size

    assert 0 < count({"KM": sim.KM(g=60.0)}) < count({})


@pytest.mark.thorough
def test_a_soma_that_is_held_pulls_its_dendrite():
    """Refractoriness within the implicit solve: the dendrite relaxes towards the held soma."""

    class Integrating(sim.MultiCompartment):
        reset = {"V_m": "-65*mV"}
        rearm = ""
        refractory = ("V_m",)
        t_ref = sim.neurons.lif.LIF.declared["t_ref"]

    parts = {"soma": sim.Compartment(C_m=10.0), "dend": sim.Compartment(C_m=100.0)}
    for method in ("strang", "backward_euler"):
        model = Integrating(compartments=parts, axial={("soma", "dend"): 20.0}, V_th=-60.0,
                            method=method, t_ref=1000.0)  # fmt: skip
        net = sim.Network(dt=0.01, seed=1, precision="double")
        cell = net.population("cell", 1, model, initial={"V_m": -50.0, "V_dend": -40.0})
        net.run(10.01)
        assert cell.get("V_m")[0] == -65.0
        left = (cell.get("V_dend")[0] + 65.0) / 25.0
        assert left == pytest.approx(np.exp(-10.0 / 5.0), rel=5e-3)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sim.Leak(), "Leak.g: needs a value, in nS"),
        (lambda: sim.Na(g=-1.0), "g: must be zero or positive"),
        (lambda: sim.LIF(channels=LEAK), "channels: do nothing, .* do not mention I_ion"),
        (lambda: sim.ConductanceNeuron(channels={"a b": LEAK["leak"]}), "must be identifiers"),
        (lambda: sim.ConductanceNeuron(channels={"a": sim.Delta()}), "must be a channel such as"),
        (
            lambda: sim.ConductanceNeuron(channels=LEAK, receptors={"leak": sim.Delta()}),
            "'leak' is a receptor's name already",
        ),
        (lambda: sim.MultiCompartment(compartments={}), "must have at least one"),
        (lambda: sim.MultiCompartment(compartments={"a": LEAK["leak"]}), "such as Compartment"),
        (
            lambda: sim.MultiCompartment(compartments={"a": SOMA, "b": DEND}),
            "axial: 'b' is joined to nothing",
        ),
        (
            lambda: sim.MultiCompartment(compartments={"a": SOMA}, axial={("a", "x"): 1.0}),
            "axial: unknown name 'x'",
        ),
        (
            lambda: sim.MultiCompartment(compartments={"a": SOMA}, axial={"ab": 1.0}),
            "'ab' must be a pair of two names",
        ),
        (
            lambda: sim.MultiCompartment(
                compartments={"a": SOMA, "b": SOMA}, axial={("a", "b"): 1.0, ("b", "a"): 1.0}
            ),
            "is given in both orders",
        ),
        (lambda: two(method="magic"), "method: unknown name 'magic'"),
        (lambda: two(current_into="axon"), "current_into: unknown name 'axon'"),
        (lambda: sim.cable(0), "n: must be at least 1"),
        (lambda: sim.cable(3, length=-1.0), "length: must be positive"),
        (lambda: sim.PinskyRinzel(p=1.5), "p: must be below 1"),
    ],
)
def test_what_cannot_be_put_together(make, text):
    with pytest.raises(sim.ValidationError, match=text):
        make()


@pytest.mark.parametrize(
    ("attribute", "value"), [("current", 3), ("current", None), ("equations", 3)]
)
def test_channels_are_text(attribute, value):
    with pytest.raises(sim.ValidationError, match=rf"^Own.{attribute}: must be text.* got {value}"):
        type("Own", (sim.Channel,), {attribute: value})()


@pytest.mark.parametrize(
    ("channels", "text"),
    [
        (
            {"KCa": sim.KCa(g=1.0)},
            r"ConductanceNeuron.channels: 'KCa' reads 'Ca', but .* no pool .*CalciumPool\(area",
        ),
        (
            {"a": sim.CalciumPool(area=1.0), "b": sim.CalciumPool(area=1.0)},
            "channels: 'a' and 'b' are both pools of 'Ca'; a membrane takes one",
        ),
    ],
)
def test_channels_that_do_not_fit(channels, text):
    with pytest.raises(sim.ValidationError, match=text):
        assemble(sim.ConductanceNeuron(channels=channels, receptors={}), with_input=False)


def test_long_cables_are_split():
    """Exact steps of many compartments take long to compile; what is said is taken."""
    assert sim.cable(20).method == "auto"
    assert sim.cable(21).method == "strang"
    assert sim.cable(40, method="backward_euler").method == "backward_euler"


def test_calcium_of_the_neuron_itself_is_calcium():
    class Own(sim.ConductanceNeuron):
        equations = f"{sim.ConductanceNeuron.equations}\n dCa/dt = -Ca / (50*ms) : mM"

    assert "Ca" in assemble(Own(channels={"KCa": sim.KCa(g=1.0)}), with_input=False).states


def test_each_compartment_needs_its_pool():
    compartments = {"soma": sim.Compartment(C_m=9.0, channels={"K": sim.KCa(g=1.0)}), "dend": DEND}
    model = sim.MultiCompartment(compartments=compartments, axial={("soma", "dend"): 4.0})
    with pytest.raises(sim.ValidationError, match="'K_soma' reads 'Ca', but its membrane has no"):
        assemble(model, with_input=False)
