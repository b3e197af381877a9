"""Synfire chain: propagation or decay of volleys of synchronous spikes.

The chain has ten groups of 100 leaky integrate-and-fire neurons; each neuron excites all neurons of
the next group. Background input from some 17,600 excitatory and 2,400 inhibitory synapses makes the
membrane potentials fluctuate by some 3 mV around -62 mV, so that a neuron fires spontaneously at
about 2 Hz.

    C_m dV/dt = -C_m (V + 70 mV) / 10 ms + I,   V >= -55 mV: V = -70 mV for 1 ms

A spike causes a current with the shape of an alpha function and a postsynaptic potential of 0.14 mV
with a rise time of 1.7 ms. A volley consists of a spikes with a standard deviation of sigma ms, and
both determine whether it propagates. In the (a, sigma) plane volleys converge either to an
attractor with nearly all neurons and less than a millisecond, or to silence; a separatrix divides
the two cases.

Diesmann, Gewaltig & Aertsen 1999, Nature 402:529; survival of single volleys as in Gewaltig,
Diesmann & Aertsen 2001, Neural Netw. 14:657. Many volleys are sent one after the other, 60 ms
apart. The axonal delay of 1 ms only increases the propagation time.

    python -m models.synfire_chain --out synfire_chain.png --json synfire_chain.json
    python -m models.synfire_chain --repeats 30
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
import typer
from matplotlib.axes import Axes

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
    report,
    save,
)

N_GROUPS, WIDTH = 10, 100
CELL = {"C_m": 250.0, "tau_m": 10.0, "E_L": -70.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 1.0}
TAU_SYN, WEIGHT, DELAY = 0.325, 45.713, 1.0  # pA for 0.14 mV
K_EXC, K_INH, EXC_HZ, INH_HZ = 17_600, 2_400, 2.0, 12.5
QUIET, GAP, WINDOW = (
    500.0,
    60.0,
    15.0,
)  # ms before the first volley, between volleys, and of a group's response
SPIKES, SIGMAS = range(20, 111, 10), (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
SURVIVED, OFF = WIDTH // 2, 15
"""Minimum spikes in the last group of a surviving volley; below OFF spikes a volley has ended."""

EXPECTED = {
    "spontaneous rate": Expected(2, 4, "Hz", "paper 2"),
    "membrane deviation": Expected(2.6, 3.2, "mV", "paper 2.85"),
    "attractor a": Expected(94, 100, "spikes", "paper: nearly all of 100"),
    "attractor sigma": Expected(0.2, 0.35, "ms", "paper: below 1"),
    "threshold at sigma 0": Expected(40, 52, "spikes", "half of the volleys survive"),
    "threshold at sigma 3": Expected(58, 76, "spikes", "more than at 0"),
    "time a group": Expected(1.5, 1.7, "ms", "1 of it in the axons"),
}


@dataclass(frozen=True)
class Result:
    """The volleys sent into the chain, and the response of each group.

    Attributes
    ----------
    start : ndarray, shape (n_volleys, 3)
        Number of spikes a, standard deviation sigma (ms) and centre (ms) of each volley.
    a, sigma, middle : ndarray, shape (n_volleys, N_GROUPS)
        The same for the response of each group; sigma is NaN for fewer than 3 spikes.
    trains : SpikeTrains
        Spikes of all groups.
    membrane : Traces
        Membrane potentials of some neurons before the first volley.
    """

    start: np.ndarray
    a: np.ndarray
    sigma: np.ndarray
    middle: np.ndarray
    trains: sim.SpikeTrains
    membrane: sim.Traces

    @property
    def survived(self) -> np.ndarray:
        """Whether each volley reached the last group."""
        return self.a[:, -1] >= SURVIVED

    def threshold(self, sigma: float) -> float:
        """Volley size at which half of the volleys of width `sigma` survive (Spearman & Kärber)."""
        own = self.start[:, 1] == sigma
        sizes = np.unique(self.start[own, 0])
        lost = [1.0 - self.survived[own & (self.start[:, 0] == a)].mean() for a in sizes]
        return float(sizes[0] + (sizes[1] - sizes[0]) * (sum(lost) - 0.5))

    @property
    def numbers(self) -> Numbers:
        """Spontaneous activity, the attractor, and the position of the separatrix."""
        won = self.survived
        return {
            "spontaneous rate": self.trains.window(QUIET - 300.0, QUIET - 20.0).mean_rate(),
            "membrane deviation": float(self.membrane.window(100.0, QUIET).values.std()),
            "attractor a": float(self.a[won, -1].mean()),
            "attractor sigma": float(self.sigma[won, -1].mean()),
            "threshold at sigma 0": self.threshold(0.0),
            "threshold at sigma 3": self.threshold(3.0),
            "time a group": float(np.diff(self.middle[won, -4:]).mean()),
        }


def volleys(start: np.ndarray, seed: int) -> list[np.ndarray]:
    """Spike times of the source neurons: in each volley, the first a of them spike once."""
    times: list[list[float]] = [[] for _ in range(int(start[:, 0].max()))]
    for k, (a, sigma, middle) in enumerate(start):
        drawn = np.random.default_rng((seed, k)).normal(middle, sigma, int(a)).round(1)
        for row, time in zip(times, drawn, strict=False):
            row.append(time)
    return [np.array(row) for row in times]


def build(
    start: np.ndarray, *, seed: int = 1, threads: int = 1
) -> tuple[sim.Network, sim.Population]:
    """Build the network; returns it and the chain of groups. `start` is as in `Result`."""
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    model = sim.LIF(**CELL, receptors={"psc": sim.AlphaCurrent(tau_syn=TAU_SYN)})
    chain = net.population("chain", N_GROUPS * WIDTH, model)
    times = volleys(start, seed)
    before: sim.Population | sim.View = net.population("volley", len(times), sim.SpikeSource(times))
    for k in range(N_GROUPS):
        group = chain[k * WIDTH : (k + 1) * WIDTH]
        net.project(before, group, sim.AllToAll(), weight=WEIGHT, delay=DELAY)
        # Synapses from the previous group, which also fires spontaneously, replace background.
        n_exc = K_EXC - (WIDTH if k else 0)
        net.stimulate(group, sim.PoissonDrive(n_exc * EXC_HZ, WEIGHT))
        net.stimulate(group, sim.PoissonDrive(K_INH * INH_HZ, -WEIGHT))
        before = group
    return net, chain


def run(
    *,
    spikes: Sequence[int] = SPIKES,
    sigmas: Sequence[float] = SIGMAS,
    repeats: int = 8,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Send `repeats` volleys of each size and width, and measure the responses."""
    grid = np.array([(a, s) for a in spikes for s in sigmas for _ in range(repeats)], dtype=float)
    start = np.column_stack([grid, QUIET + GAP * np.arange(len(grid))])
    net, chain = build(start, seed=seed, threads=threads)
    recorder = net.record(chain, "spikes")
    membrane = net.record(chain[::20], "V_m", every=5.0)
    net.run(QUIET + GAP * len(grid))
    trains = recorder.result()
    return Result(start, *follow(trains, start), trains, membrane.result())


