"""Splittings: their order, the implicit solve of any pattern of couplings, and what is refused."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import spikesim as sim
from spikesim.channels import Leak


class Ring(sim.Neuron):
    """Four potentials in a ring, which elimination fills in, one gate, and one that is instant."""

    equations = """
        dV_m/dt = (2*(b - V_m) + 3*(d - V_m) + 40*mV * x * y) / (4*ms) : mV
        db/dt = (2*(V_m - b) + (c - b)) / (3*ms) : mV
        dc/dt = ((b - c) + 5*(d - c) - c * s) / (2*ms) : mV
        dd/dt = (5*(c - d) + 3*(V_m - d) - d) / (5*ms) : mV
        dx/dt = (1 / (1 + exp(-V_m / (9*mV))) - x) / (2*ms) : 1
        dy/dt = (exp(-d / (20*mV)) * x - y) / (7*ms) : 1
        s = 1 / (1 + exp(-(c - 3*mV) / (4*mV))) : 1
    """
    threshold = "never"
    joint = ("V_m", "b", "c", "d")
    method = "strang"


START = {"V_m": 10.0, "b": -3.0, "c": 8.0, "d": 0.5, "x": 0.2, "y": 0.9}


def slopes(t, state):
    v, b, c, d, x, y = state
    s = 1 / (1 + np.exp(-(c - 3) / 4))
    return [
        (2 * (b - v) + 3 * (d - v) + 40 * x * y) / 4, (2 * (v - b) + c - b) / 3,
        (b - c + 5 * (d - c) - c * s) / 2, (5 * (c - d) + 3 * (v - d) - d) / 5,
        (1 / (1 + np.exp(-v / 9)) - x) / 2, (np.exp(-d / 20) * x - y) / 7,
    ]  # fmt: skip


def errors(steps, **attributes):
    kind = type("Ring", (Ring,), attributes)
    expected = solve_ivp(slopes, (0, 8), list(START.values()), rtol=1e-11, atol=1e-12).y[:, -1]
    found = []
    for dt in steps:
        net = sim.Network(dt=dt, seed=1, precision="double")
        cell = net.population("cell", 1, kind(receptors={}), initial=START)
        net.run(8.0)
        found.append(np.abs([cell.get(n)[0] for n in START] - expected).max())
    return np.array(found)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("method", "joint", "order"),
    [
        ("strang", Ring.joint, 2),
        ("backward_euler", Ring.joint, 1),
        ("strang", ("V_m", "c"), 2),
    ],
)
def test_orders(method, joint, order):
    """Joint variables may have coefficients that depend on themselves, such as s."""
    found = errors((0.1, 0.05, 0.025), method=method, joint=joint)
    assert np.log2(found[:-1] / found[1:]) == pytest.approx(order, abs=0.12)
    assert found[-1] < 0.1


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"joint": ()}, "dc/dt is not linear in c; 'strang' needs that"),
        (
            {"equations": "dV_m/dt = -V_m**2 / (mV*ms) : mV", "joint": ()},
            "dV_m/dt is not linear in V_m; 'strang' needs that; use method = 'rk4'",
        ),
    ],
)
def test_what_cannot_be_split(attributes, text):
    with pytest.raises(sim.ValidationError, match=text):
        type("Ring", (Ring,), attributes)(receptors={}).source()


@pytest.mark.thorough
@pytest.mark.parametrize("dt", [0.1, 0.5, 1.0])
def test_a_conductance_pulls_a_compartment_to_its_reversal_potential(dt):
    """Crank-Nicolson alone swings to the other side of it, and back in the next step."""
    receptors = {"x": sim.ExpConductance(tau_syn=20.0, E_rev=-80.0)}
    leak = {"leak": Leak(g=4.0, E=-65.0)}
    parts = {
        "soma": sim.Compartment(C_m=50.0, channels=leak, V_init=-65.0),
        "dend": sim.Compartment(C_m=80.0, channels=leak, V_init=-65.0, receptors=receptors),
    }
    model = sim.MultiCompartment(compartments=parts, axial={("soma", "dend"): 10.0})
    net = sim.Network(dt=dt, seed=1, precision="double")
    cells = net.population("cells", 3, model, initial={"g_x_dend": [1e3, 1e5, 1e9]})
    soma, dend = net.record(cells, "V_m"), net.record(cells, "V_dend")
    net.run(10.0)

    def slopes(t, v, g):
        conductance = g * np.exp(-t / 20.0)
        return [
            (4.0 * (-65.0 - v[0]) + 10.0 * (v[1] - v[0])) / 50.0,
            (4.0 * (-65.0 - v[1]) + 10.0 * (v[0] - v[1]) - conductance * (80.0 + v[1])) / 80.0,
        ]

    for j, g in enumerate([1e3, 1e5, 1e9]):
        exact = solve_ivp(slopes, (0.0, 10.0), [-65.0, -65.0], method="Radau", rtol=1e-9, atol=1e-9,
                          args=(g,), t_eval=np.arange(1.0, 10.5)).y  # fmt: skip
        each = round(1.0 / dt)
        assert soma.result().values[each::each, j] == pytest.approx(exact[0], abs=0.5 * dt)
        assert dend.result().values[each::each, j] == pytest.approx(exact[1], abs=0.02)
    assert dend.result().values.min() >= -80.0 - 1e-9
