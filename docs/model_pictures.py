"""Pictures of single models: a neuron that fires, a receptor's current, a rule's window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import spikesim as sim
from docs.learning_picture import scaled, taught
from docs.model_pages import MADE, example, membrane_with
from spikesim import plot
from spikesim.description.inputs import Input, Source
from spikesim.equations.neuron_equations import assemble
from spikesim.language import expressions as ex
from spikesim.language.algebra import CONSTANT, linear_terms
from spikesim.synapses import Release
from spikesim.units import mV, param

TOPS = (30000.0, 3000.0, 300.0, 30.0, 3.0)  # pA: the first that a model endures
SPAN = 300.0  # ms


class Clamped(sim.Neuron):
    """A membrane that is held."""

    V_m = param(-60.0, mV, doc="holding potential")
    equations = "dQ/dt = I_syn : fC"
    threshold = "never"


def picture(model: type, path: Path) -> None:
    """Draw a model and save the picture."""
    with plot.style():
        if issubclass(model, sim.Neuron):
            figure = _neuron(model)
        elif issubclass(model, sim.Receptor):
            figure = _receptor(model)
        elif issubclass(model, sim.Channel):
            figure = _channel(model)
        elif issubclass(model, Release):
            figure = _release(model)
        elif issubclass(model, Source):
            figure = _source(model)
        elif issubclass(model, Input):
            figure = _input(model)
        else:
            figure = _rule(model)
    figure.savefig(path, dpi=90, pil_kwargs={"optimize": True})
    plt.close(figure)


def _neuron(model: Any) -> Figure:
    """Its first two variables under the current that makes about eight spikes, or the most."""
    for top in TOPS:
        currents = np.geomspace(top / 1e5, top, 61)
        net = sim.Network(dt=0.05, seed=1, precision="double")
        cells = net.population("cells", currents.size, example(model))
        steps = np.stack([currents, 0 * currents])
        net.stimulate(cells, sim.StepCurrent([20.0, SPAN - 30.0], steps))
        spikes = net.record(cells, "spikes")
        states = [net.record(cells, name, every=0.1) for name in _shown(net, cells)]
        try:
            net.run(SPAN)
            break
        except sim.SimulationError:
            continue
    counts = spikes.result().counts().astype(float)
    counts[counts == 0] = np.inf
    chosen = int(np.argmin(np.abs(counts - 8.0)))
    states = [s for k, s in enumerate(states) if k == 0 or np.ptp(s.result().values[:, chosen])]
    figure, axes = plt.subplots(
        len(states), 1, figsize=(6.4, 1.2 + 1.5 * len(states)), sharex=True, squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for k, (ax, state) in enumerate(zip(axes[:, 0], states, strict=True)):
        traces = state.result()
        ax.plot(traces.times, traces.values[:, chosen], color=plot.OKABE_ITO[k], lw=1.1)
        ax.set_ylabel(f"{traces.variable} ({traces.unit})")
        if k == 0:
            top = traces.values[:, chosen].max()
            times = spikes.result().train(chosen)
            ax.plot(times, np.full(times.size, top) + 0.08 * np.ptp(traces.values[:, chosen]), "|",
                    color="black", ms=7)  # fmt: skip
            ax.set_title(
                f"{model.__name__}, {currents[chosen]:.4g} pA from 20 ms to {SPAN - 30:g} ms"
            )
    axes[-1, 0].set_xlabel("time (ms)")
    axes[-1, 0].set_xlim(0.0, SPAN)
    return figure


def _shown(net: sim.Network, cells: Any) -> list[str]:
    net.build()
    table = net.plan.tables[0]
    if type(cells.model).__name__ in MADE:
        return [s for s in table.cell.states if s.startswith("V_")]
    own = [s for s in table.cell.states if not any(s.endswith(f"_{p}") for p in table.cell.ports)]
    return own[:3]


def _receptor(model: Any) -> Figure:
    receptor = example(model)
    unit = str(receptor.weight_unit)
    weight = 100.0 if unit == "pA" else 1.0
    held = [-60.0] if receptor.signed else [-80.0, -60.0, -40.0, 40.0]
    delta = "V_m" in receptor.on_spike
    span = 60.0 if delta else _span(receptor)
    spikes = 10 if model.__name__ == "GABA_B" else 1  # one does next to nothing
    times = np.rint(0.1 * span) + 5.0 * np.arange(spikes)
    net = sim.Network(dt=0.05, seed=1, precision="double")
    kind: Any = sim.LIF(receptors={"r": receptor}) if delta else None
    source = net.population("source", 1, sim.SpikeSource([times]))
    cells = net.population(
        "cells", 1 if delta else len(held),
        kind or Clamped(V_m=np.array(held), receptors={"r": receptor}),
    )  # fmt: skip
    net.project(source, cells, sim.AllToAll(), weight=weight, delay=0.05, receptor="r")
    trace = net.record(cells, "V_m" if delta else "I_syn")
    net.run(span)
    result = trace.result()
    figure, ax = plt.subplots(figsize=(5.4, 2.9), layout="constrained")
    for k, v in enumerate(held[: result.values.shape[1]]):
        ax.plot(result.times, result.values[:, k], color=plot.OKABE_ITO[k], label=f"at {v:g} mV")
    if len(held) > 1:
        ax.legend()
    ax.axhline(0.0 if not delta else -70.0, color="0.7", lw=0.7, zorder=0)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("V_m (mV)" if delta else "current into the cell (pA)")
    ax.set_title(
        f"{model.__name__}: {spikes} spike{'s' * (spikes > 1)} of weight {weight:g} {unit}"
    )
    ax.set_xlim(0.0, span)
    return figure


def _channel(model: Any) -> Figure:
    """Steady states and time constants of its gates; else its current, or what fills it."""
    channel = example(model)
    cell = assemble(membrane_with(channel), with_input=True)
    gates = [s for s in cell.states if s.endswith("_r")]
    if channel.offers:
        return _pool()
    figure, axes = plt.subplots(1, 1 + bool(gates), figsize=(6.8 if gates else 3.8, 2.9),
                                layout="constrained", squeeze=False)  # fmt: skip
    by_calcium = any("Ca" in ex.names(cell.system.whole(cell.system.odes[g])) for g in gates)
    level = np.geomspace(1e-4, 1.0, 300) if by_calcium else np.linspace(-110.0, 50.0, 321)
    values: dict[str, Any] = (
        {"V_m": level, "Ca": level} if by_calcium else {"V_m": level, "Ca": 1e-4}
    )
    values |= {f"{name}_r": value for name, value in channel.values.items()}
    for k, gate in enumerate(gates):
        terms = linear_terms(cell.system.whole(cell.system.odes[gate]), {gate})
        assert terms is not None
        rate = ex.evaluate(terms[gate], values)
        steady = -ex.evaluate(terms[CONSTANT], values) / rate
        for ax, curve in zip(axes[0], (steady, -1.0 / rate), strict=True):
            ax.plot(level, np.broadcast_to(curve, level.shape), color=plot.OKABE_ITO[k],
                    label=gate.removesuffix("_r"))  # fmt: skip
    if gates:
        axes[0, 0].set_ylabel("steady state")
        axes[0, 1].set_ylabel("time constant (ms)")
        axes[0, 0].legend()
    else:
        axes[0, 0].plot(level, channel.g * (channel.E - level), color=plot.OKABE_ITO[0])
        axes[0, 0].set_ylabel(f"current (pA) at {channel.g:g} nS")
    for ax in axes[0]:
        ax.set_xlabel("Ca (mM)" if by_calcium else "V_m (mV)")
        ax.set_xscale("log" if by_calcium else "linear")
    figure.suptitle(model.__name__, fontsize="medium")
    return figure


def _pool() -> Figure:
    """Calcium under the membrane of a spiking cell."""
    parts: dict[str, sim.Channel] = {
        "leak": sim.Leak(g=10.0, E=-70.0), "Na": sim.NaF(g=5000.0, V_T=-61.5),
        "K": sim.Kdr(g=500.0, V_T=-61.5), "Ca": sim.CaL(g=20.0),
        "pool": sim.CalciumPool(area=10000.0, tau=50.0),
    }  # fmt: skip
    net = sim.Network(dt=0.05, seed=1, precision="double")
    cell = net.population("cell", 1, sim.ConductanceNeuron(channels=parts, receptors={}))
    net.stimulate(cell, sim.StepCurrent([20.0, 270.0], [300.0, 0.0]))
    shown = [net.record(cell, name, every=0.1) for name in ("V_m", "Ca")]
    net.run(SPAN)
    figure, axes = plt.subplots(2, 1, figsize=(6.4, 3.6), sharex=True, layout="constrained")
    for k, (ax, trace) in enumerate(zip(axes, shown, strict=True)):
        result = trace.result()
        ax.plot(result.times, result.values[:, 0], color=plot.OKABE_ITO[k], lw=1.1)
        ax.set_ylabel(f"{result.variable} ({result.unit})")
    axes[1].set_xlabel("time (ms)")
    axes[0].set_title("CalciumPool, filled through CaL by the spikes of a cell")
    return figure


def _span(receptor: Any) -> float:
    """Five of its longest time constants, at least 20 ms."""
    constants = [v for name, v in receptor.values.items() if name.startswith("tau")]
    known = {"GABA_B": 800.0, "KineticNMDA": 800.0}
    return known.get(type(receptor).__name__, max([20.0, *(5.0 * float(t) for t in constants)]))


def _release(model: Any) -> Figure:
    figure, ax = plt.subplots(figsize=(6.0, 3.0), layout="constrained")
    times = np.append(np.arange(50.0, 450.0, 50.0), 950.0)
    settings = {
        "depressing": {"U": 0.5, "tau_rec": 800.0, "tau_facil": 0.0},
        "facilitating": {"U": 0.03, "tau_rec": 130.0, "tau_facil": 530.0},
    }
    for k, (name, values) in enumerate(settings.items()):
        net = sim.Network(dt=0.1, seed=3)
        source = net.population("source", 1, sim.SpikeSource([times]))
        cell = net.population("cell", 1, sim.LIF(receptors={"r": sim.ExpCurrent(tau_syn=8.0)}))
        more = {"n_sites": 5} if "n_sites" in model.declared else {}
        net.project(source, cell, sim.AllToAll(), weight=100.0, delay=1.0,
                    release=model(**values, **more))  # fmt: skip
        current = net.record(cell, "I_r")
        net.run(1050.0)
        result = current.result()
        ax.plot(result.times, result.values[:, 0], color=plot.OKABE_ITO[k], label=name, lw=1.1)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("current (pA)")
    ax.set_title(f"{model.__name__}: spikes at 20 Hz, weight 100 pA")
    ax.set_xlim(0.0, 1050.0)
    ax.legend()
    return figure


# What the inputs are shown with, for twenty sources or three neurons.
SOURCES: dict[str, dict[str, Any]] = {
    "PoissonSource": {"rate": 20.0},
    "GammaSource": {"rate": 20.0, "shape": 8.0},
    "SpikeSource": {"times": [np.arange(50.0 + 10.0 * k, 1000.0, 100.0) for k in range(20)]},
}
INPUTS: dict[str, dict[str, Any]] = {
    "PoissonDrive": {"rate": [500.0, 1000.0, 2000.0], "weight": 20.0, "receptor": "r"},
    "Miniatures": {"rate": 1.0, "amplitude": sim.LogNormal(30.0, 12.0), "receptor": "r",
                   "n_synapses": [20, 100, 500]},
    "StepCurrent": {"times": [50.0, 150.0, 250.0],
                    "amplitudes": [[50.0, 100.0, 150.0], [-50.0, -100.0, -150.0], [0, 0, 0]]},
    "DCCurrent": {"amplitude": [50.0, 100.0, 150.0], "start": 50.0, "stop": 250.0},
    "NoiseCurrent": {"mean": [0.0, 100.0, 200.0], "std": 200.0, "every": 1.0},
}  # fmt: skip


def _source(model: Any) -> Figure:
    """A raster, and a histogram of many intervals."""
    settings = SOURCES[model.__name__]
    net = sim.Network(dt=0.1, seed=1)
    spikes = net.record(net.population("sources", 20, model(**settings)), "spikes")
    net.run(1000.0)
    first = spikes.result()
    net.run(49_000.0 if model is not sim.SpikeSource else 0.1)
    intervals = np.concatenate([np.diff(spikes.result().train(k)) for k in range(20)])
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.8, 2.7), layout="constrained", width_ratios=(3, 2)
    )
    plot.raster(first, ax=left)
    right.hist(intervals, bins=np.linspace(0.0, 200.0, 51).tolist(), color=plot.OKABE_ITO[0])
    right.set_xlabel("interval (ms)")
    right.set_ylabel("intervals")
    told = ", ".join(f"{k} {v:g}{' Hz' * (k == 'rate')}" for k, v in settings.items()
                     if k != "times")  # fmt: skip
    figure.suptitle(f"{model.__name__}{': ' * bool(told)}{told}", fontsize="medium")
    return figure


def _input(model: Any) -> Figure:
    """The membranes of three neurons that cannot spike."""
    settings = INPUTS[model.__name__]
    net = sim.Network(dt=0.1, seed=1)
    cells = net.population(
        "cells", 3, sim.LIF(V_th=1000.0, receptors={"r": sim.ExpCurrent(tau_syn=5.0)})
    )
    net.stimulate(cells, model(**settings))
    trace = net.record(cells, "V_m")
    net.run(SPAN)
    result = trace.result()
    varied = next(k for k, v in settings.items() if isinstance(v, list) and len(v) == 3
                  and k != "times")  # fmt: skip
    labels = settings[varied][0] if varied == "amplitudes" else settings[varied]
    unit = {"rate": " Hz", "n_synapses": ""}.get(varied, " pA")
    figure, ax = plt.subplots(figsize=(6.8, 2.7), layout="constrained")
    for k, label in enumerate(labels):
        ax.plot(result.times, result.values[:, k], color=plot.OKABE_ITO[k], lw=1.1,
                label=f"{varied} {label:g}{unit}")  # fmt: skip
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("V_m (mV)")
    ax.set_xlim(0.0, SPAN)
    ax.set_title(model.__name__)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _rule(model: Any) -> Figure:
    """Weight changes by pairs of spikes, from half of w_max."""
    rule = example(model)
    form = rule.form()
    if model is sim.SDSP:
        return _two_states(rule)
    if model is sim.SynapticScaling:
        return scaled(rule)
    if issubclass(model, sim.EProp):
        return taught(model)
    top = float(getattr(rule, "w_max", 1.0))
    window: Any = _window(rule, 1, 20.0, 80.0, top)
    if len(form.pre.names + form.post.names) > 2 or len(form.variables) > 1:
        rate = 20.0
        frequent = _window(rule, 10, rate, 24.0, top)
        window = {"one pair": window, f"each of 10 pairs at {rate:g} Hz": frequent}
    ax = plot.stdp_window(window, label="weight change ($w_{max}$)")
    one = isinstance(window, tuple)
    ax.set_title(f"{model.__name__}: {'one pair' if one else 'pairs'} of spikes")
    figure = ax.figure
    assert isinstance(figure, Figure)
    return figure


def _two_states(rule: sim.SDSP) -> Figure:
    """The internal variable of some synapses over a second of activity."""
    net = sim.Network(dt=0.1, seed=4, precision="double")
    pre = net.population("pre", 8, sim.PoissonSource(50.0))
    post = net.population("post", 1, sim.LIF(I_e=440.0, receptors={"kick": sim.Delta()}))
    learnt = net.project(pre, post, sim.AllToAll(), weight=0.0, delay=1.0, plasticity=rule,
                         delay_is="axonal", receptor="kick")  # fmt: skip
    learnt.set(X=sim.Uniform(0.0, 1.0))
    trace = net.record(learnt, "X", every=1.0)
    net.run(1000.0)
    result = trace.result()
    figure, ax = plt.subplots(figsize=(6.4, 2.9), layout="constrained")
    ax.plot(result.times, result.values, lw=1.1)
    ax.axhline(rule.theta_X, color="0.6", lw=0.8)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("X")
    ax.set_title("SDSP: eight synapses, presynaptic spikes at 50 Hz")
    return figure


class Dendritic(sim.LIF):
    """A neuron with a dendrite whose potential is that of the soma."""

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dV_dend/dt = (V_m - V_dend) / (2 * ms) : mV
    """
    initial = sim.LIF.initial | {"V_dend": "E_L"}


