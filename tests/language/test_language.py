"""What a model's text may say, from text to spikes: noise, conditions, units, errors."""

import numpy as np
import pytest

import spikesim as sim
from spikesim.units import Hz, Quantity, Unit, mM, ms, mV, nS, one, pA, param, pF
from tests.equations.rig import boltzmann, run


@pytest.mark.thorough
def test_units_are_converted():
    """Volts, seconds, kilohertz and siemens beside millivolts: one and the same membrane."""
    plain = sim.Neuron.from_text(
        "dv/dt = (E - v)*rate + I_in/C : mV", threshold="v > 15*mV", reset="v = 2*mV",
        E=20 * mV, rate=100 * Hz, C=100 * pF,
    )  # fmt: skip
    odd = sim.Neuron.from_text(
        "dv/dt = (E - v)*g/C + I_in/C : volt", threshold="v > 0.000015*kV", reset="v = 2000*uV",
        E=0.02 * Unit("V"), g=0.01 * Unit("uS"), C=1e-4 * Unit("uF"),
    )  # fmt: skip
    a, spikes_a = run(plain, current=30.0, duration=100.0)
    b, spikes_b = run(odd, current=30.0, duration=100.0)
    assert spikes_a.n_spikes > 5
    assert np.array_equal(spikes_a.times, spikes_b.times)
    assert b.get("v") * 1e3 == pytest.approx(a.get("v"), rel=1e-10)
    assert b.get("E")[0] == 0.02


def test_quantities_are_taken_wherever_a_parameter_is():
    neuron = sim.LIF(tau_m=0.02 * Unit("s"), C_m=np.array([0.2, 0.3]) * Unit("nF"), V_th=-50 * mV)
    assert neuron.tau_m == 20.0
    assert neuron.C_m == pytest.approx([200.0, 300.0])
    assert neuron.V_th == -50.0
    with pytest.raises(
        sim.ValidationError, match=r"LIF\.tau_m: must be a quantity in ms, got 3 .*"
    ):
        sim.LIF(tau_m=3 * mV)
    with pytest.raises(sim.ValidationError, match=r"adapt: must be a plain number, got 1 . ms"):
        sim.AdaptiveLIF(adapt=1 * ms)


@pytest.mark.thorough
def test_noise_has_the_variance_of_its_process():
    """Ornstein & Uhlenbeck: standard deviation sigma, even at long steps."""
    text = "dx/dt = -x/tau + sigma*sqrt(2/tau)*xi : mV"
    model = sim.Neuron.from_text(text, threshold="never", sigma=3 * mV, tau=5 * ms)
    x = run(model, dt=5.0, duration=60.0, n=40_000)[0].get("x")
    assert x.std() == pytest.approx(3.0, rel=5 / np.sqrt(2 * x.size))
    assert x.mean() == pytest.approx(0.0, abs=5 * 3.0 / np.sqrt(x.size))


@pytest.mark.thorough
def test_multiplicative_noise_is_itos():
    """Geometric Brownian motion: the mean does not move, the logarithm drifts by -s^2/2."""
    model = sim.Neuron.from_text(
        "dx/dt = s*x*xi : 1", threshold="never", s=0.1 * Unit("1/ms**0.5"), initial={"x": "1"}
    )
    x = run(model, dt=0.05, duration=10.0, n=40_000)[0].get("x")
    assert x.mean() == pytest.approx(1.0, abs=5 * x.std() / np.sqrt(x.size))
    assert np.log(x).mean() == pytest.approx(-0.05, abs=0.01)


