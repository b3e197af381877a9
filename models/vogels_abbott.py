"""Self-sustained irregular activity with current-based (CUBA) or conductance-based (COBA) synapses.

4,000 leaky integrate-and-fire neurons, a fifth of them inhibitory, with a connection probability of
0.02. After it has been started the network has no external input: recurrent inhibition balances
recurrent excitation, and the remaining fluctuations make neurons fire irregularly.

    C_m dV/dt = -g_L (V - E_L) + I,   V >= -50 mV: V = -60 mV for 5 ms;   tau_m = 20 ms

    CUBA  I increases by w at a spike and decays; E_L = -49 mV above the threshold drives neurons
    COBA  I = g_exc (0 - V) + g_inh (-80 - V), conductances increase and decay; E_L = -60 mV

Synapses decay with 5 ms (excitatory) and 10 ms (inhibitory). COBA is silent until external spikes
start the activity during the first 50 ms. Vogels & Abbott 2005, J. Neurosci. 25:10786, as
benchmarks 1 and 2 of Brette et al. 2007, J. Comput. Neurosci. 23:349; reference rates are from
others' runs of those benchmarks. Scaling changes the number of neurons, not the number
of synapses of each.

    python -m models.vogels_abbott --out vogels_abbott.png --json vogels_abbott.json
    python -m models.vogels_abbott --kind COBA --seconds 10
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import typer

import spikesim as sim
from spikesim import plot

from .common import (
    Expected,
    Json,
    Numbers,
    Out,
    Seed,
    Threads,
    check_files,
    cli,
    irregularity,
    report,
    save,
    synchrony,
)

KINDS = ("CUBA", "COBA")
N_EXC, N_INH, P_CONNECT, DELAY = 3_200, 800, 0.02, 0.1
CELL = {"C_m": 200.0, "tau_m": 20.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0}
E_L = {"CUBA": -49.0, "COBA": -60.0}
TAU_EXC, TAU_INH = 5.0, 10.0
WEIGHT = {"CUBA": (16.2, 90.0), "COBA": (6.0, 67.0)}  # excitatory, inhibitory; pA or nS
N_WAKE, WAKE_HZ, WAKE_MS, P_WAKE = 40, 100.0, 50.0, 0.1
SETTLE, SHOWN = 200.0, 300.0  # ms; start that is not measured; time shown in the figure

# Synchrony is the variance over the mean of the spike count of excitatory neurons in 2 ms.
EXPECTED = {
    "CUBA rate": Expected(4.8, 6.2, "Hz", "NEST 5.4 to 5.8, Brian2 5.2 to 6.1"),
    "CUBA CV": Expected(0.45, 0.7, "", "irregular"),
    "CUBA synchrony": Expected(2, 5),
    "COBA rate": Expected(15, 22.5, "Hz", "NEST 19; Brian2 16.7 to 22.0 in 8 networks"),
    "COBA CV": Expected(1.4, 1.9, "", "irregular, in bursts"),
    "COBA synchrony": Expected(3.5, 7),
}


@dataclass(frozen=True)
class Result:
    """Spikes without the settling time, and the membrane potential of one neuron, of one kind."""

    kind: str
    exc: sim.SpikeTrains
    inh: sim.SpikeTrains
    membrane: sim.Traces

    @property
    def numbers(self) -> Numbers:
        """Mean rate of all neurons, and irregularity and synchrony of the excitatory ones."""
        n_spikes, n = self.exc.n_spikes + self.inh.n_spikes, self.exc.n + self.inh.n
        values = {
            "rate": 1000.0 * n_spikes / (n * self.exc.duration),
            "CV": irregularity(self.exc, 6),
            "synchrony": synchrony(self.exc, 2.0),
        }
        return {f"{self.kind} {name}": value for name, value in values.items()}


def build(
    kind: str = "CUBA", *, scale: float = 1.0, seed: int = 1, threads: int = 1
) -> tuple[sim.Network, sim.Population, sim.Population]:
    """Build the network; returns it and its excitatory and inhibitory neurons."""
    if kind not in KINDS:
        raise sim.ValidationError(f"must be CUBA or COBA, got {kind!r}", "kind")
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    receptors: dict[str, sim.Receptor]
    if kind == "CUBA":
        receptors = {"ampa": sim.ExpCurrent(tau_syn=TAU_EXC, transmitter="glutamate"),
                     "gaba": sim.ExpCurrent(tau_syn=TAU_INH, transmitter="GABA")}  # fmt: skip
    else:
        receptors = {
            "ampa": sim.ExpConductance(tau_syn=TAU_EXC, E_rev=0.0, transmitter="glutamate"),
            "gaba": sim.ExpConductance(tau_syn=TAU_INH, E_rev=-80.0, transmitter="GABA"),
        }
    cell = sim.LIF(**CELL, E_L=E_L[kind], receptors=receptors)
    start = {"V_m": sim.Uniform(-60.0, -50.0)}
    exc = net.population("exc", round(N_EXC * scale), cell, transmitter="glutamate", initial=start)
    inh = net.population("inh", round(N_INH * scale), cell, transmitter="GABA", initial=start)
    chance = sim.FixedProbability(P_CONNECT / scale)
    for target in (exc, inh):
        for source, weight in zip((exc, inh), WEIGHT[kind], strict=True):
            net.project(source, target, chance, weight=weight, delay=DELAY)
    if kind == "COBA":
        rate = sim.Schedule([0.0, WAKE_MS], [WAKE_HZ, 0.0])
        wake = net.population("wake", N_WAKE, sim.PoissonSource(rate), transmitter="glutamate")
        for target in (exc, inh):
            net.project(wake, target, sim.FixedProbability(P_WAKE), weight=WEIGHT[kind][0],
                        delay=DELAY)  # fmt: skip
    return net, exc, inh


def run(
    kind: str = "CUBA",
    *,
    seconds: float = 2.0,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate one kind; `seconds` is the measured time after the network has settled."""
    net, exc, inh = build(kind, scale=scale, seed=seed, threads=threads)
    net.run(SETTLE)
    spikes = [net.record(cells, "spikes") for cells in (exc, inh)]
    membrane = net.record(exc[:1], "V_m")
    net.run(1000.0 * seconds)
    return Result(kind, spikes[0].result(), spikes[1].result(), membrane.result())


