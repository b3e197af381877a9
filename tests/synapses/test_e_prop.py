"""e-prop against the loops of its paper, and against backpropagation through time."""

from functools import partial

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import ms, one, param
from tests.synapses import paper_loops as loops
from tests.synapses.grid import check_all
from tests.synapses.interpreter import STOP, agree
from tests.synapses.noisy import TARGET
from tests.synapses.rig import trains

TAUS = {"tau_m": 10.0, "tau_out": 25.0}
BOUNDS = {"w_min": -3.0, "w_max": 2.0}
V_TH, E_L, GAMMA = -55.0, -68.0, 0.4
NEURON = {"V_th": V_TH, "E_L": E_L, "gamma": GAMMA}
SLOW = {"theta_plus": 2.0, "tau_theta": 60.0}
LOOP_SLOW = {"beta": 2.0, "tau_a": 60.0}
RS = np.random.default_rng(6)
V = np.concatenate([[-65.0], RS.uniform(-72.0, -45.0, STOP)])
THETA, L = RS.uniform(0.0, 8.0, STOP + 1), RS.normal(size=STOP + 1)


def pseudo_derivative(V, theta=0.0):
    """The paper's, with v_th as the distance from rest."""
    scale = V_TH - E_L
    return GAMMA / scale * np.maximum(0.0, 1 - np.abs((V - V_TH - theta) / scale))


def test_it_is_declared_as_in_the_paper():
    agree(
        sim.EProp(**TAUS, **BOUNDS, **NEURON, eta=0.1), loops.e_prop_flow, **TAUS, **BOUNDS,
        eta=0.1, signals={"psi": pseudo_derivative(V), "L": L}, read={"V_m_post": V, "L_post": L},
        variables=("e_bar",),
    )  # fmt: skip


def test_the_adaptive_one_is_declared_as_in_the_paper():
    agree(
        sim.AdaptiveEProp(**TAUS, **BOUNDS, **NEURON, **SLOW, eta=0.1), loops.e_prop_flow, **TAUS,
        **BOUNDS, **LOOP_SLOW, eta=0.1, signals={"psi": pseudo_derivative(V, THETA), "L": L},
        read={"V_m_post": V, "L_post": L, "theta_post": THETA}, variables=("eps_a", "e_bar"),
    )  # fmt: skip


def test_steps_of_the_paper_become_the_equations():
    """The paper's loop in steps of 1, 1/2, 1/4, ... ms: what is left out is halved each time."""
    pre, stop = trains(1, 1, steps=300)[0], 300
    psi, L = pseudo_derivative(V[: stop + 1]), np.sin(np.arange(stop + 1) / 30)
    both = {"tau_m": 10.0, "tau_out": 25.0, **LOOP_SLOW}
    exact = loops.e_prop_flow(pre, [], 0.0, dt=1.0, stop=stop, psi=psi, L=L, eta=0.1, **both)["w"]
    errors = []
    for n in (1, 2, 4, 8, 16, 32):
        held = {"psi": np.repeat(psi, n) / n, "L": np.repeat(L, n)}
        steps = loops.e_prop(pre * n, [], 0.0, dt=1 / n, stop=stop * n, eta=0.1 / n, **held, **both)
        errors.append(steps["w"] - exact)
    assert abs(errors[-1]) < 0.01 * abs(exact)
    ratios = np.array(errors[:-1]) / errors[1:]
    assert ratios[-2:] == pytest.approx(2.0, rel=0.05)