@pytest.mark.thorough
def test_one_noise_is_shared_and_two_are_not():
    text = """
        dx/dt = -x/(10*ms) + xi_a/ms**0.5 : 1
        dy/dt = -y/(10*ms) + xi_a/ms**0.5 : 1
        dz/dt = -z/(10*ms) + xi_b/ms**0.5 : 1
    """
    cells, _ = run(sim.Neuron.from_text(text, threshold="never"), n=4000)
    x, y, z = (cells.get(name) for name in "xyz")
    assert np.array_equal(x, y)
    assert abs(np.corrcoef(x, z)[0, 1]) < 5 / np.sqrt(x.size)


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 3])
def test_noise_is_keyed(threads):
    """Neither threads nor other populations change what a neuron draws."""
    model = sim.Neuron.from_text("dx/dt = -x/(5*ms) + xi/ms**0.5 : 1", threshold="x > 1.5",
                                 reset="x = 0")  # fmt: skip
    _, alone = run(model, n=50)
    net = sim.Network(dt=0.1, seed=1, precision="double", threads=threads)
    net.population("others", 7, model)
    cells = net.population("cells", 50, model)
    spikes = net.record(cells, "spikes")
    net.run(20.0)
    assert alone.n_spikes > 50
    assert np.array_equal(spikes.result().times, alone.times)
    assert np.array_equal(spikes.result().ids, alone.ids)


@pytest.mark.thorough
def test_a_condition_that_must_hold_again():
    """One spike an upward crossing, although the variable stays above the threshold for long."""
    model = sim.Neuron.from_text(
        "x = sin(2*pi*t/(10*ms)) : 1\n dy/dt = (x - y)/(0.1*ms) : 1", threshold="y > 0.5",
        refractory="y > 0.5",
    )  # fmt: skip
    _, spikes = run(model, duration=100.0, dt=0.05)
    assert spikes.n_spikes == 10
    assert np.diff(spikes.times) == pytest.approx(10.0, abs=0.051)


@pytest.mark.thorough
def test_a_subexpression_held_over_the_step():
    """The block of a conductance is taken at the step's start: the membrane stays linear in V."""
    text = "block = 1/(1 + exp(-v/(16*mV))) : 1 (constant over dt)\n dv/dt = -block*v/(5*ms) : mV"
    model = sim.Neuron.from_text(text, threshold="never", initial={"v": "30*mV"})
    cells, _ = run(model, duration=10.0)
    v = 30.0
    for _ in range(100):
        v *= np.exp(-0.1 / 5 / (1 + np.exp(-v / 16)))
    assert cells.get("v")[0] == pytest.approx(v, rel=1e-12)


@pytest.mark.thorough
def test_shared_parameters_are_one_number():
    text = "dv/dt = -v/tau : mV\n tau : ms (shared)"
    with pytest.raises(sim.ValidationError, match=r"tau: is shared.*shape \(2,\)"):
        sim.Neuron.from_text(text, threshold="never", tau=np.array([1.0, 2.0]))
    assert run(sim.Neuron.from_text(text, threshold="never", tau=2.0))[0].get("tau")[0] == 2.0


