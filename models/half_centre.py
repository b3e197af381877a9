"""Half-centre oscillator: two adapting populations that inhibit each other and alternate.

Each half has 100 inhibitory neurons with adaptive thresholds and the same constant current; every
neuron inhibits all neurons of the other half. While one half fires, its thresholds rise, and those
of the silent half fall until it can fire again (escape) and silences the first. Without rhythmic
input, the network alternates like the two sides of a spinal cord.

    C_m dV/dt = -C_m (V - E_L) / tau_m + I_syn + I_e + noise,   V >= V_th + theta: V = V_reset
    dtheta/dt = -theta / 1000 ms, theta grows by theta_plus = 0.3 mV at a spike

Brown 1911, Proc. R. Soc. B 84:308; adaptation and mutual inhibition as in Matsuoka 1985, Biol.
Cybern. 52:367; escape and release: Wang & Rinzel 1992, Neural Comput. 4:84. The parameters were
chosen for this example. `theory` describes each half by its mean rate, threshold and inhibition,
a system of four differential equations.

    python -m models.half_centre --out half_centre.png --json half_centre.json
    python -m models.half_centre --theta-plus 0.6      # tire twice as fast
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
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
    report,
    save,
)
from .theory import lif_rate

HALF, WEIGHT, DELAY, TAU_SYN = 100, 8.0, 1.0, 10.0  # neurons, pA, ms, ms
CELL = {"tau_m": 10.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 2.0}
C_M, E_L, I_E, NOISE = 250.0, -70.0, 600.0, 600.0  # pF, mV, pA, pA in each step of 0.1 ms
TAU_THETA, THETA_PLUS = 1000.0, 0.3
HEAD_START = 5.0  # mV, initial difference of thresholds: right minus left half
BIN, SMOOTH, SETTLE = 10.0, 100.0, 2000.0  # ms

# A burst of a half lasts from the time at which its rate exceeds that of the other by SWITCH (Hz)
# until the rate of the other exceeds its own by SWITCH.
SWITCH = 10.0
EXPECTED = {
    "period": Expected(1.5, 1.9, "s", "mean-field theory 1.49"),
    "CV of the period": Expected(0, 0.06, "", "0: a clock"),
    "phase of the right half": Expected(0.46, 0.54, "", "0.5: alternation"),
    "rate in a burst": Expected(36, 46, "Hz"),
    "overlap": Expected(0, 0.06, "", "0: never together"),
}


@dataclass(frozen=True)
class Result:
    """Spikes of the left and right half, and the mean threshold increase of each (mV)."""

    left: sim.SpikeTrains
    right: sim.SpikeTrains
    theta: tuple[sim.Traces, sim.Traces]

    def rates(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times (ms) and smoothed rates (Hz) of both halves."""
        width = round(SMOOTH / BIN)
        times = np.convolve(self.left.population_rate(BIN)[0], np.full(width, 1 / width), "valid")
        left, right = (
            np.convolve(half.population_rate(BIN)[1], np.full(width, 1 / width), "valid")
            for half in (self.left, self.right)
        )
        return times, left, right

    @property
    def numbers(self) -> Numbers:
        """Statistics of the alternation, without the first two seconds."""
        times, left, right = self.rates()
        settled = times > SETTLE
        times, left, right = times[settled], left[settled], right[settled]
        starts, middles = switches(times, left - right)
        periods = np.diff(starts)
        if periods.size < 2:
            return dict.fromkeys(EXPECTED, float("nan"))
        after = middles[np.searchsorted(middles, starts[:-1])]
        return {
            "period": float(periods.mean()) / 1000.0,
            "CV of the period": float(periods.std() / periods.mean()),
            "phase of the right half": float(((after - starts[:-1]) / periods).mean()),
            "rate in a burst": float(np.maximum(left, right).mean()),
            "overlap": float(np.minimum(left, right).sum() / np.maximum(left, right).sum()),
        }


