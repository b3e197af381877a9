"""Transmitters: one set of synapses reaches all receptors that bind what they release."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from spikesim.units import Unit

BOTH = {"ampa": sim.AMPA(), "nmda": sim.NMDA(share=0.25)}


class Tissue(sim.Receptor):
    """Glutamate that is counted in another unit."""

    equations = "dc/dt = -c / (50*ms) : mM"
    on_spike = {"c": "1"}
    current = "c * pA / mM"
    weight_unit = Unit("mM")


def target(receptors, n=3, **network):
    net = sim.Network(seed=1, precision="double", **network)
    return net, net.population("cells", n, sim.LIF(V_th=1e3, receptors=receptors))


def project(receptors, transmitter, **given):
    """A projection from a source that releases something."""
    net, cells = target(receptors)
    source = net.population("source", 1, sim.SpikeSource([1.0]), transmitter=transmitter)
    arguments = {"weight": 2.0, "delay": 1.0, "name": "p", **given}
    return net, cells, net.project(source, cells, sim.AllToAll(), **arguments)


def test_the_port_adds_to_all_receptors():
    cell = assemble(sim.LIF(receptors={**BOTH, "gaba": sim.GABA_A()}), with_input=False)
    assert list(cell.ports) == ["ampa", "nmda", "gaba", "glutamate"]
    shared, gain = cell.ports["glutamate"], ex.source(cell.ports["nmda"]["y_nmda"])
    assert ex.source(shared["g_ampa"]) == "share_ampa"
    assert ex.source(shared["y_nmda"]) == f"{gain} * share_nmda"


def test_one_receptor_needs_no_port_of_its_own():
    receptors = {"ampa": sim.AMPA(), "gaba": sim.GABA_A(share=0.1)}
    assert list(assemble(sim.LIF(receptors=receptors), with_input=False).ports) == ["ampa", "gaba"]


@pytest.mark.thorough
def test_each_gets_its_share():
    net, cells, p = project(BOTH, "glutamate")
    assert p.receptor == "glutamate"
    assert (p.weight == 2.0).all()
    records = [net.record(cells, name) for name in ("g_ampa", "g_nmda")]
    net.run(30.0)
    ampa, nmda = (r.result().values.max(axis=0) for r in records)
    assert ampa == pytest.approx([2.0] * 3, rel=1e-12)
    assert nmda == pytest.approx([0.5] * 3, rel=1e-3)


def test_alone_a_receptor_gets_all():
    net, cells, p = project(BOTH, "glutamate", receptor="nmda")
    record = net.record(cells, "g_nmda")
    net.run(30.0)
    assert p.receptor == "nmda"
    assert record.result().values.max() == pytest.approx(2.0, rel=1e-3)
    assert (cells.get("g_ampa") == 0.0).all()


def test_two_projections_do_the_same():
    weight = np.array([[1.0, 2.0, 3.0]])
    net, cells, _ = project(BOTH, "glutamate", weight=weight)
    other, twins, first = project(BOTH, None, receptor="ampa", weight=weight)
    arguments = {"weight": 0.25 * weight, "delay": 1.0, "receptor": "nmda"}
    other.project(first.source, twins, sim.AllToAll(), **arguments)
    for one in (net, other):
        one.run(30.0)
    for name in ("V_m", "g_ampa", "y_nmda"):
        assert cells.get(name) == pytest.approx(twins.get(name), rel=1e-13)


@pytest.mark.thorough
def test_shares_of_each_neuron_and_later_ones():
    shares = np.array([0.0, 0.5, 1.0])
    receptors = {"ampa": sim.AMPA(share=0.1), "nmda": sim.NMDA(share=shares)}
    net, cells = target(receptors)
    source = net.population("s", 1, sim.SpikeSource([1.0, 40.0]), transmitter="glutamate")
    net.project(source, cells, sim.AllToAll(), weight=2.0, delay=1.0)
    net.run(2.0)
    assert cells.get("y_nmda") == pytest.approx(shares * cells.get("y_nmda")[2])
    assert cells.get("g_ampa") == pytest.approx([0.2] * 3)
    cells.set(share_ampa=3.0)
    net.run(39.0)
    assert cells.get("g_ampa") == pytest.approx([6.0] * 3)


@pytest.mark.thorough
def test_populations_that_differ_in_transmitters_alone():
    """They have the same kinds of receptors, but not the same ports."""
    net, cells = target({"a": sim.ExpConductance(), "b": sim.ExpConductance()})
    receptors = {x: sim.ExpConductance(transmitter="GABA", E_rev=-80.0) for x in "ab"}
    others = net.population("others", 3, sim.LIF(receptors=receptors))
    source = net.population("source", 1, sim.SpikeSource([1.0]), transmitter="GABA")
    net.project(source, cells, sim.AllToAll(), weight=2.0, delay=1.0, receptor="a")
    net.project(source, others, sim.AllToAll(), weight=3.0, delay=1.0)
    net.run(2.0)
    assert (cells.get("g_a") == 2.0).all()
    assert (cells.get("g_b") == 0.0).all()
    assert (others.get("g_a") == 3.0).all()
    assert (others.get("g_b") == 3.0).all()


@pytest.mark.thorough
def test_currents_take_the_sign_of_the_transmitter():
    receptors = {n: sim.ExpCurrent(tau_syn=t, transmitter="GABA") for n, t in (("a", 2), ("b", 9))}
    net, cells, p = project(receptors, "GABA")
    net.run(2.0)
    assert p.receptor == "GABA"
    assert (cells.get("I_a") == -2.0).all()
    assert (cells.get("I_b") == -2.0).all()


@pytest.mark.thorough
def test_drives_name_the_transmitter():
    net, cells = target(BOTH)
    net.stimulate(cells, sim.PoissonDrive(2000.0, 1.0, receptor="glutamate"))
    net.run(20.0)
    assert (cells.get("g_ampa") > 0.0).all()
    assert (cells.get("g_nmda") > 0.0).all()
    other, others = target(BOTH)
    with pytest.raises(sim.ValidationError, match=r"weight: a conductance cannot be negative"):
        other.stimulate(others, sim.PoissonDrive(2000.0, -1.0, receptor="glutamate"))


@pytest.mark.thorough
def test_plastic_weights_reach_all_receptors():
    net, _, p = project(
        BOTH, "glutamate", plasticity=sim.PairSTDP(w_max=5.0), delay_is="axonal", weight=2.0
    )
    record = net.record(p, "weight", every=1.0)
    net.run(5.0)
    assert record.result().unit == "nS"


def noisy(threads, n=200):
    """Recurrent excitation and inhibition by all receptors that there are."""
    receptors = {
        **BOTH, "gaba_a": sim.GABA_A(), "gaba_b": sim.GABA_B(g_max=20.0, share=0.5),
        "ach": sim.Nicotinic(), "pool": sim.KineticNMDA(g_max=5.0, transmitter="acetylcholine"),
    }  # fmt: skip
    net = sim.Network(seed=1, threads=threads)
    names = {"exc": "glutamate", "inh": "GABA", "ach": "acetylcholine"}
    model = sim.LIF(receptors=receptors)
    cells = {k: net.population(k, n, model, transmitter=v) for k, v in names.items()}
    for source in cells.values():
        for other in cells.values():
            net.project(source, other, sim.FixedProbability(0.1), weight=1.0, delay=1.5)
        net.stimulate(source, sim.PoissonDrive(2500.0, 2.0, "ampa"))
    return net, cells


@pytest.mark.slow
def test_threads_and_checkpoints_change_nothing(tmp_path):
    def states(parts):
        names = ("V_m", "g_ampa", "g_nmda", "s_gaba_b", "r_pool", "g_ach")
        return np.array([p.get(name) for p in parts.values() for name in names])

    (one, cells), (two, others) = noisy(1), noisy(2)
    one.run(30.0)
    one.save_state(tmp_path / "state")
    one.run(30.0)
    two.run(60.0)
    assert np.array_equal(states(cells), states(others))
    assert (states(cells) != 0.0).any(axis=1).all(), "all of them are at work"
    again, parts = noisy(1)
    again.load_state(tmp_path / "state")
    again.run(30.0)
    assert np.array_equal(states(parts), states(cells))


@pytest.mark.parametrize(
    ("receptors", "transmitter", "given", "text"),
    [
        (BOTH, "GABA", {},
         r"p\.receptor: the source releases GABA, and no receptor of 'cells' binds that: "
         r"'ampa' binds glutamate, 'nmda' binds glutamate"),
        ({"ampa": sim.AMPA()}, "GABA", {}, r"p\.receptor: .*no receptor of 'cells' binds that"),
        (BOTH, "GABA", {"receptor": "glutamate"}, r"'glutamate' .* binds glutamate.*Dale"),
        (BOTH, "GABA", {"receptor": "ampa"}, r"'ampa' of 'cells' binds glutamate.*Dale"),
        (BOTH, None, {}, r"has the receptors 'ampa', 'nmda'; pass receptor='ampa' or r"),
        (BOTH, None, {"receptor": "both"}, r"valid names: 'ampa', 'nmda', 'glutamate'"),
        (BOTH, "glutamate", {"weight": -1.0}, r"releases glutamate, so weights must be non-neg"),
        (BOTH, None, {"receptor": "glutamate", "weight": -1.0}, r"conductance cannot be negative"),
        ({"ampa": sim.AMPA(), "i": sim.ExpCurrent(transmitter="glutamate")}, "glutamate", {},
         r"p\.receptor: glutamate binds to several receptors of 'cells' whose weights do not mean "
         r"the same: 'ampa' takes nS, 'i' takes pA; pass receptor='ampa' or receptor='i'"),
        ({"ampa": sim.AMPA(), "t": Tissue(transmitter="glutamate")}, None,
         {"receptor": "glutamate"}, r"'ampa' takes nS, 't' takes mM"),
        ({"nmda": sim.NMDA(), "glutamate": sim.AMPA()}, "glutamate", {},
         r"'glutamate' is what 'nmda' and 'glutamate' bind; give the receptor of that name"),
    ],
)  # fmt: skip
def test_what_is_refused(receptors, transmitter, given, text):
    with pytest.raises(sim.ValidationError, match=text):
        project(receptors, transmitter, **given)


@pytest.mark.thorough
def test_receptors_in_other_units_can_be_named():
    receptors = {"ampa": sim.AMPA(), "i": sim.ExpCurrent(transmitter="glutamate")}
    net, cells, _ = project(receptors, "glutamate", receptor="i")
    net.run(2.0)
    assert (cells.get("I_i") == 2.0).all()


def test_glycine_opens_chloride_channels_too():
    _, _, p = project({"gaba": sim.GABA_A(), "gly": sim.GABA_A(transmitter="glycine")}, "glycine")
    assert p.receptor == "gly"
