"""Models beside independent programs of the same equations; one `Reference` each.

The table of deviations (``python -m benchmarks deviations``) and the tests go through all of
`REFERENCES`. To add a model, add an entry: two functions that give a `Course`, one by spikesim and
one by something else.

Brian2 stamps a spike with the start of its step where spikesim takes the end, and its monitors read
a step's start: `by_brian2` shifts its spikes by a step, and leaves out the last sample.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import spikesim as sim


@dataclass(frozen=True)
class Course:
    """What some neurons did.

    Attributes
    ----------
    values : numpy.ndarray
        A variable at the start and after each step, shape (steps + 1, n) or one fewer.
    spikes : list of numpy.ndarray
        For each neuron the steps at whose end it spiked.
    """

    values: np.ndarray
    spikes: list[np.ndarray]


@dataclass(frozen=True)
class Deviation:
    """How far two courses lie apart.

    Attributes
    ----------
    largest : float
        Largest deviation of the variable up to the first spike of each neuron.
    overall : float
        The same over the whole course; NaN if a spike is off by a step.
    spikes : int
        Number of spikes of the reference.
    steps : int
        By how many steps a spike is off at most; -1 if there are more or fewer spikes.
    """

    largest: float
    overall: float
    spikes: int
    steps: int


@dataclass(frozen=True)
class Reference:
    """A model of spikesim and an independent program of the same equations.

    Attributes
    ----------
    name : str
        What is compared.
    by : str
        With what.
    ours, theirs : function of Reference
        The two courses.
    dt, duration : float
        Step and time (ms).
    method : str
        How both integrate.
    variable, unit : str
        What is recorded.
    tolerance : float
        Largest deviation that a test allows before the first spike.
    """

    name: str
    by: str
    ours: Callable[[Reference], Course]
    theirs: Callable[[Reference], Course]
    dt: float = 0.025
    duration: float = 60.0
    method: str = "rk4"
    variable: str = "V_m"
    unit: str = "mV"
    tolerance: float = 1e-9
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return round(self.duration / self.dt)

    def deviation(self) -> Deviation:
        """Run both."""
        return compare(self.ours(self), self.theirs(self))


def compare(ours: Course, theirs: Course) -> Deviation:
    """How far two courses lie apart."""
    size = min(len(ours.values), len(theirs.values))
    apart = np.abs(ours.values[:size] - theirs.values[:size])
    first = [min([size, *a[:1], *b[:1]]) for a, b in zip(ours.spikes, theirs.spikes, strict=True)]
    largest = max(float(apart[:end, j].max()) for j, end in enumerate(first))
    n = sum(train.size for train in theirs.spikes)
    if any(a.size != b.size for a, b in zip(ours.spikes, theirs.spikes, strict=True)):
        return Deviation(largest, float("nan"), n, -1)
    off = max(
        int(np.abs(a - b).max(initial=0)) for a, b in zip(ours.spikes, theirs.spikes, strict=True)
    )
    return Deviation(largest, float("nan") if off else float(apart.max()), n, off)


# --- spikesim -------------------------------------------------------------------------------------


def model(kind: type[sim.Neuron], **values: Any) -> Callable[[Reference], Course]:
    """The course of some neurons without synapses, by spikesim in double precision."""

    def run(case: Reference) -> Course:
        neuron = kind(receptors={}, **values)
        size = max(np.size(value) for value in values.values())
        net = sim.Network(dt=case.dt, seed=1, precision="double")
        cells = net.population("cells", size, neuron)
        trace, spikes = net.record(cells, case.variable), net.record(cells, "spikes")
        net.run(case.duration)
        trains = spikes.result()
        steps = [np.rint(trains.train(j) / case.dt).astype(int) for j in range(size)]
        return Course(np.asarray(trace.result().values), steps)

    return run


# --- Brian2 ---------------------------------------------------------------------------------------


def load_brian2() -> Any:
    """Brian2, interpreted by NumPy; its import may warn of things that are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import brian2

        brian2.prefs.codegen.target = "numpy"
        logging.getLogger("brian2").setLevel(logging.ERROR)
        return brian2


