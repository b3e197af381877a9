"""Explicit schemes: unchanged where their steps are short enough, exponential Euler where not."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import nS, pF
from tests.equations.rig import run

RECEPTORS = {
    "exc": sim.ExpConductance(tau_syn=3.0, E_rev=0.0),
    "inh": sim.ExpConductance(tau_syn=8.0, E_rev=-80.0),
    "jump": sim.Delta(),
}


def slopes(p, V_m, w, g):
    """AdEx with conductances: slopes of V_m and w, and the rates of both."""
    V = min(V_m, p["V_peak"])
    spike = p["g_L"] * p["Delta_T"] * np.exp(min((V - p["V_th"]) / p["Delta_T"], 30.0))
    synaptic = g[0] * (0.0 - V_m) + g[1] * (-80.0 - V_m)
    current = -p["g_L"] * (V - p["E_L"]) + spike - w + synaptic + p["I_e"]
    slope = np.array([current / p["C_m"], (p["a"] * (V - p["E_L"]) - w) / p["tau_w"]])
    return slope, np.array([-(p["g_L"] + sum(g)) / p["C_m"], -1 / p["tau_w"]])


def by_hand(p, dt, steps, g0, V_m=-65.0):
    """V_m after each step, by Runge-Kutta's method or exponential Euler, and the steps of that."""
    taus, g = np.array([3.0, 8.0]), np.array(g0, float)
    x, trace, late = np.array([V_m, 0.0]), [], []
    for k in range(steps):
        half, full = g * np.exp(-dt / 2 / taus), g * np.exp(-dt / taus)
        k0, rate = slopes(p, *x, g)
        if (rate * dt < -2.0).any():
            x = x + dt * k0 * np.expm1(rate * dt) / (rate * dt)
            late.append(k)
        else:
            k1, _ = slopes(p, *(x + dt / 2 * k0), half)
            k2, _ = slopes(p, *(x + dt / 2 * k1), half)
            k3, _ = slopes(p, *(x + dt * k2), full)
            x = x + dt / 6 * (k0 + 2 * k1 + 2 * k2 + k3)
        g = full
        trace.append(x[0])
    return np.array(trace), late


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("dt", "g", "late", "within"),
    [
        (0.05, [20.0, 300.0], False, 1e-9),
        (0.5, [20.0, 300.0], False, 1e-9),
        (0.5, [20.0, 3000.0], True, 1e-9),
        (0.1, [0.0, 1e6], True, 1e-9),
        (1.0, [1e5, 1e6], True, 1e-9),
    ],
)
def test_adex_with_conductances(dt, g, late, within):
    model = sim.AdEx(receptors=RECEPTORS)
    steps = round(40.0 / dt)
    expected, long_ = by_hand(model.full_values, dt, steps, g)
    assert bool(long_) == late
    net = sim.Network(dt=dt, seed=1, precision="double")
    cells = net.population("cells", 1, model, initial={
        "V_m": -65.0, "g_exc": g[0], "g_inh": g[1]})  # fmt: skip
    V_m, spikes = net.record(cells, "V_m"), net.record(cells, "spikes")
    net.run(40.0)
    assert spikes.result().n_spikes == 0
    assert V_m.result().values[1:, 0] == pytest.approx(expected, abs=within)


@pytest.mark.thorough
def test_what_arrives_and_what_is_held_in_steps_that_are_too_long():
    """A jump at the end of such a step counts; while V_m is held only w moves; then it goes on."""
    model = sim.AdEx(receptors=RECEPTORS, t_ref=3.0, V_reset=-60.0)
    net = sim.Network(dt=0.5, seed=1, precision="double")
    times = net.population("times", 2, sim.SpikeSource([[5.0], [10.0]]))
    cells = net.population("cells", 2, model, initial={"g_inh": 1e7})
    net.project(times, cells, sim.AllToAll(), weight=np.array([[4.0, 4.0], [0.0, 500.0]]),
                delay=0.5, receptor="jump")  # fmt: skip
    V_m, w = net.record(cells, "V_m"), net.record(cells, "w")
    spikes = net.record(cells, "spikes")
    net.run(20.0)
    found = V_m.result().values  # two a ms
    assert found[[11, 12], 0] == pytest.approx([-76.0, -80.0], abs=0.01)
    assert spikes.result().train(0).size == 0
    assert spikes.result().train(1).tolist() == [10.5]
    assert (found[21:28, 1] == -60.0).all()
    assert found[28, 1] == pytest.approx(-80.0, abs=0.01)
    E_L, tau_w = model.values["E_L"], model.values["tau_w"]
    held = w.result().values[21:28, 1]
    target = model.values["a"] * (-60.0 - E_L)
    decay = np.exp(-0.5 / tau_w * np.arange(held.size))
    assert held == pytest.approx(target + (held[0] - target) * decay, rel=1e-6)


