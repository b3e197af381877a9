"""Receptors: weights are peaks, and what is refused."""

import numpy as np
import pytest

import spikesim as sim
from spikesim import units as sim_units

KINDS = {
    "exp": (sim.ExpCurrent(tau_syn=2.0), "I_exp"),
    "alpha": (sim.AlphaCurrent(tau_syn=2.0), "I_alpha"),
    "gexp": (sim.ExpConductance(tau_syn=2.0), "g_gexp"),
    "galpha": (sim.AlphaConductance(tau_syn=2.0), "g_galpha"),
}


@pytest.fixture(scope="module")
def responses():
    """Of one neuron with every kind of receptor, each reached by one spike of weight 3 at 1 ms."""
    net = sim.Network(dt=0.1, seed=1, precision="double")
    receptors = {name: kind for name, (kind, _) in KINDS.items()} | {"delta": sim.Delta()}
    cell = net.population("cell", 1, sim.LIF(receptors=receptors, tau_m=1e9, C_m=1e9))
    source = net.population("source", 1, sim.SpikeSource([0.5]))
    for name in receptors:
        net.project(source, cell, sim.OneToOne(), weight=3.0, delay=0.5, receptor=name, name=name)
    records = {name: net.record(cell, state) for name, (_, state) in KINDS.items()}
    records["delta"] = net.record(cell, "V_m")
    net.run(30.0)
    return {name: r.result().values[10:, 0] for name, r in records.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("name", KINDS)
def test_the_weight_is_the_peak(responses, name):
    seen, t = responses[name], np.arange(291) * 0.1
    assert seen.max() == pytest.approx(3.0, rel=1e-12)
    rises = "alpha" in name
    assert seen.argmax() == (20 if rises else 0), "alpha functions peak after tau_syn"
    shape = t / 2.0 * np.exp(1.0 - t / 2.0) if rises else np.exp(-t / 2.0)
    assert seen == pytest.approx(3.0 * shape, rel=1e-11, abs=1e-14)


@pytest.mark.thorough
def test_the_weight_is_the_jump(responses):
    assert responses["delta"][0] - -70.0 == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("kind", "unit", "signed"),
    [
        (sim.Delta, "mV", True),
        (sim.ExpCurrent, "pA", True),
        (sim.AlphaCurrent, "pA", True),
        (sim.ExpConductance, "nS", False),
        (sim.AlphaConductance, "nS", False),
        (sim.DualExpCurrent, "pA", True),
        (sim.DualExpConductance, "nS", False),
        (sim.AMPA, "nS", False),
        (sim.NMDA, "nS", False),
        (sim.GABA_A, "nS", False),
        (sim.GABA_B, "nS", False),
        (sim.Nicotinic, "nS", False),
        (sim.KineticConductance, "nS", False),
        (sim.KineticNMDA, "nS", False),
    ],
)
def test_units(kind, unit, signed):
    assert (str(kind.weight_unit), kind.signed) == (unit, signed)
    assert kind.__doc__


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [sim.ExpConductance, sim.AlphaConductance])
@pytest.mark.parametrize("E_rev", [0.0, -80.0])
def test_conductances_drive_to_their_reversal_potential(kind, E_rev):
    net = sim.Network(seed=1, precision="double")
    model = sim.LIF(V_th=1e3, receptors={"g": kind(E_rev=E_rev)})
    cell = net.population("cell", 1, model)
    net.stimulate(cell, sim.PoissonDrive(50_000.0, 100.0, "g"))
    net.run(50.0)
    assert cell.get("V_m") == pytest.approx([E_rev], abs=1.5)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sim.ExpCurrent(tau_syn=0.0), r"ExpCurrent\.tau_syn: must be positive.*0\.0 ms"),
        (lambda: sim.ExpCurrent(tau=1.0), r"ExpCurrent: unknown name 'tau'.*'tau_syn'"),
        (lambda: sim.Delta(tau_syn=1.0), r"Delta: unknown name 'tau_syn'; valid names: 'share'"),
        (lambda: sim.AlphaCurrent(E_rev=0.0), r"AlphaCurrent: unknown name 'E_rev'"),
        (lambda: sim.ExpConductance(E_rev=np.inf), r"ExpConductance\.E_rev: must be finite"),
        (lambda: sim.ExpCurrent(transmitter="gaba"), r"ExpCurrent\.transmitter: .*'gaba'.*'GABA'"),
        (lambda: sim.ExpCurrent(transmitter=[]), r"ExpCurrent\.transmitter: unknown name \[\]"),
        (lambda: sim.ExpCurrent(2.0), "positional"),
        (lambda: sim.AMPA(transmitter="Glutamate"), r"AMPA\.transmitter: .*mean 'glutamate'"),
        (lambda: sim.NMDA(share=-0.5), r"NMDA\.share: must be zero or positive.*-0\.5"),
        (lambda: sim.NMDA(share=None), r"NMDA\.share: must be a number, got None"),
        (lambda: sim.NMDA(Mg=-1.0), r"NMDA\.Mg: must be zero or positive.*-1\.0 mM"),
        (lambda: sim.NMDA(Mg=1.0 * sim_units.ms), r"NMDA\.Mg: must be a quantity in mM"),
        (lambda: sim.NMDA(tau_rise=200.0),
         r"NMDA\.tau_rise: must not be above tau_decay = 100\.0 ms, got 200\.0 ms"),
        (lambda: sim.DualExpCurrent(tau_decay=[1.0, 0.4], tau_rise=[0.5, 0.5]),
         r"tau_rise: must not be above tau_decay = 0\.4 ms, got 0\.5 ms"),
        (lambda: sim.GABA_B(), r"GABA_B\.g_max: needs a value, in nS"),
        (lambda: sim.GABA_B(g_max=0.0), r"GABA_B\.g_max: must be positive"),
        (lambda: sim.KineticConductance(g_max=1.0, alpha=-1.0), r"alpha: must be .*-1\.0 1/mM/ms"),
        (lambda: sim.saturating_gate(alpha=0.0), r"saturating_gate\.alpha: must be positive"),
        (lambda: sim.saturating_gate(tau_rise=100.0),
         r"saturating_gate\.tau_rise: must be below tau_decay = 100\.0 ms, got 100\.0 ms"),
    ],
)  # fmt: skip
def test_what_is_refused(make, text):
    with pytest.raises((sim.ValidationError, TypeError), match=text):
        make()


