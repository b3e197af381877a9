"""Perceptual decision between two directions of motion by competing populations (Wang 2002).

Of 1,600 pyramidal cells 240 prefer one direction of motion (A), and 240 the other (B). Cells with
the same preference excite each other more strongly, by a factor w_plus, mainly through slow and
saturating NMDA receptors; all excite and are inhibited by the same 400 interneurons. A and B
receive Poisson spikes; the more coherent the motion, the higher the rate of A. Within some hundred
milliseconds one population wins, suppresses the other, and continues to fire after the stimulus.

    C_m dV/dt = -g_L (V - E_L) + g_ampa (0 - V) + B(V) g_nmda (0 - V) + g_gaba (-70 mV - V)
    rates of the stimulus: 40 Hz (1 + c) for A, 40 Hz (1 - c) for B, redrawn every 50 ms (std 4 Hz)

Wang 2002, Neuron 36:955, with the paper's neurons and synaptic strengths. NMDA synapses saturate by
depression of their release (`spikesim.saturating_gate`). Connectivity is all-to-all, so that a
projection is computed as one sum. w_plus is 1.75 instead of 1.7: with 1.7 decisions are made, but
rates fall below 10 Hz within a second or two after the stimulus. This also happens with steps of
0.02 ms, in a plain program with a gate in each source, and in Brian2. The other parameters are
those of Brian2's example and of the laboratory's own program (github.com/xjwanglab/book).

    python -m models.decision --out decision.png --json decision.json
    python -m models.decision --coherence 12.8 --trials 100
"""

from __future__ import annotations

from collections.abc import Sequence
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
    report,
    save,
)

N_EXC, N_INH, F = 1600, 400, 0.15
V = {"E_L": -70.0, "V_th": -50.0, "V_reset": -55.0}
CELL_EXC = {**V, "C_m": 500.0, "tau_m": 20.0, "t_ref": 2.0}
CELL_INH = {**V, "C_m": 200.0, "tau_m": 10.0, "t_ref": 1.0}
# nS, onto pyramidal cells and onto interneurons; NMDA: with a fully open gate.
EXTERNAL, AMPA, NMDA, GABA = (2.1, 1.62), (0.05, 0.04), (0.165, 0.13), (1.3, 1.0)
EXTERNAL_HZ, DELAY = 2400.0, 0.5
W_PLUS = 1.75
STIMULUS_HZ, STIMULUS_STD, REDRAWN = 40.0, 4.0, 50.0  # Hz, Hz, ms
BEFORE, STIMULUS, AFTER = 500.0, 2000.0, 1000.0  # ms
COHERENCES = (0.0, 6.4, 12.8, 25.6, 51.2)  # %
BIN, SMOOTH, DECIDED = 10.0, 100.0, 15.0  # ms, ms, Hz

EXPECTED = {
    "rate before": Expected(2, 5, "Hz", "of A and B; paper about 3"),
    "decided": Expected(0.8, 1, "", "share of trials"),
    "winner's rate": Expected(25, 50, "Hz", "in the last 500 ms of the stimulus"),
    "loser's rate": Expected(0, 5, "Hz"),
    "winner's rate after": Expected(15, 40, "Hz", "in the last 500 ms of the delay"),
    "accuracy at 0 %": Expected(0.2, 0.8, "", "chance: half"),
    "accuracy at 12.8 %": Expected(0.7, 1),
    "accuracy at 51.2 %": Expected(0.9, 1, "", "paper: 1"),
    "time at 0 %": Expected(600, 1600, "ms"),
    "time at 51.2 %": Expected(200, 700, "ms", "less than at 0 %"),
}