def by_brian2(
    kind: type[sim.Neuron],
    equations: str,
    *,
    threshold: str,
    reset: str = "",
    refractory: str | float = False,
    initial: Mapping[str, str] | None = None,
    variable: str = "v",
    **values: Any,
) -> Callable[[Reference], Course]:
    """The course of the same neurons by Brian2, whose names are those of the model's parameters.

    `equations` are Brian2's; arrays among `values` become parameters of its neurons. `refractory`
    is in ms, or a condition.
    """

    def run(case: Reference) -> Course:
        b2 = load_brian2()
        declared = {name: str(p.unit) for name, p in kind.declared.items()}
        given = {**kind(receptors={}).values, **values}
        size = max(np.size(value) for value in values.values())
        known = {
            name: value * _unit(b2, declared[name])
            for name, value in given.items()
            if not np.ndim(value)
        }
        varied = {name: value for name, value in given.items() if np.ndim(value)}
        lines = [f"{name} : {_plain(b2, declared[name])} (constant)" for name in varied]
        silent = refractory if isinstance(refractory, str) else (refractory + case.dt) * b2.ms
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            b2.start_scope()
            b2.defaultclock.dt = case.dt * b2.ms
            cells = b2.NeuronGroup(
                size, "\n".join([equations, *lines]), threshold=threshold, reset=reset,
                refractory=silent if refractory else False, method=case.method, namespace=known,
            )  # fmt: skip
            for name, value in varied.items():
                setattr(cells, name, np.asarray(value) * _unit(b2, declared[name]))
            for name, text in (initial or {}).items():
                setattr(cells, name, text)
            trace, spikes = b2.StateMonitor(cells, variable, record=True), b2.SpikeMonitor(cells)
            b2.Network(cells, trace, spikes).run(case.duration * b2.ms)
        steps = np.rint(np.asarray(spikes.t / b2.ms) / case.dt).astype(int) + 1
        trains = [steps[np.asarray(spikes.i) == j] for j in range(size)]
        return Course(np.asarray(getattr(trace, variable) / _unit(b2, case.unit)).T, trains)

    return run


def _unit(b2: Any, symbol: str) -> Any:
    return eval(symbol, {}, vars(b2))


def _plain(b2: Any, symbol: str) -> str:
    return {"pA": "amp", "mV": "volt", "nS": "siemens", "1": "1", "1/ms": "hertz"}[symbol]


# --- plain loops ----------------------------------------------------------------------------------


def mat2_by_hand(case: Reference) -> Course:
    """Kobayashi's model step by step, with the closed form of the leaky membrane."""
    p, current = defaults(sim.MAT2), case.settings["I_e"]
    rest = p["E_L"] + current * p["tau_m"] / p["C_m"]
    theta = np.zeros((2, current.size))
    v, left = np.full(current.size, p["E_L"]), np.zeros(current.size, int)
    tau = np.array([[p["tau_1"]], [p["tau_2"]]])
    alpha = np.array([[p["alpha_1"]], [p["alpha_2"]]])
    values, fired = [v], []
    for _ in range(case.steps):
        v = rest + (v - rest) * np.exp(-case.dt / p["tau_m"])
        theta = theta * np.exp(-case.dt / tau)
        spiked = (v >= p["omega"] + theta.sum(axis=0)) & (left == 0)
        left = np.where(spiked, round(p["t_ref"] / case.dt), np.maximum(left - 1, 0))
        theta = theta + alpha * spiked
        values.append(v)
        fired.append(spiked)
    return Course(np.array(values), _steps(fired))


GIF_VALUES = {"q_stc1": 20.0, "q_stc2": 5.0, "q_sfa1": 8.0, "q_sfa2": 2.0, "Delta_V": 2.0,
              "V_T_star": -50.0, "lambda_0": 100.0}  # fmt: skip


