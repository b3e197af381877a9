"""Receptors against closed forms, against scipy's integrator, and against Brian2.

`ENTRIES` lists what is compared: a name, a function that simulates, one that computes the same by
other means, and by how much they may differ, as a part of the reference's largest value.
"""

import math
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize_scalar

import spikesim as sim
from spikesim.units import mV, param

# Time constants that are as good as 0.
pytestmark = pytest.mark.filterwarnings("ignore:.*half of dt:spikesim.SpikesimWarning")

DT = 0.1
ARRIVAL = 1.0
WEIGHT = 3.0
SQUARE = {"AMPA": (1.1, 0.19), "NMDA": (0.072, 0.0066), "GABA_A": (5.0, 0.18)}  # 1/(mM ms), 1/ms


class Clamp(sim.Neuron):
    """A membrane that is held; Q is the charge that has passed."""

    V_m = param(-60.0, mV, doc="holding potential")
    equations = "dQ/dt = I_syn : fC"
    threshold = "never"


class Entry(NamedTuple):
    name: str
    spikesim: Any
    reference: Any
    tolerance: float


def respond(receptor, variable, *, arrivals=(ARRIVAL,), weight=WEIGHT, duration=60.0, dt=DT,
            model=Clamp, **values):  # fmt: skip
    """A variable of one cell whose receptor ``x`` gets spikes, from their first arrival on."""
    net = sim.Network(dt=dt, seed=1, precision="double")
    cell = net.population("cell", 1, model(receptors={"x": receptor}, **values))
    source = net.population("source", 1, sim.SpikeSource(np.array(arrivals) - dt))
    net.project(source, cell, sim.OneToOne(), weight=weight, delay=dt, receptor="x")
    record = net.record(cell, variable)
    net.run(arrivals[0] + duration)
    return record.result().values[round(arrivals[0] / dt) :, 0]


def grid(duration=60.0, dt=DT):
    return dt * np.arange(round(duration / dt) + 1)


def deviation(ours, reference):
    """The largest difference as a part of the reference's largest value."""
    return np.abs(ours - reference).max() / np.abs(reference).max()


# --- receptors that are linear: closed forms ------------------------------------------------------


def jump(tau):
    return lambda t: np.exp(-t / tau), tau, 0.0


def alpha(tau):
    return lambda t: t / tau * np.exp(1 - t / tau), math.e * tau, tau


def rise_and_decay(rise, decay):
    """Shape with a peak of 1, its integral, and when it peaks."""
    peak = rise * decay / (decay - rise) * math.log(decay / rise)
    height = math.exp(-peak / decay) - math.exp(-peak / rise)
    return (
        lambda t: (np.exp(-t / decay) - np.exp(-t / rise)) / height,
        (decay - rise) / height,
        peak,
    )


LINEAR = {
    "ExpCurrent": (sim.ExpCurrent(tau_syn=3.0), "I_x", jump(3.0)),
    "AlphaCurrent": (sim.AlphaCurrent(tau_syn=3.0), "I_x", alpha(3.0)),
    "DualExpCurrent": (sim.DualExpCurrent(), "I_x", rise_and_decay(0.5, 5.0)),
    "ExpConductance": (sim.ExpConductance(tau_syn=3.0), "g_x", jump(3.0)),
    "AlphaConductance": (sim.AlphaConductance(tau_syn=3.0), "g_x", alpha(3.0)),
    "DualExpConductance": (sim.DualExpConductance(), "g_x", rise_and_decay(0.5, 5.0)),
    "AMPA": (sim.AMPA(), "g_x", jump(2.0)),
    "GABA_A": (sim.GABA_A(), "g_x", jump(10.0)),
    "NMDA": (sim.NMDA(), "g_x", rise_and_decay(2.0, 100.0)),
    "Nicotinic": (sim.Nicotinic(), "g_x", rise_and_decay(1.09, 6.71)),
}


def linear(name):
    receptor, variable, (shape, _, _) = LINEAR[name]
    return Entry(name, lambda: respond(receptor, variable), lambda: WEIGHT * shape(grid()), 1e-12)


# --- kinetic receptors: scipy ---------------------------------------------------------------------

BURST = tuple(ARRIVAL + 5.0 * np.arange(10))


