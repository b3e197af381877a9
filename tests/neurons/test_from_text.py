"""Neurons from text: what `refractory`, `initial`, booleans and constants may be."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import Hz, Unit, ms, mV, nS, pF

TEXT = "dv/dt = (E_L - v)/tau + drive : mV (unless refractory)"
KEPT = {"E_L": -70 * mV, "tau": 10 * ms, "drive": 8 * mV / ms}
FIRES = {"threshold": "v > -60*mV", "reset": "v = -70*mV", "initial": {"v": -70.0}}


def net_of(model, n=1, dt=0.1, **options):
    net = sim.Network(dt=dt, seed=1, precision="double")
    return net, net.population("cells", n, model, **options)


def after(model, duration=20.0, n=1, **options):
    """Trains and the variable v."""
    net, cells = net_of(model, n, **options)
    spikes, v = net.record(cells, "spikes"), net.record(cells, "v")
    net.run(duration)
    return spikes.result(), v.result().values


def text(equations=TEXT, **options):
    return sim.Neuron.from_text(equations, **{**FIRES, **KEPT, **options})


@pytest.mark.thorough
@pytest.mark.parametrize(
    "same", ["5*ms", "0.005*second", "tr", "tr_base + 2*ms", "twice(tr/ms)*ms/2", "known"]
)
def test_a_refractory_time_may_be_an_expression_over_parameters(same):
    equations = TEXT + "\n tr : ms\n tr_base : ms\n known = tr : ms"
    model = text(equations, refractory=same, tr=5 * ms, tr_base=3 * ms, functions={"twice": twice})
    expected, v = after(text(refractory=5 * ms))
    spikes, found = after(model)
    assert len(spikes.times) > 2
    np.testing.assert_array_equal(spikes.times, expected.times)
    np.testing.assert_array_equal(found, v)


def twice(x):
    return 2.0 * x


def shortest(trains, start):
    """The shortest interval of each of three neurons."""
    return [
        np.diff(trains.times[(trains.ids == i) & (trains.times > start)]).min() for i in range(3)
    ]


def test_each_neuron_has_its_refractory_time_and_it_follows_its_parameters():
    tr = np.array([1.0, 5.0, 9.0])
    equations = TEXT + "\n tr : ms"
    net, cells = net_of(text(equations, refractory="tr + 1*ms", tr=tr), 3)
    spikes = net.record(cells, "spikes")
    net.run(100.0)
    held = shortest(spikes.result(), 0.0)
    np.testing.assert_allclose(np.diff(held), [4.0, 4.0])
    cells.set(tr=3 * ms)
    net.run(200.0)
    np.testing.assert_allclose(shortest(spikes.result(), 120.0), held[0] + 2.0)
    with pytest.raises(sim.ValidationError, match=r"cells.refractory: must be zero or positive"):
        cells.set(tr=-3 * ms)


@pytest.mark.thorough
@pytest.mark.parametrize("flag", ["", "(unless refractory)"])
def test_a_condition_ends_refractoriness(flag):
    """Against a loop: what the condition holds, at the start of a step, stands still."""
    equations = f"dv/dt = -v/(10*ms) + 2*mV/ms : mV {flag}\n du/dt = -u/(5*ms) : 1"
    model = sim.Neuron.from_text(
        equations, threshold="v > 5*mV", reset="v = 6*mV; u += 1", refractory="u > 0.3",
        method="euler",
    )  # fmt: skip
    v, u, held, times, trace = 0.0, 0.0, False, [], []
    for step in range(400):
        held = held and u > 0.3
        before = v
        v, u = 20.0 + (v - 20.0) * np.exp(-0.01), u * np.exp(-0.02)
        if flag and held:
            v = before
        if v > 5.0 and not (held if flag else held and u > 0.3):
            times.append((step + 1) * 0.1)
            v, u, held = 6.0, u + 1.0, True
        trace.append(v)
    spikes, found = after(model, 40.0)
    np.testing.assert_allclose(spikes.times, times)
    np.testing.assert_allclose(found[-400:, 0], trace, rtol=1e-9)
    assert len(times) > 3


@pytest.mark.parametrize(
    ("refractory", "message"),
    [
        ("5", "refractory: a refractory period, unless it is a condition, must be in ms"),
        ("v", "refractory: a refractory period, unless it is a condition, must be in ms"),
        ("v/mV*ms", r"refractory: must be made from parameters; .* reads 'v', which is a variable"),
        ("v > 3*ms", "refractory: cannot compare"),
        ("v > foo", "refractory: unknown name 'foo'"),
        ("v >", "refractory: cannot read"),
        (3 * mV, "refractory: must be a quantity in ms"),
        (-3 * ms, "refractory: must be zero or positive"),
        (True, "refractory: must be a number in ms"),
    ],
)
def test_messages_speak_of_refractory(refractory, message):
    with pytest.raises(sim.ValidationError, match=message):
        text(refractory=refractory)


def test_names_of_brian2_have_hints():
    with pytest.raises(sim.ValidationError, match=r"threshold.*lastspike.*refractory=\.\.\."):
        text(threshold="v > -60*mV and t - lastspike > 2*ms")
    with pytest.raises(sim.ValidationError, match=r"equations.*'\(unless refractory\)'"):
        text("dv/dt = int(not_refractory > 0)*(E_L - v)/tau + drive : mV")
    with pytest.raises(sim.ValidationError, match=r"refractory=2\*ms"):
        text()


@pytest.mark.thorough
def test_booleans_are_conditions():
    equations = """
        dv/dt = (E_L - v)/tau + drive + (1*mV/ms if active else 0*mV/ms) : mV
        active : boolean
        high = v > -62*mV : boolean
        fired : boolean
    """
    given = {"threshold": "high and v > -60*mV and active and not fired",
             "reset": "fired = not fired; v = -70*mV"}  # fmt: skip
    model = text(equations, active=np.array([True, False, True]), **given)
    net, cells = net_of(model, 3)
    spikes = net.record(cells, "spikes")
    high = net.record(cells, "high")
    net.run(20.0)
    np.testing.assert_array_equal(spikes.counts(), [1, 0, 1])
    np.testing.assert_array_equal(cells.get("fired"), [1, 0, 1])
    assert set(np.unique(high.result().values)) == {0.0, 1.0}
    cells.set(active=False, fired=0.0)
    net.run(20.0)
    assert len(spikes.result().times) == 2
    after(text(equations, active=True, fired=True, **given), 1.0)
    with pytest.raises(sim.ValidationError, match="active: must be True or False, 1 or 0, got 2"):
        text(equations, active=2, **given)


@pytest.mark.parametrize(
    "value",
    [-60 * mV, -0.06 * Unit("V"), -60.0, "-60*mV", "E_L + 10*mV", "near", "warm(E_L/mV)*mV",
     np.array([-60.0, -60.0]), np.array([-60.0, -60.0]) * mV],
)  # fmt: skip
def test_initial_values(value):
    model = text(TEXT + "\n near = E_L + 10*mV : mV", refractory=1 * ms, drive=0 * mV / ms,
                 initial={"v": value}, functions={"warm": warm})  # fmt: skip
    _, cells = net_of(model, 2)
    np.testing.assert_allclose(cells.get("v"), -60.0, rtol=1e-14)


def warm(x):
    return x + 10.0


def test_initial_values_of_a_class_by_a_distribution_and_of_a_population_by_a_quantity():
    class Spread(sim.LIF):
        initial = {"V_m": sim.Uniform(-70.0, -60.0)}

    _, cells = net_of(Spread(), 200)
    assert -70 <= cells.get("V_m").min() < -69
    assert -61 < cells.get("V_m").max() <= -60
    _, cells = net_of(Spread(), 2, initial={"V_m": -0.065 * Unit("V")})
    np.testing.assert_allclose(cells.get("V_m"), -65.0)
    cells.set(V_m=-0.05 * Unit("V"))
    np.testing.assert_allclose(cells.get("V_m"), -50.0)
    with pytest.raises(sim.ValidationError, match="V_m: must be a quantity in mV"):
        cells.set(V_m=3 * ms)
    with pytest.raises(sim.ValidationError, match=r"initial\['V_m'\]: must be a quantity in mV"):
        net_of(Spread(), 2, initial={"V_m": -65 * pF})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("E_L + rand()*5*mV", "give a distribution, such as Uniform"),
        ("E_L + randn()*5*mV", "give a distribution, such as Uniform"),
        ("w", "reads 'w', which is a variable"),
        ("t*mV/ms", "reads 't', which is the time"),
        ("5*ms", "must be in mV"),
        (5 * ms, r"initial\['v'\]: must be a quantity in mV"),
        (None, r"initial\['v'\]: must be a number"),
    ],
)
def test_what_is_no_initial_value(value, message):
    with pytest.raises(sim.ValidationError, match=message):
        text(TEXT + "\n dw/dt = -w/tau : mV", refractory=1 * ms, initial={"v": value})


def test_a_value_for_a_variable_is_where_it_starts():
    equations = TEXT + "\n vt : mV"
    model = text(equations, threshold="v > vt", reset="v = -70*mV; vt += 1*mV", initial={},
                 refractory=1 * ms, vt=-65 * mV, v=np.array([-70.0, -66.0]))  # fmt: skip
    net, cells = net_of(model, 2)
    np.testing.assert_array_equal(cells.get("vt"), -65.0)
    np.testing.assert_array_equal(cells.get("v"), [-70.0, -66.0])
    spikes = net.record(cells, "spikes")
    net.run(20.0)
    np.testing.assert_array_equal(cells.get("vt"), spikes.counts() - 65.0)
    with pytest.raises(sim.ValidationError, match="vt: is given twice, in initial too"):
        text(equations, reset="vt += 1*mV", initial={"vt": 1.0}, vt=1 * mV)


def test_a_current_that_the_model_cannot_feel_is_refused():
    net, cells = net_of(text(refractory=1 * ms))
    for current in (sim.DCCurrent(100.0), sim.NoiseCurrent(0.0, 10.0)):
        with pytest.raises(
            sim.ValidationError, match=r"target: the stimulus has no effect: .*I_in"
        ):
            net.stimulate(cells, current)
    with pytest.raises(sim.ValidationError, match=r"receptors: 'e' does nothing.*I_syn"):
        text(refractory=1 * ms, receptors={"e": sim.ExpCurrent()})
    net, cells = net_of(text(threshold="v > -60*mV or I_in > 50*pA", refractory=1 * ms))
    net.stimulate(cells, sim.DCCurrent(100.0))


@pytest.mark.parametrize("receptor", [sim.ExpConductance(), sim.Delta()])
def test_receptors_need_the_membrane_by_its_name(receptor):
    with pytest.raises(sim.ValidationError, match=r"'e' needs the membrane potential V_m.*call"):
        text("dv/dt = (E_L - v)/tau + drive + I_syn/(100*pF) : mV", receptors={"e": receptor})


def test_a_model_without_synaptic_currents_has_no_receptor_unless_given():
    class Silent(sim.LIF):
        equations = "dV_m/dt = -(V_m - E_L)/tau_m + I_e/C_m : mV"

    assert Silent().receptors == {}
    net, cells = net_of(Silent())
    with pytest.raises(sim.ValidationError, match="'cells' has no receptors"):
        net.project(cells, cells, sim.AllToAll(), weight=1.0, delay=1.0)


GATED = """
    dv/dt = (ge*(0*mV - v) + gi*(-80*mV - v) + 10*nS*(E_L - v))/(200*pF) : mV
    dge/dt = -ge/(5*ms) : nS
    dgi/dt = -gi/(10*ms) : nS
