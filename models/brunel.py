"""Sparse excitatory-inhibitory network in four states of activity (Brunel 2000).

Each of 10,000 excitatory and 2,500 inhibitory leaky integrate-and-fire neurons receives 1,000
excitatory and 250 inhibitory synapses from the network, and external spikes. After a delay of
1.5 ms, an excitatory spike changes the membrane potential by J = 0.1 mV and an inhibitory one by
-g J:

    tau_m dV/dt = -V + tau_m J (sum of spikes);   at V >= 20 mV: V = 10 mV for t_ref = 2 ms

External spikes are Poisson, with eta times the rate that brings the mean of V to the threshold. The
relative inhibitory strength g and the external drive eta determine the state of the network:

    SR       g = 3,   eta = 2    synchronous regular: groups of neurons fire in turn, periodically
    SI fast  g = 6,   eta = 4    synchronous irregular: fast oscillation, single neurons fire rarely
    AI       g = 5,   eta = 2    asynchronous irregular: no oscillation, only a damped resonance
    SI slow  g = 4.5, eta = 0.9  synchronous irregular: slow oscillation

Brunel 2000, J. Comput. Neurosci. 8:183, model A; figure 8 and table 1. `theory` solves the paper's
equation for the stationary rate, which holds for small J. Scaling changes the number of neurons,
not the number of synapses of each: the theory is the same, and in larger networks synchrony is
weaker because neurons have less common input.

    python -m models.brunel --out brunel.png --json brunel.json
    python -m models.brunel --regime AI --seconds 5
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import typer
from scipy import optimize, signal

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
)
from .theory import lif_cv, lif_rate

REGIMES = {"SR": (3.0, 2.0), "SI fast": (6.0, 4.0), "AI": (5.0, 2.0), "SI slow": (4.5, 0.9)}
"""Inhibitory strength g and external drive eta of each regime."""

N_EXC, N_INH, K_EXC, K_INH = 10_000, 2_500, 1_000, 250
J, DELAY = 0.1, 1.5
CELL = {"tau_m": 20.0, "V_th": 20.0, "V_reset": 10.0, "t_ref": 2.0}
THRESHOLD_HZ = (
    1000.0 * CELL["V_th"] / (J * CELL["tau_m"])
)  # rate of all external spikes of a neuron, at eta = 1
SETTLE, BIN = 200.0, 0.5  # ms; start that is not measured; bins of the population rate
SHOWN = {"SR": 30.0, "SI fast": 100.0, "AI": 100.0, "SI slow": 300.0}  # ms shown in the figure

# Unevenness is the standard deviation of the population rate over its mean, in bins of 0.5 ms.
EXPECTED = {
    "SR rate": Expected(320, 340, "Hz", "theory 327.0"),
    "SR CV": Expected(0, 0.05, "", "regular"),
    "SR unevenness": Expected(1.2, 1.6),
    "SR frequency": Expected(600, 680, "Hz", "two clusters: twice the rate"),
    "SI fast rate": Expected(57, 63, "Hz", "paper 60.7, theory 55.8"),
    "SI fast CV": Expected(0.6, 1.0, "", "irregular"),
    "SI fast unevenness": Expected(0.8, 1.2),
    "SI fast frequency": Expected(170, 195, "Hz", "paper 180, its theory 190"),
    "AI rate": Expected(37, 38.7, "Hz", "paper 37.7, theory 37.9"),
    "AI CV": Expected(0.35, 0.45, "", "less than the 0.68 of white noise"),
    "AI unevenness": Expected(0.45, 0.7, "", "half with four times the neurons"),
    "AI frequency": Expected(90, 150, "Hz", "a resonance, not a rhythm"),
    "SI slow rate": Expected(4.9, 6.5, "Hz", "paper 5.5, theory 6.5"),
    "SI slow CV": Expected(0.45, 0.8, "", "irregular"),
    "SI slow unevenness": Expected(1.3, 2.4),
    "SI slow frequency": Expected(18, 28, "Hz", "paper 22, its theory 29"),
}


@dataclass(frozen=True)
class Result:
    """Spikes of all neurons in one regime, excitatory ones first, without the settling time."""

    regime: str
    trains: sim.SpikeTrains

    @property
    def numbers(self) -> Numbers:
        """Mean rate, CV of intervals, unevenness, and frequency of the population rate."""
        rate = self.trains.population_rate(BIN)[1]
        hertz, power = signal.welch(rate, 1000.0 / BIN, nperseg=min(1024, rate.size))
        values = {
            "rate": self.trains.mean_rate(),
            "CV": irregularity(self.trains),
            "unevenness": float(rate.std() / rate.mean()),
            "frequency": float(hertz[np.argmax(power)]),
        }
        return {f"{self.regime} {name}": value for name, value in values.items()}


def build(
    regime: str = "AI", *, scale: float = 1.0, seed: int = 1, threads: int = 1
) -> tuple[sim.Network, sim.Population]:
    """Build the network; returns it and all its neurons, the excitatory ones first."""
    if regime not in REGIMES:
        raise sim.ValidationError(f"must be one of {', '.join(REGIMES)}, got {regime!r}", "regime")
    g, eta = REGIMES[regime]
    n_exc, n_inh = round(N_EXC * scale), round(N_INH * scale)
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    model = sim.LIF(**CELL, E_L=0.0, receptors={"jump": sim.Delta()})
    cells = net.population("cells", n_exc + n_inh, model)
    exc, inh = cells[:n_exc], cells[n_exc:]
    net.project(exc, cells, sim.FixedInDegree(K_EXC), weight=J, delay=DELAY)
    net.project(inh, cells, sim.FixedInDegree(K_INH), weight=-g * J, delay=DELAY)
    net.stimulate(cells, sim.PoissonDrive(eta * THRESHOLD_HZ, J))
    return net, cells


def run(
    regime: str = "AI",
    *,
    seconds: float = 1.0,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate one regime; `seconds` is the measured time after the network has settled."""
    net, cells = build(regime, scale=scale, seed=seed, threads=threads)
    net.run(SETTLE)
    spikes = net.record(cells, "spikes")
    net.run(1000.0 * seconds)
    return Result(regime, spikes.result())


