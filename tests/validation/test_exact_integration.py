"""Traces of single neurons against closed forms and against scipy's integrator."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import spikesim as sim

RECEPTORS = {"exp": sim.ExpCurrent, "alpha": sim.AlphaCurrent}
NEVER = 1e9  # mV: a threshold that is not reached


def neuron(*, tau_syn=0.5, **values):
    """A LIF neuron that rests at 0 mV, with both kinds of current."""
    given = {"E_L": 0.0, "V_reset": 0.0, "V_th": NEVER, **values}
    return sim.LIF(receptors={name: kind(tau_syn=tau_syn) for name, kind in RECEPTORS.items()},
                   **given)  # fmt: skip


def one_cell(model, dt):
    net = sim.Network(dt=dt, seed=1, precision="double")
    return net, net.population("cell", 1, model)


def trace(model, dt, duration, receptor, weight, variable="I", arrival=1.0):
    """Time since a spike arrived, and after it V_m and the receptor's current or conductance."""
    net = sim.Network(dt=dt, seed=1, precision="double")
    cell = net.population("cell", 1, model)
    source = net.population("source", 1, sim.SpikeSource([arrival - dt]))
    net.project(source, cell, sim.OneToOne(), weight=weight, delay=dt, receptor=receptor)
    records = [net.record(cell, "V_m"), net.record(cell, f"{variable}_{receptor}")]
    net.run(arrival + duration)
    voltage, current = (r.result() for r in records)
    after = voltage.times >= arrival - dt / 2
    since = dt * np.arange(after.sum())
    return since, voltage.values[after, 0], current.values[after, 0]


def exponential_psp(t, weight, tau_syn, tau_m, C_m):
    """Membrane response to ``weight * exp(-t / tau_syn)``, for any two time constants."""
    k = 1.0 / tau_syn - 1.0 / tau_m
    return weight / C_m * np.exp(-t / tau_m) * (-np.expm1(-k * t) / k if k else t)


def alpha_psp(t, weight, tau_syn, tau_m, C_m):
    """Membrane response to ``weight * t / tau_syn * exp(1 - t / tau_syn)``."""
    k = 1.0 / tau_syn - 1.0 / tau_m
    shape = (np.exp(-t / tau_m) - np.exp(-t / tau_syn)) / k**2 - t * np.exp(-t / tau_syn) / k
    return weight * math.e / tau_syn / C_m * shape


@pytest.mark.thorough
@pytest.mark.parametrize("exponent", [0, 1, 3, 6, 10, 13])
def test_constant_current_is_exact_for_every_step(exponent):
    net, cell = one_cell(neuron(tau_m=10.0, C_m=250.0, I_e=1000.0), 2.0**-exponent)
    net.run(5.0)
    assert cell.get("V_m")[0] == pytest.approx(15.738773611494663, abs=1e-12)
    if exponent in (0, 6, 13):
        net.run(495.0)
        assert cell.get("V_m")[0] == pytest.approx(40.0, abs=1e-9)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1, 0.0625, 0.01, 0.001])
def test_threshold_is_crossed_at_the_first_grid_point_after(dt):
    crossing = 4.700036292457356
    net, cell = one_cell(neuron(tau_m=10.0, I_e=1000.0, V_th=15.0, t_ref=100.0), dt)
    spikes = net.record(cell, "spikes")
    net.run(8.0)
    assert spikes.result().times == pytest.approx([math.ceil(crossing / dt) * dt], abs=1e-9)


def test_constant_current_on_the_grid():
    net, cell = one_cell(sim.LIF(I_e=1000.0, receptors={n: k() for n, k in RECEPTORS.items()}), 0.1)
    record = net.record(cell, "V_m")
    net.run(8.0)
    voltage = record.result().values[:, 0]
    assert voltage[[0, 1]] == pytest.approx([-70.0, -69.602], rel=1e-6)
    assert voltage[47] == pytest.approx(-55.00009, rel=2e-7)
    assert (voltage[48:69] == -70.0).all()  # spike at 4.8 ms, clamped for 20 more steps
    assert voltage[69] == pytest.approx(-69.602, rel=1e-6)


@pytest.mark.parametrize(
    "current", [sim.StepCurrent([0.2], [1000.0]), sim.DCCurrent(1000.0, start=0.2)]
)
def test_stimulating_current_on_the_grid(current):
    """NEST's trace: its generator acts two steps late, so ours starts two steps later."""
    net, cell = one_cell(sim.LIF(receptors={n: k() for n, k in RECEPTORS.items()}), 0.1)
    net.stimulate(cell, current)
    record = net.record(cell, "V_m")
    net.run(8.0)
    voltage = record.result().values[:, 0]
    assert (voltage[:3] == -70.0).all()
    assert voltage[[3, 49, 71]] == pytest.approx([-69.602, -55.0001, -69.602], rel=1e-6)
    assert (voltage[50:71] == -70.0).all()