def by_scipy(rates, jump, start, arrivals, times):
    """States that ``jump`` at each arrival, by an adaptive method; shape (states, times)."""
    parts, state, ends = [], np.array(start, float), [*arrivals[1:], np.inf]
    since = times + arrivals[0]
    for begin, end in zip(arrivals, ends, strict=True):
        state = state + jump
        here = since[(since > begin - 1e-9) & (since < end - 1e-9)]
        stop = min(end, since[-1])
        if stop <= begin:
            parts.append(np.tile(state[:, None], here.size))
            break
        done = solve_ivp(rates, (begin, stop), state, "DOP853", np.unique([*here, stop]),
                         rtol=1e-11, atol=1e-14)  # fmt: skip
        parts.append(done.y[:, : here.size])
        state = done.y[:, -1]
    return np.concatenate(parts, axis=1)


def two_states(a, b, tau_T=1.0, part=1.0, arrivals=(ARRIVAL,), duration=60.0, dt=DT):
    """Open share of a pool, of which each spike reaches a part with 1 mM."""

    def rates(_, s):
        return [-s[0] / tau_T, a * s[0] * (1 - s[1]) - b * s[1]]

    return by_scipy(rates, [part, 0.0], [0.0, 0.0], arrivals, grid(duration, dt))[1]


def cascade(part=1.0, arrivals=(ARRIVAL,), duration=600.0, dt=DT):
    """G protein (uM) behind GABA_B receptors."""

    def rates(_, s):
        T, r, G = s
        return [-T, 0.09 * T * (1 - r) - 0.0012 * r, 0.18 * r - 0.034 * G]

    return by_scipy(rates, [part, 0, 0], [0, 0, 0], arrivals, grid(duration, dt))[2]


def kinetic(name, arrivals=(ARRIVAL,), part=1.0, **values):
    a, b = SQUARE[name]
    receptor = sim.KineticConductance(g_max=WEIGHT / part, alpha=a, beta=b, **values)
    return Entry(
        f"Kinetic {name}, {len(arrivals)} spikes",
        lambda dt=DT: respond(receptor, "r_x", arrivals=arrivals, dt=dt),
        lambda dt=DT: two_states(a, b, arrivals=arrivals, part=part, dt=dt), 4e-4,
    )  # fmt: skip


def wang():
    receptor = sim.KineticNMDA(g_max=WEIGHT, alpha=0.5, tau_T=2.0, beta=0.01)
    return Entry(
        "KineticNMDA as Wang's gate, 10 spikes",
        lambda dt=DT: respond(receptor, "r_x", arrivals=BURST, dt=dt),
        lambda dt=DT: two_states(0.5, 0.01, 2.0, arrivals=BURST, dt=dt), 1e-5,
    )  # fmt: skip


def gaba_b(arrivals):
    return Entry(
        f"GABA_B, {len(arrivals)} spikes",
        lambda dt=DT: respond(
            sim.GABA_B(g_max=WEIGHT), "s_x", arrivals=arrivals, duration=600.0, dt=dt
        ),
        lambda dt=DT: cascade(arrivals=arrivals, dt=dt), 3e-3,
    )  # fmt: skip


KINETIC = [
    *(kinetic(name) for name in SQUARE), kinetic("AMPA", BURST), kinetic("GABA_A", BURST, 0.25),
    wang(), gaba_b((ARRIVAL,)), gaba_b(BURST),
]  # fmt: skip
ENTRIES = [*map(linear, LINEAR), *KINETIC]


@pytest.mark.thorough
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
def test_time_course(entry):
    assert deviation(entry.spikesim(), entry.reference()) < entry.tolerance


@pytest.mark.thorough
@pytest.mark.parametrize("name", LINEAR)
def test_the_weight_is_the_peak(name):
    receptor, variable, (_, _, peak) = LINEAR[name]
    seen = respond(receptor, variable)
    assert abs(grid()[seen.argmax()] - peak) <= DT
    assert seen.max() == pytest.approx(WEIGHT, rel=3e-3)
    assert seen.max() <= WEIGHT * (1 + 1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [n for n in LINEAR if n != "NMDA"])
def test_charge(name):
    """All of it, by the exact integral that the simulation carries along."""
    receptor, variable, (_, area, _) = LINEAR[name]
    charge = respond(receptor, "Q", duration=300.0)[-1]
    drive = 1.0 if variable == "I_x" else receptor.E_rev + 60.0
    assert charge == pytest.approx(WEIGHT * area * drive, rel=1e-10)


@pytest.mark.parametrize("kind", [sim.DualExpCurrent, sim.DualExpConductance])
def test_equal_time_constants_are_no_singularity(kind):
    variable = "I_x" if kind is sim.DualExpCurrent else "g_x"
    equal = respond(kind(tau_rise=4.0, tau_decay=4.0), variable)
    assert equal == pytest.approx(WEIGHT * alpha(4.0)[0](grid()), rel=1e-11, abs=1e-14)
    for k in range(1, 15, 3):
        near = respond(kind(tau_rise=4.0 * (1 - 10.0**-k), tau_decay=4.0), variable)
        assert deviation(near, equal) < 0.5 * 10.0**-k + 1e-12