def _window(
    rule: Any, pairs: int, rate: float, limit: float, top: float
) -> tuple[np.ndarray, np.ndarray]:
    """Lags, and the change by each of some pairs at a rate (Hz), relative to w_max."""
    lags = np.concatenate([np.arange(-limit, 0.0, 2.0), np.arange(2.0, limit + 1.0, 2.0)])
    times = 100.0 + 1000.0 / rate * np.arange(pairs)
    read, receptors = rule.form().post.read, {"kick": sim.Delta()}
    # Rules that read potentials need neurons whose spikes have a shape.
    noisy = isinstance(rule, sim.RMax)
    shaped = "V_m" in read and not noisy
    model: Any = sim.HodgkinHuxley if shaped else Dendritic if "V_dend" in read else sim.LIF
    model = sim.GIF if noisy else model
    dt = 0.05 if shaped else 0.1 if rule.on_pre_delay else 1.0
    net = sim.Network(dt=dt, seed=1, precision="double")
    pre = net.population("pre", lags.size, sim.SpikeSource([times] * lags.size))
    drive = net.population("drive", lags.size, sim.SpikeSource(times + lags[:, None]))
    post = net.population("post", lags.size, model(receptors=receptors))
    net.project(drive, post, sim.OneToOne(), weight=50.0, delay=1.0, receptor="kick")
    last = float(times[-1])
    rewarding = net.population("rewarding", 1, sim.SpikeSource([last + 150.0]))
    for name in rule.modulators:
        modulator = net.modulator(name, tau=100.0, baseline=0.1)
        if name in rule.on_event:
            net.release(rewarding, modulator, amount=1.0, delay=1.0)
    learnt = net.project(
        pre, post, sim.OneToOne(), weight=0.5 * top, delay=1.0, plasticity=rule,
        delay_is="axonal", receptor="kick",
    )  # fmt: skip
    net.run(last + 200.0)
    return lags, (learnt.weight - 0.5 * top) / (top * pairs)