@pytest.mark.slow
def test_a_conductance_that_rises_within_the_step():
    """At the start of the step it is closed; at a stage it would throw the membrane out."""
    receptors = {"x": sim.AlphaConductance(tau_syn=1.0, E_rev=-80.0)}
    for method in ("rk4", "rk2", "heun", "euler"):
        model = sim.AdEx(receptors=receptors, method=method)
        net = sim.Network(dt=0.5, seed=1, precision="double")
        source = net.population("source", 1, sim.SpikeSource([2.0]))
        cells = net.population("cells", 1, model)
        net.project(source, cells, sim.AllToAll(), weight=1e6, delay=0.5)
        V_m, spikes = net.record(cells, "V_m"), net.record(cells, "spikes")
        net.run(8.0)
        assert spikes.result().n_spikes == 0
        assert V_m.result().values.min() == pytest.approx(-80.0, abs=0.1)


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("precision", ["single", "mixed"])
def test_neurons_are_judged_one_by_one(threads, precision):
    """A neuron with open conductances does not change what its neighbours do."""
    g = np.array([0.0, 1e6, 30.0, 5e3, 0.0, 1e5, 100.0])
    model = sim.AdEx(receptors=RECEPTORS, C_m=np.linspace(150.0, 300.0, 7), I_e=700.0)

    def traces(initial, current):
        net = sim.Network(dt=0.1, seed=1, precision=precision, threads=threads)
        cells = net.population("cells", 7, model, initial={"g_inh": initial})
        V_m = net.record(cells, "V_m")
        net.run(30.0)
        return V_m.result().values

    together = traces(g, 0.0)
    assert together.min() > -81.0
    for j in (0, 2, 6):
        alone = traces(np.where(np.arange(7) == j, g, 0.0), 0.0)
        assert np.array_equal(together[:, j], alone[:, j])


@pytest.mark.thorough
def test_conductances_that_are_open_at_the_start_are_no_reason_to_refuse():
    for method in ("rk4", "euler"):
        model = sim.AdEx(receptors=RECEPTORS, method=method)
        net = sim.Network(dt=1.0, seed=1)
        cells = net.population("cells", 1, model, initial={"g_inh": 1e5})
        net.run(10.0)
        assert -80.0 <= cells.get("V_m")[0] < -79.0


@pytest.mark.thorough
def test_a_threshold_that_is_crossed_upwards_is_watched_in_long_steps_too():
    """MorrisLecar re-arms where a conductance brings it below its threshold in one step."""
    receptors = {"x": sim.ExpConductance(tau_syn=0.3, E_rev=-60.0)}
    model = sim.MorrisLecar(receptors=receptors, I_e=2000.0)
    net = sim.Network(dt=0.1, seed=1)
    cells = net.population("cells", 1, model, initial={"V_m": 20.0})
    source = net.population("source", 1, sim.SpikeSource([1.0]))
    net.project(source, cells, sim.AllToAll(), weight=1e6, delay=0.1)
    spikes = net.record(cells, "spikes")
    net.run(40.0)
    assert spikes.result().n_spikes >= 1


@pytest.mark.slow
def test_models_of_many_variables():
    """Their kernels are written in another way, and make the steps at once."""
    chain = "\n".join(f"da{k}/dt = (a{k - 1} - a{k})/(5*ms) - a{k}**3/ms : 1" for k in range(1, 13))
    text = f"""
        dv/dt = (10*nS*(-70*mV - v) + g*(-80*mV - v))/(100*pF) + 0*a12*mV/ms : mV
        dg/dt = -g/(4*ms) : siemens
        da0/dt = -a0/(3*ms) : 1
        {chain}
    """
    model = sim.Neuron.from_text(text, threshold="v > -60*mV", method="rk4",
                                 initial={"v": "-70*mV", "a0": "1"}, g=1e6 * nS)  # fmt: skip
    assert "_y[" in model.source()
    cells, spikes = run(model, dt=0.5, duration=10.0)
    assert spikes.n_spikes == 0
    assert -80.0 <= cells.get("v")[0] < -79.9


class ByHand(sim.LIF):
    equations = "V_m : mV"

    @staticmethod
    def step(V_m, E_L, tau_m, C_m, I_syn, I_in, dt):
        V_m += dt * ((E_L - V_m) / tau_m + (I_syn + I_in) / C_m)
        return V_m


