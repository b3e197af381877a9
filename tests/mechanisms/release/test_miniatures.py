"""Miniature events: what they accept, and the statistics of what arrives."""

import numpy as np
import pytest
from scipy import stats

import spikesim as sim
from tests.mechanisms.release.rig import DT, TAU, steps_of

RECEPTORS = {"s": sim.ExpCurrent(tau_syn=TAU), "g": sim.ExpConductance()}


def network(n=1, *, threads=1, seed=1, receptors=None):
    net = sim.Network(dt=DT, seed=seed, precision="double", threads=threads)
    model = sim.LIF(V_th=1e9, receptors=receptors or {"s": RECEPTORS["s"]})
    return net, net.population("cells", n, model)


def current(minis, *, n=1, duration=1000.0, **options):
    """The current of each neuron, every step after the first of them."""
    net, cells = network(n, **options)
    net.stimulate(cells, minis)
    record = net.record(cells, "I_s")
    net.run(duration)
    return record.result().values


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"rate": -1.0}, r"Miniatures\.rate: must be zero or positive.* Hz"),
        ({"rate": sim.Uniform(0, 1)}, r"Miniatures\.rate: must be a number"),
        ({"amplitude": np.nan}, r"Miniatures\.amplitude: must be finite"),
        ({"amplitude": "large"}, r"Miniatures\.amplitude: must be a number"),
        ({"amplitude": [1.0, 2.0]}, r"Miniatures\.amplitude: must be one number"),
        ({"n_synapses": -1}, r"Miniatures\.n_synapses: must be zero or positive"),
        ({"n_synapses": None}, r"Miniatures\.n_synapses: must be a number"),
        ({"transmitter": "water"}, r"Miniatures\.transmitter: unknown name 'water'"),
        ({"transmitter": 5}, r"Miniatures\.transmitter: unknown name 5"),
    ],
)
def test_values_that_make_no_sense(values, text):
    with pytest.raises(sim.ValidationError, match=text):
        sim.Miniatures(**{"rate": 1.0, "amplitude": 1.0, **values})


