"""Ring attractor model of spatial working memory: a bump of activity stores an angle.

2,048 excitatory neurons have preferred angles around a circle; the closer these are, the more
strongly the neurons excite each other, through NMDA receptors only. 512 inhibitory neurons inhibit
all neurons with equal strength. Without a cue the neurons are nearly silent. A cue of 250 ms to a
tenth of the ring leaves a bump of persistent activity there, until an inhibitory current to all
neurons erases it. Only noise moves the bump along the ring, so that the stored angle slowly
diffuses, faster in smaller networks.

    C_m dV/dt = -g_L (V - E_L) + g_ext (0 - V) + B(V) g_nmda (0 - V) + g_gaba (-70 mV - V) + I_cue
    weight from angle a to angle b:  G_EE (J_minus + (J_plus - J_minus) exp(-(a - b)^2 / (2 18^2)))

J_minus is such that the mean weight is G_EE. NMDA synapses have a magnesium block, B(V), and
saturate: each source has a gate, implemented by depression of its release
(`spikesim.saturating_gate`).

Compte, Brunel, Goldman-Rakic & Wang 2000, Cereb. Cortex 10:910, with their neurons, input and
synaptic strengths except for two: 0.327 nS from E to I instead of 0.292, and J_plus = 2 instead of
1.62. With the original values a bump forms here within seconds without a cue, and all neurons fire
if G_EE is 4 % larger. The laboratory's program (github.com/xjwanglab/book) has 14.4 degrees and
calls the 18 a misprint: then no bump forms without a cue, but the bump after a cue becomes broad
within a second, here and in Brian2. Its second set of parameters (Murray et al. 2014, Cereb. Cortex
24:859) works here unchanged, but not if G_EE is 3 % smaller. With the parameters below, each of the
four strengths can be 3 % larger or smaller.

    python -m models.ring_attractor --out ring_attractor.png --json ring_attractor.json
    python -m models.ring_attractor --delay 10 --scale 0.25
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    irregularity,
    report,
    save,
)

N_EXC, N_INH = 2048, 512
V = {"E_L": -70.0, "V_th": -50.0, "V_reset": -60.0}
CELL_EXC = {**V, "C_m": 500.0, "tau_m": 20.0, "t_ref": 2.0}
CELL_INH = {**V, "C_m": 200.0, "tau_m": 10.0, "t_ref": 1.0}
STRENGTHS = {"EE": 0.381, "EI": 0.327, "IE": 1.336, "II": 1.024}  # nS with an open gate; EI: E to I
J_PLUS, SIGMA = 2.0, 18.0  # of 1, degrees
EXTERNAL_HZ, G_EXT_EXC, G_EXT_INH = 1800.0, 3.1, 2.38  # nS
CUE_PA, CUE_HALF_WIDTH, ERASE_PA = 250.0, 18.0, -1000.0
BEFORE, CUE, ERASE = 1000.0, 250.0, 300.0  # ms
CUES = (45.0, 135.0, 225.0, 315.0)
WINDOW = 250.0  # ms, time window to decode an angle

EXPECTED = {
    "rate before a cue": Expected(0.3, 1.5, "Hz"),
    "rate in the bump": Expected(42, 58, "Hz"),
    "width of the bump": Expected(17, 22, "degrees"),
    "concentration": Expected(0.9, 1, "", "1: all spikes at one angle"),
    "concentration before a cue": Expected(0, 0.4),
    "CV in the bump": Expected(0.45, 0.75, "", "irregular"),
    "drift in a second": Expected(0.5, 7, "degrees", "more with fewer neurons"),
    "error": Expected(0, 20, "degrees", "104 for a guess"),
}


@dataclass(frozen=True)
class Result:
    """Spikes of excitatory and inhibitory neurons, the cues (degrees) and the delay (ms)."""

    exc: sim.SpikeTrains
    inh: sim.SpikeTrains
    cues: tuple[float, ...]
    delay: float

    def trial(self, k: int) -> tuple[float, float]:
        """Start of the cue and end of the delay of a trial (ms)."""
        start = BEFORE + k * (BEFORE + CUE + self.delay + ERASE)
        return start, start + CUE + self.delay

    def read(self, start: float) -> tuple[float, float]:
        """Angle (degrees) and length (0 to 1) of the population vector in a window from `start`."""
        counts = self.exc.window(start, start + WINDOW).counts()
        vector = counts @ np.exp(1j * np.deg2rad(angles(self.exc.n))) / max(1, counts.sum())
        return float(np.rad2deg(np.angle(vector)) % 360.0), float(np.abs(vector))

    def profile(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances from the angle of the bump (degrees) and rates during the delay (Hz)."""
        rows = []
        for k in range(len(self.cues)):
            stop = self.trial(k)[1]
            rates = self.exc.window(stop - WINDOW, stop).rates()
            shift = round(self.read(stop - WINDOW)[0] / 360.0 * self.exc.n)
            rows.append(np.roll(rates, self.exc.n // 2 - shift))
        return angles(self.exc.n) - 180.0, np.mean(rows, axis=0)

    def drift(self, k: int) -> np.ndarray:
        """Displacement of the bump of a trial in each second of its delay (degrees)."""
        start, stop = self.trial(k)
        times = np.arange(start + 2.0 * CUE, stop - WINDOW + 1.0, WINDOW)
        path = np.array([self.read(float(t))[0] for t in times])
        later = round(1000.0 / WINDOW)
        return distance(path[later:], path[:-later])

    @property
    def numbers(self) -> Numbers:
        """Activity before cues and at the end of delays, and the root mean square error."""
        trials = [self.trial(k) for k in range(len(self.cues))]
        before = [self.exc.window(cue - WINDOW, cue).mean_rate() for cue, _ in trials]
        silent = np.mean([self.read(cue - WINDOW)[1] for cue, _ in trials])
        ends = [self.read(stop - WINDOW) for _, stop in trials]
        errors = [distance(angle, cue) for (angle, _), cue in zip(ends, self.cues, strict=True)]
        place, rates = self.profile()
        moved = np.concatenate([self.drift(k) for k in range(len(self.cues))])
        start, stop = trials[0]
        persistent = self.exc.window(start + 2.0 * CUE, stop)
        return {
            "rate before a cue": float(np.mean(before)),
            "rate in the bump": float(rates[np.abs(place) < CUE_HALF_WIDTH].mean()),
            "width of the bump": float(np.sqrt((place**2) @ rates / max(rates.sum(), 1e-9))),
            "concentration": float(np.mean([c for _, c in ends])),
            "concentration before a cue": float(silent),
            "CV in the bump": irregularity(persistent, 10),
            "drift in a second": float(np.sqrt((moved**2).mean())) if moved.size else np.nan,
            "error": float(np.sqrt(np.mean(np.square(errors)))),
        }


def angles(n: int) -> np.ndarray:
    """Preferred angles of `n` neurons around the ring (degrees)."""
    return 360.0 * np.arange(n) / n


def profile(n: int) -> np.ndarray:
    """Relative weights from `n` neurons on the ring to the first one; their mean is 1."""
    bump = np.exp(-(distance(angles(n), 0.0) ** 2) / (2.0 * SIGMA**2))
    j_minus = (1.0 - J_PLUS * bump.mean()) / (1.0 - bump.mean())
    return j_minus + (J_PLUS - j_minus) * bump


def distance(a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """Distance between angles on the ring (degrees, 0 to 180)."""
    return np.abs((np.asarray(a) - b + 180.0) % 360.0 - 180.0)


def build(
    *,
    cues: Sequence[float] = CUES,
    delay: float = 3000.0,
    scale: float = 1.0,
    strengths: Mapping[str, float] = STRENGTHS,
    seed: int = 1,
    threads: int = 1,
) -> tuple[sim.Network, sim.Population, sim.Population]:
    """Build the network with its cues; with fewer neurons, synapses are stronger."""
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    receptors = {
        "ampa": sim.ExpConductance(tau_syn=2.0, E_rev=0.0),
        "nmda": sim.NMDA(tau_rise=2.0, tau_decay=100.0),
        "gaba": sim.ExpConductance(tau_syn=10.0, E_rev=-70.0),
    }
    n_exc, n_inh = round(N_EXC * scale), round(N_INH * scale)
    start = {"V_m": sim.Uniform(V["V_reset"], V["V_th"])}
    exc = net.population("exc", n_exc, sim.LIF(**CELL_EXC, receptors=receptors), initial=start)
    inh = net.population("inh", n_inh, sim.LIF(**CELL_INH, receptors=receptors), initial=start)

    gate = sim.saturating_gate(alpha=0.5, tau_rise=2.0, tau_decay=100.0)
    saturating = sim.TsodyksMarkram(U=gate.U, tau_rec=gate.tau_rec)
    g = {way: strength / scale for way, strength in strengths.items()}
    source, target = np.divmod(np.arange(n_exc**2), n_exc)
    weights = g["EE"] * gate.factor * profile(n_exc)[(target - source) % n_exc]
    for cells, connector, weight in (
        (exc, sim.FromArrays(source, target), weights),
        (inh, sim.AllToAll(), g["EI"] * gate.factor),
    ):
        net.project(exc, cells, connector, weight=weight, delay=0.5, receptor="nmda",
                    release=saturating)  # fmt: skip
    net.project(inh, exc, sim.AllToAll(), weight=g["IE"], delay=0.5, receptor="gaba")
    net.project(inh, inh, sim.AllToAll(), weight=g["II"], delay=0.5, receptor="gaba")
    net.stimulate(exc, sim.PoissonDrive(EXTERNAL_HZ, G_EXT_EXC, "ampa"))
    net.stimulate(inh, sim.PoissonDrive(EXTERNAL_HZ, G_EXT_INH, "ampa"))

    steps = np.cumsum([BEFORE, CUE, delay, ERASE] * len(cues)).tolist()
    levels = []
    for cue in cues:
        stimulated = distance(angles(n_exc), cue) < CUE_HALF_WIDTH
        levels += [
            CUE_PA * stimulated,
            0.0 * stimulated,
            np.full(n_exc, ERASE_PA),
            0.0 * stimulated,
        ]
    net.stimulate(exc, sim.StepCurrent(steps, np.array(levels)))
    return net, exc, inh


def run(
    *,
    cues: Sequence[float] = CUES,
    delay: float = 3.0,
    scale: float = 1.0,
    strengths: Mapping[str, float] = STRENGTHS,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Present the cues one after the other, each followed by a delay (s) and erased."""
    net, exc, inh = build(cues=cues, delay=1000.0 * delay, scale=scale, strengths=strengths,
                          seed=seed, threads=threads)  # fmt: skip
    spikes = [net.record(cells, "spikes") for cells in (exc, inh)]
    net.run(len(cues) * (BEFORE + CUE + 1000.0 * delay + ERASE))
    return Result(spikes[0].result(), spikes[1].result(), tuple(cues), 1000.0 * delay)


def picture(result: Result, path: Path) -> None:
    """Plot spikes by preferred angle with the cues, and the profile of the bump."""
    with plot.style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 4.0), width_ratios=(3, 1),
                                             layout="constrained")  # fmt: skip
        exc = result.exc
        shown = exc[:: max(1, exc.n // 128)]
        left.plot(shown.times / 1000.0, angles(shown.n)[shown.ids], ".", ms=1.5, mew=0.0)
        for k, cue in enumerate(result.cues):
            start, stop = result.trial(k)
            left.plot([start / 1000.0, (start + CUE) / 1000.0], [cue, cue], lw=5.0,
                      c=plot.OKABE_ITO[1], label="" if k else "cue")  # fmt: skip
            times = np.arange(start + CUE, stop - WINDOW + 1.0, WINDOW)
            seen = [result.read(float(t))[0] for t in times]
            left.plot((times + 0.5 * WINDOW) / 1000.0, seen, c="black", lw=1.5,
                      label="" if k else "population vector")  # fmt: skip
            left.axvspan(stop / 1000.0, (stop + ERASE) / 1000.0, color="0.88", lw=0.0,
                         label="" if k else "erased")  # fmt: skip
        left.set(xlabel="time (s)", ylabel="preferred angle (degrees)", ylim=(0, 360),
                 yticks=range(0, 361, 90), xlim=(0.0, exc.t_stop / 1000.0))  # fmt: skip
        left.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3)
        groups = [np.array_split(x, min(128, exc.n)) for x in result.profile()]
        right.plot(*([part.mean() for part in parts] for parts in groups))
        right.set(xlabel="distance (degrees)", ylabel="rate (Hz)", ylim=(0.0, None))
        right.set(xticks=[-180, 0, 180])
        save(figure, path)


def main(
    delay: Annotated[float, typer.Option(help="How long to remember (s).")] = 3.0,
    scale: Annotated[float, typer.Option(help="Neurons, as a share of 2,560.")] = 1.0,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """A ring attractor that remembers angles."""
    check_files(out, json_file)
    if 1000.0 * delay < WINDOW:
        raise sim.ValidationError(f"must be at least {WINDOW / 1000.0} s, got {delay} s", "delay")
    result = run(delay=delay, scale=scale, seed=seed, threads=threads)
    report("Ring attractor", {"delay": delay, "scale": scale, "seed": seed}, result.numbers,
           EXPECTED, lambda p: picture(result, p), out, json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