def gif_by_hand(case: Reference) -> Course:
    """Pozzorini's model step by step, with the draws that its key gives."""
    from spikesim import rng

    current = case.settings["I_e"]
    p = {**defaults(sim.GIF), **GIF_VALUES}
    rate = p["g_L"] / p["C_m"]
    tau = np.array([p["tau_stc1"], p["tau_stc2"]])[:, None]
    decay = np.exp(-case.dt / tau)
    # What a current that decays with tau does to the membrane in one step.
    felt = (np.exp(-rate * case.dt) - decay) / (1 / tau - rate) / p["C_m"]
    tau_sfa = np.array([p["tau_sfa1"], p["tau_sfa2"]])[:, None]
    stc, sfa = np.zeros((2, current.size)), np.zeros((2, current.size))
    v, left = np.full(current.size, p["E_L"]), np.zeros(current.size, int)
    rest = p["E_L"] + current / p["g_L"]
    key = rng.key(1, "xi", "cells", "rand")
    values, fired = [v], []
    for step in range(case.steps):
        moved = rest + (v - rest) * np.exp(-rate * case.dt) - (felt * stc).sum(axis=0)
        v = np.where(left > 0, v, moved)
        stc, sfa = stc * decay, sfa * np.exp(-case.dt / tau_sfa)
        hazard = p["lambda_0"] / 1000 * np.exp((v - p["V_T_star"] - sfa.sum(axis=0)) / p["Delta_V"])
        own = np.uint64(rng.subkey(key, step))
        draw = np.array([rng.uniform(own, j) for j in range(current.size)])
        spiked = (draw < 1 - np.exp(-hazard * case.dt)) & (left == 0)
        left = np.where(spiked, round(p["t_ref"] / case.dt), np.maximum(left - 1, 0))
        v = np.where(spiked, p["V_reset"], v)
        stc = stc + np.array([[p["q_stc1"]], [p["q_stc2"]]]) * spiked
        sfa = sfa + np.array([[p["q_sfa1"]], [p["q_sfa2"]]]) * spiked
        values.append(v)
        fired.append(spiked)
    return Course(np.array(values), _steps(fired))


def half_steps_by_hand(case: Reference) -> Course:
    """The program of Izhikevich 2003: spikes first, then two half steps of v, then u."""
    a, b, c, d = (defaults(sim.IzhikevichHalfSteps)[name] for name in "abcd")
    current = case.settings["I_e"]
    v = np.full(current.size, -65.0)
    u = b * v
    values, fired = [v], []
    for _ in range(case.steps):
        v = v + 0.5 * case.dt * (0.04 * v**2 + 5 * v + 140 - u + current)
        v = v + 0.5 * case.dt * (0.04 * v**2 + 5 * v + 140 - u + current)
        u = u + case.dt * a * (b * v - u)
        spiked = v >= 30
        v, u = np.where(spiked, c, v), u + d * spiked
        values.append(v)
        fired.append(spiked)
    return Course(np.array(values), _steps(fired))


def _steps(fired: list[np.ndarray]) -> list[np.ndarray]:
    return [np.flatnonzero(column) + 1 for column in np.array(fired).T]


# --- the models -----------------------------------------------------------------------------------

