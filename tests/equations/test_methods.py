"""How equations are carried over a step: orders, stages, and what is held."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import spikesim as sim
from spikesim.units import ms, mV, pA
from tests.equations.rig import run

PENDULUM = """
    dx/dt = y : 1
    dy/dt = -sin(x) / ms**2 - 0.3*y/ms + drive*cos(t/(2*ms)) : 1/ms
    drive : 1/ms**2
"""


def pendulum(duration):
    def rates(t, s):
        return [s[1], -np.sin(s[0]) - 0.3 * s[1] + 0.7 * np.cos(t / 2)]

    return solve_ivp(rates, (0, duration), [1.0, 0.0], "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk2", 2), ("heun", 2), ("rk4", 4)])
def test_methods_converge_with_their_order(method, order):
    model = sim.Neuron.from_text(
        PENDULUM, threshold="never", method=method, drive=0.7, initial={"x": "1"}
    )
    exact, errors = pendulum(8.0), []
    for dt in (0.1, 0.05):
        cells, _ = run(model, dt=dt, duration=8.0)
        errors.append(abs(cells.get("x")[0] - exact[0]))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.35)


@pytest.mark.thorough
def test_stages_of_a_stepped_equation_see_exact_neighbours():
    """A square law driven by a linear current: the current is exact in the middle of a step too."""
    text = "dv/dt = v**2/(mV*ms) + I/pF : mV\n dI/dt = -I/(3*ms) : pA"
    model = sim.Neuron.from_text(text, threshold="never", initial={"I": "-1*pA", "v": "-1*mV"})
    assert "_Q0p5_I__I" in model.source()

    def rates(t, v):
        return v**2 - np.exp(-t / 3)

    exact = solve_ivp(rates, (0, 4), [-1.0], "DOP853", rtol=1e-12, atol=1e-13).y[0, -1]
    errors = [run(model, dt=dt, duration=4.0)[0].get("v")[0] - exact for dt in (0.2, 0.1)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.5)


@pytest.mark.thorough
def test_what_is_held_does_not_move_within_a_step():
    """AdEx while refractory: the adaptation sees the reset potential in every stage."""
    text = """
        dv/dt = (10*(-70*mV - v)*nS + 20*pA*exp((v + 50*mV)/(2*mV)) - w + 900*pA)/(200*pF)
            : mV (unless refractory)
        dw/dt = (4*nS*(v + 70*mV) - w)/(50*ms) : pA
    """
    model = sim.Neuron.from_text(
        text, threshold="v > -40*mV", reset="v = -58*mV", refractory=5 * ms,
        initial={"v": "-39*mV"},
    )  # fmt: skip
    cells, spikes = run(model, duration=4.0)
    assert spikes.n_spikes == 1
    elapsed = 4.0 - spikes.times[0]
    w = run(model, duration=0.1)[0].get("w")[0]
    expected = 48.0 + (w - 48.0) * np.exp(-elapsed / 50.0)
    assert cells.get("w")[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
def test_what_is_held_does_not_move_for_others_either():
    """An exact membrane while refractory: what reads it decays as if it stood still."""
    text = """
        dv/dt = (E - v)/(10*ms) + I/(100*pF) : mV (unless refractory)
        dw/dt = (4*nS*(v - E) - w)/(30*ms) : pA
        dx/dt = (v - E)/(mV*ms) - 0*x*x*x/ms : 1
    """
    for method in ("rk4", "heun", "euler"):
        model = sim.Neuron.from_text(
            text, threshold="v > -50*mV", reset="v = E; x = 0", refractory=20 * ms, method=method,
            E=-70 * mV, I=5000 * pA, initial={"v": "-50.1*mV", "w": "9*pA"},
        )  # fmt: skip
        net = sim.Network(dt=0.1, seed=1, precision="double")
        cells = net.population("cells", 1, model)
        w, spikes = net.record(cells, "w"), net.record(cells, "spikes")
        net.run(15.0)
        assert spikes.result().n_spikes == 1
        after = w.result().window(spikes.result().times[0], 15.1)
        decay = after.values[0, 0] * np.exp(-(after.times - after.times[0]) / 30.0)
        assert after.values[:, 0] == pytest.approx(decay, rel=1e-12)
        assert cells.get("x")[0] == 0.0


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["rk4", "rk2", "heun", "euler"])
def test_an_upstroke_that_overshoots_ends_with_its_reset(method):
    """Stages of an exponential overflow in the step of a spike; that is no reason to stop."""
    text = """
        dv/dt = (10*nS*(-70*mV - v) + 20*pA*exp((v + 50*mV)/(2*mV)) - w + 1000*pA)/(200*pF) : mV
        dw/dt = (2*nS*(v + 70*mV) - w)/(30*ms) : pA
    """
    model = sim.Neuron.from_text(text, threshold="v > 20*mV", reset="v = -70*mV; w += 60*pA",
                                 initial={"v": "-70*mV"}, method=method)  # fmt: skip
    cells, spikes = run(model, duration=200.0)
    assert 15 < spikes.n_spikes < 30
    assert abs(cells.get("w")[0]) < 1000


def test_a_step_that_is_too_long():
    fast = sim.Neuron.from_text("dv/dt = -v*abs(v)/(0.2*ms*mV) : mV", threshold="never",
                                method="euler", initial={"v": "2*mV"})  # fmt: skip
    net = sim.Network(dt=1.0, seed=1)
    with pytest.raises(sim.ValidationError, match=r"cells: dt = 1 ms is too long a step.*v relaxes "
                       r"within 0\.05 ms .*take dt <= 0\.1 ms"):  # fmt: skip
        net.population("cells", 3, fast)