GOOD = {"equations": "dv/dt = (E - v)/tau : mV", "threshold": "v > 1*mV", "reset": "v = 0*mV",
        "E": 3 * mV, "tau": 5 * ms}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"equations": "dv/dt = (E - v)/tua : mV"}, "unknown name 'tua' .did you mean 'tau'"),
        ({"equations": "dv/dt = (E - v) : mV"}, "dv/dt must be in mV/ms, but 'E - v' is in mV"),
        ({"equations": "dv/dt = (E - v)/tau : pA"}, "cannot subtract 'v' .pA. .*'E' .mV."),
        ({"equations": "dv/dt = (E - v)/tau + 3/ms : mV"}, "cannot add '3 / ms' .1/ms. to"),
        ({"equations": "dv/dt = (E - v)/tau + exp(v)*mV/ms : mV"}, "exp takes plain numbers"),
        ({"equations": "dv/dt = (E - 3)/tau : mV"}, r"write 3\*mV if that is meant"),
        ({"equations": "dv/dt = (E - v)**tau/ms : mV"}, "an exponent must be a plain number"),
        ({"equations": "dv/dt = (E - v)/tau : mV\n x = y : 1\n y = x : 1"}, "circle: x -> y -> x"),
        ({"equations": "dv/dt = (v > E)*mV/ms : mV"}, "a condition is no number .* write int"),
        ({"equations": "dv/dt = (E - v)/tau + v*xi**2*ms**0.5 : mV"}, "xi"),
        ({"equations": "dI_in/dt = (E - v)/tau : mV\n dv/dt = 0*v/tau : mV"}, "stimulating curr"),
        (
            {"equations": "dv/dt = (E - v)/tau : mV (event-driven)"},
            r"unknown flag 'event-driven'; flags of an equation: \(unless refractory\)$",
        ),
        (
            {"equations": "dv/dt = (E - v)/tau : mV (unless_refractory)"},
            r"unknown flag 'unless_refractory' \(did you mean 'unless refractory'\?\)",
        ),
        (
            {"equations": "dv/dt = (E - v)/tau : mV\n x = 2*v : mV (shared)"},
            r"unknown flag 'shared'; flags of a subexpression: \(constant over dt\)$",
        ),
        (
            {"equations": "dv/dt = (E - v)/tau : mV\n x : 1/(ms*mV) (shred)"},
            r"unknown flag 'shred' .did you mean 'shared'.*: \(constant\) or \(shared\) or",
        ),
        ({"equations": "dv/dt = (E - v)/tau : mV (unless refractory"}, r"flags .* no end '\)'$"),
        ({"equations": "dv/dt = (E - v)/tau : mw (shared)"}, "'mw' is no unit"),
        # What is missing is said last.
        ({"equations": "dv/dt = (I*R - v)/tua : mV\n I : amp"}, "equations: unknown name 'R'"),
        ({"equations": "dv/dt = (I - v)/tau : mV\n I : amp"}, "cannot subtract 'v' .mV. from 'I'"),
        (
            {"equations": "dv/dt = (E + I*Mohm - v)/tau : mV\n I : amp", "II": 3.0},
            "unknown name 'II' .did you mean 'I'",
        ),
        ({"equations": "dv/dt = (E + I*Mohm - v)/tau : mV\n I : amp"}, "I: needs a value, in amp$"),
        (
            {"equations": "dv/dt = (E + x - v)/tau : mV\n x = 2*mV*sin(t/tau) : mV", "x": 0 * mV},
            r"x: takes no value, for the text gives it an equation, x = 2 \* mV \* sin\(t / tau\)$",
        ),
        (
            {"equations": "dv/dt = (E + I(t) - v)/tau : mV"},
            r"equations: 'I' is no function; .*functions=\{'I': \.\.\.\}.*StepCurrent.*Schedule",
        ),
        ({"threshold": ""}, "threshold: is missing: the condition of a spike, .* or 'never'$"),
        ({"threshold": "v"}, "threshold: it must be a condition such as 'V_m >= V_th', got 'v'"),
        ({"threshold": "v > tau"}, "threshold: cannot compare 'v' .mV. with 'tau' .ms."),
        ({"threshold": "v > 1*mV and tau"}, "'and' and 'or' join conditions"),
        ({"threshold": None}, "threshold: is missing: the condition of a spike"),
        ({"reset": "v = tau"}, "reset: v must be in mV, but 'tau' is in ms"),
        ({"reset": "u = 0"}, "reset: unknown name 'u'"),
        ({"reset": "v == 0"}, "reset: cannot read 'v == 0'; expected 'x = expression'"),
        ({"threshold": "not v"}, "'not' takes a condition, but 'v' is in mV"),
        ({"threshold": "not v > 5"}, "cannot compare 'v' .mV. with '5' .a plain number."),
        ({"threshold": "v > 1*mV if v else v > 2*mV"}, "'if' takes a condition, but 'v' is in mV"),
        ({"threshold": "-(v > 1*mV) > 0"}, "a condition is no number"),
        ({"threshold": "(v > 1*mV) + (v > 2*mV) > 1"}, "a condition is no number"),
        ({"threshold": "int(v) > 1"}, "int takes plain numbers, but 'v' is in mV; divide"),
        ({"threshold": "int(v > 5) > 0"}, "cannot compare 'v' .mV. with '5'"),
        ({"threshold": "v % tau > 1*mV"}, "cannot take the mod of 'v' .mV. and 'tau' .ms."),
        ({"threshold": "clip(0, v, tau) > 1*mV"}, "cannot take the clip of 'v' .mV. and 'tau'"),
        ({"threshold": "v^2 > 1*mV"}, r"'\^' is not allowed in 'v\^2 > 1\*mV'; write \*\* for a p"),
        ({"threshold": "v // mV > 1"}, r"'//' is not allowed .*; write floor\(x / y\)"),
        ({"threshold": "v << 2 > 1"}, "'<<' is not allowed"),
        ({"threshold": "v @ 2 > 1"}, "'@' is not allowed"),
        ({"threshold": "v is 2*mV"}, "'is' is not allowed in 'v is 2.mV'; write =="),
        ({"threshold": "v in 2*mV"}, "'in' is not allowed"),
        ({"method": "rk5"}, "method: unknown name 'rk5'"),
        ({"E": 3 * ms}, "cannot subtract 'v' .mV. from 'E' .ms."),
        ({"E": "high"}, "E: must be a number, a quantity .* got 'high'"),
        (
            {"tau": -5 * ms, "refractory": -1 * ms},
            "refractory: must be zero or positive, .* -1.0 ms",
        ),
        ({"sigma": 3 * mV}, "unknown name 'sigma'; valid names: 'E', 'tau'"),
        ({"functions": {"exp": boltzmann}}, "'exp' is a function already"),
        ({"functions": {"f": len}}, "'f' must be a Python function whose source can be read"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    with pytest.raises(sim.ValidationError, match=message):
        sim.Neuron.from_text(**{**GOOD, **change}).source()


def test_a_class_without_a_threshold():
    class Half(sim.Neuron):
        equations = "dv/dt = -v/tau : mV\n tau : ms"

    with pytest.raises(sim.ValidationError, match=r"Half\.threshold: is missing"):
        Half(tau=3.0)
    Half.threshold = "never"
    with pytest.raises(sim.ValidationError, match=r"Half\.tau: needs a value, in ms"):
        Half()


@pytest.mark.thorough
@pytest.mark.parametrize("threads", [1, 2])
def test_a_variable_that_runs_away(threads):
    """dv/dt = v^2 reaches infinity at t = 1; the step is named, and what was recorded is kept."""
    model = sim.Neuron.from_text("dv/dt = v**2/(mV*ms) : mV", threshold="never")
    net = sim.Network(dt=0.01, seed=1, threads=threads)
    net.population("others", 3, sim.LIF())
    cells = net.population("cells", 3, model, initial={"v": [0.0, 0.1, 1.0]})
    v = net.record(cells, "v")
    with pytest.raises(sim.SimulationError, match=r"cells\[2\]\.v is .* mV at 1\.0\d ms; what was "
                       r"recorded until then is kept.*'rk4'"):  # fmt: skip
        net.run(100.0)
    result = v.result()
    assert result.times[-1] == pytest.approx(net.t)
    assert 1.0 <= net.t < 1.1
    assert result.values[-1, 1] == pytest.approx(1 / (10 - net.t), rel=1e-6)


@pytest.mark.thorough
def test_currents_can_be_recorded():
    receptors = {"a": sim.ExpConductance(), "b": sim.ExpCurrent()}
    net = sim.Network(seed=1, precision="double")
    source = net.population("source", 1, sim.SpikeSource([1.0]))
    cells = net.population("cells", 3, sim.LIF(receptors=receptors, V_reset=-60.0))
    for name in receptors:
        net.project(source, cells, sim.AllToAll(), weight=5.0, delay=1.0, receptor=name)
    recorded = (net.record(cells[1:], n, every=0.5) for n in ("I_syn", "g_a", "I_b", "V_m"))
    current, g, i_b, v = recorded
    net.run(10.0)
    expected = g.result().values * (0.0 - v.result().values) + i_b.result().values
    assert current.result().values == pytest.approx(expected, rel=1e-12)
    assert current.result().values.max() > 300
    assert current.result().unit == "pA"
    with pytest.raises(sim.ValidationError, match=r"cells\.variable: unknown name 'I_ext'"):
        net.record(cells, "I_ext")


@pytest.mark.thorough
def test_concentrations_and_plain_numbers_have_units_too():
    text = "dCa/dt = (Ca_rest - Ca)/tau : mM\n tau : second"
    model = sim.Neuron.from_text(text, threshold="Ca/mM > 5", Ca_rest=50e-6 * mM, tau=0.1)
    cells, _ = run(model, duration=100.0)
    assert cells.get("Ca")[0] == pytest.approx(50e-6 * (1 - np.exp(-1)), rel=1e-9)
    assert param(1.0, one) == param(1.0, Unit("1"))
    assert nS * mV == pA


@pytest.mark.thorough
def test_statements_of_a_reset_follow_each_other():
    """A subexpression has the value of what was assigned before; a mapping acts at once."""
    text = "dv/dt = 1*mV/ms : mV\n y = 2*v : mV\n w : mV\n u : mV"
    values = {}
    for reset in ("v = 0.25*mV; w = y; u = v", {"v": "0.25*mV", "w": "y", "u": "v"}):
        model = sim.Neuron.from_text(text, threshold="v >= 0.5*mV", reset=reset, refractory=9.0)
        cells, _ = run(model, duration=0.5)
        values[type(reset)] = cells.get("w")[0], cells.get("u")[0]
    assert values[str] == (0.5, 0.25)
    assert values[dict] == pytest.approx((1.0, 0.5))


@pytest.mark.thorough
def test_time_that_only_a_subexpression_reads():
    text = "dv/dt = -v/(10*ms) : mV\n x = sin(t/ms) : 1"
    net = sim.Network(dt=0.1, seed=1)
    x = net.record(net.population("cells", 1, sim.Neuron.from_text(text, threshold="never")), "x")
    net.run(2.0)
    assert x.result().values[:, 0] == pytest.approx(np.sin(x.result().times))


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("I_in", "the stimulating currents"), ("I_syn", "the receptors' currents"),
        ("t", "the time"), ("dt", "the step"), ("pi", "a constant"), ("xi", "white noise"),
        ("xi_0", "white noise"), ("range", "a function"), ("sqrt", "a function"),
        ("f", "a function"), ("ms", "a unit"), ("mV", "a unit"), ("values", "something else"),
        ("rearm", "something else"), ("declared", "something else"), ("channels", "something"),
        ("step", "something else"), ("joint", "something else"),
    ],
)  # fmt: skip
def test_names_that_mean_something_already(name, meaning):
    functions, wrong = {"f": boltzmann}, f"'{name}' belongs to {meaning}"
    text = f"dv/dt = v*{name}/ms : mV\n"
    members = {name: param(1.0, one), "functions": functions}
    with pytest.raises(sim.ValidationError, match=wrong):
        type("Mine", (sim.LIF,), members)().source()
    if name == "channels":  # an argument of from_text
        return
    for whole in (text, f"{text} {name} : 1"):
        with pytest.raises(sim.ValidationError, match=wrong):
            sim.Neuron.from_text(whole, threshold="never", functions=functions, **{name: 3.0})
    if meaning != "something else":
        with pytest.raises(sim.ValidationError, match=wrong):
            sim.Neuron.from_text(f"d{name}/dt = 1/ms : 1", threshold="never", functions=functions)