def leaky(V_m, U_m, current):
    """A step of 1 ms of `ByHand`."""
    return V_m + (-70.0 - V_m) / 10.0 + current / 250.0, U_m


def half_steps(V_m, U_m, current):
    """A step of 1 ms of Izhikevich's program."""
    for _ in range(2):
        V_m += 0.5 * (0.04 * V_m**2 + 5.0 * V_m + 140.0 - U_m + current)
    return V_m, U_m + 0.02 * (0.2 * V_m - U_m)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "step", "start", "capacity"),
    [(ByHand, leaky, -70.0, 250.0), (sim.IzhikevichHalfSteps, half_steps, -65.0, 1.0)],
)
@pytest.mark.parametrize("g0", [0.0, 1e3, 1e6])
def test_a_user_step_with_conductances(kind, step, start, capacity, g0):
    """It takes the mean of a current that would relax V_m by more than two time constants."""
    model = kind(receptors={"x": sim.ExpConductance(tau_syn=5.0, E_rev=-80.0)})
    net = sim.Network(dt=1.0, seed=1, precision="double")
    cells = net.population("cells", 1, model, initial={"V_m": start, "g_x": g0})
    V_m, spikes = net.record(cells, "V_m"), net.record(cells, "spikes")
    net.run(10.0)
    assert spikes.result().n_spikes == 0
    expected, state, g = [start], (start, 0.2 * -65.0), g0
    for _ in range(10):
        current, x = g * (-80.0 - state[0]), -g / capacity
        state = step(*state, current * np.expm1(x) / x if x < -2.0 else current)
        expected.append(state[0])
        g *= np.exp(-1.0 / 5.0)
    assert V_m.result().values[:, 0] == pytest.approx(expected, abs=1e-6)


def leak(v, g, C):
    """A membrane whose conductance is hidden from the equations."""
    return (10.0 * (-70.0 - v) + g * (-80.0 - v)) / C


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["rk4", "rk2", "heun"])
@pytest.mark.parametrize("g", [1e4, 1e6])
def test_a_linear_part_that_cannot_be_found(method, g):
    """The run stops, and says where, when and what to do."""
    model = sim.Neuron.from_text(
        "dv/dt = leak(v/mV, g/nS, C/pF)*mV/ms + 20*pA*exp((v + 50*mV)/(2*mV))/C : mV\n"
        "dg/dt = -g/(5*ms) : siemens",
        threshold="v > 0*mV", reset="v = -60*mV", method=method, functions={"leak": leak},
        C=200 * pF, g=0 * nS, initial={"v": "-65*mV"},
    )  # fmt: skip
    net = sim.Network(dt=0.1, seed=1)
    cells = net.population("cells", 3, model)
    spikes = net.record(cells, "spikes")
    net.run(5.0)
    cells[2:].set(g=g)
    with pytest.raises(sim.SimulationError, match=(
        rf"cells\[2\]\.v is \S+ mV at \S+ ms; .*kept\. Steps of dt = 0\.1 ms are too long for "
        rf"method '{method}', or inputs too strong; take a smaller dt or another method"
    )):  # fmt: skip
        net.run(20.0)
    assert spikes.result().n_spikes == 0


@pytest.mark.thorough
def test_noise_in_steps_that_are_too_long():
    """It is added at the end of the step, as in all others."""
    model = sim.Neuron.from_text(
        """
        dv/dt = (g*(-80*mV - v) - 1*nS/mV*v**2)/(100*pF) + 2*mV*xi*ms**-0.5 : mV
        dg/dt = -g/(10000*second) : siemens
        """,
        threshold="never", initial={"v": "-80*mV"}, method="rk4",
    )  # fmt: skip
    net = sim.Network(dt=1.0, seed=1, precision="double")
    cells = net.population("cells", 2000, model)
    net.run(1.0)
    cells.set(g=1e5)
    net.run(5.0)
    assert cells.get("v").std() == pytest.approx(2.0, rel=0.1)
    assert cells.get("v").mean() == pytest.approx(-80.0, abs=0.3)


@pytest.mark.thorough
def test_currents_alone_do_not_make_a_quadratic_membrane_fire():
    """Where an equation is a polynomial, its own slope counts."""
    for model in (sim.Izhikevich(receptors={}), sim.QIF(receptors={})):
        for dt in (0.1, 0.5, 1.0):
            cells, spikes = run(model, dt=dt, duration=100.0, current=-50_000.0)
            assert spikes.n_spikes == 0
            assert np.isfinite(cells.get("V_m")[0])