@pytest.mark.parametrize("dt", [0.1, 1 / 64])
def test_exponential_current_follows_its_closed_form(dt):
    tau_syn, tau_m, C_m, weight = 0.5, 10.0, 250.0, 87.8085
    t, voltage, current = trace(neuron(tau_syn=tau_syn, tau_m=tau_m), dt, 30.0, "exp", weight)
    assert current == pytest.approx(weight * np.exp(-t / tau_syn), rel=1e-11, abs=1e-15)
    expected = exponential_psp(t, weight, tau_syn, tau_m, C_m)
    assert voltage == pytest.approx(expected, rel=1e-11, abs=1e-14)
    peak = math.log(tau_m / tau_syn) / (1 / tau_syn - 1 / tau_m)
    assert peak == pytest.approx(1.5767, abs=1e-4)
    assert abs(t[voltage.argmax()] - peak) <= dt
    assert voltage.max() == pytest.approx(0.15, rel=1e-3)


@pytest.mark.parametrize("dt", [0.1, 1 / 64])
def test_alpha_current_follows_its_closed_form(dt):
    tau_syn, tau_m, C_m, weight = 0.5, 20.0, 250.0, 50.0
    t, voltage, current = trace(neuron(tau_syn=tau_syn, tau_m=tau_m), dt, 30.0, "alpha", weight)
    expected = weight * t / tau_syn * np.exp(1 - t / tau_syn)
    assert current == pytest.approx(expected, rel=1e-11, abs=1e-15)
    assert voltage == pytest.approx(alpha_psp(t, weight, tau_syn, tau_m, C_m), rel=1e-10, abs=1e-14)

    def slope(at, h=1e-5):
        ends = alpha_psp(np.array([at - h, at + h]), 1.0, tau_syn, tau_m, 1.0)
        return ends[1] - ends[0]

    peak = brentq(slope, 1.0, 5.0, xtol=1e-9)
    assert peak == pytest.approx(2.75658548, abs=1e-6)
    assert abs(t[voltage.argmax()] - peak) <= dt


@pytest.mark.parametrize("receptor", ["exp", "alpha"])
def test_equal_time_constants_are_no_singularity(receptor):
    tau_m, dt, weight = 10.0, 0.1, 100.0
    offsets = [0.0] + [sign * 10.0**-k for k in range(10, 0, -1) for sign in (1, -1)]
    peaks = []
    for offset in offsets:
        model = neuron(tau_syn=tau_m + offset, tau_m=tau_m)
        t, voltage, _ = trace(model, dt, 40.0, receptor, weight)
        assert np.isfinite(voltage).all()
        if receptor == "exp":
            expected = exponential_psp(t, weight, tau_m + offset, tau_m, 250.0)
            assert voltage == pytest.approx(expected, rel=1e-11, abs=1e-14)
        peaks.append(voltage.max())
    if receptor == "alpha":  # at equality V = w e / (tau C) t^2 / 2 exp(-t / tau), peak at 2 tau
        limit = weight * math.e / tau_m / 250.0 * 200.0 * math.exp(-2.0)
        assert peaks[0] == pytest.approx(limit, rel=1e-12)
    slopes = (np.array(peaks[1:]) / peaks[0] - 1) / np.array(offsets[1:])
    large = np.abs(offsets[1:]) > 1e-4
    assert np.ptp(slopes[large]) < 0.02 * abs(slopes[large].mean()), "the peak varies smoothly"


def by_scipy(times, weight, *, alpha, tau_syn=2.0, E_rev=0.0, tau_m=15.0, C_m=200.0, E_L=-70.0):
    """V_m after one spike through a conductance, by an adaptive method of high order."""

    def rates(_, s):
        v, g, y = s
        return [(E_L - v) / tau_m + g * (E_rev - v) / C_m, y - g / tau_syn, -y / tau_syn]

    start = [E_L, 0.0, weight * math.e / tau_syn] if alpha else [E_L, weight, 0.0]
    solution = solve_ivp(rates, (0, times[-1]), start, "DOP853", times, rtol=1e-12, atol=1e-13)
    return solution.y[0]


@pytest.mark.slow
@pytest.mark.parametrize("receptor", ["exp", "alpha"])
def test_conductances_converge_to_scipy(receptor):
    """Exponential Euler is of first order: half the step, half the error."""
    model = sim.LIF(
        tau_m=15.0, C_m=200.0, V_th=NEVER,
        receptors={"exp": sim.ExpConductance(), "alpha": sim.AlphaConductance()},
    )  # fmt: skip
    errors = []
    for dt in (0.02, 0.01, 0.005):
        t, voltage, g = trace(model, dt, 20.0, receptor, 5.0, "g")
        expected = by_scipy(t, 5.0, alpha=receptor == "alpha")
        errors.append(np.abs(voltage - expected).max())
        shape = np.exp(-t / 2.0) if receptor == "exp" else t / 2.0 * np.exp(1 - t / 2.0)
        assert g == pytest.approx(5.0 * shape, rel=1e-11, abs=1e-14), "conductances are exact"
    depolarised = (expected + 70.0).max()
    assert depolarised > 2.0
    assert errors[-1] < 3e-3 * depolarised
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.05)