def test_words_of_python_are_no_names():
    with pytest.raises(sim.ValidationError, match="'lambda' is a word of Python"):
        sim.Neuron.from_text("dv/dt = -v/ms : 1\n lambda : 1", threshold="never")
    with pytest.raises(sim.ValidationError, match="'1x' is no name"):
        sim.Neuron.from_text("dv/dt = -v/ms : 1\n 1x : 1", threshold="never")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "value",
    [np.array([2.0, 3.0]), np.int64(2), np.float32(2.5), [2, 3], sim.Uniform(2.0, 3.0),
     [2.0, 3.0] * mV, sim.Normal(2.0, 0.1) * mV],
)  # fmt: skip
def test_constants_of_any_kind(value):
    unit = "" if isinstance(value, Quantity) else "*mV"
    model = sim.Neuron.from_text(f"dv/dt = k{unit}/ms : mV", threshold="never", k=value)
    cells, _ = run(model, n=2, duration=1.0)
    assert cells.get("v") == pytest.approx(cells.get("k"))
    if not isinstance(getattr(value, "value", value), sim.Normal | sim.Uniform):
        assert np.array_equal(cells.get("k"), np.broadcast_to(getattr(value, "value", value), 2))


def test_a_refractory_period_is_no_constant():
    with pytest.raises(sim.ValidationError, match=r"'t_ref' belongs to the refractory period"):
        sim.Neuron.from_text("dv/dt = -v/t_ref : mV", threshold="v > 3*mV", t_ref=5 * ms)


