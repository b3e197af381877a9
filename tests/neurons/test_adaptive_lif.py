"""The neuron with an adaptive threshold."""

import numpy as np
import pytest

import spikesim as sim


def network(**values):
    net = sim.Network(dt=0.1, seed=1, precision="double")
    model = sim.AdaptiveLIF(**{"I_e": 700.0, "theta_plus": 2.0, "tau_theta": 50.0, **values})
    return net, net.population("cells", 2, model)


def test_theta_grows_at_spikes_and_decays_between():
    net, cells = network()
    theta, spikes = net.record(cells, "theta"), net.record(cells[0], "spikes")
    net.run(200.0)
    steps = np.rint(spikes.result().times / 0.1).astype(int)
    assert len(steps) > 5
    expected = np.zeros(2001)
    for k in range(1, 2001):
        expected[k] = expected[k - 1] * np.exp(-0.1 / 50.0) + 2.0 * (k in steps)
    assert theta.result().values[:, 0] == pytest.approx(expected, rel=1e-10)
    assert np.diff(spikes.result().times)[-1] > np.diff(spikes.result().times)[0]


@pytest.mark.parametrize(("theta", "fires"), [(4.9, True), (5.1, False)])
def test_the_threshold_is_the_sum(theta, fires):
    """V_m rests 5 mV above V_th."""
    net, cells = network(I_e=0.0, E_L=-50.0, tau_theta=1e9)
    cells.set(theta=theta)
    record = net.record(cells, "spikes")
    net.run(0.1)
    assert record.result().n_spikes == (2 if fires else 0)


def test_adaptation_can_be_frozen():
    """Theta stays: it neither decays nor grows, and still counts."""
    net, cells = network()
    net.run(100.0)
    learnt = cells.get("theta")
    assert learnt.min() > 1.0
    cells.set(adapt=0.0)
    record = net.record(cells, "spikes")
    net.run(100.0)
    assert record.result().n_spikes > 2
    assert np.array_equal(cells.get("theta"), learnt)
    cells.set(adapt=1.0)
    net.run(50.0)
    assert not np.array_equal(cells.get("theta"), learnt)


def test_theta_survives_a_reset_of_the_state():
    """It is what the neuron has learnt; a full reset forgets it."""
    net, cells = network()
    net.run(100.0)
    learnt = cells.get("theta")
    net.reset_state()
    assert np.array_equal(cells.get("theta"), learnt)
    assert (cells.get("V_m") == -70.0).all()
    net.reset()
    assert not cells.get("theta").any()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"theta_plus": -1.0}, r"AdaptiveLIF\.theta_plus: must be zero or positive.* mV"),
        ({"tau_theta": 0.0}, r"AdaptiveLIF\.tau_theta: must be positive"),
        ({"theta": 0.0}, r"AdaptiveLIF: unknown name 'theta'"),
    ],
)
def test_what_is_refused(values, text):
    with pytest.raises(sim.ValidationError, match=text):
        sim.AdaptiveLIF(**values)


@pytest.mark.thorough
def test_without_growth_it_is_the_plain_neuron():
    net = sim.Network(seed=1, precision="double")
    plain = net.population("plain", 3, sim.LIF(I_e=[400.0, 500.0, 600.0]))
    adaptive = net.population("adaptive", 3, sim.AdaptiveLIF(I_e=[400, 500, 600], theta_plus=0.0))
    records = [net.record(p, "spikes") for p in (plain, adaptive)]
    net.run(300.0)
    one, other = (r.result() for r in records)
    assert one.n_spikes > 20
    assert one.equals(other)
