"""Neuron models beside independent programs (`references`), and beside what theory says of them."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, kstest

import spikesim as sim
from spikesim.units import check_array
from tests.validation.references import REFERENCES


@pytest.mark.slow
@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: case.name)
def test_a_model_is_its_reference(case):
    if case.by == "Brian2":
        pytest.importorskip("brian2", reason="Brian2 is not installed (extra 'test')")
    found = case.deviation()
    assert found.largest < case.tolerance
    assert abs(found.steps) <= 1
    assert found.spikes >= 3


def trains(model, size, duration, dt, **options):
    net = sim.Network(dt=dt, seed=3, precision="double", **options)
    cells = net.population("cells", size, model)
    spikes = net.record(cells, "spikes")
    net.run(duration)
    return spikes.result()


def rates(model, duration=1000.0, dt=0.025):
    """Rates (Hz) of the second half, for the currents of a model."""
    n = np.size(model.values["I_e"])
    return trains(model, n, duration, dt).window(duration / 2, duration).rates()


# --- integrate-and-fire ---------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("current", [150.0, 200.0, 600.0])
def test_interval_of_the_quadratic_neuron(current):
    """C dV/dt = k ((V - V_0)^2 + s^2) takes C / (k s) times a difference of arctangents."""
    p = sim.QIF().values
    k = p["g_L"] / (p["V_th"] - p["E_L"])
    middle, half = (p["V_th"] + p["E_L"]) / 2, (p["V_th"] - p["E_L"]) / 2
    s = np.sqrt(current / k - half**2)
    ends = [np.arctan((V - middle) / s) for V in (p["V_reset"], p["V_peak"])]
    period = p["C_m"] / (k * s) * (ends[1] - ends[0])
    intervals = trains(sim.QIF(receptors={}, I_e=current), 1, 500.0, 0.01).isi(0)
    assert intervals.size > 3
    assert intervals == pytest.approx(period, abs=0.02)


@pytest.mark.thorough
@pytest.mark.parametrize("current", [100.0, 300.0, 900.0])
def test_interval_of_the_exponential_neuron(current):
    p = sim.EIF().values

    def slowness(V):
        spike = p["g_L"] * p["Delta_T"] * np.exp((V - p["V_th"]) / p["Delta_T"])
        return p["C_m"] / (-p["g_L"] * (V - p["E_L"]) + spike + current)

    period = p["t_ref"] + quad(slowness, p["V_reset"], p["V_peak"], limit=200)[0]
    intervals = trains(sim.EIF(receptors={}, I_e=current), 1, 500.0, 0.01).isi(0)
    assert intervals.size > 3
    assert intervals == pytest.approx(period, abs=0.02)


@pytest.mark.thorough
def test_the_published_spikes_of_the_adaptive_exponential_neuron():
    """PyNN's case: its defaults, 1 nA, from -65 mV on."""
    net = sim.Network(dt=0.01, seed=1)
    model = sim.AdEx(receptors={}, I_e=1000.0, t_ref=2.0, V_peak=-40.0, V_reset=-70.6,
                     g_L=281.0 / 9.3667)  # fmt: skip
    cell = net.population("cell", 1, model, initial={"V_m": -65.0})
    spikes = net.record(cell, "spikes")
    net.run(180.0)
    expected = [10.015, 25.515, 43.168, 63.41, 86.649, 113.112, 142.663, 174.76]
    assert spikes.result().times == pytest.approx(expected, rel=0.01)


class EulerIzhikevich(sim.Izhikevich):
    method = "euler"


class FineHodgkinHuxley(sim.HodgkinHuxley):
    method = "rk4"


class FineTraubMiles(sim.TraubMiles):
    method = "rk4"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "current", "dt", "within", "expected"),
    [
        (EulerIzhikevich, 10.0, 0.1, 0.0, [3.4, 27.1, 72.2]),
        (sim.MAT2, 500.0, 0.1, 0.0, [7.2, 29.2, 56.5, 89.3]),
        (sim.AdEx, 1000.0, 0.02, 0.2, [11.8, 21.5, 33.0, 47.1, 64.8, 86.9]),
        (FineHodgkinHuxley, 700.0, 0.05, 0.6, [2.7, 20.0, 37.2, 54.3, 71.5, 88.6]),
        (FineTraubMiles, 0.0, 0.05, 0.6, [11.2, 83.4]),
        (FineTraubMiles, 500.0, 0.05, 0.6,
         [2.7, 14.8, 26.9, 38.9, 51.0, 63.1, 75.2, 87.3, 99.3]),
    ],
)  # fmt: skip
def test_spikes_of_nest(model, current, dt, within, expected):
    """Spike times of NEST 3.10 with its defaults and steps of 0.1 ms.

    Its spikes with a shape count at their peaks; here they count at a crossing before.
    """
    found = trains(model(receptors={}, I_e=current), 1, 100.0, dt).times
    assert found == pytest.approx(expected, abs=within + 1e-9)