IONS = """
    dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I_e)/C_m : volt
"""
GATES = """
    dm/dt = alpham*(1 - m) - betam*m : 1
    dh/dt = alphah*(1 - h) - betah*h : 1
    dn/dt = alphan*(1 - n) - betan*n : 1
"""
HH_RATES = """
    alpham = -0.1*(v/mV + 40)/(exp(-(v/mV + 40)/10) - 1)/ms : Hz
    betam = 4*exp(-(v/mV + 65)/18)/ms : Hz
    alphah = 0.07*exp(-(v/mV + 65)/20)/ms : Hz
    betah = 1/(exp(-(v/mV + 35)/10) + 1)/ms : Hz
    alphan = -0.01*(v/mV + 55)/(exp(-(v/mV + 55)/10) - 1)/ms : Hz
    betan = 0.125*exp(-(v/mV + 65)/80)/ms : Hz
"""
TRAUB_RATES = """
    alpham = 0.32*(13*mV - v + V_T)/(exp((13*mV - v + V_T)/(4*mV)) - 1)/mV/ms : Hz
    betam = 0.28*(v - V_T - 40*mV)/(exp((v - V_T - 40*mV)/(5*mV)) - 1)/mV/ms : Hz
    alphah = 0.128*exp((17*mV - v + V_T)/(18*mV))/ms : Hz
    betah = 4/(1 + exp((40*mV - v + V_T)/(5*mV)))/ms : Hz
    alphan = 0.032*(15*mV - v + V_T)/(exp((15*mV - v + V_T)/(5*mV)) - 1)/mV/ms : Hz
    betan = 0.5*exp((10*mV - v + V_T)/(40*mV))/ms : Hz
"""
BALANCE = {"m": "alpham/(alpham + betam)", "h": "alphah/(alphah + betah)",
           "n": "alphan/(alphan + betan)"}  # fmt: skip
WB = """
    alpham = -0.1*(v/mV + 35)/(exp(-0.1*(v/mV + 35)) - 1)/ms : Hz
    betam = 4*exp(-(v/mV + 60)/18)/ms : Hz
    alphah = 0.07*exp(-(v/mV + 58)/20)/ms : Hz
    betah = 1/(exp(-0.1*(v/mV + 28)) + 1)/ms : Hz
    alphan = -0.01*(v/mV + 34)/(exp(-0.1*(v/mV + 34)) - 1)/ms : Hz
    betan = 0.125*exp(-(v/mV + 44)/80)/ms : Hz
    m = alpham/(alpham + betam) : 1
    dh/dt = phi*(alphah*(1 - h) - betah*h) : 1
    dn/dt = phi*(alphan*(1 - n) - betan*n) : 1
"""
EXP = "dv/dt = (g_L*(E_L - u) + g_L*Delta_T*exp((u - V_th)/Delta_T) {w} + I_e)/C_m : volt"
CUT = "u = clip(v, -1*volt, V_peak) : volt"


def currents(*amplitudes: float) -> np.ndarray:
    """One amplitude (pA) for each neuron."""
    return np.array(amplitudes)


def defaults(kind: type[sim.Neuron]) -> dict[str, Any]:
    """The default values of a model's parameters."""
    return dict(kind().values)


def beside_brian2(
    kind: type[sim.Neuron], equations: str, *, I_e: np.ndarray, name: str = "",
    values: Mapping[str, Any] | None = None, theirs: Mapping[str, Any], **options: Any,
) -> Reference:  # fmt: skip
    """An entry for neurons without synapses whose peer is Brian2."""
    given = {"I_e": I_e, **(values or {})}
    return Reference(
        name or kind.__name__, "Brian2", model(kind, method=options.get("method", "rk4"), **given),
        by_brian2(kind, equations, **theirs, **given), **options,
    )  # fmt: skip


