"""Pyramidal-interneuron network gamma rhythm (PING).

A volley of spikes of 320 driven excitatory cells makes 80 inhibitory cells fire, which silence the
excitatory ones; when the inhibition has decayed, the next volley follows. So excitation leads by
some milliseconds, the period depends on the decay time of GABA_A, and there is no rhythm without
either of the two pathways (E to I, I to E).

    E: Hodgkin-Huxley of Traub & Miles, driven by 200 pA +- 30 %;   I: Wang & Buzsaki, not driven
    E to I: AMPA, 3 ms;   I to E and I to I: GABA_A, 9 ms;   connection probability 1/2

Boergers & Kopell 2003, Neural Comput. 15:509; 2005, Neural Comput. 17:557, whose excitatory cells
differ only by an instantaneous gate m; synaptic strengths were chosen for this example. The
frequency is close to that of one cell of each type ("two cells"; the tests integrate these
independently). 400 conductance-based cells take about one second of computing time per simulated
second.

    python -m models.ping --out ping.png --json ping.json
    python -m models.ping --tau-gaba 20
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
import typer
from scipy.ndimage import gaussian_filter1d

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
    synchrony,
)

N_EXC, N_INH, P = 320, 80, 0.5
CELL_EXC = {"C_m": 100.0, "g_Na": 10000.0, "g_K": 8000.0, "g_L": 10.0, "E_K": -100.0,
            "E_L": -67.0, "V_T": -67.0, "t_ref": 1.0}  # fmt: skip
DRIVE, SPREAD = 200.0, 0.3  # pA, and its relative spread between cells
NOISE = 20.0  # pA, drawn anew each ms
G_EI, G_IE, G_II = 30.0, 30.0, 15.0  # nS, sum of all synapses onto a cell; EI: E to I
TAU_AMPA, TAU_GABA, E_GABA = 3.0, 9.0, -80.0  # ms, ms, mV
DELAY = 0.5  # ms
TAUS = (5.0, 9.0, 15.0, 20.0)  # ms, of GABA
CUTS = {"E to I cut": {"g_ei": 0.0}, "I to E cut": {"g_ie": 0.0}}
SETTLE, BIN = 200.0, 0.5  # ms
LONGEST_LAG = 12.0  # ms

EXPECTED = {
    "frequency": Expected(40, 46, "Hz", "two cells 42.9; gamma 30 to 80"),
    "exc rate": Expected(27, 42, "Hz", "below the frequency: some skip cycles"),
    "inh rate": Expected(38, 50, "Hz", "one spike a cycle"),
    "lead of E": Expected(1, 5, "ms", "E before I by a few"),
    "synchrony of E": Expected(12, 60, "", "1: independent cells"),
    "E to I cut synchrony": Expected(0.3, 2, "", "no rhythm"),
    "I to E cut synchrony": Expected(0.3, 2, "", "no rhythm"),
    "GABA 5 ms frequency": Expected(48, 58, "Hz", "two cells 48.2"),
    "GABA 15 ms frequency": Expected(30, 34, "Hz", "two cells 31.5"),
    "GABA 20 ms frequency": Expected(24, 28, "Hz", "two cells 25.7"),
}


@dataclass(frozen=True)
class Trial:
    """Spikes of excitatory and inhibitory cells."""

    exc: sim.SpikeTrains
    inh: sim.SpikeTrains

    def rates(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times (ms) after settling, and rates (Hz) of both populations, smoothed over 1 ms."""
        settled = [cells.window(SETTLE, cells.t_stop) for cells in (self.exc, self.inh)]
        times = settled[0].population_rate(BIN)[0]
        exc, inh = (
            gaussian_filter1d(cells.population_rate(BIN)[1], 1.0 / BIN, mode="constant")
            for cells in settled
        )
        return times, exc, inh

    def frequency(self) -> float:
        """Frequency of the highest peak of the excitatory rate's spectrum in 15 to 120 Hz."""
        _, rate, _ = self.rates()
        frequency = np.fft.rfftfreq(8 * rate.size, BIN / 1000.0)
        power = np.abs(np.fft.rfft(rate - rate.mean(), 8 * rate.size))
        band = (frequency > 15.0) & (frequency < 120.0)
        return float(frequency[band][power[band].argmax()])

    def lead(self) -> float:
        """Time (ms) by which the excitatory rate leads the inhibitory one."""
        _, exc, inh = self.rates()
        most = round(LONGEST_LAG / BIN)
        middle = exc[most:-most] - exc.mean()
        lags = np.arange(-most, most + 1)
        products = [middle @ np.roll(inh - inh.mean(), -lag)[most:-most] for lag in lags]
        return float(BIN * lags[int(np.argmax(products))])

    def synchrony(self) -> float:
        """Synchrony of the excitatory cells in bins of 2 ms."""
        return synchrony(self.exc.window(SETTLE, self.exc.t_stop), 2.0)


@dataclass(frozen=True)
class Result:
    """Trials with the full network, without either pathway, and with other GABA decay times."""

    rhythm: Trial
    cut: dict[str, Trial]
    decays: dict[float, Trial]

    @property
    def numbers(self) -> Numbers:
        """Numbers of the rhythm, and those of the other trials for comparison."""
        exc, inh = (cells.window(SETTLE, cells.t_stop)
                    for cells in (self.rhythm.exc, self.rhythm.inh))  # fmt: skip
        numbers = {
            "frequency": self.rhythm.frequency(),
            "exc rate": exc.mean_rate(),
            "inh rate": inh.mean_rate(),
            "lead of E": self.rhythm.lead(),
            "synchrony of E": self.rhythm.synchrony(),
        }
        cut = {f"{name} synchrony": trial.synchrony() for name, trial in self.cut.items()}
        decays = {f"GABA {tau:g} ms frequency": trial.frequency()
                  for tau, trial in self.decays.items() if tau != TAU_GABA}  # fmt: skip
        return numbers | cut | decays