"""


def gated(**receptors):
    return sim.Neuron.from_text(
        GATED, threshold="never", E_L=-70 * mV, initial={"v": "E_L"}, receptors=receptors
    )


@pytest.mark.thorough
def test_spikes_jump_into_variables_of_the_text():
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 1, sim.SpikeSource([2.0]))
    model = gated(e=sim.Jump("ge", nS), i=sim.Jump("gi", Unit("uS")))
    cell = net.population("cell", 1, model)
    net.project(source, cell, sim.AllToAll(), weight=3.0, delay=1.0, receptor="e")
    net.project(source, cell, sim.AllToAll(), weight=0.004, delay=1.0, receptor="i")
    net.run(7.0)
    assert cell.get("ge")[0] == pytest.approx(3.0 * np.exp(-4.0 / 5.0))
    assert cell.get("gi")[0] == pytest.approx(4.0 * np.exp(-4.0 / 10.0))


def test_what_a_jump_cannot_be():
    net, cell = net_of(gated(e=sim.Jump("ge", nS)))
    with pytest.raises(sim.ValidationError, match="negative"):
        net.project(cell, cell, sim.AllToAll(), weight=-3.0, delay=1.0)
    with pytest.raises(sim.ValidationError, match=r"the gain of ge \(nS\) for weights in mV"):
        gated(e=sim.Jump("ge", mV))
    with pytest.raises(sim.ValidationError, match="unknown name 'gx'"):
        gated(e=sim.Jump("gx", nS))
    with pytest.raises(sim.ValidationError, match=r"Jump.variable: must be the name"):
        sim.Jump(nS, "ge")
    with pytest.raises(sim.ValidationError, match=r"Jump.unit: must be a unit"):
        sim.Jump("ge", "nS")
    assert repr(sim.Jump("ge", nS)) == "Jump('ge', nS)"


class Gated(sim.Neuron):
    """Two synapses in the text."""

    equations = GATED.replace("E_L", "(-70*mV)")
    threshold = "never"


@pytest.mark.thorough
def test_jumps_of_several_targets_share_no_table():
    net = sim.Network(seed=1)
    source = net.population("source", 1, sim.SpikeSource([2.0]))
    cells = {
        name: net.population(name, 1, Gated(receptors={"r": sim.Jump(name, unit)}))
        for name, unit in {"ge": nS, "gi": nS, "v": mV}.items()
    }
    for cell in cells.values():
        net.project(source, cell, sim.AllToAll(), weight=3.0, delay=1.0)
    net.run(3.0)
    found = [[cell.get(x)[0] > 0 for x in ("ge", "gi")] for cell in cells.values()]
    assert found == [[True, False], [False, True], [False, False]]


class Fourth(sim.HodgkinHuxley):
    """The same by another method."""

    method = "rk4"


@pytest.mark.thorough
def test_each_instance_may_have_its_own_method():
    right = sim.HodgkinHuxley(I_e=1000.0, method="rk4")
    assert repr(right) == "HodgkinHuxley(I_e=1000.0, method='rk4')"
    assert repr(sim.HodgkinHuxley(method="rk4")) == "HodgkinHuxley(method='rk4')"
    assert repr(sim.HodgkinHuxley()) == "HodgkinHuxley()"
    with pytest.raises(sim.ValidationError, match=r"HodgkinHuxley.method: unknown name 'rk5'"):
        sim.HodgkinHuxley(method="rk5")
    net = sim.Network(dt=0.025, seed=1, precision="double")
    models = {"plain": sim.HodgkinHuxley(I_e=1000.0), "own": Fourth(I_e=1000.0), "given": right}
    traces = [net.record(net.population(n, 1, m), "V_m") for n, m in models.items()]
    net.run(20.0)
    plain, own, given = (trace.result().values for trace in traces)
    np.testing.assert_array_equal(own, given)
    assert 0.1 < abs(plain - given).max() < 5.0


@pytest.mark.thorough
def test_currents_of_channels_can_be_recorded():
    """By what they are made of."""
    channels = {"leak": sim.Leak(g=30.0, E=-54.4), "Na": sim.Na(g=12000.0), "K": sim.K(g=3600.0)}
    net = sim.Network(dt=0.05, seed=1, precision="double")
    cell = net.population("cell", 1, sim.ConductanceNeuron(channels=channels, I_e=1000.0))
    recorders = [net.record(cell, x) for x in ("V_m", "m_Na", "h_Na", "I_Na")]
    net.run(10.0)
    v, m, h, found = (recorder.result().values for recorder in recorders)
    expected = 12000.0 * m**3 * h * (cell.get("E_Na") - v)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert recorders[-1].result().unit == "pA"
    assert found.max() > 1e4


def test_distributions_with_units():
    model = text(v=sim.Uniform(-0.07, -0.069) * Unit("V"), initial={},
                 refractory=sim.Uniform(1000.0, 5000.0) * Unit("us"))  # fmt: skip
    net, cells = net_of(model, 50)
    assert -70.0 <= cells.get("v").min() < cells.get("v").max() <= -69.0
    net.run(1.0)
    assert 1.0 <= cells.get("t_ref").min() < 2.0 < 4.0 < cells.get("t_ref").max() <= 5.0
    for wrong in ({"v": sim.Uniform(0.0, 1.0) * ms}, {"refractory": sim.Uniform(0.0, 1.0) * mV}):
        with pytest.raises(sim.ValidationError, match="must be a quantity in m"):
            text(**{"initial": {}, "refractory": 2 * ms} | wrong)


def test_a_boolean_may_be_set_to_true():
    model = sim.Neuron.from_text(
        "dv/dt = 2*mV/ms*int(not done) - v/(10*ms) : mV\ndone : boolean", threshold="v > 10*mV",
        reset="v = 0*mV; done = True", method="euler",
    )  # fmt: skip
    spikes, _ = after(model, 100.0)
    assert spikes.n_spikes == 1


def test_quantities_of_other_packages_are_refused():
    b2 = pytest.importorskip("brian2")
    net = sim.Network()
    cells = net.population("cells", 2, sim.LIF())
    for call in (
        lambda: sim.Network(dt=0.1 * b2.ms),
        lambda: sim.LIF(tau_m=20 * b2.ms),
        lambda: sim.LIF(tau_m=[20 * b2.ms, 10 * b2.ms]),
        lambda: text(refractory=5 * b2.ms),
        lambda: text(tau=5 * b2.ms),
        lambda: sim.PoissonSource(5 * b2.Hz),
        lambda: net.run(100 * b2.ms),
    ):
        with pytest.raises(sim.ValidationError, match=r"a quantity of the package brian2; take un"):
            call()
    with pytest.raises(sim.ValidationError, match=r"cells->cells.weight: got 50.* pamp"):
        net.project(cells, cells, sim.AllToAll(), weight=50 * b2.pA, delay=1.0)


@pytest.mark.parametrize("tau", [0.0, 1e-300])
def test_a_time_constant_of_nothing_names_the_variable(tau):
    with pytest.raises(sim.ValidationError, match=r"cells: the step of dt = .* that of v is not f"):
        net_of(text(tau=tau * ms, refractory=2 * ms))


@pytest.mark.parametrize("value", [None, "10*ms", lambda: 3, (1.0, 2.0), {}])
def test_constants_of_a_wrong_kind(value):
    with pytest.raises(
        sim.ValidationError, match=r"^TextNeuron\.tau: must be a number, a quantity such as 10\*ms"
    ):
        sim.Neuron.from_text("dv/dt = -v/tau : 1", threshold="v > 1", tau=value)


def test_a_value_that_the_text_does_not_know_is_an_unknown_name():
    with pytest.raises(sim.ValidationError, match="unknown name 'tua'"):
        sim.Neuron.from_text("dv/dt = -v/(10*ms) : 1", threshold="v > 1", tua=None)


def test_a_constant_cannot_be_called_name():
    with pytest.raises(sim.ValidationError, match=r"^Neuron\.name: the name 'name' belongs to"):
        sim.Neuron.from_text("dv/dt = -v/(10*ms) : 1", threshold="v > 1", name=5 * mV)


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 2])
def test_a_poisson_source_as_text(threads):
    """A model without a variable: its threshold alone makes spikes."""
    rates = np.linspace(0.0, 200.0, 100)
    model = sim.Neuron.from_text("rates : Hz", threshold="rand() < rates*dt", rates=rates * Hz)
    net = sim.Network(seed=1, threads=threads)
    source, cells = net.population("source", 100, model), net.population("cells", 10, sim.LIF())
    net.project(source, cells, sim.AllToAll(), weight=sim.Uniform(1.0, 50.0), delay=1.0)
    spikes = net.record(source, "spikes")
    net.run(2000.0)
    trains = spikes.result()
    expected = 2.0 * rates
    assert np.abs(trains.counts() - expected).max() < 5.0 * np.sqrt(expected.max())
    assert trains.n_spikes == pytest.approx(expected.sum(), rel=0.02)
    assert np.nanmean(trains[50:].cv()) == pytest.approx(1.0, abs=0.03)
    assert net.n_events == 10 * trains.n_spikes
    source.set(rates=0.0)
    source[:5].set(rates=1000.0)
    net.run(100.0)
    assert set(np.flatnonzero(spikes.result().window(2000.0, 2100.0).counts())) == set(range(5))
    with pytest.raises(sim.ValidationError, match="unknown name 'v'; valid names: 'rates'"):
        source.get("v")
    with pytest.raises(sim.ValidationError, match="unknown name 'v'; valid names: 'spikes'"):
        net.record(source, "v")


def test_a_threshold_alone():
    net = sim.Network(seed=1)
    model = sim.Neuron.from_text("", threshold="rand() < 0.5")
    spikes = net.record(net.population("coin", 50, model), "spikes")
    net.run(100.0)
    assert spikes.result().n_spikes == pytest.approx(25_000, rel=0.05)