REFERENCES = [
    beside_brian2(
        sim.QIF,
        "dv/dt = (g_L*(v - E_L)*(v - V_th)/(V_th - E_L) + I_e)/C_m : volt",
        I_e=currents(0.0, 130.0, 400.0),
        theirs={"threshold": "v >= V_peak", "reset": "v = V_reset", "initial": {"v": "E_L"}},
        duration=100.0,
    ),
    beside_brian2(
        sim.EIF,
        EXP.format(w="") + " (unless refractory)\n" + CUT,
        I_e=currents(0.0, 120.0, 300.0),
        theirs={"threshold": "v >= V_peak", "reset": "v = V_reset", "initial": {"v": "E_L"},
                "refractory": 1.7},
    ),
    beside_brian2(
        sim.AdEx,
        EXP.format(w="- w") + "\ndw/dt = (a*(u - E_L) - w)/tau_w : amp\n" + CUT,
        I_e=currents(400.0, 700.0, 1000.0),
        theirs={"threshold": "v >= V_peak", "reset": "v = V_reset; w += b",
                "initial": {"v": "E_L"}},
    ),
    beside_brian2(
        sim.Izhikevich,
        """dv/dt = (0.04*vc**2/mV + 5*vc + 140*mV - u + I_e*mV/pA)/ms : volt
           du/dt = a*(b*vc - u) : volt
           vc = clip(v, -1*volt, V_th) : volt""",
        I_e=currents(0.0, 5.0, 10.0),
        theirs={"threshold": "v >= V_th", "reset": "v = c; u += d",
                "initial": {"v": "-65*mV", "u": "-65*mV*b"}},
    ),
    Reference(
        "IzhikevichHalfSteps", "NumPy loop",
        model(sim.IzhikevichHalfSteps, I_e=currents(0.0, 5.0, 10.0)), half_steps_by_hand,
        dt=1.0, duration=300.0, method="half steps", settings={"I_e": currents(0.0, 5.0, 10.0)},
    ),
    Reference(
        "GIF", "NumPy loop", model(sim.GIF, I_e=currents(50.0, 100.0, 200.0), **GIF_VALUES),
        gif_by_hand, dt=0.1, duration=200.0, method="exact",
        settings={"I_e": currents(50.0, 100.0, 200.0)},
    ),
    Reference(
        "MAT2", "NumPy loop", model(sim.MAT2, I_e=currents(300.0, 500.0, 900.0)), mat2_by_hand,
        dt=0.1, duration=200.0, method="exact", settings={"I_e": currents(300.0, 500.0, 900.0)},
    ),
    beside_brian2(
        sim.HodgkinHuxley, IONS + GATES + HH_RATES,
        I_e=currents(300.0, 700.0, 1500.0),
        theirs={"threshold": "v >= V_th", "refractory": "v >= V_th",
                "initial": {"v": "-65*mV", **BALANCE}},
        method="exponential_euler",
    ),
    beside_brian2(
        sim.TraubMiles, IONS + GATES + TRAUB_RATES,
        I_e=currents(0.0, 200.0, 500.0),
        theirs={"threshold": "v >= V_T + 30*mV", "refractory": "v >= V_T + 30*mV",
                "initial": {"v": "E_L", **BALANCE}},
        method="exponential_euler",
    ),
    beside_brian2(
        sim.WangBuzsaki, IONS + WB,
        I_e=currents(0.0, 50.0, 200.0),
        theirs={"threshold": "v >= V_th", "refractory": "v >= V_th",
                "initial": {"v": "E_L", "h": BALANCE["h"], "n": BALANCE["n"]}},
    ),
    beside_brian2(
        sim.MorrisLecar,
        """dv/dt = (g_Ca*mi*(E_Ca - v) + g_K*w*(E_K - v) + g_L*(E_L - v) + I_e)/C_m : volt
           dw/dt = phi*cosh((v - V_3)/(2*V_4))*((1 + tanh((v - V_3)/V_4))/2 - w) : 1
           mi = (1 + tanh((v - V_1)/V_2))/2 : 1""",
        I_e=currents(500.0, 950.0, 1200.0),
        theirs={"threshold": "v >= V_th", "refractory": "v >= V_th",
                "initial": {"v": "E_L", "w": "(1 + tanh((E_L - V_3)/V_4))/2"}},
        duration=150.0,
    ),
    beside_brian2(
        sim.FitzHughNagumo,
        """dv/dt = (v - v**3/3 - w + I_e/I_one)/tau : 1
           dw/dt = epsilon*(v + a - b*w)/tau : 1""",
        I_e=currents(0.2, 0.5, 1.0),
        theirs={"threshold": "v >= v_th", "refractory": "v >= v_th",
                "initial": {"v": "-1.19941", "w": "-0.62426"}},
        duration=100.0, variable="v", unit="1", tolerance=1e-12,
    ),
]  # fmt: skip