GAINS = {
    "equations": "dI/dt = -I / (5*ms) : pA", "on_spike": {"I": "1"}, "current": "I",
    "weight_unit": sim_units.pA,
}  # fmt: skip


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"weight_unit": None}, "weight_unit: is missing: what a weight is in, such as nS"),
        ({"weight_unit": "pA"}, "weight_unit: must be a unit, such as nS, got 'pA'"),
        ({"on_spike": {}}, "on_spike: is missing: without it a spike does nothing"),
        ({"on_spike": "I += w"}, r"on_spike: must map variables.*got 'I \+= w'"),
        ({"on_spike": {"I": 1.0}}, "on_spike: what a spike adds to 'I' must be text.*got 1.0"),
        ({"on_spike": {3: "1"}}, "on_spike: must have names of variables.*got 3"),
        ({"current": 3}, "current: must be text such as .*got 3"),
    ],
)
def test_receptors_that_are_wrongly_declared(members, text):
    kind = type("Own", (sim.Receptor,), {**GAINS, **members})
    with pytest.raises(sim.ValidationError, match=rf"^Own\.{text}"):
        kind()


def test_a_receptor_says_what_its_weight_is():
    with pytest.raises(sim.ValidationError, match=r"Own\.weight_unit: is missing"):
        type("Own", (sim.Receptor,), {"on_spike": {"V_m": "1"}})()


@pytest.mark.thorough
def test_time_constants_of_each_neuron():
    net = sim.Network(seed=1, precision="double")
    tau = np.array([1.0, 2.0, 4.0])
    cells = net.population("cells", 3, sim.LIF(receptors={"x": sim.AlphaCurrent(tau_syn=tau)}))
    source = net.population("source", 1, sim.SpikeSource([0.5]))
    net.project(source, cells, sim.AllToAll(), weight=3.0, delay=0.5)
    record = net.record(cells, "I_x")
    net.run(20.0)
    seen = record.result().values[10:]
    assert seen.max(axis=0) == pytest.approx([3.0] * 3)
    assert seen.argmax(axis=0) * 0.1 == pytest.approx(tau)


def test_time_constants_that_no_population_takes_are_left_to_it():
    receptor = sim.DualExpCurrent(tau_rise=[0.5, 0.5, 0.5], tau_decay=[1.0, 2.0])
    with pytest.raises(sim.ValidationError, match=r"tau_rise_x: must be one value or 2"):
        sim.Network().population("cells", 2, sim.LIF(receptors={"x": receptor}))


@pytest.mark.thorough
def test_drawn_time_constants():
    """Exchanged ones give the same curve, so that draws which overlap do no harm."""
    kind = sim.DualExpCurrent(tau_rise=sim.Uniform(1.0, 3.0), tau_decay=sim.Uniform(2.0, 4.0))
    net = sim.Network(seed=1, precision="double")
    cells = net.population("cells", 50, sim.LIF(receptors={"x": kind}))
    source = net.population("source", 1, sim.SpikeSource([0.5]))
    net.project(source, cells, sim.AllToAll(), weight=3.0, delay=0.5)
    record = net.record(cells, "I_x")
    net.run(20.0)
    assert (cells.get("tau_rise_x") > cells.get("tau_decay_x")).any()
    assert record.result().values.max(axis=0) == pytest.approx(np.full(50, 3.0), rel=1e-3)
