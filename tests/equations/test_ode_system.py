"""Equations: how they are read, which are exact, and their propagators against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from spikesim.equations.ode_system import System
from spikesim.errors import ValidationError
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT
from spikesim.language.text import parse_text


def system(text, inputs=(), **options):
    lines = "\n".join(f"{line} : 1" for line in text.splitlines() if line.strip())
    odes = parse_text(lines, "Model").odes
    return System.of({name: e.rhs for name, e in odes.items()}, inputs, "Model", **options)


def test_equations_are_read():
    text = parse_text(
        """
        dV_m/dt = (-(V_m - E_L)
                   - q * V_m) / tau_m : mV (unless refractory)  # the membrane

        dw/dt = -w/tau_w:pA
        q = w / (3*pA) : 1 (constant over dt)
        E_L : volt (shared, constant)
        tau_m : second
        """,
        "Model",
    )
    assert list(text.odes) == ["V_m", "w"]
    assert [str(e.unit) for e in text.odes.values()] == ["mV", "pA"]
    assert ex.names(text.odes["V_m"].rhs) == {"V_m", "E_L", "tau_m", "q"}
    assert text.odes["V_m"].flags == {"unless refractory"}
    assert text.subexpressions["q"].flags == {"constant over dt"}
    assert {n: (str(u), set(f)) for n, (u, f) in text.parameters.items()} == {
        "E_L": ("volt", {"shared", "constant"}), "tau_m": ("second", set()),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("V' = -V : 1", r"cannot read .*expected 'dx/dt = expression : unit'"),
        ("dV/dt = : mV", "cannot read"),
        ("dV/dt = -V : ", "'' is no unit"),
        ("dV/dt = -V + : mV", "cannot read '-V \\+'"),
        ("dV/dt", "cannot be read"),
        ("dV/dt = -V", "'dV/dt = -V' has no unit"),
        ("dV/dt = -V\nx = 3 : 1", "'dV/dt = -V' has no unit"),
        ("d/dt = 1 : 1", "cannot read"),
        ("dV/dt = -V : 1\ndV/dt = V : 1", "V is defined twice"),
        ("dV/dt = -V : mW", "'mW' is no unit.*'dV/dt = -V : mW'"),
        ("dV/dt = -V : mV (unless)", "unknown flag 'unless'; .*unless refractory"),
        ("x : mV (unless refractory)", "unknown flag 'unless refractory'; .*(constant)"),
    ],
)
def test_equations_that_cannot_be_read(text, complaint):
    with pytest.raises(ValidationError, match=rf"(?s)Model\.equations.*{complaint}"):
        parse_text(text, "Model")


def test_which_equations_are_exact():
    """A membrane with a conductance is not, and neither is what it drives; the conductance is."""
    s = system("""
        dV/dt = -(V - E) / tau + g * (R - V) / C
        dg/dt = y - g / ts
        dy/dt = -y / ts
        dw/dt = (a * V - w) / tw
        dz/dt = -z / tz + I_in
    """, inputs=("I_in",))  # fmt: skip
    assert s.exact == ("g", "y", "z")
    assert s.pattern() == {"g": ["g", "y"], "y": ["y"], "z": ["z", "I_in"]}


@pytest.mark.parametrize("rhs", ["V * V", "exp(V)", "V ** 2 - V", "(V - a) * (V - b)"])
def test_what_only_an_explicit_method_can_integrate(rhs):
    assert system(f"dV/dt = {rhs}").method == "rk4"
    assert system(f"dV/dt = {rhs}", method="heun").method == "heun"
    with pytest.raises(ValidationError, match=r"Model\.method: dV/dt is not linear in V"):
        system(f"dV/dt = {rhs}", method="exponential_euler")
    with pytest.raises(ValidationError, match=r"Model\.method: dV/dt .*cannot be integrated ex"):
        system(f"dV/dt = {rhs}", method="exact")
    with pytest.raises(ValidationError, match=r"unknown name 'rk5'.*'rk4'"):
        system(f"dV/dt = {rhs}", method="rk5")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1e-3, 0.1, 1.0, 5.0]),
    st.floats(0.0, 1.0),
)
def test_propagators_of_any_linear_system(n, seed, dt, density):
    """x(t + dt) from one matrix exponential of the whole affine system, by scipy."""
    rs = np.random.default_rng(seed)
    A = rs.normal(size=(n, n)) * (rs.random((n, n)) < density) - 0.3 * np.eye(n)
    B, c, u, x = rs.normal(size=n), rs.normal(size=n), rs.normal(), rs.normal(size=n)
    names = [f"s{k}" for k in range(n)]
    values = {f"a{i}{j}": A[i, j] for i in range(n) for j in range(n)}
    values |= {f"b{i}": B[i] for i in range(n)} | {f"c{i}": c[i] for i in range(n)}
    text = "\n".join(
        f"d{names[i]}/dt = " + " + ".join(f"a{i}{j} * {names[j]}" for j in range(n))
        + f" + b{i} * u + c{i}" for i in range(n)
    )  # fmt: skip
    s = system(text, inputs=("u",))
    increments = s.propagators({k: np.asarray(v) for k, v in values.items()}, dt)
    now = dict(zip(names, x, strict=True)) | {"u": u, CONSTANT: 1.0}
    ours = x.copy()
    for (state, source), factor in increments.items():
        ours[names.index(state)] += factor[0] * now[source]
    whole = np.zeros((n + 1, n + 1))
    whole[:n, :n], whole[:n, n] = A * dt, (B * u + c) * dt
    expected = (expm(whole) @ np.append(x, 1.0))[:n]
    assert ours == pytest.approx(expected, rel=1e-10, abs=1e-12 * np.abs(expected).max())


def test_propagators_of_each_neuron():
    """Values that vary give one column a neuron; equal ones are computed once."""
    s = system("dV/dt = -V / tau + I / C\ndI/dt = -I / ts")
    tau = np.array([10.0, 20.0, 10.0, 5.0])
    values = {"tau": tau, "C": np.asarray(250.0), "ts": np.asarray(2.0)}
    many = s.propagators(values, 0.1)
    for k in range(4):
        alone = s.propagators(values | {"tau": np.asarray(tau[k])}, 0.1)
        for pair, column in many.items():
            assert column.shape == (4,)
            assert column[k] == pytest.approx(alone[pair][0], rel=1e-14)
    uniform = s.propagators(values | {"tau": np.asarray(10.0)}, 0.1)
    assert all(column.shape == (1,) for column in uniform.values())


def test_increments_keep_the_fixed_point():
    """At rest nothing moves, however small the step: there is no rounding of 1 - P."""
    s = system("dV/dt = -(V - E) / tau")
    for dt in 2.0 ** -np.arange(0, 30):
        step = s.propagators({"E": np.asarray(-70.0), "tau": np.asarray(10.0)}, float(dt))
        move = step["V", "V"][0] * -70.0 + step["V", CONSTANT][0]
        assert abs(move) < 1e-14 * dt * 70


@pytest.mark.parametrize("offset", [0.0, 1e-12, 1e-9, 1e-6, 1e-3])
def test_chains_with_equal_time_constants(offset):
    """An alpha current into a membrane, all with nearly one time constant."""
    text = "dV/dt = -V / tau + I\ndI/dt = y - I / ts\ndy/dt = -y / ts"
    tau, ts, dt = 7.0, 7.0 + offset, 3.0
    values = {"tau": np.asarray(tau), "ts": np.asarray(ts)}
    step = system(text).propagators(values, dt)

    def rates(_, s):
        return [-s[0] / tau + s[1], s[2] - s[1] / ts, -s[2] / ts]

    for k, name in enumerate(("V", "I", "y")):
        start = np.eye(3)[k]
        exact = solve_ivp(rates, (0, dt), start, "DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
        ours = [start[i] + step.get((s, name), [0.0])[0] for i, s in enumerate(("V", "I", "y"))]
        assert ours == pytest.approx(exact, rel=1e-10, abs=1e-12)
