"""Cables against closed forms, axons and Pinsky and Rinzel's cell against scipy's integrator."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import spikesim as sim

# Rallpack 1: a cable of one length constant, 1 mm, with 0.1 nA into one end.
LENGTH, DIAMETER, R_I, R_M, C_M, REST = 1000.0, 1.0, 1.0, 4.0, 0.01, -65.0
LAMBDA = np.sqrt(DIAMETER * 1e-6 * R_M / (4 * R_I)) * 1e6  # um
TAU = R_M * C_M * 1e3  # ms
R_INFINITE = 2 / np.pi * np.sqrt(R_M * R_I) / (DIAMETER * 1e-6) ** 1.5  # ohm
CURRENT = 100.0  # pA
EXTENT = LENGTH / LAMBDA


def passive(n, **options):
    return sim.cable(n, length=LENGTH, diameter=DIAMETER, R_i=R_I, R_m=R_M, C_m=C_M, E_L=REST,
                     **options)  # fmt: skip


def run(model, dt, duration, current, names, precision="double"):
    net = sim.Network(dt=dt, seed=1, precision=precision)
    cell = net.population("cell", 1, model)
    if current is not None:
        net.stimulate(cell, current)
    records = [net.record(cell, name) for name in names]
    spikes = net.record(cell, "spikes")
    net.run(duration)
    traces = [record.result() for record in records]
    return traces[0].times, np.array([t.values[:, 0] for t in traces]), spikes.result().times


def names_of(n):
    return ["V_m", *(f"V_c{k}" for k in range(1, n))]


def centres(n):
    return (np.arange(n) + 0.5) / n * EXTENT


def steady(x):
    """Depolarisation (mV) of a sealed cable with a current into its end, x in length constants."""
    return CURRENT * 1e-9 * R_INFINITE * np.cosh(EXTENT - x) / np.sinh(EXTENT)


def time_course(x, t):
    """The same from the current's start on: Fourier's series (Rall 1969, Biophys. J. 9:1483)."""
    k = np.arange(1, 2000)[:, None]
    q = 1 + (k * np.pi / EXTENT) ** 2
    slow = np.exp(-t / TAU) + 2 * np.sum(
        np.cos(k * np.pi * x / EXTENT) / q * np.exp(-q * t / TAU), axis=0
    )
    return steady(x) - CURRENT * 1e-9 * R_INFINITE / EXTENT * slow


@pytest.mark.slow
def test_attenuation_and_input_resistance():
    """The error falls with the square of a compartment's length."""
    errors = []
    for n in (3, 6, 12):
        _, v, _ = run(passive(n), 40.0, 1200.0, sim.DCCurrent(CURRENT), names_of(n))
        errors.append(np.abs(v[:, -1] - REST - steady(centres(n))).max() / steady(0.0))
        resistance = (v[0, -1] - REST) / CURRENT  # GOhm, at the centre of the first compartment
        there = steady(centres(n)[0]) / CURRENT
        assert resistance == pytest.approx(there, rel=0.08 / n**2)
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.1)
    assert errors[-1] < 6e-4


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "n"), [("auto", 10), ("strang", 20), ("strang", 50)])
def test_rallpack_1(method, n):
    """Both ends of a cable of n compartments for 250 ms, dt = 0.05 ms; Rallpack's limit is 0.25 %.

    Compared where the compartments' centres are.
    """
    ends = ["V_m", f"V_c{n - 1}"]
    t, v, _ = run(passive(n, method=method), 0.05, 250.0, sim.DCCurrent(CURRENT), ends)
    for values, x in zip(v, centres(n)[[0, -1]], strict=True):
        expected = time_course(x, t[1:])
        error = values[1:] - REST - expected
        assert np.sqrt(np.mean(error**2)) / np.ptp(expected) < 0.0025


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:.*half of dt:spikesim.SpikesimWarning")
def test_passive_trees_are_exact_whatever_the_step():
    """A branched tree: dt = 5 ms gives what dt = 0.05 ms gives."""
    leak = {"leak": sim.Leak(g=5.0, E=REST)}
    tree = {
        "soma": sim.Compartment(C_m=100.0, channels=leak),
        "left": sim.Compartment(C_m=40.0, channels=leak, receptors={"exc": sim.ExpCurrent()}),
        "right": sim.Compartment(C_m=70.0, channels=leak),
        "tip": sim.Compartment(C_m=10.0, channels=leak),
    }
    axial = {("soma", "left"): 9.0, ("right", "soma"): 4.0, ("right", "tip"): 2.0}
    found = []
    for dt in (5.0, 0.05):
        net = sim.Network(dt=dt, seed=1, precision="double")
        model = sim.MultiCompartment(compartments=tree, axial=axial, current_into="tip")
        assert "_phi" not in model.source()
        cell = net.population("cell", 1, model)
        source = net.population("source", 1, sim.SpikeSource([5.0]))
        net.project(source, cell, sim.OneToOne(), weight=200.0, delay=5.0, receptor="exc_left")
        net.stimulate(cell, sim.DCCurrent(20.0))
        net.run(20.0)
        found.append([cell.get(name)[0] for name in ("V_m", "V_left", "V_right", "V_tip")])
    assert found[0] == pytest.approx(found[1], abs=1e-9)
    assert found[0][1] > found[0][0] > REST + 1.0


