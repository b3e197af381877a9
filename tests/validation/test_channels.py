"""Ion channels against formulas written out anew, against scipy's integrator and against Brian2."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import spikesim as sim

# Where a rate is 0 / 0 as it is printed, and all around.
HOLES = [-55.0, -43.2, -41.2, -40.0, -27.0, -16.2]
V = np.unique([*np.linspace(-100.0, 50.0, 151), *HOLES, *(np.array(HOLES) + 1e-9)])
CALCIUM = np.geomspace(1e-5, 1.0, V.size)
V_T = -56.2
exp = np.exp


def ratio(x):
    """x / (exp(x) - 1), and its limit."""
    near = np.abs(x) < 1e-6
    return np.where(near, 1.0 - x / 2, np.where(near, 1.0, x) / np.expm1(np.where(near, 1.0, x)))


def rates(alpha, beta):
    """Steady state and time constant."""
    return alpha / (alpha + beta), 1 / (alpha + beta)


def huguenard_tau(v):
    return (30.8 + (211.4 + exp((v + 113.2) / 5)) / (1 + exp((v + 84) / 3.2))) / 3**1.2


LAWS = {
    "m_Na": lambda v: rates(ratio(-(v + 40) / 10), 4 * exp(-(v + 65) / 18)),
    "h_Na": lambda v: rates(0.07 * exp(-(v + 65) / 20), 1 / (1 + exp(-(v + 35) / 10))),
    "n_K": lambda v: rates(0.1 * ratio(-(v + 55) / 10), 0.125 * exp(-(v + 65) / 80)),
    "m_NaF": lambda v: rates(
        0.32 * 4 * ratio((13 - (v - V_T)) / 4), 0.28 * 5 * ratio((v - V_T - 40) / 5)
    ),
    "h_NaF": lambda v: rates(
        0.128 * exp(-(v - V_T - 17) / 18), 4 / (1 + exp(-(v - V_T - 40) / 5))
    ),
    "n_Kdr": lambda v: rates(
        0.032 * 5 * ratio(-(v - V_T - 15) / 5), 0.5 * exp(-(v - V_T - 10) / 40)
    ),
    "a_KA": lambda v: (
        (0.0761 * exp(0.0314 * (v + 94.22)) / (1 + exp(0.0346 * (v + 1.17)))) ** (1 / 3),
        0.3632 + 1.158 / (1 + exp(0.0497 * (v + 55.96))),
    ),
    "b_KA": lambda v: (
        (1 / (1 + exp(0.0688 * (v + 53.3)))) ** 4, 1.24 + 2.678 / (1 + exp(0.0624 * (v + 50))),
    ),
    "p_KM": lambda v: (
        1 / (1 + exp(-(v + 35) / 10)),
        1000 / (3.3 * exp((v + 35) / 20) + exp(-(v + 35) / 20)),
    ),
    "q_CaL": lambda v: rates(0.055 * 3.8 * ratio((-27 - v) / 3.8), 0.94 * exp((-75 - v) / 17)),
    "r_CaL": lambda v: rates(
        0.000457 * exp((-13 - v) / 50), 0.0065 / (exp((-15 - v) / 28) + 1)
    ),
    "u_CaT": lambda v: (1 / (1 + exp((v + 2 + 81) / 4)), huguenard_tau(v + 2)),
    "m_H": lambda v: (
        1 / (1 + exp((v + 75) / 5.5)), 1 / (exp(-14.59 - 0.086 * v) + exp(-1.87 + 0.0701 * v)),
    ),
    "m_KCa": lambda v: (
        (CALCIUM / 0.025) ** 2 / (1 + (CALCIUM / 0.025) ** 2),
        np.maximum(1 / (0.03 * (1 + (CALCIUM / 0.025) ** 2)), 0.1),
    ),
}  # fmt: skip
KINDS = {
    kind.__name__: kind(g=1.0)
    for kind in (sim.Leak, sim.Na, sim.K, sim.NaF, sim.Kdr, sim.KA, sim.KM, sim.CaL, sim.CaT,
                 sim.KCa, sim.H)
}  # fmt: skip
START = 0.3


def clamp():
    """Gates at 0 ms, and after 2 ms from START, of membranes so large that nothing moves them."""
    pool = sim.CalciumPool(area=1e12, tau=1e12)
    model = sim.ConductanceNeuron(C_m=1e15, channels={**KINDS, "pool": pool}, receptors={})
    net = sim.Network(dt=0.02, seed=1, precision="double")
    at = {"V_m": V, "Ca": CALCIUM}
    rest = net.population("rest", V.size, model, initial=at)
    moved = net.population("moved", V.size, model, initial={**at, **dict.fromkeys(LAWS, START)})
    steady = {name: rest.get(name) for name in LAWS}
    net.run(2.0)
    assert rest.get("V_m") == pytest.approx(V, abs=1e-9)
    return steady, {name: moved.get(name) for name in LAWS}


@pytest.fixture(scope="module")
def clamped():
    return clamp()


@pytest.mark.slow
@pytest.mark.parametrize("gate", LAWS)
def test_steady_states_and_time_constants(clamped, gate):
    steady, moved = clamped
    level, tau = LAWS[gate](V)
    assert steady[gate] == pytest.approx(level, rel=2e-8)
    assert moved[gate] == pytest.approx(level + (START - level) * exp(-2.0 / tau), abs=2e-6)


G = {"leak": 30.0, "Na": 12000.0, "K": 3600.0}  # nS: a squid's axon of 100 pF


def hh(dt, method="strang"):
    """A membrane of Hodgkin and Huxley's channels, V_m after 30 ms at every step."""
    kind = type("Membrane", (sim.ConductanceNeuron,), {"method": method})
    model = kind(
        channels={"leak": sim.Leak(g=G["leak"], E=-54.4), "Na": sim.Na(g=G["Na"]),
                  "K": sim.K(g=G["K"])},
        receptors={}, I_e=1000.0,
    )  # fmt: skip
    net = sim.Network(dt=dt, seed=1, precision="double")
    cell = net.population("cell", 1, model)
    trace = net.record(cell, "V_m")
    net.run(30.0)
    return trace.result().values[:, 0]