@pytest.mark.thorough
def test_int_and_remainder():
    """Over time, against the same in NumPy; conditions inside are over converted units."""
    text = """
        dx/dt = 1/second : 1
        whole = int(300*x - 1.5) : 1
        late = int(x*volt > 5*mV and not t > 8*ms) : 1
        phase = t % (1.5*ms) : ms
        back = -x % 0.004 : 1
        r = (1 if int(x*1000) % 2 == 1 else 3)*0.001/second : 1/second
        dy/dt = r - y*abs(y)/second : 1
    """
    net = sim.Network(dt=0.1, seed=1, precision="double")
    cells = net.population("cells", 1, sim.Neuron.from_text(text, threshold="never"))
    names = ("x", "whole", "late", "phase", "back", "r", "y")
    taken = {name: net.record(cells, name) for name in names}
    net.run(10.0)
    values = {name: recorder.result().values[:, 0] for name, recorder in taken.items()}
    x, t = values["x"], taken["x"].result().times
    assert np.array_equal(values["whole"], np.trunc(300 * x - 1.5))
    assert np.array_equal(values["late"], (x > 0.005) & ~(t > 8))
    assert values["phase"] == pytest.approx(t - 1.5 * np.floor(t / 1.5))
    assert values["back"] == pytest.approx(-x - 0.004 * np.floor(-x / 0.004))
    assert np.array_equal(values["r"], np.where(np.trunc(x * 1000) % 2 == 1, 0.001, 0.003))
    # What the kernel itself makes of it: a sum of slopes of 1 and 3.
    odd = np.trunc(1000 * (np.arange(100) + 0.5) * 1e-4) % 2 == 1
    assert values["y"][-1] == pytest.approx(np.where(odd, 1e-7, 3e-7).sum(), rel=0.05)


