"""Coupled membranes against closed forms and, trace by trace, against Brian2."""

import numpy as np
import pytest

import spikesim as sim

C_M, TAU_M, E_L = 200.0, 10.0, -65.0  # pF, ms, mV
G_L = C_M / TAU_M  # nS
PASSIVE = {"C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": 1e6, "receptors": {}}


def pair(g, *, dt=0.1, initial=E_L, current=0.0, duration=400.0):
    """Membrane potentials of two coupled passive cells, of which the first gets a current."""
    net = sim.Network(dt=dt, precision="double", seed=1)
    cells = net.population("cells", 2, sim.LIF(**PASSIVE), initial={"V_m": initial})
    net.gap_junctions(cells, cells, sim.AllToAll(autapses=False), g=g)
    net.stimulate(cells[:1], sim.DCCurrent(current))
    trace = net.record(cells, "V_m")
    net.run(duration)
    return trace.result()


@pytest.mark.parametrize("g", [0.5, 5.0, 40.0])
def test_the_coupling_coefficient(g):
    """A steady current deflects the other cell by g / (g + g_L) of what it deflects the first."""
    first, second = pair(g, current=100.0).values[-1] - E_L
    assert second / first == pytest.approx(g / (g + G_L), rel=1e-12)
    assert first + second == pytest.approx(100.0 / G_L, rel=1e-12)


@pytest.mark.parametrize("g", [0.5, 5.0, 40.0])
def test_two_time_constants(g):
    """The mean relaxes with C / g_L, exactly; the difference with C / (g_L + 2 g), to order dt."""
    errors = []
    for dt in (0.1, 0.05):
        trace = pair(g, dt=dt, initial=np.array([-50.0, -60.0]), duration=20.0)
        mean, difference = trace.values.mean(axis=1) - E_L, np.ptp(trace.values, axis=1)
        assert mean == pytest.approx(10.0 * np.exp(-trace.times / TAU_M), rel=1e-10)
        exact = 10.0 * np.exp(-trace.times * (G_L + 2 * g) / C_M)
        errors.append(np.abs(difference - exact).max())
    assert errors[0] < 0.1 * g * 2 / C_M * 10.0
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)


def by_brian2(b2, cell, a, b, g, current, initial, duration, dt=0.1):
    """Traces (mV) and spikes of cells joined pair by pair, with a summed variable."""
    b2.start_scope()
    b2.defaultclock.dt = dt * b2.ms
    cells = b2.NeuronGroup(
        current.size,
        """dv/dt = (E_L - v) / tau_m + (I_gap + I_e) / C_m : volt (unless refractory)
           I_gap : amp
           I_e : amp (constant)""",
        threshold="v >= V_th", reset="v = V_reset", method="exact",
        refractory=(cell["t_ref"] + dt) * b2.ms,
        namespace={
            "C_m": cell["C_m"] * b2.pF, "tau_m": cell["tau_m"] * b2.ms,
            **{name: cell[name] * b2.mV for name in ("E_L", "V_th", "V_reset")},
        },
    )  # fmt: skip
    cells.v, cells.I_e = initial * b2.mV, current * b2.pA
    gaps = b2.Synapses(
        cells, cells, "g : siemens\nI_gap_post = g * (v_pre - v_post) : amp (summed)"
    )
    gaps.connect(i=np.append(a, b), j=np.append(b, a))
    gaps.g = np.append(g, g) * b2.nS
    monitor = b2.StateMonitor(cells, "v", record=True, when="end")
    spikes = b2.SpikeMonitor(cells)
    net = b2.Network(cells, gaps, monitor, spikes)
    net.run(duration * b2.ms)
    steps = np.rint(np.asarray(spikes.t / b2.ms) / dt).astype(int) + 1
    return np.asarray(monitor.v / b2.mV).T, steps, np.asarray(spikes.i)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("n", "spiking"), [(2, False), (2, True), (10, False), (10, True)])
def test_brian2_gives_the_same_traces(brian2, n, spiking):
    rs = np.random.default_rng(n)
    cell = {
        "C_m": C_M, "tau_m": TAU_M, "E_L": E_L, "V_th": -50.0 if spiking else 1e3,
        "V_reset": -68.0, "t_ref": 2.0,
    }  # fmt: skip
    a, b = np.triu_indices(n, 1)
    if n > 2:
        kept = rs.random(a.size) < 0.4
        a, b = a[kept], b[kept]
    g = rs.uniform(1.0, 6.0, a.size)
    current, initial = rs.uniform(200.0, 500.0, n), rs.uniform(-68.0, -55.0, n)

    net = sim.Network(dt=0.1, precision="double", seed=1)
    cells = net.population(
        "cells", n, sim.LIF(**cell, I_e=current, receptors={}), initial={"V_m": initial}
    )
    net.gap_junctions(cells, cells, sim.FromArrays(a, b), g=g)
    trace, spikes = net.record(cells, "V_m"), net.record(cells, "spikes")
    net.run(200.0)

    V_m, steps, ids = by_brian2(brian2, cell, a, b, g, current, initial, 200.0)
    assert np.abs(trace.result().values[1:] - V_m).max() < 1e-9
    found = spikes.result()
    assert (found.n_spikes > 2 * n) == spiking
    assert np.array_equal(np.rint(found.times / 0.1).astype(int), steps)
    assert np.array_equal(found.ids, ids)


@pytest.mark.thorough
def test_junctions_correlate_noisy_membranes():
    """Two passive cells with noise of their own: the correlation is g / (g + g_L).

    Mean and difference relax with rates g_L / C and (g_L + 2 g) / C under equal noise, and
    their variances are as the inverse rates.
    """
    pairs, g = 300, 10.0
    net = sim.Network(seed=1)
    cells = net.population("cells", 2 * pairs, sim.LIF(**PASSIVE))
    net.gap_junctions(cells[:pairs], cells[pairs:], sim.OneToOne(), g=g)
    net.stimulate(cells, sim.NoiseCurrent(0.0, 300.0))
    trace = net.record(cells, "V_m", every=5.0)
    net.run(1000.0)
    V_m = trace.result().values[20:] - E_L
    found = (V_m[:, :pairs] * V_m[:, pairs:]).mean() / V_m.var()
    assert found == pytest.approx(g / (g + G_L), abs=0.02)


@pytest.mark.thorough
def test_cells_with_junctions_and_spikelets_fire_together():
    """Cells that differ in their drive, and alone drift apart, lock to each other.

    An integrate-and-fire neuron has no spike shape: what the spike itself passes through a
    junction, the spikelet, is a projection beside it.
    """

    def synchrony(g, spikelet):
        net = sim.Network(seed=2)
        cell = PASSIVE | {"V_th": -50.0, "V_reset": E_L, "receptors": {"spikelet": sim.Delta()}}
        cells = net.population(
            "cells", 20, sim.LIF(**cell, I_e=np.linspace(400.0, 430.0, 20)),
            initial={"V_m": sim.Uniform(-65.0, -50.0)},
        )  # fmt: skip
        net.gap_junctions(cells, cells, sim.AllToAll(autapses=False), g=g)
        net.project(cells, cells, sim.AllToAll(autapses=False), weight=spikelet, delay=0.1)
        spikes = net.record(cells, "spikes")
        net.run(1000.0)
        times = spikes.result().window(700.0, 1000.0).times
        counts = np.histogram(times, bins=np.arange(700.0, 1000.1, 2.0))[0]
        return counts.var() / counts.mean() / 20  # 1 if all fire in one bin, 1 / 20 by chance

    assert synchrony(0.0, 0.0) < 0.1
    assert synchrony(0.5, 0.1) > 0.7