def follow(trains: sim.SpikeTrains, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Size, standard deviation and centre of each volley in each group, despite spontaneous spikes.

    A group responds within `WINDOW` ms after the start of the volley in the previous group, which
    is two standard deviations before its centre. The spikes of the response are those within three
    standard deviations, estimated from the quartiles, of their median.
    """
    a, sigma, middle = np.full((3, len(start), N_GROUPS), np.nan)
    for k in range(N_GROUPS):
        times = trains.times[trains.ids // WIDTH == k]
        spread, centre = start[:, 1:].T if k == 0 else (sigma[:, k - 1], middle[:, k - 1])
        begin = centre + DELAY - 2.0 * np.nan_to_num(spread)
        ends = np.searchsorted(times, [begin, begin + WINDOW])
        for j, (first, last) in enumerate(ends.T):
            found = times[first:last]
            a[j, k], middle[j, k] = found.size, centre[j] + DELAY
            if found.size < 3:
                continue
            low, median, high = np.percentile(found, [25, 50, 75])
            found = found[np.abs(found - median) <= max(3.0 * (high - low) / 1.349, 1.0)]
            a[j, k], sigma[j, k], middle[j, k] = found.size, found.std(), np.median(found)
    return a, sigma, middle


def picture(result: Result, path: Path) -> None:
    """Plot a surviving and a decaying volley, and all trajectories with the separatrix."""
    with plot.style():
        figure = plt.figure(figsize=(8.0, 4.4), layout="constrained")
        grid = figure.add_gridspec(2, 5)
        for row, fate in enumerate((True, False)):
            _raster(figure.add_subplot(grid[row, :2]), result, fate)
        ax = figure.add_subplot(grid[:, 2:])
        for start in np.unique(result.start[:, :2], axis=0):
            _way(ax, result, start)
        sigmas = np.unique(result.start[:, 1])
        ax.plot(sigmas, [result.threshold(s) for s in sigmas], "ko-", lw=2.0, ms=4.0,
                label="half of the volleys survive")  # fmt: skip
        numbers = result.numbers
        ax.plot(numbers["attractor sigma"], numbers["attractor a"], "*", c=plot.OKABE_ITO[2],
                ms=14.0, label="attractor", zorder=3)  # fmt: skip
        for label, colour in zip(("survives", "fades"), plot.OKABE_ITO, strict=False):
            ax.plot([], [], c=colour, label=label)
        ax.set(xlabel="deviation of the volley, $\\sigma$ (ms)", ylabel="spikes of the volley, a")
        ax.set(xlim=(-0.1, 5.1), ylim=(0.0, 115.0))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        save(figure, path)


def _way(ax: Axes, result: Result, start: np.ndarray) -> None:
    """Plot the mean trajectory of the volleys of one start that have the more common outcome."""
    own = (result.start[:, :2] == start).all(axis=1)
    fate = result.survived[own].mean() >= 0.5
    own &= result.survived == fate
    a = np.append(start[0], result.a[own].mean(axis=0))
    length = int(np.argmax(a < OFF)) if (a < OFF).any() else a.size
    sigma = np.append(start[1], np.nanmean(result.sigma[own, : length - 1], axis=0))
    ax.plot(sigma, a[:length], ".-", c=plot.OKABE_ITO[not fate], lw=0.7, ms=3.0)


def _raster(ax: Axes, result: Result, fate: bool) -> None:
    """Plot the spikes around the weakest surviving, or the strongest failing, volley of 3 ms."""
    own = np.flatnonzero((result.start[:, 1] == 3.0) & (result.survived == fate))
    if own.size:
        a, sigma, middle = result.start[own[0 if fate else -1]]
        shown = result.trains.window(middle - 10.0, middle + 45.0)
        ax.plot(shown.times - middle, shown.ids / WIDTH, ".", c=plot.OKABE_ITO[not fate], ms=2.0)
        ax.set_title(f"a = {a:.0f}, $\\sigma$ = {sigma:.0f} ms {'survives' if fate else 'fades'}")
    ax.set(ylabel="group", ylim=(0, N_GROUPS), yticks=range(0, N_GROUPS + 1, 2))
    ax.set_xlabel("" if fate else "time after the volley (ms)")


def main(
    repeats: Annotated[int, typer.Option(min=1, help="Volleys of each size and deviation.")] = 8,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """Diesmann, Gewaltig & Aertsen 1999: volleys in a synfire chain."""
    check_files(out, json_file)
    result = run(repeats=repeats, seed=seed, threads=threads)
    report("Diesmann et al. 1999", {"repeats": repeats, "seed": seed}, result.numbers, EXPECTED,
           lambda p: picture(result, p), out, json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