@pytest.mark.parametrize("ratio", [1e-6, 1e-3, 0.1, 0.5, 0.9])
def test_the_peak_is_the_weight_for_all_ratios(ratio):
    receptor = sim.DualExpConductance(tau_rise=ratio * 8.0, tau_decay=8.0)
    shape, _, _ = rise_and_decay(ratio * 8.0, 8.0)
    assert deviation(respond(receptor, "g_x"), WEIGHT * shape(grid())) < 1e-11


@pytest.mark.parametrize(
    ("times", "rise"), [({}, 1.28), ({"tau_rise": 0.27, "tau_decay": 1.66}, 0.32)]
)
def test_nicotinic_currents_rise_as_measured(times, rise):
    """From 10 to 90 % of the peak: Sargent 2009, with alpha3 and with alpha7 subunits."""
    seen = respond(sim.Nicotinic(**times), "g_x", dt=0.01)
    up = seen[: seen.argmax() + 1] / seen.max()
    assert 0.01 * (np.argmax(up >= 0.9) - np.argmax(up >= 0.1)) == pytest.approx(rise, abs=0.02)


# --- the block by magnesium -----------------------------------------------------------------------


def currents(voltages, Mg):
    """Current (pA) through 1 nS of open NMDA receptors at each holding potential."""
    net = sim.Network(dt=DT, seed=1, precision="double")
    nmda = sim.NMDA(tau_rise=DT / 10, tau_decay=1e9, Mg=Mg)
    model = Clamp(V_m=np.asarray(voltages), receptors={"x": nmda})
    cells = net.population("cells", len(voltages), model)
    source = net.population("source", 1, sim.SpikeSource([1.0]))
    net.project(source, cells, sim.AllToAll(), weight=1.0, delay=1.0)
    net.run(5.0)
    before = cells.get("Q")
    net.run(10.0)
    return (cells.get("Q") - before) / 10.0


def open_part(V, Mg=1.0):
    """Share of receptors without magnesium, measured as current over driving force."""
    return currents([V], Mg)[0] / -V


@pytest.mark.thorough
def test_the_block_is_that_of_jahr_and_stevens():
    """B(V) = 1 / (1 + [Mg] / 3.57 mM exp(-0.062 V)), in numbers worked out by hand."""
    voltages = np.array([-90.0, -60.0, -30.0, 20.0, 40.0])
    known = [0.01329, 0.07963, 0.35722, 0.92504, 0.97708]
    assert currents(voltages, 1.0) / -voltages == pytest.approx(known, rel=2e-4)
    assert open_part(1e-9) == pytest.approx(3.57 / 4.57, rel=1e-6)
    assert currents(voltages, 0.0) == pytest.approx(-voltages, rel=2e-8), "no magnesium, no block"


@pytest.mark.thorough
@pytest.mark.parametrize(("Mg", "half"), [(1.0, -20.53), (2.0, -9.35), (0.1, -57.67)])
def test_half_of_the_receptors_are_blocked(Mg, half):
    at = brentq(lambda V: open_part(V, Mg) - 0.5, half - 3.0, half + 2.9, xtol=0.005)
    assert at == pytest.approx(half, abs=0.02)


@pytest.mark.thorough
def test_negative_slope():
    """With magnesium, depolarisation makes the inward current grow, up to some -26 mV."""
    voltages = np.arange(-100.0, 41.0, 1.0)
    inward = currents(voltages, 1.0)
    expected = minimize_scalar(
        lambda V: V / (1 + np.exp(-0.062 * V) / 3.57), bounds=(-60, 0), method="bounded"
    )
    strongest = voltages[inward.argmax()]
    assert abs(strongest - expected.x) <= 0.5
    assert inward.max() == pytest.approx(-expected.fun, rel=1e-3)
    rising = (voltages > -80) & (voltages < strongest)
    assert (np.diff(inward)[rising[:-1]] > 0).all(), "negative slope conductance"
    assert (np.diff(inward)[voltages[:-1] > strongest] < 0).all()
    assert (np.diff(currents(voltages, 0.0)) < 0).all(), "ohmic without magnesium"


# --- GABA_B ---------------------------------------------------------------------------------------


def opened(arrivals, **values):
    """Share of open channels over time."""
    s = respond(sim.GABA_B(g_max=WEIGHT), "s_x", arrivals=arrivals, duration=1000.0, **values)
    return s**4 / (s**4 + 100.0)