def switches(times: np.ndarray, difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times at which the left half takes over, and those at which the right half does."""
    clear = np.abs(difference) > SWITCH
    when, sign = times[clear], np.sign(difference[clear])
    changed = np.flatnonzero(np.diff(sign)) + 1
    return when[changed[sign[changed] > 0]], when[changed[sign[changed] < 0]]


def build(
    *, scale: float = 1.0, theta_plus: float = THETA_PLUS, seed: int = 1, threads: int = 1
) -> tuple[sim.Network, sim.Population, sim.Population]:
    """Build the network and its halves; with more neurons, weights are smaller."""
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    model = sim.AdaptiveLIF(
        **CELL, C_m=C_M, E_L=E_L, I_e=I_E, tau_theta=TAU_THETA, theta_plus=theta_plus,
        receptors={"gaba": sim.ExpCurrent(tau_syn=TAU_SYN, transmitter="GABA")},
    )  # fmt: skip
    n = round(HALF * scale)
    start = {"V_m": sim.Uniform(CELL["V_reset"], CELL["V_th"])}
    left = net.population("left", n, model, transmitter="GABA", initial=start)
    right = net.population("right", n, model, transmitter="GABA",
                           initial=start | {"theta": HEAD_START})  # fmt: skip
    for source, target in ((left, right), (right, left)):
        net.project(source, target, sim.AllToAll(), weight=WEIGHT * HALF / n, delay=DELAY)
        net.stimulate(target, sim.NoiseCurrent(std=NOISE))
    return net, left, right


def run(
    *,
    seconds: float = 20.0,
    scale: float = 1.0,
    theta_plus: float = THETA_PLUS,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate the network; the first two seconds are not measured."""
    net, *halves = build(scale=scale, theta_plus=theta_plus, seed=seed, threads=threads)
    spikes = [net.record(half, "spikes") for half in halves]
    theta = [net.record(half[:20], "theta", every=BIN) for half in halves]
    net.run(1000.0 * seconds)
    return Result(spikes[0].result(), spikes[1].result(), (theta[0].result(), theta[1].result()))


def theory(theta_plus: float = THETA_PLUS, *, seconds: float = 12.0, dt: float = 1.0) -> float:
    """Period (s) of the mean-field model: rate, threshold and inhibition of each half."""
    volts = CELL["tau_m"] / C_M  # steady-state mV per pA
    held = np.tanh(0.05 / CELL["tau_m"]) * (volts * NOISE) ** 2  # variance by noise of 0.1 ms

    @cache
    def rate(theta: float, inhibition: float) -> float:
        arriving = HALF * inhibition / 1000.0  # spikes per ms
        mean = E_L + volts * (I_E - WEIGHT * TAU_SYN * arriving)
        shot = arriving * (volts * WEIGHT * TAU_SYN) ** 2 / (2.0 * (CELL["tau_m"] + TAU_SYN))
        cell = CELL | {"V_th": CELL["V_th"] + theta}
        return lif_rate(mean, float(np.sqrt(2.0 * (held + shot))), **cell)

    theta, inhibition = np.array([0.0, HEAD_START]), np.zeros(2)
    took_over, ahead = [], True
    for k in range(round(1000.0 * seconds / dt)):
        rates = np.array([rate(*np.round(x, 2)) for x in zip(theta, inhibition, strict=True)])
        theta += dt * (theta_plus * rates / 1000.0 - theta / TAU_THETA)
        inhibition += dt / TAU_SYN * (rates[::-1] - inhibition)
        if abs(rates[0] - rates[1]) > SWITCH and (rates[0] > rates[1]) != ahead:
            ahead = not ahead
            took_over += [k * dt] if ahead else []
    return float(np.diff(took_over[1:]).mean()) / 1000.0


def picture(result: Result, path: Path) -> None:
    """Plot spikes, rates and thresholds of both halves in the last six seconds."""
    with plot.style():
        figure, (upper, middle, lower) = plt.subplots(
            3, 1, figsize=(8.0, 5.4), sharex=True, height_ratios=(3, 2, 2), layout="constrained"
        )
        stop = result.left.t_stop
        start = max(0.0, stop - 6000.0)
        halves = {"left": result.left, "right": result.right}
        shown = {name: half.window(start, stop) for name, half in halves.items()}
        plot.raster({name: half[::4] for name, half in shown.items()}, upper, rates=False)
        upper.set(xlabel="")
        times, *rates = result.rates()
        for rate, theta in zip(rates, result.theta, strict=True):
            middle.plot(times, rate)
            lower.plot(theta.times, theta.values.mean(axis=1))
        middle.set(ylabel="rate (Hz)", ylim=(0.0, None), xlim=(start, stop))
        lower.set(ylabel="theta (mV)", ylim=(0.0, None), xlabel="time (ms)")
        save(figure, path)


def main(
    seconds: Annotated[float, typer.Option(help="Simulated time.")] = 20.0,
    scale: Annotated[float, typer.Option(help="Neurons, as a share of 100 a half.")] = 1.0,
    theta_plus: Annotated[float, typer.Option(help="Rise of a threshold (mV).")] = THETA_PLUS,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """A half-centre oscillator: bursts that alternate."""
    check_files(out, json_file)
    options = {"seconds": seconds, "scale": scale, "theta_plus": theta_plus, "seed": seed}
    result = run(seconds=seconds, scale=scale, theta_plus=theta_plus, seed=seed, threads=threads)
    expected = EXPECTED if theta_plus == THETA_PLUS else {}
    report("Half-centre oscillator", options, result.numbers, expected,
           lambda p: picture(result, p), out, json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