@pytest.mark.parametrize(
    ("minis", "text"),
    [
        (sim.Miniatures([1.0, 2.0], 1.0, "s"), r"rate: must be one value or 3"),
        (sim.Miniatures(1.0, 1.0, "s", n_synapses=[5, 6]), r"n_synapses: must be one value or 3"),
        (sim.Miniatures(1e5, 1.0, "s", n_synapses=100), r"rate: must be at most .* Hz"),
        (sim.Miniatures(sim.Schedule([0.0, 1.0], [1.0, 1e5]), 1.0, "s", n_synapses=[1, 2, 99]),
         r"rate: must be at most .* Hz"),
        (sim.Miniatures(1.0, 1.0), r"receptor: .* has the receptors"),
        (sim.Miniatures(1.0, 1.0, "x"), r"receptor: unknown name 'x'"),
        (sim.Miniatures(1.0, 1e300, "s"), r"amplitude: too large for float32"),
        (sim.Miniatures(1.0, sim.LogNormal(1e300, 1.0), "s"), r"amplitude: too large for float32"),
        (sim.Miniatures(1.0, -1.0, "g"), r"amplitude: must be non-negative \(it is a con"),
        (sim.Miniatures(1.0, sim.Normal(1.0, 0.5), "g"), r"amplitude: .*a lower bound of 0"),
        (sim.Miniatures(1.0, sim.Uniform(-1.0, 0.5), "s", transmitter="GABA"),
         r"amplitude: must be non-negative \(the transmitter gives"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_neurons(minis, text):
    net = sim.Network(seed=1)
    cells = net.population("cells", 3, sim.LIF(receptors=RECEPTORS))

    with pytest.raises(sim.ValidationError, match=rf"cells\.Miniatures\.{text}"):
        net.stimulate(cells, minis)


def test_a_slice_with_gaps_is_refused():
    net, cells = network(4)
    with pytest.raises(sim.ValidationError, match="slice without gaps"):
        net.stimulate(cells[::2], sim.Miniatures(1.0, 1.0))


@pytest.mark.thorough
def test_the_transmitter_chooses_the_receptor_and_the_sign():
    receptors = {
        "exc": sim.ExpCurrent(transmitter="glutamate"), "inh": sim.ExpCurrent(transmitter="GABA")
    }  # fmt: skip
    net, cells = network(receptors=receptors)
    for transmitter in ("glutamate", "GABA"):
        net.stimulate(cells, sim.Miniatures(5000.0, 2.0, transmitter=transmitter))
    net.run(100.0)
    assert cells.get("I_exc")[0] > 0.5
    assert cells.get("I_inh")[0] < -0.5


AMPLITUDES = {
    "constant": (sim.Constant(20.0), None),
    "uniform": (sim.Uniform(10.0, 30.0), stats.uniform(10.0, 20.0)),
    "normal": (sim.Normal(20.0, 6.0), stats.norm(20.0, 6.0)),
    "cut": (sim.Normal(20.0, 15.0, low=0.0), stats.truncnorm(-20 / 15, np.inf, 20.0, 15.0)),
    "lognormal": (
        sim.LogNormal(20.0, 6.0),
        stats.lognorm(np.sqrt(np.log(1.09)), scale=20.0 / np.sqrt(1.09)),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("kind", AMPLITUDES)
def test_amplitudes_follow_their_distribution(kind):
    """At a low rate single events can be told apart."""
    amplitude, law = AMPLITUDES[kind]
    arriving = steps_of(current(sim.Miniatures(4.0, amplitude), n=400, duration=2000.0))
    found = arriving[np.abs(arriving) > 1e-9]
    assert abs(found.size - 3200) < 4 * np.sqrt(3200)
    if law is None:
        found = found[found < 30.0]
        assert found == pytest.approx(np.full(found.size, 20.0), abs=1e-8)
    else:
        assert stats.kstest(found, law.cdf).pvalue > 1e-4
        assert found.mean() == pytest.approx(law.mean(), abs=4 * law.std() / np.sqrt(found.size))


@pytest.mark.thorough
@pytest.mark.parametrize("kind", AMPLITUDES)
def test_mean_and_variance_of_the_current_are_campbells(kind):
    """In steps of dt, the sums of Campbell's integrals: r tau E[a] and r tau E[a^2] / 2."""
    amplitude, law = AMPLITUDES[kind]
    rate, n_synapses = 3.0, 400
    minis = sim.Miniatures(rate, amplitude, n_synapses=n_synapses)
    values = current(minis, n=400, duration=320.0)[200:]
    mean, variance = (20.0, 0.0) if law is None else (law.mean(), law.var())
    per_step, d = rate * n_synapses * DT / 1000.0, np.exp(-DT / TAU)
    expected = per_step * mean / (1 - d)
    power = per_step * (mean**2 + variance) / (1 - d**2)
    independent = 400 * 300.0 / (2 * TAU)
    assert expected == pytest.approx(rate * n_synapses / 1000.0 * TAU * mean, rel=0.03)
    assert values.mean() == pytest.approx(expected, abs=4.5 * np.sqrt(power / independent))
    assert values.var() == pytest.approx(power, rel=5 * np.sqrt(4 / independent))


@pytest.mark.thorough
def test_counts_are_poisson():
    """More than one event in a step too, and none shared between neurons."""
    minis = sim.Miniatures(2000.0, 1.0, n_synapses=4)
    counts = steps_of(current(minis, n=60, duration=400.0))
    assert np.abs(counts - np.rint(counts)).max() < 1e-9
    counts = np.rint(counts).astype(int)
    expected = stats.poisson(0.8).pmf(np.arange(6)) * counts.size
    found = np.bincount(counts.ravel())[:6]
    assert ((found - expected) ** 2 / expected).sum() < stats.chi2(6).ppf(1 - 1e-5)
    between = np.corrcoef(counts.T)
    assert np.abs(between[~np.eye(60, dtype=bool)]).max() < 5 / np.sqrt(len(counts))


def test_several_events_of_a_step_draw_amplitudes_of_their_own():
    minis = sim.Miniatures(20_000.0, sim.Normal(5.0, 2.0))
    sums = steps_of(current(minis, n=60, duration=200.0))
    assert sums.mean() == pytest.approx(2.0 * 5.0, rel=0.01)
    assert sums.var() == pytest.approx(2.0 * (25.0 + 4.0), rel=0.02)


def test_rates_and_numbers_of_each_neuron_and_schedules():
    rate = sim.Schedule([0.0, 500.0], [[1.0, 2.0, 0.0], [0.0, 4.0, 8.0]])
    minis = sim.Miniatures(rate, 1.0, n_synapses=[1000, 500, 250])
    arriving = steps_of(current(minis, n=3))
    early, late = arriving[:5000].sum(axis=0), arriving[5000:].sum(axis=0)
    for found, expected in ((early, [500, 500, 0]), (late, [0, 1000, 1000])):
        assert (np.abs(found - expected) <= 1e-9 + 4.5 * np.sqrt(expected)).all()
    one = sim.Miniatures(sim.Schedule([0.0], [2.0]), 1.0, n_synapses=[0, 500, 1000])
    found = steps_of(current(one, n=3)).sum(axis=0)
    assert (np.abs(found - [0, 1000, 2000]) <= 1e-9 + 4.5 * np.sqrt([0, 1000, 2000])).all()


@pytest.mark.thorough
def test_threads_and_chunks_change_nothing(tmp_path):
    def run(threads, *parts):
        net, cells = network(700, threads=threads)
        net.stimulate(cells[3:], sim.Miniatures(50.0, sim.LogNormal(10.0, 5.0), n_synapses=20))
        net.stimulate(cells, sim.Miniatures(sim.Schedule([0.0, 12.0], [9.0, 90.0]), -2.0))
        record = net.record(cells, "I_s", every=1.0)
        for part in parts:
            net.run(part)
        return record.result().values, net.n_events

    whole, events = run(1, 40.0)
    for other, same in (run(2, 40.0), run(3, 10.0, 30.0)):
        assert np.array_equal(whole, other)
        assert events == same
    assert events == pytest.approx(40.0 * (697 * 1.0 + 700 * 0.0657), rel=0.02)


def test_a_saved_state_goes_on(tmp_path):
    def make():
        net, cells = network(20)
        net.stimulate(cells, sim.Miniatures(200.0, sim.Normal(5.0, 1.0)))
        return net, cells

    net, cells = make()
    net.run(33.0)
    net.save_state(tmp_path / "state")
    net.run(20.0)
    other, same = make()
    other.load_state(tmp_path / "state")
    other.run(20.0)
    assert np.array_equal(cells.get("I_s"), same.get("I_s"))
    assert cells.get("I_s").any()
