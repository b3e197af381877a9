"""Izhikevich's random network of 1,000 neurons: rhythms near 10 and 30 Hz (Izhikevich 2003).

The parameters of 800 excitatory neurons range from regular spiking to chattering, those of 200
inhibitory ones from fast spiking to low-threshold spiking; they differ for each neuron.
Connectivity is all-to-all with random weights. Noise drawn each millisecond represents the input
from the thalamus, and fast inhibition synchronizes the evoked spikes.

    v' = 0.04 v^2 + 5 v + 140 - u + I,   u' = a (b v - u);   v >= 30: v = c, u = u + d
    exc: (a, b) = (0.02, 0.2),                    (c, d) = (-65, 8) + (15, -6) r^2,   I = 5 noise
    inh: (a, b) = (0.02, 0.25) + (0.08, -0.05) r, (c, d) = (-65, 2),                  I = 2 noise
    weights: 0.5 r of excitatory, -r of inhibitory neurons;   r uniform from 0 to 1

Izhikevich 2003, IEEE Trans. Neural Netw. 14:1569, whose script takes two half steps of v in each
millisecond. There a spike acts in the next millisecond; here one millisecond later, because the
spikes of a step are delivered at the earliest at the end of the next step.

    python -m models.izhikevich --out izhikevich.png --json izhikevich.json
    python -m models.izhikevich --seconds 60
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import typer
from scipy.signal import welch

import spikesim as sim
from spikesim import plot
from spikesim.units import ms, pA, param

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

N_EXC, N_INH = 800, 200
W_EXC, W_INH = 0.5, -1.0  # maximum weights, mV/ms for 1 ms
THALAMUS_EXC, THALAMUS_INH = 5.0, 2.0  # mV/ms
ALPHA, GAMMA = (5.0, 15.0), (20.0, 80.0)  # Hz, bands in which peaks are searched
SETTLE = 200.0  # ms

EXPECTED = {
    "exc rate": Expected(6.9, 7.7, "Hz", "the paper's equations in NumPy 7.3"),
    "inh rate": Expected(6.1, 7.0, "Hz", "the paper's equations in NumPy 6.7"),
    "alpha peak": Expected(6, 12, "Hz", "paper about 10, its equations in NumPy 8 to 9"),
    "gamma peak": Expected(20, 38, "Hz", "paper about 40, its equations in NumPy 25 to 35"),
    "alpha share": Expected(0.1, 0.35, "", "a Poisson process 0.02"),
    "gamma share": Expected(0.25, 0.6, "", "a Poisson process 0.12"),
    "CV": Expected(0.35, 0.5, "", "fairly regular: each recovers from its spikes"),
}


class Pulse(sim.Receptor):
    """A current pulse of 1 ms (one step)."""

    fade = param(1e-3, ms, "positive", "time constant, short against the step of 1 ms")

    equations = "dI/dt = -I / fade : pA"
    on_spike = {"I": "1"}  # noqa: RUF012
    current = "I"
    weight_unit = pA


@dataclass(frozen=True)
class Result:
    """Spikes of excitatory and inhibitory neurons."""

    exc: sim.SpikeTrains
    inh: sim.SpikeTrains

    @property
    def numbers(self) -> Numbers:
        """Rates, rhythms and irregularity, without the first 200 ms."""
        exc, inh = (cells.window(SETTLE, cells.t_stop) for cells in (self.exc, self.inh))
        return {
            "exc rate": exc.mean_rate(),
            "inh rate": inh.mean_rate(),
            **rhythms(self.activity()),
            "CV": irregularity(exc, 5),
        }

    def activity(self) -> np.ndarray:
        """Number of spikes of all neurons in each millisecond, without the first 200 ms."""
        first = round(SETTLE)
        counts = [cells.population_rate(1.0)[1] * cells.n for cells in (self.exc, self.inh)]
        return np.rint((counts[0] + counts[1])[first:] / 1000.0)


def spectrum(activity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (Hz) and power spectrum of counts per millisecond, smoothed over 5 Hz."""
    frequency, power = welch(activity, 1000.0, nperseg=min(1000, activity.size))
    width = max(1, round(5.0 / frequency[1]))
    return frequency, np.convolve(power, np.full(width, 1.0 / width), "same")