@pytest.mark.thorough
def test_gaba_b_answers_to_bursts():
    """Destexhe & Sejnowski 1995: next to nothing after one spike, much after ten."""
    one, ten = opened((ARRIVAL,)), opened(BURST)
    assert one.max() < 1e-3
    assert ten.max() > 0.3
    assert ten.max() / one.max() > 500.0, "ten linear synapses would give 10"
    assert 90.0 < DT * one.argmax() < 130.0
    assert 100.0 < DT * ten.argmax() < 200.0


@pytest.mark.thorough
def test_a_pool_does_not_care_who_fills_it():
    """Ten spikes at once, each at a tenth of the pool, are one spike at the whole."""
    whole = opened((ARRIVAL,))
    tenths = opened((ARRIVAL,) * 10, weight=WEIGHT / 10)
    assert tenths == pytest.approx(whole, rel=1e-9)


@pytest.mark.thorough
def test_conductances_of_pools_are_bounded():
    receptor = sim.KineticConductance(g_max=2.0, E_rev=-60.0)
    many = tuple(1.0 + np.arange(0.0, 40.0, 0.2))
    r = respond(receptor, "r_x", arrivals=many, weight=100.0)
    assert 0.9 < r.max() < 1.0


# --- the table of Destexhe, Mainen & Sejnowski 1998 -----------------------------------------------


def square_pulse(a, b, t):
    """Open share while 1 mM is there for 1 ms, and after."""
    full, tau = a / (a + b), 1.0 / (a + b)
    top = full * (1 - math.exp(-1.0 / tau))
    return np.where(t < 1.0, full * (1 - np.exp(-t / tau)), top * np.exp(-b * (t - 1.0)))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "decay", "rise", "height"),
    [("AMPA", 5.26, 0.90, 0.20), ("GABA_A", 5.56, 0.44, 0.065), ("NMDA", 151.5, 1.98, 0.03)],
)
def test_rise_and_decay_of_the_table(name, decay, rise, height):
    """Decays are those of the table; pulses that decay make a slower rise and another peak.

    `rise` is from 10 to 90 % (ms), `height` how far the peak may be from that of square pulses.
    """
    a, b = SQUARE[name]
    receptor = sim.KineticConductance(g_max=WEIGHT, alpha=a, beta=b)
    seen, t = respond(receptor, "r_x", dt=0.02), grid(dt=0.02)
    late = t > 40.0
    slope = np.polyfit(t[late], np.log(seen[late]), 1)[0]
    assert -1.0 / slope == pytest.approx(decay, rel=2e-3)
    up = seen[: seen.argmax() + 1] / seen.max()
    crossings = [t[np.argmax(up >= level)] for level in (0.1, 0.9)]
    assert crossings[1] - crossings[0] == pytest.approx(rise, abs=0.03)
    peak = square_pulse(a, b, t).max()
    assert (1 - height) * peak < seen.max() < peak


# --- synapses that saturate -----------------------------------------------------------------------


def wang_gate(times, t, a=0.5, rise=2.0, decay=100.0):
    """Gate of one source that fires at `times`, shape (t.size,)."""

    def rates(_, s):
        return [-s[0] / rise, -s[1] / decay + a * s[0] * (1 - s[1])]

    return by_scipy(rates, [1.0, 0.0], [0.0, 0.0], tuple(times), t - t[0])[1]


def by_depression(times, t, rise=2.0, decay=100.0):
    """What NMDA receptors add up of synapses whose release depresses."""
    gate = sim.saturating_gate(0.5, rise, decay)
    shape, _, _ = rise_and_decay(rise, decay)
    total, x, last = np.zeros_like(t), 1.0, -np.inf
    for time in times:
        x = 1.0 - (1.0 - x) * math.exp(-(time - last) / gate.tau_rec)
        after = t > time
        total[after] += gate.factor * gate.U * x * shape(t[after] - time)
        x, last = x * (1.0 - gate.U), time
    return total


@pytest.mark.parametrize(("rate", "most"), [(5.0, 0.003), (20.0, 0.003), (50.0, 0.003)])
def test_saturation_is_depression(rate, most):
    """Between spikes the two agree; what differs is the rise, and spikes that follow at once."""
    rs = np.random.default_rng(3)
    times = 1.0 + np.cumsum(2.0 + rs.exponential(1e3 / rate - 2.0, 40))
    t = np.arange(times[0], times[-1] + 50.0, 0.5)
    exact, ours = wang_gate(times, t), by_depression(times, t)
    last = times[np.searchsorted(times, t, side="right") - 1]
    settled = t - last > 15.0
    assert np.abs(ours - exact)[settled].max() < most * exact.max()
    assert ours.mean() == pytest.approx(exact.mean(), rel=0.006)
    unsaturated = by_depression(times[:1], t).sum() * times.size
    if rate == 50.0:
        assert unsaturated > 3.0 * exact.sum(), "there is something to saturate"


