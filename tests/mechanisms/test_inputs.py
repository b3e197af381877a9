"""Inputs as they act: when currents change, and the statistics of what is drawn."""

import numpy as np
import pytest
from scipy import stats

import spikesim as sim
from spikesim.planning.drives import count_thresholds

DT = 0.1
# Nothing but a capacitor: in each step V_m moves by I dt / C_m, so currents can be read off.
INTEGRATOR = {"C_m": 1.0, "tau_m": 1e12, "E_L": 0.0, "V_th": 1e12, "V_reset": 0.0}
RECEPTORS = {"jump": sim.Delta(), "exc": sim.ExpCurrent()}


def integrators(n=1, seed=1):
    net = sim.Network(dt=DT, seed=seed, precision="double")
    return net, net.population("cells", n, sim.LIF(**INTEGRATOR, receptors=RECEPTORS))


def currents(net, cells, duration):
    """The current (pA) of each step and neuron."""
    record = net.record(cells, "V_m")
    net.run(duration)
    return np.diff(record.result().values, axis=0) / DT


# --- currents ------------------------------------------------------------------------------------


def test_steps_of_current():
    """A current that begins at t acts in the step from t to t + dt."""
    net, cells = integrators(2)
    net.stimulate(cells, sim.StepCurrent([0.3, 1.0, 2.0], [[5.0, 50.0], [-3.0, 0.0], [0.0, 7.0]]))
    net.stimulate(cells[1], sim.DCCurrent(1.0, start=1.5, stop=2.5))
    expected = np.zeros((40, 2))
    expected[3:10], expected[10:20], expected[20:] = [5.0, 50.0], [-3.0, 0.0], [0.0, 7.0]
    expected[15:25, 1] += 1.0
    assert currents(net, cells, 4.0) == pytest.approx(expected, abs=1e-9)