class Taught(sim.AdaptiveLIF):
    """A neuron whose learning signal is its own spikes, low-passed, and what a receptor adds."""

    tau_out = param(25.0, ms, "positive", "time constant of the learning signal")
    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dtheta/dt = -theta / tau_theta : mV
        dL/dt = -L / tau_out : 1
    """
    reset = {"V_m": "V_reset", "theta": "theta + theta_plus", "L": "L + 1"}


def taught(**values):
    receptors = {"kick": sim.Delta(), "slow": sim.ExpCurrent(), "error": sim.Jump("L", one)}
    given = {**TARGET, "V_th": V_TH, "E_L": E_L, **SLOW, "receptors": receptors}
    return Taught(**{**given, **values})


def watch(grid):
    """A target with a noisy potential, of which all that the rule sees is recorded."""
    grid.net.stimulate(grid.targets, sim.NoiseCurrent(std=400.0, every=2.0))
    errors = grid.net.population("errors", 1, sim.PoissonSource(20.0))
    grid.net.project(errors, grid.targets, sim.AllToAll(), weight=-1.5, delay=1.0, receptor="error")
    grid.seen = {n: grid.net.record(grid.targets, n) for n in ("V_m", "theta", "L")}


def recorded(grid, name):
    return grid.seen[name].result().values


def psi_of(grid, j, adaptive):
    theta = recorded(grid, "theta")[:, j] if adaptive else 0.0
    return pseudo_derivative(recorded(grid, "V_m")[:, j], theta)


@pytest.mark.slow
@pytest.mark.parametrize("adaptive", [True, False])
def test_all_layouts(adaptive):
    """Products of variables are of first order in the step of 0.1 ms."""
    kind, own, slow = (
        (sim.AdaptiveEProp, SLOW, LOOP_SLOW) if adaptive else (sim.EProp, {}, {})
    )  # fmt: skip
    check_all(
        kind(**TAUS, **BOUNDS, **NEURON, **own, eta=0.1), loops.e_prop_flow,
        made={"target": taught(C_m=200.0), "also": watch}, **TAUS, **BOUNDS, **slow, eta=0.1,
        signals={"psi": partial(psi_of, adaptive=adaptive),
                 "L": lambda grid, j: recorded(grid, "L")[:, j]},
        variables=("eps_a", "e_bar") if adaptive else ("e_bar",), rel=5e-3,
    )  # fmt: skip


def backpropagated(z_in, V, theta, L, dt, tau_m, tau_out):
    """Gradient of E = sum L^2 / 2 dt by the chain rule from the last step to the first.

    v[t] = alpha v[t-1] + w z_in[t], z[t] = H(v[t] - v_th - beta a[t]), a[t+1] = rho a[t] + z[t],
    and L[t] = kappa L[t-1] + z[t] - target[t]; the reset of v is left out.
    """
    alpha, kappa, rho = (np.exp(-dt / tau) for tau in (tau_m, tau_out, LOOP_SLOW["tau_a"]))
    psi = pseudo_derivative(V, theta) * dt
    by_L = by_a = by_v = 0.0  # derivatives of E by the variables of the step after
    gradient = np.zeros(z_in.shape[1])
    for t in range(len(V) - 1, -1, -1):
        by_L = L[t] * dt + kappa * by_L
        by_z = by_L + by_a
        by_a = rho * by_a - LOOP_SLOW["beta"] * psi[t] * by_z
        by_v = alpha * by_v + psi[t] * by_z
        gradient += by_v * z_in[t]
    return gradient


@pytest.mark.thorough
def test_it_is_the_gradient_without_recurrence():
    """Of a layer of neurons that are not connected, by backpropagation through time."""
    n_in, n_out, steps, dt, tau_m, eta = 20, 3, 5000, 0.1, 10.0, 1e-7
    net = sim.Network(dt=dt, seed=2, precision="double")
    spikes = trains(7, n_in, most=40, steps=steps)
    inputs = net.population("inputs", n_in, sim.SpikeSource([t * dt for t in spikes]))
    cells = net.population("cells", n_out, taught(V_reset=E_L, tau_m=tau_m, I_e=250.0))
    teacher = net.population("teacher", n_out, sim.PoissonSource(20.0))
    net.project(teacher, cells, sim.OneToOne(), weight=-1.0, delay=dt, receptor="error")
    rule = sim.AdaptiveEProp(tau_m=tau_m, tau_out=25.0, **NEURON, **SLOW, eta=eta)
    learnt = net.project(inputs, cells, sim.AllToAll(), weight=sim.Uniform(0.5, 2.0), delay=dt,
                         receptor="kick", plasticity=rule, delay_is="axonal")  # fmt: skip
    before = learnt.weight.copy()
    seen = {name: net.record(cells, name) for name in ("V_m", "theta", "L")}
    fired = net.record(cells, "spikes")
    net.run((steps + 10) * dt)
    assert fired.result().counts().min() > 3
    z_in = np.zeros((steps + 11, n_in))
    for i, train in enumerate(spikes):
        z_in[train + 1, i] = 1.0
    values = {name: record.result().values for name, record in seen.items()}
    found = ((learnt.weight - before) / -eta).reshape(n_in, n_out)
    for j in range(n_out):
        V, theta, L = (values[name][:, j] for name in ("V_m", "theta", "L"))
        gradient = backpropagated(z_in, V, theta, L, dt, tau_m, 25.0)
        cosine = gradient @ found[:, j] / np.linalg.norm(gradient) / np.linalg.norm(found[:, j])
        assert cosine > 0.9999
        assert found[:, j] == pytest.approx(gradient, rel=0, abs=0.01 * np.abs(gradient).max())


def test_what_is_refused():
    with pytest.raises(sim.ValidationError, match=r"EProp\.E_L: must be below V_th = -55"):
        sim.EProp(E_L=-50.0)
    net = sim.Network(seed=1)
    inputs = net.population("inputs", 1, sim.PoissonSource(10.0))
    cells = net.population("cells", 1, sim.LIF())
    net.project(inputs, cells, sim.AllToAll(), weight=1.0, delay=1.0, plasticity=sim.EProp(),
                delay_is="axonal")  # fmt: skip
    with pytest.raises(sim.ValidationError, match="'L_post'"):
        net.run(1.0)