# --- all of them on one membrane: Brian2 ----------------------------------------------------------

CELL = {"C_m": 200.0, "tau_m": 20.0, "E_L": -70.0}
GAMMA = 0.25  # NMDA for AMPA, and GABA_B for GABA_A
EXC, INH = 5.0, 2.0
DURATION = 150.0


@pytest.fixture(scope="module")
def trains():
    """Arrivals (ms) at the excitatory and inhibitory synapse, on a grid of 0.1 ms."""
    rs = np.random.default_rng(5)
    exc = rs.choice(np.arange(50, 1400), 30, replace=False)
    inh = np.concatenate([100 + 50 * np.arange(10), rs.choice(np.arange(700, 1400), 5, False)])
    return {"glutamate": np.sort(exc) / 10, "GABA": np.unique(inh) / 10}


def membrane(trains, dt, **model):
    """V_m of a LIF neuron with four receptors, of which each transmitter reaches two."""
    receptors = {
        "ampa": sim.AMPA(), "nmda": sim.NMDA(share=GAMMA),
        "gaba_a": sim.GABA_A(), "gaba_b": sim.GABA_B(g_max=5.0, share=GAMMA),
    }  # fmt: skip
    net = sim.Network(dt=dt, seed=1, precision="double")
    cell = net.population("cell", 1, sim.LIF(**CELL, V_th=1e3, receptors=receptors, **model))
    for (name, times), weight in zip(trains.items(), (EXC, INH), strict=True):
        source = net.population(name, 1, sim.SpikeSource(times - dt), transmitter=name)
        net.project(source, cell, sim.OneToOne(), weight=weight, delay=dt)
    record = net.record(cell, "V_m")
    net.run(DURATION)
    return record.result().values[:, 0]


def by_brian2(b2, trains, dt):
    """The same by Brian2: Runge-Kutta of fourth order, all equations written out again."""
    b2.start_scope()
    b2.defaultclock.dt = dt * b2.ms
    _, _, peak = rise_and_decay(2.0, 100.0)
    height = math.exp(-peak / 100.0) - math.exp(-peak / 2.0)
    cell = b2.NeuronGroup(
        1,
        """
        dv/dt = (-70 - v) / (20*ms) + I / (200*ms) : 1
        I = -a*v - B*n*v + g*(-70 - v) + k*(-95 - v) : 1
        B = 1 / (1 + exp(-0.062*v) / 3.57) : 1
        da/dt = -a / (2*ms) : 1
        dn/dt = y - n / (100*ms) : 1
        dy/dt = -y / (2*ms) : Hz
        dg/dt = -g / (10*ms) : 1
        dT/dt = -T / ms : 1
        dr/dt = (0.09*T*(1 - r) - 0.0012*r) / ms : 1
        dG/dt = (0.18*r - 0.034*G) / ms : 1
        k = 5 * G**4 / (G**4 + 100) : 1
        """,
        method="rk4",
    )
    cell.v = -70
    jump = (1 / 2.0 - 1 / 100.0) / height
    on = {
        "glutamate": f"a_post += {EXC}; y_post += {EXC * GAMMA * jump!r}/ms",
        "GABA": f"g_post += {INH}; T_post += {INH * GAMMA / 5.0!r}",
    }
    monitor = b2.StateMonitor(cell, "v", record=True, when="end")
    parts = [cell, monitor]
    for name, times in trains.items():
        # A spike that is found in the step that ends at t acts then.
        source = b2.SpikeGeneratorGroup(1, np.zeros(times.size, int), (times - dt) * b2.ms)
        synapse = b2.Synapses(source, cell, on_pre=on[name])
        synapse.connect()
        parts += [source, synapse]
    b2.Network(parts).run(DURATION * b2.ms)
    return np.concatenate([[-70.0], monitor.v[0]])


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
def test_four_receptors_on_a_membrane_agree_with_brian2(brian2, trains):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = by_brian2(brian2, trains, 0.1)
    assert np.ptp(theirs) > 15.0, "excitation and inhibition are at work"
    ours = membrane(trains, 0.1)
    assert np.abs(ours - theirs).max() < 0.5
    errors = [
        np.abs(membrane(trains, dt)[:: round(0.1 / dt)] - theirs).max() for dt in (0.02, 0.01)
    ]
    assert errors[0] < 0.1
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.15), "of first order in dt"