def test_a_run_that_ends_between_two_steps_of_current():
    net, cells = integrators()
    net.stimulate(cells, sim.StepCurrent([0.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
    record = net.record(cells, "V_m")
    for _ in range(6):
        net.run(0.5)
    slopes = np.diff(record.result().values[:, 0]) / DT
    assert slopes == pytest.approx(np.repeat([1.0, 2.0, 3.0], 10), abs=1e-9)


@pytest.mark.parametrize(("time", "step"), [(1.04, 10), (1.06, 11), (0.96, 10)])
def test_times_off_the_grid_act_at_the_nearest_step(time, step):
    net, cells = integrators()
    text = rf"StepCurrent\.times: {time} .*multiple.* dt = 0\.1 ms; rounded to {step * DT:g} ms"
    with pytest.warns(sim.SpikesimWarning, match=text) as caught:
        net.stimulate(cells, sim.StepCurrent([0.0, time], [0.0, 5.0]))
    assert [w.filename for w in caught] == [__file__]
    assert currents(net, cells, 2.0)[:, 0] == pytest.approx(
        np.where(np.arange(20) < step, 0.0, 5.0)
    )


def test_a_change_far_in_the_future_is_no_trouble():
    net, cells = integrators()
    net.stimulate(cells, sim.StepCurrent([0.0, 1e300], [2.0, 5.0]))
    assert currents(net, cells, 1.0) == pytest.approx(2.0)


def test_currents_on_chosen_neurons():
    net, cells = integrators(6)
    net.stimulate(cells[[1, 4]], sim.DCCurrent([10.0, 20.0]))
    assert currents(net, cells, 0.5)[-1] == pytest.approx([0, 10, 0, 0, 20, 0])


def test_noise_is_gaussian_and_held():
    net, cells = integrators(400)
    net.stimulate(cells[:200], sim.NoiseCurrent(30.0, 10.0, every=0.5))
    net.stimulate(cells[200:], sim.NoiseCurrent([-5.0] * 200, np.linspace(1.0, 2.0, 200)))
    seen = currents(net, cells, 50.0)
    held = seen[:, :200].reshape(100, 5, 200)
    assert np.ptp(held, axis=1).max() < 1e-6
    values = (held[:, 0].ravel() - 30.0) / 10.0
    assert stats.kstest(values, "norm").pvalue > 1e-3
    every = (seen[:, 200:] + 5.0) / np.linspace(1.0, 2.0, 200)
    assert stats.kstest(every.ravel(), "norm").pvalue > 1e-3
    for sample in (held[:, 0], every):
        across = np.corrcoef(sample[:, :-1].ravel(), sample[:, 1:].ravel())[0, 1]
        along = np.corrcoef(sample[:-1].ravel(), sample[1:].ravel())[0, 1]
        assert max(abs(across), abs(along)) < 4.5 / np.sqrt(sample.size)


def test_noise_adds_to_steady_currents():
    net, cells = integrators(3)
    net.stimulate(cells, sim.DCCurrent(100.0))
    net.stimulate(cells, sim.NoiseCurrent(11.0, 0.0))
    assert currents(net, cells, 1.0) == pytest.approx(111.0)


# --- drives --------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("rate", [30.0, 4000.0, 200_000.0])
def test_drives_are_poisson(rate):
    """Counts of each step: mean and variance, independence, and the whole distribution."""
    net, cells = integrators(100)
    net.stimulate(cells, sim.PoissonDrive(rate, 2.0, "jump"))
    counts = np.rint(currents(net, cells, 100.0) * DT / 2.0).astype(int)
    mean = rate * DT / 1000.0
    n = counts.size
    assert abs(counts.mean() - mean) < 4.5 * np.sqrt(mean / n)
    error = np.sqrt((mean + 2 * mean**2) / n)  # of the variance
    assert abs(counts.var() - mean) < 4.5 * error
    assert net.n_events == counts.sum()
    values = np.arange(counts.max() + 1)
    expected = stats.poisson.pmf(values, mean) * n
    usual = expected > 10
    observed = np.bincount(counts.ravel(), minlength=values.size)
    rest = [observed[~usual].sum()], [max(n - expected[usual].sum(), 1e-9)]
    chi2 = ((observed[usual] - expected[usual]) ** 2 / expected[usual]).sum()
    assert rest[0][0] < rest[1][0] + 6 * np.sqrt(rest[1][0]) + 6
    assert stats.chi2.sf(chi2, usual.sum()) > 1e-4
    for a, b in ((counts[:-1], counts[1:]), (counts[:, :-1], counts[:, 1:])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4.5 / np.sqrt(n)


@pytest.mark.thorough
def test_drives_follow_schedules_and_weights():
    net, cells = integrators(60)
    rates = np.array([np.full(60, 0.0), np.linspace(0.0, 20_000.0, 60)])
    weights = np.linspace(1.0, 2.0, 60)
    net.stimulate(cells, sim.PoissonDrive(sim.Schedule([0.0, 20.0], rates), weights, "jump"))
    counts = currents(net, cells, 220.0) * DT / weights
    assert not counts[:200].any()
    assert counts == pytest.approx(np.rint(counts), abs=1e-6)
    mean = rates[1] * 0.2
    assert (np.abs(counts.sum(axis=0) - mean) <= 4.5 * np.sqrt(mean)).all()


def test_drives_reach_their_receptor_and_slice():
    net, cells = integrators(6)
    net.stimulate(cells[2:4], sim.PoissonDrive(50_000.0, 3.0, "exc"))
    net.run(1.0)
    assert (cells.get("I_exc") > 0).nonzero()[0].tolist() == [2, 3]
    assert not cells.get("V_m")[[0, 1, 4, 5]].any()


def test_two_drives_are_independent():
    net, cells = integrators(200)
    for name in ("one", "other"):
        half = cells[:100] if name == "one" else cells[100:]
        net.stimulate(half, sim.PoissonDrive(5000.0, 1.0, "jump"), name=name)
    counts = currents(net, cells, 50.0)
    r = np.corrcoef(counts[:, :100].ravel(), counts[:, 100:].ravel())[0, 1]
    assert abs(r) < 4.5 / np.sqrt(counts.size / 2)


@pytest.mark.parametrize("mean", [1e-6, 0.003, 0.5, 7.0, 200.0])
def test_thresholds_are_the_cumulative_distribution(mean):
    table = count_thresholds(np.array([mean])).astype(float)[0] / 2.0**32
    expected = stats.poisson.cdf(np.arange(table.size), mean)
    assert table == pytest.approx(expected, abs=2.0**-31)
    assert 1 - expected[-1] < 2.0**-32


# --- sources -------------------------------------------------------------------------------------


def poisson(rate, n, duration, seed=1, dt=DT):
    net = sim.Network(dt=dt, seed=seed)
    source = net.population("source", n, sim.PoissonSource(rate))
    record = net.record(source, "spikes")
    net.run(duration)
    return record.result()


@pytest.mark.parametrize("rate", [0.5, 40.0, 900.0])
def test_intervals_of_poisson_sources_are_exponential(rate):
    n = 50
    duration = min(100_000.0, 360_000.0 / rate)
    trains = poisson(rate, n, duration)
    mean = rate * n * duration / 1000.0
    assert abs(trains.n_spikes - mean) < 3 * np.sqrt(mean)
    intervals = trains.isis()
    # The grid of 0.1 ms alone makes a distance of about rate * dt.
    grid = rate * DT / 1000.0
    assert stats.kstest(intervals, "expon", args=(0, 1000.0 / rate)).statistic < 0.02 + grid
    assert trains.cv().mean() == pytest.approx(1.0, abs=0.1)


def test_poisson_sources_are_independent():
    trains = poisson(100.0, 60, 4000.0)
    counts = np.zeros((60, 400))
    np.add.at(counts, (trains.ids, np.minimum((trains.times / 10.0).astype(int), 399)), 1)
    r = np.corrcoef(counts)[np.triu_indices(60, 1)]
    assert abs(r.mean()) < 4.5 / np.sqrt(r.size * 400)
    assert stats.kstest(r * np.sqrt(400), "norm").pvalue > 1e-3


def test_rates_of_each_source():
    rates = np.linspace(0.0, 300.0, 40)
    counts = poisson(rates, 40, 3000.0).counts()
    assert counts[0] == 0
    assert (np.abs(counts - rates * 3.0) <= 4.5 * np.sqrt(rates * 3.0)).all()


def test_several_spikes_in_a_step():
    """A rate far above 1 / dt is no binomial: steps hold several spikes of one source."""
    trains = poisson(30_000.0, 20, 200.0)
    mean = 20 * 30.0 * 200.0
    assert abs(trains.n_spikes - mean) < 4 * np.sqrt(mean)
    steps = np.bincount(np.rint(trains.times / DT).astype(int)[trains.ids == 0], minlength=2001)[1:]
    assert steps.max() > 5
    assert steps.var() == pytest.approx(3.0, rel=0.15)


def test_rates_follow_a_schedule():
    """Piecewise-constant: the numbers of spikes in each piece, and no gap where it changes."""
    times, rates = [0.0, 30.0, 30.3, 75.0], [100.0, 0.0, 800.0, 20.0]
    trains = poisson(sim.Schedule(times, rates), 500, 120.0)
    for start, stop, rate in zip(times, [*times[1:], 120.0], rates, strict=True):
        mean = rate * (stop - start) / 1000.0 * 500
        seen = ((trains.times > start + 1e-6) & (trains.times <= stop + 1e-6)).sum()
        assert abs(seen - mean) <= 4 * np.sqrt(mean), (start, stop)
    first = ((trains.times > 30.3) & (trains.times < 31.35)).sum()
    assert abs(first - 400.0) < 4 * np.sqrt(400.0), "the new rate acts at once"


def test_a_source_that_was_silent_starts():
    trains = poisson(sim.Schedule([50.0], [200.0]), 300, 100.0)
    assert trains.times.min() > 50.0
    assert abs(trains.n_spikes - 3000) < 4 * np.sqrt(3000)


def test_trains_do_not_depend_on_the_step():
    """Intervals are in time, not in steps: a finer step moves each spike by less than one step."""
    coarse, fine = poisson(50.0, 30, 500.0, dt=1.0), poisson(50.0, 30, 500.0, dt=0.125)
    order = np.lexsort((coarse.times, coarse.ids)), np.lexsort((fine.times, fine.ids))
    late = coarse.times[order[0]] - fine.times[order[1]]
    assert np.array_equal(coarse.ids[order[0]], fine.ids[order[1]])
    assert late.min() > -1e-9
    assert late.max() < 1.0


def test_given_spikes_on_and_off_the_grid():
    def net_of(times):
        net = sim.Network(dt=DT, seed=1)
        return net, net.record(net.population("source", 2, sim.SpikeSource(times)), "spikes")

    net, record = net_of([[3.0, 1.0, 1.0], [0.1]])
    net.run(5.0)
    assert record.result().times == pytest.approx([0.1, 1.0, 1.0, 3.0])
    with pytest.warns(
        sim.SpikesimWarning, match=r"source\.times: 1\.04 ms \(and 1 more\) .*rounded to 1 ms"
    ) as caught:
        net, record = net_of([[1.04], [2.0, 1.26]])
    assert [w.filename for w in caught] == [__file__]
    net.run(5.0)
    assert record.result().times == pytest.approx([1.0, 1.3, 2.0])


def test_given_spikes_before_the_first_step_and_after_the_run():
    net = sim.Network(dt=DT, seed=1)
    with pytest.raises(sim.ValidationError, match=r"source\.times: .*at least dt.*got 0\.01 ms"):
        net.population("source", 1, sim.SpikeSource([0.01]))
    net = sim.Network(dt=DT, seed=1)
    record = net.record(net.population("source", 1, sim.SpikeSource([1.0, 50.0])), "spikes")
    net.run(10.0)
    assert record.result().n_spikes == 1
    net.run(45.0)
    assert record.result().n_spikes == 2