def input_moments(rate: float, g: float, eta: float) -> tuple[float, float]:
    """Mean and standard deviation (mV) of the input if all neurons fire at `rate` (Hz)."""
    excitation = (eta * THRESHOLD_HZ + K_EXC * rate) / 1000.0  # spikes per ms
    inhibition = K_INH * rate / 1000.0
    tau_m = CELL["tau_m"]
    mean = tau_m * J * (excitation - g * inhibition)
    return mean, J * np.sqrt(tau_m * (excitation + g * g * inhibition))


def theory(regime: str) -> tuple[float, float]:
    """The stationary rate (Hz), and the CV of intervals for white noise input.

    The rate is self-consistent: neurons whose input has this rate fire at this rate.
    """
    g, eta = REGIMES[regime]

    def excess(rate: float) -> float:
        return lif_rate(*input_moments(rate, g, eta), **CELL) - rate

    rate = float(optimize.brentq(excess, 0.01, 999.0 / CELL["t_ref"]))
    return rate, lif_cv(*input_moments(rate, g, eta), **CELL)


def picture(results: Sequence[Result], path: Path) -> None:
    """Plot for each regime the spikes of 50 neurons and the population rate (figure 8)."""
    with plot.style():
        columns = min(2, len(results))
        figure = plt.figure(figsize=(4.5 * columns, 3.0 * -(-len(results) // columns)),
                            layout="constrained")  # fmt: skip
        parts = np.ravel(figure.subfigures(-(-len(results) // columns), columns, squeeze=False))
        for part, result in zip(parts, results, strict=False):
            upper, lower = part.subplots(2, 1, sharex=True, height_ratios=(3, 2))
            stop = result.trains.t_stop
            start = max(result.trains.t_start, stop - SHOWN[result.regime])
            shown = result.trains.window(start, stop)
            plot.raster(shown[:50], upper, rates=False)
            edges, rate = shown.bin_edges(BIN), shown.population_rate(BIN)[1]
            lower.stairs(rate, edges, baseline=None)
            g, eta = REGIMES[result.regime]
            upper.set(title=f"{result.regime}: g = {g:g}, η = {eta:g}", xlabel="")
            upper.set_ylabel("neuron")
            lower.set(xlabel="time (ms)", ylabel="rate (Hz)", ylim=(0.0, None))
        save(figure, path)


def main(
    regime: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(REGIMES)}; several, or all.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Measured time of each regime.")] = 1.0,
    scale: Annotated[float, typer.Option(help="Neurons, as a share of the paper's.")] = 1.0,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """Brunel 2000: four states of a sparse network."""
    check_files(out, json_file)
    results = [
        run(name, seconds=seconds, scale=scale, seed=seed, threads=threads)
        for name in regime or REGIMES
    ]
    options = {"seconds": seconds, "scale": scale, "seed": seed}
    numbers = {name: value for result in results for name, value in result.numbers.items()}
    report("Brunel 2000", options, numbers, EXPECTED, lambda p: picture(results, p), out, json_file)


if __name__ == "__main__":
    cli(main)