def hh_slopes(t, y):
    v, m, h, n = y
    slopes = [(30 * (-54.4 - v) + 12000 * m**3 * h * (50 - v) + 3600 * n**4 * (-77 - v) + 1000)
              / 100]  # fmt: skip
    for gate, x in (("m_Na", m), ("h_Na", h), ("n_K", n)):
        level, tau = LAWS[gate](v)
        slopes.append((level - x) / tau)
    return slopes


@pytest.fixture(scope="module")
def hh_reference():
    start = [-65.0, *(LAWS[gate](-65.0)[0] for gate in ("m_Na", "h_Na", "n_K"))]
    return solve_ivp(hh_slopes, (0.0, 30.0), start, method="LSODA", rtol=1e-10, atol=1e-12,
                     dense_output=True).sol  # fmt: skip


def rms(values, reference):
    return np.sqrt(np.mean((values - reference(np.linspace(0.0, 30.0, values.size))[0]) ** 2))


@pytest.mark.slow
def test_the_membrane_converges_with_the_square_of_the_step(hh_reference):
    errors = np.array([rms(hh(dt), hh_reference) for dt in (0.05, 0.025, 0.0125, 0.00625)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2.0, abs=0.02)
    assert errors[1] < 0.2  # mV, of spikes of 105 mV: they are 3 us early or late


@pytest.mark.slow
@pytest.mark.parametrize(("method", "bound"), [("rk4", 1e-3), ("exponential_euler", 7.0)])
def test_other_methods(hh_reference, method, bound):
    assert rms(hh(0.025, method), hh_reference) < bound


@pytest.mark.thorough
def test_the_membrane_against_brian2(brian2):
    b = brian2
    b.start_scope()
    equations = """
    dv/dt = (30*nS*(-54.4*mV - v) + 12*uS*m**3*h*(50*mV - v) + 3.6*uS*n**4*(-77*mV - v)
             + 1*nA) / (100*pF) : volt
    dm/dt = (1/exprel(-(v+40*mV)/(10*mV))*(1-m) - 4*exp(-(v+65*mV)/(18*mV))*m)/ms : 1
    dh/dt = (0.07*exp(-(v+65*mV)/(20*mV))*(1-h) - h/(1+exp(-(v+35*mV)/(10*mV))))/ms : 1
    dn/dt = (0.1/exprel(-(v+55*mV)/(10*mV))*(1-n) - 0.125*exp(-(v+65*mV)/(80*mV))*n)/ms : 1
    """
    group = b.NeuronGroup(1, equations, method="rk4", dt=0.01 * b.ms)
    group.v = -65 * b.mV
    for gate, law in (("m", "m_Na"), ("h", "h_Na"), ("n", "n_K")):
        setattr(group, gate, LAWS[law](-65.0)[0])
    monitor = b.StateMonitor(group, "v", record=True)
    b.Network(group, monitor).run(30 * b.ms)
    theirs = monitor.v[0] / b.mV
    ours = hh(0.01, "rk4")[: theirs.size]
    assert ours == pytest.approx(theirs, abs=1e-6)


def pyramidal(**more):
    """Pospischil et al.'s regular-spiking cell: 96 um x 96 um, 1 uF/cm2."""
    area = np.pi * 96.0**2
    density = {"leak": sim.Leak(g=1e-3, E=-70.0), "Na": sim.NaF(g=0.5), "K": sim.Kdr(g=0.05)}
    channels = {name: c.scaled(area) for name, c in (density | more).items()}
    return sim.ConductanceNeuron(
        C_m=0.01 * area, V_init=-70.0, receptors={}, channels=channels, I_e=700.0
    )


def spikes_of(model, duration, dt=0.05):
    net = sim.Network(dt=dt, seed=1)
    cell = net.population("cell", 1, model)
    spikes = net.record(cell, "spikes")
    net.run(duration)
    return spikes.result().times


@pytest.mark.slow
def test_the_m_current_adapts():
    without = np.diff(spikes_of(pyramidal(), 600.0))
    adapting = np.diff(spikes_of(pyramidal(KM=sim.KM(g=7e-4)), 600.0))
    assert without[-1] < 1.05 * without[1]
    assert adapting[-1] > 1.5 * adapting[0]
    assert adapting[-1] > 1.5 * without[-1]


@pytest.mark.slow
def test_calcium_makes_an_after_hyperpolarisation():
    """Ca rises by the charge that has entered, and spikes become rarer."""
    more = {"CaL": sim.CaL(g=0.001), "pool": sim.CalciumPool(area=1.0, tau=200.0)}
    plain = spikes_of(pyramidal(**more), 600.0)
    net = sim.Network(dt=0.05, seed=1, precision="double")
    cell = net.population("cell", 1, pyramidal(**more, KCa=sim.KCa(g=0.05)))
    spikes = net.record(cell, "spikes")
    records = {name: net.record(cell, name) for name in ("Ca", "V_m", "q_CaL", "r_CaL", "m_KCa")}
    net.run(600.0)
    ca, v, q, r, m = (record.result().values[:, 0] for record in records.values())
    assert 2 < spikes.result().times.size < 0.7 * plain.size
    assert m.max() > 0.05
    area = np.pi * 96.0**2
    current = 0.001 * area * q**2 * r * (120.0 - v)
    slope = current / (2 * 96.48533212 * area * 1.0) - (ca - 2.4e-4) / 200.0
    summed = 2.4e-4 + np.concatenate([[0], np.cumsum((slope[1:] + slope[:-1]) / 2 * 0.05)])
    assert ca == pytest.approx(summed, rel=2e-3)


@pytest.mark.slow
def test_the_h_current_sags_and_low_threshold_calcium_rebounds():
    """After release from hyperpolarisation; nothing of it without the channels."""
    area = 2.9e4
    parts = {"leak": sim.Leak(g=5e-4, E=-70.0), "H": sim.H(g=2e-4), "CaT": sim.CaT(g=0.02)}

    def run(names):
        model = sim.ConductanceNeuron(
            C_m=0.01 * area, V_init=-70.0, receptors={},
            channels={name: parts[name].scaled(area) for name in names},
        )  # fmt: skip
        net = sim.Network(dt=0.05, seed=1)
        cell = net.population("cell", 1, model)
        net.stimulate(cell, sim.StepCurrent([0.0, 200.0, 700.0], [0.0, -300.0, 0.0]))
        trace = net.record(cell, "V_m")
        net.run(1000.0)
        return trace.result().values[:, 0]

    full, passive = run(parts), run(["leak"])
    during = slice(4000, 14000)
    assert full[13999] - full[during].min() > 2.0
    assert passive[13999] == pytest.approx(passive[during].min())
    assert full[14000:].max() > full[3999] + 20.0
    assert passive[14000:].max() < -69.9