def rhythms(activity: np.ndarray) -> Numbers:
    """Peak frequencies (Hz) of two bands, and their fractions of the power above 1 Hz."""
    frequency, power = spectrum(activity)
    peaks, shares = {}, {}
    for name, (low, high) in (("alpha", ALPHA), ("gamma", GAMMA)):
        band = (frequency >= low) & (frequency < high)
        peaks[f"{name} peak"] = float(frequency[band][power[band].argmax()])
        shares[f"{name} share"] = float(power[band].sum() / power[frequency > 1.0].sum())
    return peaks | shares


def build(*, seed: int = 1, threads: int = 1) -> tuple[sim.Network, sim.Population, sim.Population]:
    """Build the network; returns it and its excitatory and inhibitory neurons."""
    net = sim.Network(dt=1.0, seed=seed, threads=threads)
    rng = np.random.default_rng(seed)
    r_exc, r_inh = rng.random(N_EXC), rng.random(N_INH)
    receptors = {"pulse": Pulse()}
    cells_exc = sim.IzhikevichHalfSteps(
        a=0.02, b=0.2, c=-65.0 + 15.0 * r_exc**2, d=8.0 - 6.0 * r_exc**2, receptors=receptors
    )
    cells_inh = sim.IzhikevichHalfSteps(
        a=0.02 + 0.08 * r_inh, b=0.25 - 0.05 * r_inh, c=-65.0, d=2.0, receptors=receptors
    )
    exc = net.population("exc", N_EXC, cells_exc)
    inh = net.population("inh", N_INH, cells_inh)
    for target in (exc, inh):
        net.project(exc, target, sim.AllToAll(), weight=sim.Uniform(0.0, W_EXC), delay=1.0)
        net.project(inh, target, sim.AllToAll(), weight=sim.Uniform(W_INH, 0.0), delay=1.0)
    net.stimulate(exc, sim.NoiseCurrent(std=THALAMUS_EXC))
    net.stimulate(inh, sim.NoiseCurrent(std=THALAMUS_INH))
    return net, exc, inh


def run(*, seconds: float = 20.0, seed: int = 1, threads: int = 1) -> Result:
    """Simulate the network."""
    net, *cells = build(seed=seed, threads=threads)
    spikes = [net.record(population, "spikes") for population in cells]
    net.run(round(1000.0 * seconds))
    return Result(spikes[0].result(), spikes[1].result())


def picture(result: Result, path: Path) -> None:
    """Plot the spikes of the first second, as in the paper, and the spectrum of the whole run."""
    with plot.style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 4.0), width_ratios=(2, 1),
                                             layout="constrained")  # fmt: skip
        stop = min(1000.0, result.exc.t_stop)
        shown = {"exc": result.exc.window(0.0, stop), "inh": result.inh.window(0.0, stop)}
        plot.raster(shown, left, bin=2.0)
        frequency, power = spectrum(result.activity())
        right.plot(frequency, power)
        for (low, high), colour, name in ((ALPHA, 1, "alpha"), (GAMMA, 2, "gamma")):
            right.axvspan(low, high, color=plot.OKABE_ITO[colour], alpha=0.15, lw=0.0, label=name)
        right.set(xlim=(0, 100), ylim=(0.0, None), xlabel="frequency (Hz)",
                  ylabel="power of all spikes (1/Hz)")  # fmt: skip
        right.legend()
        save(figure, path)


def main(
    seconds: Annotated[float, typer.Option(help="Simulated time.")] = 20.0,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """Izhikevich's network of 1,000 neurons."""
    check_files(out, json_file)
    if seconds < 0.5:
        raise sim.ValidationError(f"must be at least 0.5 s, got {seconds} s", "seconds")
    result = run(seconds=seconds, seed=seed, threads=threads)
    report("Izhikevich 2003", {"seconds": seconds, "seed": seed}, result.numbers, EXPECTED,
           lambda p: picture(result, p), out, json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
