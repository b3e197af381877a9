"""Python functions in a model: in expressions, and as a whole step."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import spikesim as sim
from spikesim.units import ms, param, pF
from tests.equations.rig import boltzmann, run


class Stepped(sim.Neuron):
    """A membrane whose step is a Python function."""

    equations = """
        V_m : mV
        n : 1
        tau : ms
    """
    tau = param(10.0, ms, "positive", "time constant")
    C_m = param(100.0, pF, "positive", "capacitance")
    threshold = "V_m >= 15*mV"
    reset = "V_m = 0*mV; n += 1"

    @staticmethod
    def step(V_m, n, tau, C_m, I_syn, I_in, dt):
        """Exact integration of a leaky membrane with an input constant in the step."""
        target = (I_syn + I_in) * tau / C_m
        if dt > 0.0:
            V_m = target + (V_m - target) * exp(-dt / tau)  # noqa: F821
        return V_m, n


@pytest.mark.thorough
def test_a_step_in_python():
    class InText(sim.Neuron):
        equations = "dV_m/dt = -V_m/tau + (I_syn + I_in)/C_m : mV\n n : 1"
        tau, C_m = Stepped.declared["tau"], Stepped.declared["C_m"]
        threshold, reset = Stepped.threshold, Stepped.reset

    results = []
    for model in (Stepped, InText):
        net = sim.Network(dt=0.1, seed=1, precision="double")
        source = net.population("source", 20, sim.PoissonSource(30.0))
        cells = net.population("cells", 5, model(receptors={"kick": sim.Delta()}))
        net.project(source, cells, sim.AllToAll(), weight=2.0, delay=1.0)
        net.stimulate(cells, sim.DCCurrent(60.0))
        spikes = net.record(cells, "spikes")
        net.run(200.0)
        assert cells.get("n").sum() == spikes.result().n_spikes > 20
        results.append((spikes.result().times, cells.get("V_m")))
    assert np.array_equal(results[0][0], results[1][0])
    assert results[0][1] == pytest.approx(results[1][1], rel=1e-9)
    conductances = {"a": sim.ExpConductance(E_rev=5.0), "b": sim.ExpCurrent()}
    held, _ = run(Stepped(receptors=conductances), duration=0.1,
                  initial={"V_m": 1.0, "g_a": 3.0, "I_b": 8.0})  # fmt: skip
    target = (3.0 * (5.0 - 1.0) + 8.0) * 10.0 / 100.0
    assert held.get("V_m")[0] == pytest.approx(target + (1.0 - target) * np.exp(-0.01))


@pytest.mark.thorough
def test_functions_of_the_user():
    text = """
        m = boltzmann(v/mV, -20.0, 9.0) : 1
        dv/dt = (8*nS*(-80*mV - v) + 20*nS*m*(60*mV - v) + I_in)/pF/100 : mV
    """
    model = sim.Neuron.from_text(text, threshold="never", functions={"boltzmann": boltzmann},
                                 method="rk4", initial={"v": "-60*mV"})  # fmt: skip
    net = sim.Network(dt=0.01, seed=1, precision="double")
    cells = net.population("cells", 1, model)
    m, v = net.record(cells, "m"), net.record(cells, "v")
    net.run(20.0)

    def rates(t, v):
        m = 1 / (1 + np.exp(-(v + 20) / 9))
        return (8 * (-80 - v) + 20 * m * (60 - v)) / 100

    exact = solve_ivp(rates, (0, 20), [-60.0], "DOP853", rtol=1e-11, atol=1e-11).y[0, -1]
    assert v.result().values[-1, 0] == pytest.approx(exact, rel=1e-8)
    expected = 1 / (1 + np.exp(-(v.result().values + 20) / 9))
    assert m.result().values == pytest.approx(expected, rel=1e-12)
    assert m.result().unit == "1"


def doubled(x):
    return 2.0 * x


@pytest.mark.thorough
def test_a_function_in_the_factor_of_a_noise():
    model = sim.Neuron.from_text(
        "dx/dt = -x/(5*ms) + doubled(s)*sqrt(2/(5*ms))*xi : 1", threshold="never", s=1.5,
        functions={"doubled": doubled},
    )  # fmt: skip
    x = run(model, duration=50.0, dt=1.0, n=10_000)[0].get("x")
    assert x.std() == pytest.approx(3.0, rel=0.05)