# --- how firing begins ----------------------------------------------------------------------------

CLASS_1 = {"g_Ca": 40.0, "V_3": 12.0, "V_4": 17.4, "phi": 0.067}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "currents", "low", "high"),
    [
        (sim.HodgkinHuxley, np.linspace(500.0, 1200.0, 29), 45.0, 70.0),
        (sim.WangBuzsaki, np.linspace(14.0, 24.0, 41), 1.0, 12.0),
        (sim.MorrisLecar, np.linspace(850.0, 1050.0, 21), 8.0, 14.0),
        (lambda **v: sim.MorrisLecar(**CLASS_1, **v), np.linspace(380.0, 440.0, 61), 0.5, 5.0),
        (sim.Izhikevich, np.linspace(3.0, 6.0, 31), 0.5, 6.0),
        (lambda **v: sim.Izhikevich(a=0.2, b=0.26, c=-65.0, d=0.0, **v),
         np.linspace(-1.0, 1.0, 41), 20.0, 80.0),
    ],
    ids=["HodgkinHuxley", "WangBuzsaki", "MorrisLecar II", "MorrisLecar I", "Izhikevich RS",
         "Izhikevich class 2"],
)  # fmt: skip
def test_firing_begins(model, currents, low, high):
    """From zero on (class I), or with a jump (class II): the lowest rate that lasts."""
    found = rates(model(receptors={}, I_e=currents), 2000.0, 0.05)
    firing = found > 0
    assert not firing[0]
    assert firing[-1]
    assert low <= found[firing].min() <= high


# --- escape noise, gamma sources, logic -----------------------------------------------------------


@pytest.mark.thorough
def test_a_constant_hazard_is_a_poisson_train():
    """lambda_0 exp((E_L - V_T_star) / Delta_V), each neuron for itself."""
    model = sim.GIF(receptors={}, E_L=-50.0, V_T_star=-50.5, V_reset=-50.0, t_ref=0.0,
                    lambda_0=20.0)  # fmt: skip
    found = trains(model, 200, 1000.0, 0.1)
    rate = 20.0 * np.exp(1.0)
    assert found.n_spikes == pytest.approx(200 * rate, rel=3 / np.sqrt(200 * rate))
    counts = np.bincount(found.ids, minlength=200)
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.35)
    assert kstest(found.isis(), "expon", args=(0, 1000.0 / rate)).statistic < 0.03


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(threads):
    model = sim.GIF(receptors={}, I_e=150.0, V_T_star=-45.0, lambda_0=50.0)
    one, two = trains(model, 64, 50.0, 0.1), trains(model, 64, 50.0, 0.1, threads=threads)
    assert one.n_spikes > 50
    assert np.array_equal(one.times, two.times)
    assert np.array_equal(one.ids, two.ids)


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0, 7.3])
def test_intervals_of_a_gamma_source(shape):
    found = trains(sim.GammaSource(40.0, shape), 100, 5000.0, 0.01)
    law = gamma(shape, scale=25.0 / shape)
    intervals = found.isis()
    spread = 1 / np.sqrt(shape)
    assert found.n_spikes == pytest.approx(20_000, rel=4 * spread / np.sqrt(20_000))
    assert kstest(intervals, law.cdf).statistic < 0.015
    assert np.std(intervals) / np.mean(intervals) == pytest.approx(spread, rel=0.03)


def test_gamma_sources_are_stationary_from_the_start():
    """The first spike comes after a residual interval, not after a whole one."""
    found = trains(sim.GammaSource(40.0, 4.0), 20_000, 50.0, 0.1)
    counts = np.histogram(found.times, bins=10, range=(0.05, 50.05))[0]
    assert counts == pytest.approx(4000, abs=4 * np.sqrt(4000))


