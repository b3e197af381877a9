"""Neuromodulators: how concentrations rise and fall, who can read them, and what is refused."""

import numpy as np
import pytest

import spikesim as sim
from tests.mechanisms.test_couplings import Follower

DT = 0.1


def fluid(tau=50.0, baseline=0.5, **options):
    net = sim.Network(dt=DT, seed=1, **options)
    source = net.population("source", 3, sim.SpikeSource([[10.0], [10.0, 40.0], [25.0]]))
    return net, source, net.modulator("dopamine", tau=tau, baseline=baseline)


def test_a_concentration_decays_to_its_baseline():
    """Closed form: exponentials that start a delay after each spike."""
    net, source, dopamine = fluid()
    net.release(source[:2], dopamine, amount=2.0, delay=5.0)
    net.release(source[2], dopamine, amount=0.3, delay=0.1)
    trace = net.record(dopamine, "concentration", every=0.5)
    net.run(100.0)
    trace = trace.result()
    assert (trace.variable, trace.name, trace.unit) == ("concentration", "dopamine", "1")
    expected = np.full(trace.times.size, 0.5)
    for at, amount in ((15.0, 4.0), (45.0, 2.0), (25.1, 0.3)):
        since = trace.times - at
        expected += np.where(since > -1e-9, amount * np.exp(-since / 50.0), 0.0)
    assert trace.values[:, 0] == pytest.approx(expected, rel=1e-12)
    assert dopamine.concentration == trace.values[-1, 0]


def test_many_spikes_add_up_to_rate_times_amount_times_tau():
    net = sim.Network(seed=3)
    cells = net.population("VTA", 200, sim.PoissonSource(5.0))
    dopamine = net.modulator("dopamine", tau=200.0, baseline=0.1)
    net.release(cells, dopamine, amount=0.01, delay=1.0)
    trace = net.record(dopamine, "concentration", every=10.0)
    net.run(6000.0)
    # The mean of 5 s has a standard deviation of amount * tau * sqrt(rate / 5 s), of 1.4 %.
    assert trace.result().window(1000.0, 6000.0).values.mean() == pytest.approx(2.1, rel=0.05)


def test_puffs_act_from_now_on():
    net, _, dopamine = fluid(baseline=1.0)
    other = net.modulator("serotonin", tau=10.0)
    trace = net.record(dopamine, "concentration", every=10.0)
    net.run(20.0)
    dopamine.add(0.5)
    assert dopamine.concentration == 1.5
    net.run(10.0)
    assert dopamine.concentration == pytest.approx(1.0 + 0.5 * np.exp(-10.0 / 50.0), rel=1e-12)
    dopamine.concentration = 0.25
    net.run(10.0)
    assert dopamine.concentration == pytest.approx(1.0 - 0.75 * np.exp(-10.0 / 50.0), rel=1e-12)
    assert np.array_equal(trace.result().values[:3, 0], [1.0, 1.0, 1.0])
    assert other.concentration == 0.0
    with pytest.raises(sim.ValidationError, match=r"dopamine\.amount: would bring the .* below 0"):
        dopamine.add(-5.0)


def test_going_back():
    net, source, dopamine = fluid()
    net.release(source, dopamine, amount=1.0, delay=5.0)
    trace = net.record(dopamine, "concentration")
    net.run(12.0)
    net.reset_state()  # two releases are under way
    net.run(5.0)
    assert dopamine.concentration == 0.5
    dopamine.add(1.0)
    net.reset()
    assert dopamine.concentration == 0.5
    net.run(20.0)
    assert dopamine.concentration == pytest.approx(0.5 + 2.0 * np.exp(-5.0 / 50.0), rel=1e-12)
    assert trace.result().times[0] == 0.0


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 2])
def test_neurons_can_read_a_concentration(threads):
    """As a linked variable, which has the value of the step's start."""
    net, source, dopamine = fluid(threads=threads, precision="double")
    cells = net.population("cells", 5, Follower(receptors={}))
    net.link(cells, "x", dopamine)
    net.release(source, dopamine, amount=10.0, delay=1.0)
    x, level = net.record(cells, "x"), net.record(dopamine, "concentration")
    net.run(50.0)
    dopamine.add(3.0)
    net.run(DT)
    x, level = x.result().values, level.result().values.copy()
    level[500] += 3.0
    assert np.array_equal(x[1:], np.repeat(level[:-1], 5, axis=1))
    assert np.ptp(cells.get("V_m")) == 0.0
    assert cells.get("V_m")[0] != -70.0


def released(part):
    def case(net, value):
        source, dopamine = net.populations["source"], net._dopamine
        given = {"source": source, "modulator": dopamine, "amount": 1.0, "delay": 1.0, part: value}
        net.release(given.pop("source"), given.pop("modulator"), **given)

    return case


@pytest.mark.parametrize(
    ("act", "value", "text"),
    [
        (lambda n, v: n.modulator(v, tau=1.0), "source", "the name 'source' is taken"),
        (lambda n, v: n.modulator(v, tau=1.0), "dopamine", "the name 'dopamine' is taken"),
        (lambda n, v: n.modulator(v, tau=1.0), 5, r"Network\.name: must be a non-empty text"),
        (lambda n, v: n.modulator("x", tau=v), 0.0, r"x\.tau: must be positive.*0\.0 ms"),
        (lambda n, v: n.modulator("x", tau=1.0, baseline=v), -1.0, r"x\.baseline: must be zero or"),
        (released("source"), None, r"release\.source: must be a population, got None"),
        (released("modulator"), "dopamine", r"source\.modulator: must be a modulator, made by net"),
        (released("amount"), -1.0, r"source->dopamine\.amount: must be zero or positive"),
        (released("delay"), 0.0, r"source->dopamine\.delay: must be positive.*0\.0 ms"),
        (released("delay"), 0.04, r"source->dopamine\.delay: must be at least dt = 0\.1 ms"),
        (released("delay"), 1e5, r"source->dopamine\.delay: must be at most 65535 steps"),
        (lambda n, v: n.record(n._dopamine, v), "V_m", r"dopamine\.variable: unknown name 'V_m'"),
        (lambda n, v: setattr(n._dopamine, "concentration", v), -1.0, r"must be zero or positive"),
        (lambda n, v: n._dopamine.add(v), "much", r"dopamine\.amount: must be a number"),
        (lambda n, v: (n.run(1.0), n.modulator(v, tau=1.0)), "x", "has run already; add every mod"),
    ],
)
def test_what_is_refused(act, value, text):
    net, _, net._dopamine = fluid()
    with pytest.raises(sim.ValidationError, match=text):
        act(net, value)


def test_modulators_of_another_network():
    net, source, _ = fluid()
    _, _, foreign = fluid()
    with pytest.raises(
        sim.ValidationError, match=r"dopamine\.modulator: belongs to another network"
    ):
        net.release(source, foreign, amount=1.0, delay=1.0)
    with pytest.raises(
        sim.ValidationError, match=r"dopamine\.modulator: belongs to another network"
    ):
        net.record(foreign, "concentration")


def test_a_concentration_that_overflows():
    net, source, dopamine = fluid(precision="single")
    net.release(source, dopamine, amount=1e300, delay=1.0)
    with (
        np.errstate(over="ignore"),
        pytest.raises(sim.SimulationError, match=r"dopamine\.concentration is no longer a finite"),
    ):
        net.run(20.0)