@dataclass(frozen=True)
class Result:
    """Spikes of A, B, other cells and interneurons in consecutive trials, and the coherences."""

    cells: dict[str, sim.SpikeTrains]
    coherences: tuple[float, ...]

    def trial(self, k: int, name: str) -> sim.SpikeTrains:
        """Spikes of a population in one trial."""
        length = BEFORE + STIMULUS + AFTER
        return self.cells[name].window(k * length, (k + 1) * length)

    def rates(self, k: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Window ends (ms after stimulus onset) and rates (Hz) of A and B in windows of 100 ms."""
        width = round(SMOOTH / BIN)
        mean = np.full(width, 1.0 / width)
        rates = {name: np.convolve(self.trial(k, name).population_rate(BIN)[1], mean, "valid")
                 for name in ("A", "B")}  # fmt: skip
        return SMOOTH - BEFORE + BIN * np.arange(rates["A"].size), rates

    def choice(self, k: int) -> tuple[str, float]:
        """The chosen population and the decision time (ms after stimulus onset).

        The first population to reach 15 Hz during the stimulus is chosen; "" and NaN if none.
        """
        times, rates = self.rates(k)
        during = (times > 0.0) & (times <= STIMULUS)
        first = {name: times[during & (rate >= DECIDED)][:1] for name, rate in rates.items()}
        reached = [(float(when[0]), name) for name, when in first.items() if when.size]
        return min(reached)[::-1] if reached else ("", float("nan"))

    def window_rate(self, k: int, name: str, start: float, stop: float) -> float:
        """Mean rate (Hz) of a population between two times (ms) relative to stimulus onset."""
        zero = k * (BEFORE + STIMULUS + AFTER) + BEFORE
        return self.cells[name].window(zero + start, zero + stop).mean_rate()

    def psychometry(self) -> dict[float, tuple[float, float, int]]:
        """By coherence: fraction of decisions for A, mean decision time (ms), number."""
        made = {}
        for coherence in sorted(set(self.coherences)):
            trials = [k for k, c in enumerate(self.coherences) if c == coherence]
            choices = [choice for choice in map(self.choice, trials) if choice[0]]
            share = float(np.mean([who == "A" for who, _ in choices])) if choices else np.nan
            time = float(np.mean([when for _, when in choices])) if choices else np.nan
            made[coherence] = share, time, len(choices)
        return made

    @property
    def numbers(self) -> Numbers:
        """Rates before the stimulus, at its end and after the delay; decisions by coherence."""
        trials = range(len(self.coherences))
        winners = {k: self.choice(k)[0] for k in trials}
        pairs = [(k, who, "BA"["AB".index(who)]) for k, who in winners.items() if who]
        late, after = (STIMULUS - 500.0, STIMULUS), (STIMULUS + AFTER - 500.0, STIMULUS + AFTER)
        before = [self.window_rate(k, name, -300.0, 0.0) for k in trials for name in "AB"]
        ends = {
            "winner's rate": [self.window_rate(k, who, *late) for k, who, _ in pairs],
            "loser's rate": [self.window_rate(k, other, *late) for k, _, other in pairs],
            "winner's rate after": [self.window_rate(k, who, *after) for k, who, _ in pairs],
        }
        numbers = {
            "rate before": float(np.mean(before)),
            "decided": len(pairs) / len(trials),
            **{name: float(np.mean(rates or [np.nan])) for name, rates in ends.items()},
        }
        made = self.psychometry()
        numbers |= {f"accuracy at {c:g} %": share for c, (share, _, _) in made.items()}
        numbers |= {f"time at {c:g} %": time for c, (_, time, _) in made.items()}
        return numbers


def stimulus(coherences: Sequence[float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms) at which the rates of A and B change, and the rates (Hz), shape (n, 2)."""
    rng = np.random.default_rng(seed)
    starts = np.arange(0.0, STIMULUS, REDRAWN)
    times, rates = [], []
    for k, coherence in enumerate(coherences):
        zero = k * (BEFORE + STIMULUS + AFTER) + BEFORE
        times += [*(zero + starts), zero + STIMULUS]
        mean = STIMULUS_HZ * (1.0 + np.array([1.0, -1.0]) * coherence / 100.0)
        drawn = mean + STIMULUS_STD * rng.standard_normal((starts.size, 2))
        rates += [*np.maximum(drawn, 0.0), np.zeros(2)]
    return np.array(times), np.array(rates)


def build(
    *,
    coherences: Sequence[float] = COHERENCES,
    w_plus: float = W_PLUS,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> tuple[sim.Network, dict[str, sim.View]]:
    """Build the network with the stimuli of all trials; populations are A, B, others and inh."""
    net = sim.Network(dt=0.1, seed=seed, threads=threads)
    receptors = {
        "ampa": sim.ExpConductance(tau_syn=2.0, E_rev=0.0),
        "nmda": sim.NMDA(tau_rise=2.0, tau_decay=100.0),
        "gaba": sim.ExpConductance(tau_syn=5.0, E_rev=-70.0),
    }
    n_exc, n_inh = round(N_EXC * scale), round(N_INH * scale)
    n_sel = round(F * n_exc)
    start = {"V_m": sim.Uniform(V["V_reset"], V["V_th"])}
    exc = net.population("exc", n_exc, sim.LIF(**CELL_EXC, receptors=receptors), initial=start)
    inh = net.population("inh", n_inh, sim.LIF(**CELL_INH, receptors=receptors), initial=start)
    groups = {"A": exc[:n_sel], "B": exc[n_sel : 2 * n_sel], "others": exc[2 * n_sel :]}

    gate = sim.saturating_gate(alpha=0.5, tau_rise=2.0, tau_decay=100.0)
    saturating = sim.TsodyksMarkram(U=gate.U, tau_rec=gate.tau_rec)

    def excite(source: sim.View, target: sim.View, factor: float, kind: int) -> None:
        strength = factor / scale
        net.project(source, target, sim.AllToAll(), weight=strength * AMPA[kind], delay=DELAY,
                    receptor="ampa")  # fmt: skip
        net.project(source, target, sim.AllToAll(), weight=strength * NMDA[kind] * gate.factor,
                    delay=DELAY, receptor="nmda", release=saturating)  # fmt: skip

    # w_minus compensates w_plus, so that the total excitation of a selective cell is unchanged.
    w_minus = 1.0 - F * (w_plus - 1.0) / (1.0 - F)
    for source in groups:
        for target in groups:
            same = w_plus if source == target else w_minus
            excite(groups[source], groups[target], 1.0 if target == "others" else same, 0)
    excite(exc, inh, 1.0, 1)
    for kind, cells in enumerate((exc, inh)):
        net.project(inh, cells, sim.AllToAll(), weight=GABA[kind] / scale, delay=DELAY,
                    receptor="gaba")  # fmt: skip
        net.stimulate(cells, sim.PoissonDrive(EXTERNAL_HZ, EXTERNAL[kind], "ampa"))
    times, rates = stimulus(coherences, seed)
    for column, name in enumerate("AB"):
        schedule = sim.Schedule(times.tolist(), rates[:, column])
        net.stimulate(groups[name], sim.PoissonDrive(schedule, EXTERNAL[0], "ampa"))
    return net, groups | {"inh": inh}


def run(
    *,
    coherences: Sequence[float] = COHERENCES,
    trials: int = 1,
    w_plus: float = W_PLUS,
    scale: float = 1.0,
    seed: int = 1,
    threads: int = 1,
) -> Result:
    """Simulate `trials` trials of each coherence (%), each starting from rest."""
    order = tuple(coherences) * trials
    net, cells = build(coherences=order, w_plus=w_plus, scale=scale, seed=seed, threads=threads)
    spikes = {name: net.record(view, "spikes") for name, view in cells.items()}
    for k in range(len(order)):
        if k:
            net.reset_state()
        net.run(BEFORE + STIMULUS + AFTER)
    return Result({name: recorder.result() for name, recorder in spikes.items()}, order)


def picture(result: Result, path: Path) -> None:
    """Plot spikes of one trial, rates of A and B, and choices and decision times by coherence."""
    with plot.style():
        figure, axes = plt.subplots(2, 2, figsize=(9.0, 5.6), width_ratios=(2, 1),
                                    layout="constrained")  # fmt: skip
        middle = sorted(set(result.coherences))[len(set(result.coherences)) // 2]
        chosen = [k for k, c in enumerate(result.coherences) if c == middle]
        zero = chosen[0] * (BEFORE + STIMULUS + AFTER) + BEFORE
        place = 0
        for name in ("A", "B", "others", "inh"):
            shown = result.trial(chosen[0], name)[:60]
            colour = plot.OKABE_ITO[["A", "B", "others", "inh"].index(name)]
            axes[0, 0].plot(shown.times - zero, shown.ids + place, ".", ms=1.5, mew=0.0, c=colour)
            axes[0, 0].text(-BEFORE - 60.0, place + 30.0, name, color=colour, ha="right",
                            va="center")  # fmt: skip
            place += 65
        axes[0, 0].set(
            yticks=[],
            xlim=(-BEFORE, STIMULUS + AFTER),
            title=f"coherence {middle:g} %: spikes of 60 of each, in one trial",
        )
        for k in chosen[:10]:
            times, rates = result.rates(k)
            for number, name in enumerate("AB"):
                axes[1, 0].plot(times, rates[name], c=plot.OKABE_ITO[number], lw=0.8, alpha=0.7,
                                label=name if k == chosen[0] else "")  # fmt: skip
        axes[1, 0].set(
            xlabel="time from the start of the stimulus (ms)",
            ylabel="rate (Hz)",
            ylim=(0.0, None),
            xlim=(-BEFORE, STIMULUS + AFTER),
            title=f"{len(chosen[:10])} trials",
        )
        axes[1, 0].legend(loc="upper left")
        for ax in axes[:, 0]:
            ax.axvspan(0.0, STIMULUS, color="0.92", lw=0.0, zorder=-1)
        made = result.psychometry()
        coherences = np.array(list(made))
        share, time, number = np.array(list(made.values())).T
        # Standard error of a fraction; with Laplace's rule it is above 0 if all choices agree.
        laplace = (share * number + 1.0) / (number + 2.0)
        error = np.sqrt(laplace * (1.0 - laplace) / (number + 2.0))
        axes[0, 1].errorbar(coherences, 100.0 * share, 100.0 * error, fmt="o-")
        axes[0, 1].axhline(50.0, c="0.7", lw=0.8, zorder=-1)
        axes[0, 1].set(ylim=(0, 106), ylabel="decisions for A (%)", xlabel="coherence (%)")
        axes[1, 1].plot(coherences, time, "o-")
        axes[1, 1].set(ylim=(0, None), ylabel="decision time (ms)", xlabel="coherence (%)")
        save(figure, path)


def main(
    coherence: Annotated[list[float] | None, typer.Option(help="In %; several unless one.")] = None,
    trials: Annotated[int, typer.Option(min=1, help="Of each coherence.")] = 24,
    w_plus: Annotated[float, typer.Option(help="Excitation within A and within B.")] = W_PLUS,
    seed: Seed = 1,
    threads: Threads = 1,
    out: Out = None,
    json_file: Json = None,
) -> None:
    """A decision between two directions of motion."""
    check_files(out, json_file)
    coherences = tuple(coherence or COHERENCES)
    for value in coherences:
        if not -100.0 <= value <= 100.0:
            raise sim.ValidationError(f"must lie from -100 to 100 %, got {value}", "coherence")
    options = {"coherences": coherences, "trials": trials, "w_plus": w_plus, "seed": seed}
    result = run(coherences=coherences, trials=trials, w_plus=w_plus, seed=seed, threads=threads)
    expected = EXPECTED if w_plus == W_PLUS else {}
    report("Decision", options, result.numbers, expected, lambda p: picture(result, p), out,
           json_file)  # fmt: skip


if __name__ == "__main__":
    cli(main)