def build(
    *,
    tau_gaba: float = TAU_GABA,
    g_ei: float = G_EI,
    g_ie: float = G_IE,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> tuple[sim.Network, sim.Population, sim.Population]:
    """Build the network and its populations; with more cells, synapses are weaker."""
    net = sim.Network(dt=0.05, seed=seed, threads=threads)
    receptors = {
        "ampa": sim.DualExpConductance(tau_rise=0.1, tau_decay=TAU_AMPA, E_rev=0.0),
        "gaba": sim.DualExpConductance(tau_rise=0.3, tau_decay=tau_gaba, E_rev=E_GABA),
    }
    drive = sim.Uniform(DRIVE * (1.0 - SPREAD), DRIVE * (1.0 + SPREAD))
    exc = net.population("exc", round(N_EXC * scale),
                         sim.TraubMiles(**CELL_EXC, I_e=drive, receptors=receptors),
                         initial={"V_m": sim.Uniform(-80.0, -55.0)})  # fmt: skip
    inh = net.population("inh", round(N_INH * scale), sim.WangBuzsaki(receptors=receptors),
                         initial={"V_m": sim.Uniform(-75.0, -60.0)})  # fmt: skip
    for source, target, strength, receptor in (
        (exc, inh, g_ei, "ampa"), (inh, exc, g_ie, "gaba"), (inh, inh, G_II, "gaba"),
    ):  # fmt: skip
        net.project(source, target, sim.FixedProbability(P), delay=DELAY, receptor=receptor,
                    weight=strength / (P * len(source)))  # fmt: skip
    for cells in (exc, inh):
        net.stimulate(cells, sim.NoiseCurrent(std=NOISE, every=1.0))
    return net, exc, inh


def simulate(seconds: float, **options: Any) -> Trial:
    """Run one simulation; `options` are those of `build`."""
    net, *cells = build(**options)
    spikes = [net.record(population, "spikes") for population in cells]
    net.run(round(1000.0 * seconds))
    return Trial(spikes[0].result(), spikes[1].result())


def run(
    *,
    seconds: float = 1.2,
    tau_gaba: float = TAU_GABA,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate the full network, each pathway removed, and other GABA decay times."""
    options: dict[str, Any] = {"scale": scale, "seed": seed, "threads": threads}
    rhythm = simulate(seconds, tau_gaba=tau_gaba, **options)
    cut = {name: simulate(seconds, tau_gaba=tau_gaba, **ways, **options)
           for name, ways in CUTS.items()}  # fmt: skip
    decays = {tau: simulate(seconds, tau_gaba=tau, **options) for tau in TAUS if tau != tau_gaba}
    return Result(rhythm, cut, decays | {tau_gaba: rhythm})


def picture(result: Result, path: Path) -> None:
    """Plot spikes and rates (200 ms), one volley, removed pathways, and frequency by decay."""
    with plot.style():
        figure, axes = plt.subplots(2, 2, figsize=(9.0, 5.4), width_ratios=(2, 1),
                                    layout="constrained")  # fmt: skip
        stop = result.rhythm.exc.t_stop
        start = max(0.0, stop - 300.0)
        for ax, trial, title in (
            (axes[0, 0], result.rhythm, "whole"),
            (axes[1, 0], result.cut["I to E cut"], "I to E cut"),
        ):  # fmt: skip
            shown = {
                "exc": trial.exc[::2].window(start, stop),
                "inh": trial.inh.window(start, stop),
            }
            plot.raster(shown, ax, rates=False)
            ax.set_title(title)
        times, exc, inh = result.rhythm.rates()
        period = 1000.0 / result.rhythm.frequency()
        peak = times[int(exc[times < stop - 2.0 * period].argmax())]
        near = np.abs(times - peak) < 0.6 * period
        for rate, name in ((exc, "exc"), (inh, "inh")):
            axes[0, 1].plot(times[near] - peak, rate[near], label=name)
        axes[0, 1].set(xlabel="time from a volley of E (ms)", ylabel="rate (Hz)", ylim=(0.0, None))
        axes[0, 1].legend()
        taus = sorted(result.decays)
        axes[1, 1].plot(taus, [result.decays[tau].frequency() for tau in taus], "o-")
        axes[1, 1].set(xlabel="decay of GABA (ms)", ylabel="frequency (Hz)", ylim=(0.0, None),
                       xlim=(0.0, None))  # fmt: skip
        save(figure, path)


def main(
    seconds: Annotated[float, typer.Option(help="Simulated time.")] = 1.2,
    tau_gaba: Annotated[float, typer.Option(help="Decay of GABA_A (ms).")] = TAU_GABA,
    scale: Annotated[float, typer.Option(help="Cells, as a share of 400.")] = 1.0,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """A gamma rhythm of pyramidal cells and interneurons."""
    check_files(out, json_file)
    if seconds < 0.4:
        raise sim.ValidationError(f"must be at least 0.4 s, got {seconds} s", "seconds")
    options = {"seconds": seconds, "tau_gaba": tau_gaba, "scale": scale, "seed": seed}
    result = run(seconds=seconds, tau_gaba=tau_gaba, scale=scale, seed=seed, threads=threads)
    expected = EXPECTED if tau_gaba == TAU_GABA else {}
    report("PING", options, result.numbers, expected, lambda p: picture(result, p), out, json_file)


if __name__ == "__main__":
    cli(main)