@pytest.mark.thorough
def test_long_sums_and_deep_expressions():
    terms = [f"{'-+'[k % 2]} {k}*0.0001*v" for k in range(400)]
    model = sim.Neuron.from_text(f"dv/dt = ({' '.join(terms)})/ms : mV", threshold="never",
                                 initial={"v": "1*mV"})  # fmt: skip
    rate = sum((-1) ** (k + 1) * k * 1e-4 for k in range(400))
    cells, _ = run(model, duration=1.0)
    assert cells.get("v")[0] == pytest.approx(np.exp(rate), rel=1e-9)
    with pytest.raises(sim.ValidationError, match="nested more than 100 deep; give parts"):
        sim.Neuron.from_text(f"dv/dt = -v{'*1.001' * 150}/ms : mV", threshold="never")


@pytest.mark.thorough
def test_chains_of_subexpressions_do_not_explode():
    """Two uses in each of forty: put into each other they would be a million million terms."""
    text = "dv/dt = -x40*v/ms : 1\n x0 = 1 + v*0.001 : 1\n"
    text += "".join(f"x{k + 1} = (x{k} + x{k}*0.5)*0.66 : 1\n" for k in range(40))
    model = sim.Neuron.from_text(text, threshold="never", initial={"v": "1"})
    net = sim.Network(dt=0.1, seed=1, precision="double")
    cells = net.population("cells", 1, model)
    last = net.record(cells, "x40")
    net.run(1.0)
    v = last.result().values[0, 0] / (1.5 * 0.66) ** 40
    assert v == pytest.approx(1.001, rel=1e-3)