def ratio(x):
    near = np.abs(x) < 1e-6
    return np.where(near, 1.0 - x / 2, np.where(near, 1.0, x) / np.expm1(np.where(near, 1.0, x)))


def hh_rates(v):
    """alpha and beta of m, h and n."""
    exp = np.exp
    return (
        (ratio(-(v + 40) / 10), 4 * exp(-(v + 65) / 18)),
        (0.07 * exp(-(v + 65) / 20), 1 / (1 + exp(-(v + 35) / 10))),
        (0.1 * ratio(-(v + 55) / 10), 0.125 * exp(-(v + 65) / 80)),
    )


def axon(n, length, diameter=1.0):
    """Hodgkin and Huxley's membrane along a cable (Rallpack 3: R_i = 1 ohm m)."""
    channels = {"Na": sim.Na(g=1.2), "K": sim.K(g=0.36), "pas": sim.Leak(g=0.003, E=-54.387)}
    return sim.cable(n, length=length, diameter=diameter, R_i=1.0, R_m=np.inf, C_m=0.01,
                     channels=channels)  # fmt: skip


def axon_reference(n, length, current, times, diameter=1.0):
    area, along = np.pi * diameter * length / n, length / n
    axial = np.pi * diameter**2 / 4 / along  # nS, for 1 ohm m: 1 um2 / (um ohm m) is 1 uS
    axial *= 1e3
    push = np.zeros(n)
    push[0] = current

    def slopes(t, y):
        v, m, h, x = y.reshape(4, n)
        total = area * (1.2 * m**3 * h * (50 - v) + 0.36 * x**4 * (-77 - v)
                        + 0.003 * (-54.387 - v)) + push  # fmt: skip
        flow = axial * np.diff(v)
        total[:-1] += flow
        total[1:] -= flow
        gates = [a * (1 - g) - b * g for g, (a, b) in zip((m, h, x), hh_rates(v), strict=True)]
        return np.concatenate([total / (0.01 * area), *gates])

    start = [np.full(n, -65.0)]
    start += [np.full(n, a / (a + b)) for a, b in hh_rates(np.array(-65.0))]
    solved = solve_ivp(slopes, (0.0, times[-1]), np.concatenate(start), method="LSODA",
                       lband=None, rtol=1e-8, atol=1e-9, t_eval=times)  # fmt: skip
    return solved.y[:n]


@pytest.mark.slow
def test_rallpack_3():
    """An axon of 12 compartments, 250 um, against the same equations; 0.1 nA into one end."""
    n, length = 12, 250.0
    errors = []
    for dt in (0.025, 0.0125):
        t, v, _ = run(axon(n, length), dt, 30.0, sim.DCCurrent(100.0), ["V_m", f"V_c{n - 1}"])
        expected = axon_reference(n, length, 100.0, np.minimum(t, 30.0))[[0, -1]]
        errors.append(np.sqrt(np.mean((v - expected) ** 2)) / np.ptp(expected))
    assert errors[0] < 0.0025
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)


def velocity(n, length, diameter):
    """Of a spike between a quarter and three quarters of an axon, m/s."""
    near, far = n // 4, 3 * n // 4
    push = sim.DCCurrent(100.0 * diameter**1.5)
    names = [f"V_c{near}", f"V_c{far}"]
    t, v, _ = run(axon(n, length, diameter), 0.025, length / 200 + 2.0, push, names)
    crossed = []
    for x in v:
        k = np.flatnonzero((x[1:] >= 0) & (x[:-1] < 0))[0]
        crossed.append(t[k] + 0.025 * x[k] / (x[k] - x[k + 1]))
    return (far - near) * length / n / np.diff(crossed)[0] / 1000