def picture(results: Sequence[Result], path: Path) -> None:
    """Plot for each kind spikes of 100 neurons, population rate and one membrane potential."""
    with plot.style():
        figure, axes = plt.subplots(
            3, len(results), figsize=(4.5 * len(results), 6.0), sharex="col", squeeze=False,
            height_ratios=(4, 2, 2), layout="constrained",
        )  # fmt: skip
        for (upper, middle, lower), result in zip(axes.T, results, strict=True):
            stop = result.exc.t_stop
            start = max(result.exc.t_start, stop - SHOWN)
            shown = {"exc": result.exc, "inh": result.inh}
            shown = {name: trains.window(start, stop) for name, trains in shown.items()}
            plot.raster({k: t[::40] for k, t in shown.items()}, upper, rates=False)
            upper.set(title=result.kind, xlabel="")
            for trains in shown.values():
                middle.stairs(trains.population_rate(2.0)[1], trains.bin_edges(2.0), baseline=None)
            middle.set(ylabel="rate (Hz)", ylim=(0.0, None))
            membrane = result.membrane.window(start, stop)
            lower.plot(membrane.times, membrane.values[:, 0], lw=1.0)
            lower.axhline(CELL["V_th"], ls=":", c="0.4", lw=1.0)
            lower.set(xlabel="time (ms)", ylabel="V of one (mV)", xlim=(start, stop))
        save(figure, path)


def main(
    kind: Annotated[list[str] | None, typer.Option(help="CUBA or COBA; else both.")] = None,
    seconds: Annotated[float, typer.Option(help="Measured time of each kind.")] = 2.0,
    scale: Annotated[float, typer.Option(help="Neurons, as a share of 4,000.")] = 1.0,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """Vogels & Abbott 2005: activity that sustains itself."""
    check_files(out, json_file)
    results = [
        run(name, seconds=seconds, scale=scale, seed=seed, threads=threads)
        for name in kind or KINDS
    ]
    options = {"seconds": seconds, "scale": scale, "seed": seed}
    numbers = {name: value for result in results for name, value in result.numbers.items()}
    report("Vogels & Abbott 2005", options, numbers, EXPECTED, lambda p: picture(results, p), out,
           json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
