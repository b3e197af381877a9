"""Pictures of rules that learn for a while: a neuron is taught when to fire, or is scaled."""

from __future__ import annotations

from typing import Any, ClassVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import spikesim as sim
from spikesim import plot
from spikesim.units import one


class Taught(sim.AdaptiveLIF):
    """A neuron whose learning signal is its own spikes without those of a teacher, low-passed."""

    equations = """
        dV_m/dt = -(V_m - E_L) / tau_m + (I_syn + I_in + I_e) / C_m : mV
        dtheta/dt = -theta / tau_theta : mV
        dL/dt = -L / (20 * ms) : 1
    """
    reset: ClassVar = {"V_m": "V_reset", "theta": "theta + theta_plus", "L": "L + 1"}


def taught(kind: type[sim.EProp]) -> Figure:
    """The spikes of a neuron over trials in which it learns to fire at given times."""
    rule = kind(eta=0.05)
    trials, span, wanted = 40, 500.0, np.array([100.0, 180.0, 300.0])
    starts, rng = span * np.arange(trials), np.random.default_rng(1)
    pattern = [
        np.add.outer(starts, rng.uniform(10.0, 400.0, 8).round(1)).ravel() for _ in range(200)
    ]
    theta_plus = getattr(rule, "theta_plus", 0.0)
    receptors = {"syn": sim.Delta(), "error": sim.Jump("L", one)}
    net = sim.Network(dt=0.1, seed=1)
    pre = net.population("pre", len(pattern), sim.SpikeSource(pattern))
    teacher = net.population("teacher", 1, sim.SpikeSource([np.add.outer(starts, wanted).ravel()]))
    cell = net.population("cell", 1, Taught(receptors=receptors, theta_plus=theta_plus))
    net.project(teacher, cell, sim.OneToOne(), weight=-1.0, delay=0.1, receptor="error")
    net.project(pre, cell, sim.AllToAll(), weight=sim.Normal(0.5, 0.3), delay=0.1, plasticity=rule,
                delay_is="axonal", receptor="syn")  # fmt: skip
    spikes = net.record(cell, "spikes")
    net.run(span * trials)
    times = spikes.result().train(0)
    figure, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    ax.vlines(wanted, 0, trials + 1, color=plot.OKABE_ITO[1], lw=4, alpha=0.4, label="teacher")
    ax.plot(times % span, 1 + times // span, "|", color="black", ms=4, label="neuron")
    ax.set_xlabel("time in the trial (ms)")
    ax.set_ylabel("trial")
    ax.set_xlim(0.0, span)
    ax.set_ylim(0, trials + 1)
    ax.legend(loc="upper right")
    ax.set_title(f"{kind.__name__}: a neuron learns when to fire")
    return figure


def scaled(rule: sim.SynapticScaling) -> Figure:
    """The weights of a neuron for half an hour at each of several rates (Hz)."""
    rates = (0.0, 2.5, 5.0, 10.0)
    net = sim.Network(dt=1.0, seed=1, precision="double")
    times: list[Any] = [np.arange(1.0, 1.8e6, 1000.0 / r) if r else [] for r in rates]
    drive = net.population("drive", 4, sim.SpikeSource(times))
    post = net.population("post", 4, sim.LIF(receptors={"kick": sim.Delta()}))
    net.project(drive, post, sim.OneToOne(), weight=50.0, delay=1.0, receptor="kick")
    learnt = net.project(drive, post, sim.OneToOne(), weight=0.2, delay=1.0, plasticity=rule,
                         delay_is="axonal", receptor="kick")  # fmt: skip
    trace = net.record(learnt, "weight", every=10_000.0)
    net.run(1.8e6)
    result = trace.result()
    figure, ax = plt.subplots(figsize=(6.4, 2.9), layout="constrained")
    for k, rate in enumerate(rates):
        ax.plot(result.times / 60e3, result.values[:, k], color=plot.OKABE_ITO[k],
                label=f"{rate:g} Hz")  # fmt: skip
    ax.set_xlabel("time (min)")
    ax.set_ylabel("weight")
    ax.set_title(f"SynapticScaling: postsynaptic rates, rho_0 = {rule.rho_0:g} Hz")
    ax.legend()
    return figure