@pytest.mark.slow
def test_conduction_velocity_grows_with_the_root_of_the_diameter():
    """Hodgkin 1954, J. Physiol. 125:221."""
    thin, thick = (velocity(20, 1000.0, diameter) for diameter in (1.0, 2.0))
    assert thick / thin == pytest.approx(np.sqrt(2.0), rel=0.03)


@pytest.mark.slow
def test_conduction_velocity_converges_with_the_square_of_the_length_of_a_compartment():
    coarse, middle, fine = (velocity(n, 1000.0, 1.0) for n in (16, 32, 64))
    assert (middle - coarse) / (fine - middle) == pytest.approx(4.0, rel=0.25)


def pinsky_rinzel_slopes(current):
    """Equations of the paper, in its potentials, per area, with p = 0.5."""
    exp = np.exp

    def slopes(t, y):
        vs, vd, h, n, s, c, q, ca = y
        am, bm = 0.32 * 4 * ratio((13.1 - vs) / 4), 0.28 * 5 * ratio((vs - 40.1) / 5)
        m = am / (am + bm)
        an, bn = 0.016 * 5 * ratio((35.1 - vs) / 5), 0.25 * exp(0.5 - 0.025 * vs)
        ah, bh = 0.128 * exp((17 - vs) / 18), 4 / (1 + exp((40 - vs) / 5))
        as_, bs = 1.6 / (1 + exp(-0.072 * (vd - 65))), 0.02 * 5 * ratio((vd - 51.1) / 5)
        down = 2 * exp((6.5 - vd) / 27)
        ac = exp((vd - 10) / 11 - (vd - 6.5) / 27) / 18.975 if vd <= 50 else down
        bc = down - ac if vd <= 50 else 0.0
        aq, bq = min(0.00002 * ca, 0.01), 0.001
        i_ca = 10 * s**2 * (vd - 140)
        soma = -0.1 * vs - 30 * m**2 * h * (vs - 120) - 15 * n * (vs + 15)
        dend = -0.1 * vd - i_ca - (0.8 * q + 15 * c * min(ca / 250, 1)) * (vd + 15)
        return [
            (soma + 2.1 / 0.5 * (vd - vs) + current / 0.5) / 3,
            (dend + 2.1 / 0.5 * (vs - vd)) / 3,
            ah * (1 - h) - bh * h, an * (1 - n) - bn * n, as_ * (1 - s) - bs * s,
            ac * (1 - c) - bc * c, aq * (1 - q) - bq * q, -0.13 * i_ca - 0.075 * ca,
        ]  # fmt: skip

    def start():
        y = np.zeros(8)
        for gate in (2, 3, 4, 5):
            at = y.copy()
            low = slopes(0.0, at)[gate]
            at[gate] = 1.0
            y[gate] = low / (low - slopes(0.0, at)[gate])
        return y

    return slopes, start()


@pytest.mark.slow
@pytest.mark.parametrize("current", [0.75, 2.5])
def test_pinsky_rinzel_against_the_papers_equations(current):
    """The first 25 ms; later, small errors grow to shifts of whole bursts."""
    slopes, start = pinsky_rinzel_slopes(current)
    errors = []
    for dt in (0.02, 0.01, 0.005):
        t, v, _ = run(sim.PinskyRinzel(I_s=current), dt, 25.0, None, ["V_m", "V_dend"])
        solved = solve_ivp(slopes, (0.0, t[-1]), start, method="LSODA", rtol=1e-10, atol=1e-12,
                           t_eval=t)  # fmt: skip
        errors.append(np.sqrt(np.mean((v - (solved.y[:2] - 60.0)) ** 2)))
    assert errors[-1] < 0.1
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.25)


@pytest.mark.slow
def test_pinsky_rinzel_bursts_or_spikes():
    """Bursts for a small current; for a larger one spikes in even intervals (their figure 2)."""
    model = sim.PinskyRinzel
    _, _, bursts = run(model(I_s=0.75, V_th=-20.0), 0.05, 2500.0, None, ["V_m"])
    intervals = np.diff(bursts[bursts > 500.0])
    assert intervals.min() < 10.0
    assert intervals.max() > 200.0
    _, _, spikes = run(model(I_s=2.5, V_th=-20.0), 0.02, 2000.0, None, ["V_m"])
    intervals = np.diff(spikes[spikes > 1500.0])
    assert intervals == pytest.approx(22.65, abs=1.5)  # scipy's: 22.65 ms
