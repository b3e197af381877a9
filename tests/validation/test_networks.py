"""Rates of published networks against those that other simulators measured."""

import numpy as np
import pytest

import spikesim as sim


def vogels_abbott(model, weights, receptors, seed, initial):
    """3,200 excitatory and 800 inhibitory neurons, each pair connected with probability 0.02."""
    net = sim.Network(dt=0.1, seed=seed)
    cells = net.population("cells", 4000, model, initial=initial)
    exc, inh = cells[:3200], cells[3200:]
    for name, source in (("exc", exc), ("inh", inh)):
        net.project(source, cells, sim.FixedProbability(0.02), weight=weights[name], delay=0.1,
                    receptor=receptors[name], name=name)  # fmt: skip
    return net, net.record(cells, "spikes")


CELL = {"C_m": 200.0, "tau_m": 20.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0}
NAMES = {"exc": "exc", "inh": "inh"}


@pytest.mark.parametrize("seed", [1, 2])
def test_cuba(seed):
    """Brette et al. 2007, currents: NEST 5.4-5.8 Hz, Brian2 5.2-6.1 Hz, ANNarchy 5.6-5.8 Hz."""
    receptors = {"exc": sim.ExpCurrent(tau_syn=5.0), "inh": sim.ExpCurrent(tau_syn=10.0)}
    model = sim.LIF(**CELL, E_L=-49.0, receptors=receptors)
    net, spikes = vogels_abbott(model, {"exc": 16.2, "inh": -90.0}, NAMES, seed,
                                {"V_m": sim.Uniform(-60.0, -50.0)})  # fmt: skip
    net.run(1000.0)
    trains = spikes.result()
    assert 5.0 < trains.mean_rate() < 6.5
    irregular = trains.cv()[np.bincount(trains.ids, minlength=4000) > 5]
    assert np.nanmean(irregular) > 0.4, "irregular, as far as few spikes can tell"
    assert net.n_events == pytest.approx(trains.n_spikes * 80, rel=0.02)


@pytest.mark.thorough
def test_coba():
    """Brette et al. 2007, conductances: 19 Hz in NEST once it is awake.

    It starts with conductances, normal and cut at 0, from which some networks wake up and others
    fall silent within tens of milliseconds; those that live all fire alike.
    """
    receptors = {
        "exc": sim.ExpConductance(tau_syn=5.0, E_rev=0.0),
        "inh": sim.ExpConductance(tau_syn=10.0, E_rev=-80.0),
    }
    model = sim.LIF(**CELL, E_L=-60.0, receptors=receptors)
    rates = []
    for seed in range(1, 7):
        rs = np.random.default_rng(seed)
        initial = {
            "V_m": sim.Uniform(-60.0, -50.0),
            "g_exc": np.maximum(rs.normal(40.0, 15.0, 4000), 0.0),
            "g_inh": np.maximum(rs.normal(200.0, 120.0, 4000), 0.0),
        }
        net, spikes = vogels_abbott(model, {"exc": 6.0, "inh": 67.0}, NAMES, seed, initial)
        net.run(1000.0)
        rates.append(spikes.result().window(200.0, 1000.0).mean_rate())
    alive = np.array(rates)[np.array(rates) > 0]
    assert alive.size >= 2
    assert alive.min() > 17.0
    assert alive.max() < 21.0


def brunel(n, k, *, seed, duration, weight=0.1, rate=20_000.0):
    """Brunel 2000 with delta synapses, g = 5 and eta = 2: n excitatory, n / 4 inhibitory."""
    net = sim.Network(dt=0.1, seed=seed)
    model = sim.LIF(
        C_m=1.0, tau_m=20.0, E_L=0.0, V_th=20.0, V_reset=0.0, t_ref=2.0,
        receptors={"delta": sim.Delta()},
    )  # fmt: skip
    cells = net.population("cells", n + n // 4, model)
    exc, inh = cells[:n], cells[n:]
    for name, source, degree, w in (("exc", exc, k, weight), ("inh", inh, k // 4, -5.0 * weight)):
        net.project(source, cells, sim.FixedInDegree(degree, multapses=True), weight=w, delay=1.5,
                    name=name)  # fmt: skip
    net.stimulate(cells, sim.PoissonDrive(rate, weight, "delta"))
    spikes = net.record(cells, "spikes")
    net.run(duration)
    return spikes.result()


@pytest.mark.slow
def test_brunel():
    """12,500 neurons and 15.6 million synapses: 32.1 Hz in NEST, 31.9 Hz in Brian2."""
    trains = brunel(10_000, 1000, seed=1, duration=1000.0)
    assert trains.mean_rate() == pytest.approx(32.0, abs=1.0)


def test_brunel_in_small():
    """A tenth of the neurons and of the inputs, each ten times as strong, keeps mean and drive.

    Fluctuations are larger, so the rate is above that of the full network but not far.
    """
    trains = brunel(1000, 100, seed=1, duration=500.0, weight=1.0, rate=2000.0)
    assert 25.0 < trains.mean_rate() < 60.0
    assert trains.isis().min() >= 2.1 - 1e-6, "nobody fires while refractory"


@pytest.mark.slow
def test_cuba_over_seeds():
    """The spread over networks, weights the same: ten of them within the published range."""
    receptors = {"exc": sim.ExpCurrent(tau_syn=5.0), "inh": sim.ExpCurrent(tau_syn=10.0)}
    model = sim.LIF(**CELL, E_L=-49.0, receptors=receptors)
    rates = []
    for seed in range(10):
        net, spikes = vogels_abbott(model, {"exc": 16.2, "inh": -90.0}, NAMES, seed,
                                    {"V_m": sim.Uniform(-60.0, -50.0)})  # fmt: skip
        net.run(1000.0)
        rates.append(spikes.result().mean_rate())
    assert 5.3 < np.mean(rates) < 6.1
    assert np.std(rates) < 0.5