def test_rates_of_gamma_sources_change_and_shapes_stay():
    net = sim.Network(dt=0.1, seed=2)
    shapes = np.repeat([1.0, 9.0], 200)
    source = net.population("source", 400, sim.GammaSource(10.0, shapes))
    spikes = net.record(source, "spikes")
    net.run(1000.0)
    source.set(rate=50.0)
    assert (source.get("rate") == 50.0).all()
    net.run(2000.0)
    late = spikes.result().window(1000.0, 3000.0)
    assert late.rates() == pytest.approx(50.0, abs=25.0)
    halves = range(200), range(200, 400)
    intervals = [np.concatenate([late.isi(j) for j in half]) for half in halves]
    spread = [np.std(x) / np.mean(x) for x in intervals]
    assert spread == pytest.approx([1.0, 1 / 3], rel=0.06)


@pytest.mark.thorough
def test_draws_go_on_from_a_saved_state(tmp_path):
    """Escape noise and gamma intervals have no state beyond the plan's."""

    def network():
        net = sim.Network(dt=0.1, seed=5)
        source = net.population("source", 20, sim.GammaSource(100.0, 3.0))
        cells = net.population("cells", 20, sim.GIF(I_e=120.0, V_T_star=-42.0, lambda_0=50.0))
        net.project(source, cells, sim.AllToAll(), weight=20.0, delay=1.0)
        return net, [net.record(p, "spikes") for p in (source, cells)]

    whole, expected = network()
    whole.run(100.0)
    first, _ = network()
    first.run(40.0)
    first.save_state(tmp_path / "state")
    second, found = network()
    second.load_state(tmp_path / "state")
    second.run(60.0)
    for a, b in zip(expected, found, strict=True):
        late = a.result().window(40.05, 100.0)
        assert late.n_spikes > 50
        assert np.array_equal(late.times, b.result().times)
        assert np.array_equal(late.ids, b.result().ids)
    whole.reset()
    whole.run(100.0)
    assert np.array_equal(expected[1].result().window(40.05, 100.0).times, found[1].result().times)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"shape": 0.0}, r"GammaSource\.shape: must be positive and finite, got 0\.0"),
        ({"rate": -1.0}, r"GammaSource\.rate: must be zero or positive, and finite, got -1\.0 Hz"),
    ],
)
def test_what_gamma_sources_refuse(values, text):
    with pytest.raises(sim.ValidationError, match=text):
        sim.GammaSource(**values)
    with pytest.raises(sim.ValidationError, match="must be one value or 5"):
        sim.Network(seed=1).population("s", 5, sim.GammaSource(1.0, [1.0, 2.0]))


def fired(inputs, weights, thresholds):
    """Which units of a layer fire one step after these inputs (0 or 1)."""
    net = sim.Network(dt=1.0, seed=1)
    times = [[1.0] if on else [] for on in inputs]
    source = net.population("source", len(inputs), sim.SpikeSource(times))
    units = net.population("units", len(thresholds), sim.McCullochPitts(V_th=thresholds))
    pre, post = np.nonzero(np.ones((len(inputs), len(thresholds))))
    net.project(source, units, sim.FromArrays(pre, post), weight=np.ravel(weights), delay=1.0)
    spikes = net.record(units, "spikes")
    net.run(4.0)
    found = spikes.result()
    return [2.0 in found.train(j) for j in range(len(thresholds))], found


@pytest.mark.thorough
@pytest.mark.parametrize("a", [0, 1])
@pytest.mark.parametrize("b", [0, 1])
def test_threshold_units_compute(a, b):
    """AND, OR and NOT at once; two layers make XOR."""
    weights = [[1.0, 1.0, -1.0], [1.0, 1.0, 0.0]]
    (both, either, not_a), found = fired([a, b], weights, check_array([2.0, 1.0, 0.0], "", ""))
    assert (both, either, not_a) == (a and b, a or b, not a)
    assert found.train(0).size == (1 if both else 0), "it remembers nothing"
    xor, _ = fired([both, either], [[-2.0], [1.0]], np.array([1.0]))
    assert xor[0] == (a != b)


@pytest.mark.thorough
def test_currents_count_for_threshold_units():
    net = sim.Network(dt=1.0, seed=1)
    unit = net.population("unit", 2, sim.McCullochPitts(V_th=2.0, I_e=[0.0, 0.5]))
    net.stimulate(unit, sim.DCCurrent(1.5, start=2.0, stop=4.0))
    spikes = net.record(unit, "spikes")
    net.run(6.0)
    assert spikes.result().times.tolist() == [3.0, 4.0]
    assert spikes.result().ids.tolist() == [1, 1]
